"""Auto-pay for staff: which customers are charged by themselves, and what could not be charged."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal_data import store
from portal_data.scope import Staff


@dataclass(frozen=True, slots=True)
class Charged:
    """What a customer agreed to, for staff: the card's brand and last digits, since when."""

    brand: str | None
    last4: str | None
    kind: str
    covers: str
    currency_code: str
    limit_minor: int | None
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Stopped:
    """An open invoice that auto-pay gave up, with the code of its last refusal."""

    customer_id: UUID
    customer: str
    number: str
    currency_code: str
    amount_minor: int
    failure_code: str | None
    tries: int


_OF_CUSTOMER = """
    select s.brand, s.last4, s.kind, m.covers, m.currency_code, m.limit_minor, m.given_at
    from core.mandates m
    join core.saved_methods s on s.customer_id = m.customer_id and s.id = m.saved_method_id
    where m.customer_id = $customer_id and m.revoked_at is null
    order by m.given_at, m.id
"""
_STOPPED = """
    select p.customer_id, u.display_name as customer, i.number, i.currency_code,
        i.balance_minor as amount_minor, p.failure_code, p.tries
    from core.autopay_plans p
    join core.invoices i on i.customer_id = p.customer_id and i.id = p.invoice_id
    join core.customers u on u.id = p.customer_id
    where p.status = 'stopped' and i.status = 'sent' and i.balance_minor > 0
    order by p.updated_at desc, p.id
    limit $most
"""


def of_customer(staff: Staff, customer_id: UUID) -> list[Charged]:
    """Return by what a customer is charged by itself; nothing for who pays by hand."""
    with store.staff_reading(staff) as session:
        return [Charged(**row) for row in session.rows(_OF_CUSTOMER, customer_id=customer_id)]


def stopped(staff: Staff, most: int) -> list[Stopped]:
    """Return the open invoices that auto-pay gave up, the latest first."""
    with store.staff_reading(staff) as session:
        return [Stopped(**row) for row in session.rows(_STOPPED, most=most)]
