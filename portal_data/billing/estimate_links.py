"""Public links of estimates: whoever holds one reads that estimate and answers it, unregistered.

See `public_links`, which they are, and docs/decisions/0030.
"""

from datetime import date as Date
from datetime import datetime
from uuid import UUID

from portal_data.billing import public_links
from portal_data.billing.public_links import LONGEST, MOST, OVER, USUALLY, Link, Opened, Use
from portal_data.kinds import ESTIMATE
from portal_data.messaging import link_events
from portal_data.scope import HOLDER, Role, Scope, Staff
from portal_data.store import OpenSession, Session
from portal_data.store.engine import Row

__all__ = ["LONGEST", "MOST", "OVER", "USUALLY", "Link", "Opened"]

_ESTIMATE = f"""
    select id, customer_id, number, expiry_date, {ESTIMATE.status} as status
    from core.estimates where number = $number order by id
"""


def _why_not(held: Row) -> str | None:
    if held["status"] != "open":
        return "Only an estimate that waits for an answer can have a public link."
    return None


_USE = Use(
    kind=ESTIMATE,
    role=Role.LINK,
    purpose="answer",
    page="offer",
    preference="answer_estimates_by_link",
    created=link_events.ESTIMATE_LINK_CREATED,
    opened=link_events.ESTIMATE_LINK_OPENED,
    revoked=link_events.ESTIMATE_LINK_REVOKED,
    why_not=_why_not,
)


def of_estimate(staff: Staff, number: str) -> list[Link]:
    """Return the links that were made of an estimate, the latest first."""
    return public_links.of_document(staff, _USE, number)


def create(staff: Staff, number: str, until: Date, *, key: UUID, now: datetime) -> str:
    """Make a link of an open estimate that works through a day, and return its full address.

    Raises as `public_links.create`.
    """

    def held(session: OpenSession, today: Date) -> list[Row]:
        return session.locked(_ESTIMATE, number=number, today=today)

    return public_links.create(staff, _USE, held, until, key=key, now=now)


def issue(
    session: OpenSession,
    staff: Staff,
    held: Row,
    until: Date | None,
    timezone: str,
    *,
    now: datetime,
) -> str:
    """Make a link of an estimate that the transaction holds; see `public_links.issue`."""
    return public_links.issue(session, staff, _USE, held, until, timezone, now=now)


def revoke(staff: Staff, link_id: UUID, *, now: datetime) -> None:
    """Let a link open nothing any more; raises as `public_links.revoke`."""
    public_links.revoke(staff, _USE, link_id, now=now)


def opened(
    token: str, *, address: str | None, now: datetime, name: str = HOLDER, email: str = ""
) -> Opened:
    """Return what a link opens, for whoever holds it; raises as `public_links.opened`."""
    return public_links.opened(_USE, token, address=address, now=now, name=name, email=email)


def note_use(scope: Scope, number: str, estimate_id: UUID, *, now: datetime) -> None:
    """Keep that somebody looked at an estimate by link; raises as `public_links.note_use`."""
    public_links.note_use(scope, _USE, number, estimate_id, now=now)


def hold(session: Session, scope: Scope, number: str, now: datetime) -> None:
    """Hold the link that a scope is of; raises as `public_links.hold`."""
    public_links.hold(session, scope, _USE, number, now)
