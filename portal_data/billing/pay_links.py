"""Public links to pay one invoice: whoever holds one reads it and pays it, unregistered.

See `public_links`, which they are, and docs/decisions/0036.
"""

from datetime import date as Date
from datetime import datetime
from uuid import UUID

from portal_data.billing import public_links
from portal_data.billing.public_links import MOST, OVER, Link, Opened, Use
from portal_data.kinds import INVOICE
from portal_data.messaging import link_events
from portal_data.scope import HOLDER, Role, Scope, Staff
from portal_data.store import OpenSession, Session
from portal_data.store.engine import Row

__all__ = ["MOST", "OVER", "Link", "Opened"]

_INVOICE = """
    select id, customer_id, number, status, balance_minor, in_question_minor
    from core.invoices where number = $number order by id
"""


def _why_not(held: Row) -> str | None:
    if held["status"] != "sent" or held["balance_minor"] <= 0 or held["in_question_minor"]:
        return "Only an invoice that is to be paid can have a public link."
    return None


_USE = Use(
    kind=INVOICE,
    role=Role.PAY_LINK,
    purpose="pay",
    page="pay_link",
    preference="public_pay_links",
    created=link_events.INVOICE_LINK_CREATED,
    opened=link_events.INVOICE_LINK_OPENED,
    revoked=link_events.INVOICE_LINK_REVOKED,
    why_not=_why_not,
)


def of_invoice(staff: Staff, number: str) -> list[Link]:
    """Return the links that were made of an invoice, the latest first."""
    return public_links.of_document(staff, _USE, number)


def create(staff: Staff, number: str, until: Date, *, key: UUID, now: datetime) -> str:
    """Make a link of an invoice to be paid that works through a day, and return its full address.

    Raises as `public_links.create`.
    """

    def held(session: OpenSession, _today: Date) -> list[Row]:
        return session.locked(_INVOICE, number=number)

    return public_links.create(staff, _USE, held, until, key=key, now=now)


def issue(session: OpenSession, held: Row, timezone: str, *, now: datetime) -> str:
    """Make a link of an invoice by the portal itself; see `public_links.issue`.

    `held` has its id, customer_id and number.
    """
    return public_links.issue(session, None, _USE, held, None, timezone, now=now)


def revoke(staff: Staff, link_id: UUID, *, now: datetime) -> None:
    """Let a link open nothing any more; raises as `public_links.revoke`.

    A payment that was begun by it goes on.
    """
    public_links.revoke(staff, _USE, link_id, now=now)


def opened(token: str, *, address: str | None, now: datetime) -> Opened:
    """Return what a link opens, for whoever holds it; raises as `public_links.opened`."""
    return public_links.opened(_USE, token, address=address, now=now, name=HOLDER, email="")


def note_use(scope: Scope, number: str, invoice_id: UUID, *, now: datetime) -> None:
    """Keep that somebody looked at an invoice by link; raises as `public_links.note_use`."""
    public_links.note_use(scope, _USE, number, invoice_id, now=now)


def hold(session: Session, scope: Scope, number: str, now: datetime) -> None:
    """Hold the link that a scope is of; raises as `public_links.hold`."""
    public_links.hold(session, scope, _USE, number, now)
