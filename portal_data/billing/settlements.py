"""What settled an invoice: payments, credits, retainers and write-offs, and its history of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from typing import Any

from portal_data.billing.history import Event
from portal_data.store import Session
from portal_data.text import bidi
from portal_data.text.language import N_, NP_


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


# what was applied to the invoice, and what that came from: joined they would be read as a whole
_APPLIED = {
    "payment": (
        """
        select payment_id as source_id, date, amount_minor, withheld_minor, early_discount_minor,
            id, reverses_id, source_key
        from allocations_by_invoice_id
        order by date, id
        """,
        """
        select id, number, mode, reference from payments_by_ids
        where status = 'succeeded'
        order by number
        """,
    ),
    "credit": (
        """
        select credit_note_id as source_id, date, amount_minor
        from credit_applications_by_invoice_id
        order by date, id
        """,
        "select id, number, reference from credit_notes_by_ids order by number",
    ),
    "retainer": (
        """
        select retainer_invoice_id as source_id, date, amount_minor
        from retainer_applications_by_invoice_id
        order by date, id
        """,
        "select id, number, reference from retainer_invoices_by_ids order by number",
    ),
}


def of_invoice(session: Session, invoice: Mapping[str, Any]) -> list[Settlement]:
    """Return what settled an invoice, a row of the customer's, in the order of its days.

    What was written off comes last.
    """
    found = []
    for kind, (applied, sources) in _APPLIED.items():
        rows = _that_stay(session.rows(applied, invoice_id=invoice["id"]))
        ids = [row["source_id"] for row in rows]
        known = {row.pop("id"): row for row in session.rows(sources, ids=ids)} if ids else {}
        found += [
            Settlement(kind, **row, **known[source_id])
            for row in rows
            if (source_id := row.pop("source_id")) in known
        ]
    found.sort(key=lambda each: (each.date, each.number, each.amount_minor))
    written_off_on, amount = invoice["written_off_on"], invoice["written_off_minor"]
    if written_off_on is not None and amount:
        found.append(Settlement("write-off", "", written_off_on, amount))
    return found


def _that_stay(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows without those that went to other invoices since, and what took them back."""
    said = [(row.pop("id", None), row.pop("reverses_id", None), row) for row in rows]
    moved = {
        of for _id, of, row in said if of and (row["source_key"] or "").startswith("reallocated:")
    }
    stay = [row for id, of, row in said if id not in moved and of not in moved]
    for row in stay:
        row.pop("source_key", None)
    return stay


_WORDS = {
    "payment": N_("Payment received"),
    "credit": N_("Credit applied"),
    "retainer": N_("Retainer drawn"),
    "write-off": NP_("an amount", "Written off"),
}


def history(invoice: Mapping[str, Any], settlements: Sequence[Settlement]) -> list[Event]:
    """Return what happened to the document, in that order; who viewed it is told by viewings."""
    sent = invoice["sent_at"] or invoice["date"]
    events = [Event(sent, N_("Invoice sent"), amount_minor=invoice["total_minor"])]
    for each in settlements:
        detail = bidi.listed(each.number, each.mode, each.reference)
        events.append(Event(each.date, _WORDS[each.kind], detail or None, each.amount_minor))
    return events
