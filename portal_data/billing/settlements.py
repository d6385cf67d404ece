"""What settled an invoice: payments, credits, retainers and write-offs, and its history of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from typing import Any

from portal_data.billing.history import Event
from portal_data.store import Session
from portal_data.text import bidi


@dataclass(frozen=True, slots=True)
class Settlement:
    """Something that lowered the balance: kind is payment, credit, retainer or write-off."""

    kind: str
    number: str
    date: Date
    amount_minor: int
    withheld_minor: int = 0
    early_discount_minor: int = 0
    mode: str | None = None
    reference: str | None = None


_SETTLEMENTS = """
    select 'payment' as kind, p.number, a.date, a.amount_minor, a.withheld_minor,
        a.early_discount_minor, p.mode, p.reference
    from allocations a
    join payments p on p.id = a.payment_id
    where a.invoice_id = $id and p.status = 'succeeded'
    union all
    select 'credit' as kind, n.number, c.date, c.amount_minor, 0 as withheld_minor,
        0 as early_discount_minor, null as mode, n.reference
    from credit_applications c
    join credit_notes n on n.id = c.credit_note_id
    where c.invoice_id = $id
    union all
    select 'retainer' as kind, r.number, d.date, d.amount_minor, 0 as withheld_minor,
        0 as early_discount_minor, null as mode, r.reference
    from retainer_applications d
    join retainer_invoices r on r.id = d.retainer_invoice_id
    where d.invoice_id = $id
    order by 3, 2, 4
"""


def of_invoice(session: Session, invoice: Mapping[str, Any]) -> list[Settlement]:
    """Return what settled an invoice, a row of the customer's, in the order of its days.

    What was written off comes last.
    """
    found = [Settlement(**row) for row in session.rows(_SETTLEMENTS, id=invoice["id"])]
    written_off_on, amount = invoice["written_off_on"], invoice["written_off_minor"]
    if written_off_on is not None and amount:
        found.append(Settlement("write-off", "", written_off_on, amount))
    return found


_WORDS = {
    "payment": "Payment received",
    "credit": "Credit applied",
    "retainer": "Retainer drawn",
    "write-off": "Written off",
}


def history(invoice: Mapping[str, Any], settlements: Sequence[Settlement]) -> list[Event]:
    """Return what happened to the document, in that order; who viewed it is told by viewings."""
    sent = invoice["sent_at"] or invoice["date"]
    events = [Event(sent, "Invoice sent", amount_minor=invoice["total_minor"])]
    for each in settlements:
        detail = bidi.listed(each.number, each.mode, each.reference)
        events.append(Event(each.date, _WORDS[each.kind], detail or None, each.amount_minor))
    return events
