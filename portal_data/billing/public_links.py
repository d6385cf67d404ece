"""Public links of documents: whoever holds one does what it is for, unregistered, and nothing else.

A link is made by staff, ends on a day, can be revoked, and is kept as a digest of its 256 random
bits. It opens nothing unless its preference is on, and every action looks at it again, in the
transaction that writes: see `hold`, and docs/decisions/0030 and 0036.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, timedelta
from uuid import UUID

from portal_data import security_log, store
from portal_data.auth import identity, throttle, tokens
from portal_data.business import organisation, preferences
from portal_data.clock import start_of_day
from portal_data.errors import Conflict, Invalid, NotFound
from portal_data.ids import new_id
from portal_data.kinds import ESTIMATE, INVOICE, Kind
from portal_data.messaging import activity, templates
from portal_data.messaging.event import Event
from portal_data.scope import Role, Scope, Staff
from portal_data.store import OpenSession, Session
from portal_data.store.engine import Row
from portal_data.text.language import N_, _

USUALLY = timedelta(days=30)
"""How long a link lasts of a document that does not end by itself."""
LONGEST = timedelta(days=366)
MOST = 20
"""Links of one document that staff made and that hold at a time; those of mails do not count."""
OVER = N_("This link is not valid. It may have ended or been cut off. Ask for another one.")
"""What is said of any link that opens nothing, whatever the reason."""

_NOTED_AFTER = timedelta(minutes=5)  # a click of a page must not cost a write
_COUNTED = "link"
_TABLES = {ESTIMATE.key: "estimates", INVOICE.key: "invoices"}


@dataclass(frozen=True, slots=True)
class Use:
    """What links of one kind of document are for."""

    kind: Kind
    role: Role
    purpose: str
    page: str
    """The address of the page that they open."""
    preference: str
    """What opens or closes all of them."""
    created: Event
    opened: Event
    revoked: Event
    why_not: Callable[[Row], str | None]
    """Returns why a document, of its row, can have no link; None when it can."""


@dataclass(frozen=True, slots=True)
class Link:
    """A public link as staff see it; moments are naive UTC. What it carries is kept nowhere."""

    id: UUID
    created_at: datetime
    created_by: str | None
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    def holds(self, now: datetime) -> bool:
        """Tell whether it still opens the document, as far as the link itself is concerned."""
        return self.revoked_at is None and self.expires_at > now


@dataclass(frozen=True, slots=True)
class Opened:
    """What an open link is of, and what its holder acts as."""

    scope: Scope
    link_id: UUID
    number: str
    expires_at: datetime


_HOLDING = """
    select count(*)::bigint as n from core.document_links
    where customer_id = $customer_id and document_id = $id and purpose = $purpose
        and revoked_at is null and expires_at > $now and created_by is not null
    order by n
"""
_ADD = """
    insert into core.document_links (id, customer_id, document_kind, document_id, purpose,
        token_hash, created_at, created_by, expires_at)
    values ($link_id, $customer_id, $kind, $id, $purpose, $token_hash, $now, $staff_id,
        $expires_at)
    on conflict do nothing
"""
_LINKS = {
    key: f"""
    select l.id, l.created_at, s.name as created_by, l.expires_at, l.last_used_at, l.revoked_at
    from core.document_links l
    join core.{table} d on d.customer_id = l.customer_id and d.id = l.document_id
    left join core.staff s on s.id = l.created_by
    where d.number = $number and l.document_kind = '{key}' and l.purpose = $purpose
    order by l.created_at desc, l.id
"""
    for key, table in _TABLES.items()
}
_OF_LINK = {
    key: f"""
    select l.id, l.customer_id, l.document_id, d.number, l.revoked_at
    from core.document_links l
    join core.{table} d on d.customer_id = l.customer_id and d.id = l.document_id
    where l.id = $link_id and l.document_kind = '{key}' and l.purpose = $purpose
    order by l.id
"""
    for key, table in _TABLES.items()
}
_REVOKE = """
    update core.document_links set revoked_at = $now
    where customer_id = $customer_id and id = $link_id and revoked_at is null
"""
_OPEN = {
    key: f"""
    select l.id, l.customer_id, l.document_id, d.number, l.expires_at, l.last_used_at
    from core.document_links l
    join core.{table} d on d.customer_id = l.customer_id and d.id = l.document_id
    where l.token_hash = $token_hash and l.document_kind = '{key}' and l.purpose = $purpose
        and l.revoked_at is null and l.expires_at > $now and d.status <> 'draft'
    order by l.id
"""
    for key, table in _TABLES.items()
}
_LAST_USED = """
    select last_used_at from core.document_links
    where customer_id = $customer_id and id = $link_id
    order by id
"""
_USED = """
    update core.document_links set last_used_at = $now
    where customer_id = $customer_id and id = $link_id
        and (last_used_at is null or last_used_at <= $noted)
"""
_HELD = {
    key: f"""
    select id from core.document_links
    where customer_id = $customer_id and id = $link_id and document_kind = '{key}'
        and purpose = $purpose and revoked_at is null and expires_at > $now
        and document_id in (
            select id from core.{table} where customer_id = $customer_id and number = $number
        )
    order by id
"""
    for key, table in _TABLES.items()
}


def of_document(staff: Staff, use: Use, number: str) -> list[Link]:
    """Return the links that were made of a document, the latest first."""
    with store.staff_reading(staff) as session:
        rows = session.rows(_LINKS[use.kind.key], number=number, purpose=use.purpose)
        return [Link(**row) for row in rows]


def create(
    staff: Staff,
    use: Use,
    hold_document: Callable[[OpenSession, Date], list[Row]],
    until: Date,
    *,
    key: UUID,
    now: datetime,
) -> str:
    """Make a link of the document that is held, which works through a day; return its address.

    Nobody can read it again. `key` is of this form alone: a second click comes with the same one.
    Raises NotFound for no such document or while the preference is off, Conflict for one that can
    have no link, too many links, or a second click, Invalid for a day that is over or too far away.
    """
    business = organisation.get(staff)
    today = business.today(now)
    if not today <= until <= today + LONGEST:
        raise Invalid("Choose a day from today on, within a year.")
    with store.staff_writing(staff) as session:
        _need_preference(session, use)
        found = hold_document(session, today)
        if not found:
            raise NotFound("There is no such document.")
        held = found[0]
        if reason := use.why_not(held):
            raise Conflict(reason)
        own = {"id": held["id"], "customer_id": held["customer_id"]}
        if session.value(_HOLDING, **own, purpose=use.purpose, now=now) >= MOST:
            raise Conflict(f"This {use.kind.key} has {MOST} links already. Revoke one first.")
        return issue(session, staff, use, held, until, business.timezone, key=key, now=now)


def issue(
    session: OpenSession,
    staff: Staff | None,
    use: Use,
    held: Row,
    until: Date | None,
    timezone: str,
    *,
    now: datetime,
    key: UUID | None = None,
) -> str:
    """Make a link of a document that the transaction holds, and return its full address.

    `until` is the last day on which it works in the `timezone`; usually that is a month from now.
    `staff` is None for the portal itself.
    """
    expires_at = start_of_day(until + timedelta(days=1), timezone) if until else now + USUALLY
    token = tokens.new_token()
    added = session.change(
        _ADD,
        link_id=key or new_id(),
        customer_id=held["customer_id"],
        kind=use.kind.key,
        id=held["id"],
        purpose=use.purpose,
        token_hash=tokens.digest(token),
        staff_id=staff.staff_id if staff else None,
        expires_at=expires_at,
        now=now,
    )
    if not added:
        raise Conflict("This link was made already.")
    _record(session, staff, use, use.created, {**held, "document_id": held["id"]}, now)
    return templates.address(use.page, token)


def revoke(staff: Staff, use: Use, link_id: UUID, *, now: datetime) -> None:
    """Let a link open nothing any more, from this moment on.

    Raises NotFound for no such link, Conflict when it was revoked already.
    """
    with store.staff_writing(staff) as session:
        found = session.one(_OF_LINK[use.kind.key], link_id=link_id, purpose=use.purpose)
        if found is None:
            raise NotFound("There is no such link.")
        if session.change(_REVOKE, link_id=link_id, customer_id=found["customer_id"], now=now) != 1:
            raise Conflict("This link was revoked already.")
        _record(session, staff, use, use.revoked, found, now)


def opened(
    use: Use, token: str, *, address: str | None, now: datetime, name: str, email: str
) -> Opened:
    """Return what a link opens, for whoever holds it.

    `name` and `email` are what that person says, who asks from a network `address`. Raises NotFound
    alike for every link that opens nothing, TooManyAttempts for a network that tried many such.
    """
    counters = [throttle.named(throttle.of_address(address), _COUNTED)]
    digest = tokens.digest(token)
    with store.system_reading() as session:
        throttle.refuse(session, counters, now)
        found = session.one(_OPEN[use.kind.key], token_hash=digest, purpose=use.purpose, now=now)
        if found is not None and getattr(preferences.get(session), use.preference):
            scope = identity.holder_of_link(
                session, use.role, found["id"], found["customer_id"], name, email, address
            )
            return Opened(scope, found["id"], found["number"], found["expires_at"])
    with store.system_writing() as session:
        throttle.charge(session, counters, now)
    security_log.event("link.refused")
    raise NotFound(_(OVER))


def note_use(scope: Scope, use: Use, number: str, document_id: UUID, *, now: datetime) -> None:
    """Keep that somebody looked at a document by the link that the scope is of.

    Staff hear of the first look. Raises NotFound when the link opens nothing any more.
    """
    own = {"customer_id": scope.customer_id, "link_id": scope.contact_id}
    with store.reading(scope) as session:
        last = session.value(_LAST_USED, **own)
    if last is not None and now - last < _NOTED_AFTER:
        return
    with store.writing(scope, by_link=True) as session:
        hold(session, scope, use, number, now)
        last = session.value(_LAST_USED, **own)
        noted = now - _NOTED_AFTER
        if session.change(_USED, link_id=scope.contact_id, noted=noted, now=now) and last is None:
            activity.record(
                session,
                scope,
                use.opened,
                now=now,
                subject_kind=use.kind.record,
                subject_id=document_id,
                subject_number=number,
                visible=True,
            )


def hold(session: Session, scope: Scope, use: Use, number: str, now: datetime) -> None:
    """Hold the link that a scope is of until the transaction ends.

    Raises NotFound unless it is of the document with this number and opens it at this moment.
    """
    own = {"customer_id": scope.customer_id, "link_id": scope.contact_id}
    held = session.locked(_HELD[use.kind.key], **own, number=number, purpose=use.purpose, now=now)
    if not held:
        raise NotFound(_(OVER))
    _need_preference(session, use)


def _need_preference(session: Session, use: Use) -> None:
    if not getattr(preferences.get(session), use.preference):
        raise NotFound(_(OVER))


def _record(
    session: OpenSession, staff: Staff | None, use: Use, event: Event, of: Row, now: datetime
) -> None:
    activity.record(
        session,
        staff,
        event,
        now=now,
        customer_id=of["customer_id"],
        subject_kind=use.kind.record,
        subject_id=of["document_id"],
        subject_number=of["number"],
        visible=True,
    )
