"""Public links of estimates: whoever holds one reads that estimate and answers it, unregistered.

A link is made by staff, ends on a day, can be revoked, and is kept as a digest of its 256 random
bits. It opens nothing unless the preference is on, and every answer looks at it again, in the
transaction that writes: see `hold`, and docs/decisions/0030.
"""

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
from portal_data.kinds import ESTIMATE
from portal_data.messaging import activity, events, templates
from portal_data.messaging.event import Event
from portal_data.scope import Scope, Staff
from portal_data.store import OpenSession, Session
from portal_data.store.engine import Row
from portal_data.text.language import N_, _

PAGE = "offer"
"""The address of the page that a link opens."""
USUALLY = timedelta(days=30)
"""How long a link lasts of an estimate that does not expire."""
LONGEST = timedelta(days=366)
MOST = 20
"""Links of one estimate that hold at a time."""
OVER = N_("This link is not valid. It may have ended or been cut off. Ask for another one.")
"""What is said of any link that opens nothing, whatever the reason."""
HOLDER = "Somebody"
"""Who holds a link, until the person gives a name."""

_NOTED_AFTER = timedelta(minutes=5)  # a click of a page must not cost a write
_PURPOSE = "link"

_ESTIMATE = f"""
    select id, customer_id, number, expiry_date, {ESTIMATE.status} as status
    from core.estimates where number = $number order by id
"""
_HOLDING = """
    select count(*)::bigint as n from core.document_links
    where customer_id = $customer_id and document_id = $id and purpose = 'answer'
        and revoked_at is null and expires_at > $now
    order by n
"""
_ADD = """
    insert into core.document_links (id, customer_id, document_kind, document_id, purpose,
        token_hash, created_at, created_by, expires_at)
    values ($link_id, $customer_id, 'estimate', $id, 'answer', $token_hash, $now, $staff_id,
        $expires_at)
    on conflict do nothing
"""
_LINKS = """
    select l.id, l.created_at, s.name as created_by, l.expires_at, l.last_used_at, l.revoked_at
    from core.document_links l
    join core.estimates e on e.customer_id = l.customer_id and e.id = l.document_id
    left join core.staff s on s.id = l.created_by
    where e.number = $number and l.document_kind = 'estimate' and l.purpose = 'answer'
    order by l.created_at desc, l.id
"""
_OF_LINK = """
    select l.id, l.customer_id, l.document_id, e.number, l.revoked_at
    from core.document_links l
    join core.estimates e on e.customer_id = l.customer_id and e.id = l.document_id
    where l.id = $link_id and l.document_kind = 'estimate' and l.purpose = 'answer'
    order by l.id
"""
_REVOKE = """
    update core.document_links set revoked_at = $now
    where customer_id = $customer_id and id = $link_id and revoked_at is null
"""
_OPEN = """
    select l.id, l.customer_id, l.document_id, e.number, l.expires_at, l.last_used_at
    from core.document_links l
    join core.estimates e on e.customer_id = l.customer_id and e.id = l.document_id
    where l.token_hash = $token_hash and l.document_kind = 'estimate' and l.purpose = 'answer'
        and l.revoked_at is null and l.expires_at > $now and e.status <> 'draft'
    order by l.id
"""
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
_HELD = """
    select id from core.document_links
    where customer_id = $customer_id and id = $link_id and document_kind = 'estimate'
        and purpose = 'answer' and revoked_at is null and expires_at > $now
        and document_id in (
            select id from core.estimates where customer_id = $customer_id and number = $number
        )
    order by id
"""


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
        """Tell whether it still opens the estimate, as far as the link itself is concerned."""
        return self.revoked_at is None and self.expires_at > now


@dataclass(frozen=True, slots=True)
class Opened:
    """What an open link is of, and what its holder acts as."""

    scope: Scope
    link_id: UUID
    number: str
    expires_at: datetime


def of_estimate(staff: Staff, number: str) -> list[Link]:
    """Return the links that were made of an estimate, the latest first."""
    with store.staff_reading(staff) as session:
        return [Link(**row) for row in session.rows(_LINKS, number=number)]


def create(staff: Staff, number: str, until: Date, *, key: UUID, now: datetime) -> str:
    """Make a link of an open estimate that works through a day, and return its full address.

    Nobody can read it again. `key` is of this form alone: a second click comes with the same one.
    Raises NotFound for no such estimate or while the preference is off, Conflict for one that is
    not open, too many links, or a second click, Invalid for a day that is over or too far away.
    """
    business = organisation.get(staff)
    today = business.today(now)
    if not today <= until <= today + LONGEST:
        raise Invalid("Choose a day from today on, within a year.")
    with store.staff_writing(staff) as session:
        _need_preference(session)
        found = session.locked(_ESTIMATE, number=number, today=today)
        if not found:
            raise NotFound("There is no such document.")
        held = found[0]
        if held["status"] != "open":
            raise Conflict("Only an estimate that waits for an answer can have a public link.")
        if session.value(_HOLDING, id=held["id"], customer_id=held["customer_id"], now=now) >= MOST:
            raise Conflict(f"This estimate has {MOST} links already. Revoke one first.")
        return issue(session, staff, held, until, business.timezone, key=key, now=now)


def issue(
    session: OpenSession,
    staff: Staff,
    held: Row,
    until: Date | None,
    timezone: str,
    *,
    now: datetime,
    key: UUID | None = None,
) -> str:
    """Make a link of an estimate that the transaction holds, and return its full address.

    `until` is the last day on which it works in the `timezone`; usually that is a month from now.
    """
    expires_at = start_of_day(until + timedelta(days=1), timezone) if until else now + USUALLY
    token = tokens.new_token()
    added = session.change(
        _ADD,
        link_id=key or new_id(),
        customer_id=held["customer_id"],
        id=held["id"],
        token_hash=tokens.digest(token),
        staff_id=staff.staff_id,
        expires_at=expires_at,
        now=now,
    )
    if not added:
        raise Conflict("This link was made already.")
    subject = {**held, "document_id": held["id"]}
    _record(session, staff, events.ESTIMATE_LINK_CREATED, subject, now)
    return templates.address(PAGE, token)


def revoke(staff: Staff, link_id: UUID, *, now: datetime) -> None:
    """Let a link open nothing any more, from this moment on.

    Raises NotFound for no such link, Conflict when it was revoked already.
    """
    with store.staff_writing(staff) as session:
        found = session.one(_OF_LINK, link_id=link_id)
        if found is None:
            raise NotFound("There is no such link.")
        if session.change(_REVOKE, link_id=link_id, customer_id=found["customer_id"], now=now) != 1:
            raise Conflict("This link was revoked already.")
        _record(session, staff, events.ESTIMATE_LINK_REVOKED, found, now)


def opened(
    token: str, *, address: str | None, now: datetime, name: str = HOLDER, email: str = ""
) -> Opened:
    """Return what a link opens, for whoever holds it.

    `name` and `email` are what that person says, who asks from a network `address`. Raises NotFound
    alike for every link that opens nothing, TooManyAttempts for a network that tried many such.
    """
    counters = [throttle.named(throttle.of_address(address), _PURPOSE)]
    with store.system_reading() as session:
        throttle.refuse(session, counters, now)
        switched_on = preferences.get(session).answer_estimates_by_link
        found = session.one(_OPEN, token_hash=tokens.digest(token), now=now)
        if found is not None and switched_on:
            scope = identity.holder_of_link(
                session, found["id"], found["customer_id"], name, email, address
            )
            return Opened(scope, found["id"], found["number"], found["expires_at"])
    with store.system_writing() as session:
        throttle.charge(session, counters, now)
    security_log.event("link.refused")
    raise NotFound(_(OVER))


def note_use(scope: Scope, number: str, estimate_id: UUID, *, now: datetime) -> None:
    """Keep that somebody looked at an estimate by the link that the scope is of.

    Staff hear of the first look. Raises NotFound when the link opens nothing any more.
    """
    own = {"customer_id": scope.customer_id, "link_id": scope.contact_id}
    with store.reading(scope) as session:
        last = session.value(_LAST_USED, **own)
    if last is not None and now - last < _NOTED_AFTER:
        return
    with store.writing(scope, by_link=True) as session:
        hold(session, scope, number, now)
        last = session.value(_LAST_USED, **own)
        noted = now - _NOTED_AFTER
        if session.change(_USED, link_id=scope.contact_id, noted=noted, now=now) and last is None:
            activity.record(
                session,
                scope,
                events.ESTIMATE_LINK_OPENED,
                now=now,
                subject_kind=ESTIMATE.record,
                subject_id=estimate_id,
                subject_number=number,
                visible=True,
            )


def hold(session: Session, scope: Scope, number: str, now: datetime) -> None:
    """Hold the link that a scope is of until the transaction ends.

    Raises NotFound unless it is of the estimate with this number and opens it at this moment.
    """
    own = {"customer_id": scope.customer_id, "link_id": scope.contact_id}
    if not session.locked(_HELD, **own, number=number, now=now):
        raise NotFound(_(OVER))
    _need_preference(session)


def _need_preference(session: Session) -> None:
    if not preferences.get(session).answer_estimates_by_link:
        raise NotFound(_(OVER))


def _record(session: OpenSession, staff: Staff, event: Event, of: Row, now: datetime) -> None:
    activity.record(
        session,
        staff,
        event,
        now=now,
        customer_id=of["customer_id"],
        subject_kind=ESTIMATE.record,
        subject_id=of["document_id"],
        subject_number=of["number"],
        visible=True,
    )
