"""Activity: what happened, who did it, and when. The history people see, and what notifies them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from portal_data import security_log, store
from portal_data.ids import BUSINESS, new_id
from portal_data.messaging import chain, outbox
from portal_data.messaging.event import Audience, Event
from portal_data.messaging.events import EVENTS
from portal_data.scope import Scope, Staff
from portal_data.store import Session
from portal_data.text import bidi
from portal_data.text.language import N_, _

_RECORD = """
    insert into core.activity (id, customer_id, happened_at, event, subject_kind, subject_id,
        subject_number, actor_kind, actor_id, actor_name, amount_minor, currency_code, details,
        visible, address, sequence, hash)
    values ($id, $customer_id, $happened_at, $event, $subject_kind, $subject_id, $subject_number,
        $actor_kind, $actor_id, $actor_name, $amount_minor, $currency_code, $details, $visible,
        $address, $sequence, $hash)
"""
_COLUMNS = """
    select id, happened_at, event, subject_kind, subject_id, subject_number, actor_kind, actor_id,
        actor_name, amount_minor, currency_code
"""
# The filter first and as a whole: with the order beside it DuckDB would read the table backwards.
# Which ones they are first, and all of them then: to order whole rows reads whole rows.
_LATEST = """
    with own as materialized (
        select id, happened_at from activity where event not like '%.viewed'
    )
    select id from own order by happened_at desc, id desc limit $limit
"""
_RECENT = _COLUMNS + " from activity_by_ids order by happened_at desc, id desc"
_RECENT_ALL = _COLUMNS + " from core.activity order by happened_at desc, id desc limit $limit"
_OF_DOCUMENT = _COLUMNS + " from activity where subject_id = $id order by happened_at, id"
_OF_DOCUMENT_ALL = _COLUMNS + " from core.activity where subject_id = $id order by happened_at, id"

PORTAL = N_("The portal")
"""Who did what nobody did, as it is stored."""
_REPEATS = 5
"""So many entries are read for each one wanted, to find repeated ones among them."""

Kind = Literal["contact", "staff", "system"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened; the amount is in minor units, the moment naive UTC.

    `times` is how often it happened among the entries read, of which this is the latest.
    """

    id: UUID
    happened_at: datetime
    event: str
    subject_kind: str | None
    subject_id: UUID | None
    subject_number: str | None
    actor_kind: Kind
    actor_id: UUID | None
    actor_name: str
    amount_minor: int | None
    currency_code: str | None
    times: int = 1

    @property
    def sentence(self) -> str:
        """What happened in words: Alice Test viewed invoice INV-000012."""
        return sentence(self.actor_name, self.event, self.subject_number)


def sentence(actor_name: str, event: str, subject_number: str | None) -> str:
    """Return who did what to which document, in words. The words may hold text people wrote.

    Names that are written from right to left stand apart in it.
    """
    words = with_places(event, subject_number)
    actor = bidi.isolated(named(actor_name))
    return words.format(actor=actor, subject=bidi.isolated(subject_number or "")).strip()


def with_places(event: str, subject_number: str | None) -> str:
    """Return the sentence of an event, with the places `{actor}` and `{subject}` in it."""
    known = EVENTS.get(event)  # a newer portal may have recorded what this one does not know
    words = _(known.words) if known else f"{{actor}} {_name(event)} {{subject}}"
    # a row may have a subject where the event expects none
    return words if "{subject}" in words or not subject_number else f"{words} {{subject}}"


def named(actor_name: str) -> str:
    """Return the name of whoever did something; the portal's own is in the reader's language."""
    return _(PORTAL) if actor_name == PORTAL else actor_name


def phrase(event: str) -> str:
    """Return what an event says happened, in English without who did it and to what, for files."""
    known = EVENTS.get(event)
    words = known.words if known else _name(event)
    return words.replace("{actor}", "").replace("{subject}", "").strip()


def _name(event: str) -> str:
    return event.replace(".", " ").replace("_", " ")


@dataclass(frozen=True, slots=True)
class Initiator:
    """Who began what the portal finished later, such as a payment: a contact, or by a link."""

    contact_id: UUID | None
    name: str


def record(
    session: Session,
    who: Scope | Staff | Initiator | None,
    event: Event,
    *,
    now: datetime,
    customer_id: UUID | None = None,
    subject_kind: str | None = None,
    subject_id: UUID | None = None,
    subject_number: str | None = None,
    amount_minor: int | None = None,
    currency_code: str | None = None,
    details: str | None = None,
    visible: bool = False,
    link: str | None = None,
) -> UUID:
    """Record an event in the transaction that did it, and return its id.

    `who` is None for the portal itself. `visible` shows it to the customer; `details` are for
    staff, and for whom a mail tells of the event. A contact's event belongs to the contact's
    customer, whatever `customer_id` says, and one without a customer to the business. Whoever is
    to be told of it is told later, from the outbox; `link` opens it without a sign-in, for mails to
    those who may do what it opens.
    """
    activity_id = new_id()
    kind, actor_id, actor_name = _actor(who)
    if isinstance(who, Scope):
        customer_id = who.customer_id
    entry = {
        "id": activity_id,
        "customer_id": customer_id or BUSINESS,
        "happened_at": now,
        "event": event.key,
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "subject_number": subject_number,
        "actor_kind": kind,
        "actor_id": actor_id,
        "actor_name": actor_name,
        "amount_minor": amount_minor,
        "currency_code": currency_code,
        "details": details,
        "visible": visible,
        "address": _address(session, who),
    }
    session.change(_RECORD, **entry, **chain.append(session, entry))
    if event.of_access:
        actor = None if isinstance(who, Initiator) else who
        security_log.event(event.key, actor=actor, subject=subject_id, details=details)
    if event.heard_by is not Audience.NOBODY:
        outbox.enqueue(
            session,
            "notify",
            dedup_key=f"notify:{activity_id}",
            payload={"activity_id": str(activity_id), **({"link": link} if link else {})},
            customer_id=customer_id,
            now=now,
        )
    return activity_id


@store.cached
def recent(scope: Scope | Staff, limit: int) -> list[Entry]:
    """Return the latest entries, newest first: of the customer's own, or of all for staff.

    To a customer, its own views are no news, and what one person did to one document again and
    again is one entry.
    """
    if isinstance(scope, Staff):
        with store.staff_reading(scope) as session:
            return [Entry(**row) for row in session.rows(_RECENT_ALL, limit=limit)]
    with store.reading(scope) as session:
        latest = [row["id"] for row in session.rows(_LATEST, limit=limit * _REPEATS)]
        entries = [Entry(**row) for row in session.rows(_RECENT, ids=latest)] if latest else []
    return _grouped(entries)[:limit]


def of_document(scope: Scope | Staff, subject_id: UUID) -> list[Entry]:
    """Return the history of one document, oldest first; empty for an unknown or foreign one."""
    if isinstance(scope, Staff):
        with store.staff_reading(scope) as session:
            return [Entry(**row) for row in session.rows(_OF_DOCUMENT_ALL, id=subject_id)]
    with store.reading(scope) as session:
        return [Entry(**row) for row in session.rows(_OF_DOCUMENT, id=subject_id)]


def _grouped(entries: list[Entry]) -> list[Entry]:
    """Return entries with those that repeat a later one counted there."""
    found: dict[object, Entry] = {}
    for entry in entries:
        subject = entry.subject_id or entry.subject_number
        key = (entry.event, entry.subject_kind, subject, entry.actor_id)
        latest = found.get(key)
        if latest is None or subject is None:
            found[key if subject else entry.id] = entry
        else:
            found[key] = replace(latest, times=latest.times + 1)
    return list(found.values())


def _address(session: Session, who: Scope | Staff | Initiator | None) -> str | None:
    if isinstance(who, Scope) and who.linked:
        return who.address
    return chain.address(session, who.sign_in_id) if isinstance(who, Scope | Staff) else None


def _actor(who: Scope | Staff | Initiator | None) -> tuple[Kind, UUID | None, str]:
    if isinstance(who, Scope):
        return "contact", who.person_id, who.known_as
    if isinstance(who, Staff):
        return "staff", who.staff_id, who.name
    if isinstance(who, Initiator):
        return "contact", who.contact_id, who.name
    return "system", None, PORTAL
