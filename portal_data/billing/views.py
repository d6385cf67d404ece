"""Viewings: which contacts looked at a document, how often, and who was the first.

A view is the opening of a document's screen or of its PDF by a contact; a zip of many documents is
none, and neither is what staff look at. What a contact opens within `WINDOW` of the last counted
view is still that view: reruns of the screen, a reload, a second tab, the PDF after the screen. So
most openings cost one small read.
"""

from datetime import datetime, timedelta
from uuid import UUID

from portal_data import store
from portal_data.billing.document import read_number
from portal_data.billing.history import Viewing
from portal_data.errors import NotFound
from portal_data.kinds import KINDS, Kind
from portal_data.messaging import activity, events
from portal_data.scope import Role, Scope
from portal_data.store import Session
from portal_data.text.language import _

WINDOW = timedelta(minutes=30)
"""How long what one contact opens is one view of the document."""


# By the index of the document and not of the customer: every opened document is asked for, and some
# customers have viewed thousands. `offset 0` keeps the other condition away from that index.
_OF_DOCUMENT = """
    select contact_id, contact_name, views, first_viewed_at, last_viewed_at
    from (select * from core.document_views where document_id = $id offset 0) of_document
    where customer_id = $customer_id
    order by first_viewed_at, contact_id
"""
_FIRST = {
    kind.key: f"""
        update core.{kind.table} set first_viewed_at = $now, first_viewed_by = $contact_id
        where customer_id = $customer_id and id = $id and first_viewed_at is null
    """
    for kind in KINDS.values()
    if kind.viewed
}
_LAST = """
    select last_viewed_at from core.document_views
    where customer_id = $customer_id and document_id = $id and contact_id = $contact_id
    order by last_viewed_at
"""
# Counts at most once in a window, whoever else counts at the same moment.
_COUNT = """
    insert into core.document_views (customer_id, document_kind, document_id, contact_id,
        contact_name, views, first_viewed_at, last_viewed_at)
    values ($customer_id, $kind, $id, $contact_id, $name, 1, $now, $now)
    on conflict (customer_id, document_id, contact_id) do update
        set views = document_views.views + 1, last_viewed_at = excluded.last_viewed_at,
            contact_name = excluded.contact_name
        where document_views.last_viewed_at <= $counted_until
"""


def mark(scope: Scope, kind: Kind, document_id: UUID, now: datetime) -> list[Viewing]:
    """Count that the contact opened a document at `now`, and return all viewings, first ones first.

    The document's very first view is stored on it and recorded as activity `<kind>.viewed`, once,
    which staff hear of. Later ones are recorded once for each person and day, which nobody does.
    What staff open is read and not counted. Raises NotFound when the customer has no such document.
    """
    with store.reading(scope) as session:
        found = session.rows(_OF_DOCUMENT, id=document_id, customer_id=scope.customer_id)
    counted = {row["contact_id"]: row["last_viewed_at"] for row in found}
    last = counted.get(scope.contact_id)
    if scope.role is not Role.STAFF and (last is None or now - last >= WINDOW):
        with store.writing(scope) as session:
            _count(session, scope, kind, document_id, now)
            found = session.rows(_OF_DOCUMENT, id=document_id, customer_id=scope.customer_id)
    return [
        Viewing(row["contact_name"], row["views"], row["first_viewed_at"], row["last_viewed_at"])
        for row in found
    ]


def _count(session: Session, scope: Scope, kind: Kind, document_id: UUID, now: datetime) -> None:
    number = read_number(session, kind, document_id)
    if number is None:
        raise NotFound(_("There is no such document."))
    viewer = {"id": document_id, "contact_id": scope.contact_id, "now": now}
    # the document before the count: everybody who counts asks for its row first
    first = session.change(_FIRST[kind.key], **viewer)
    own = session.value(_LAST, id=document_id, contact_id=scope.contact_id)
    counted = session.change(
        _COUNT, **viewer, kind=kind.record, name=scope.name, counted_until=now - WINDOW
    )
    again = counted and (own is None or own.date() < now.date())
    if first or again:
        activity.record(
            session,
            scope,
            events.VIEWED[kind.record] if first else events.DOCUMENT_VIEWED,
            now=now,
            subject_kind=kind.record,
            subject_id=document_id,
            subject_number=number,
            visible=bool(first),
        )
