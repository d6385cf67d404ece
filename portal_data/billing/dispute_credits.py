"""The credit note that an accepted dispute becomes, and what it settles of the invoice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from portal_data import money
from portal_data.billing import ledger, pricing
from portal_data.billing.lines import line_taxes
from portal_data.billing.pricing import Line, Priced, Tax, Terms
from portal_data.business import numbering
from portal_data.errors import Conflict
from portal_data.ids import new_id
from portal_data.store import OpenSession

_INVOICE = """
    select id, customer_id, number, status, currency_code, tax_inclusive, balance_minor,
        pending_minor, in_question_minor
    from core.invoices where customer_id = $customer_id and id = $id
    order by id
"""
_LINES = """
    select id, item_id, sku, name, description, unit, tax_name, tax_percent, tax_minor, total_minor
    from core.invoice_lines
    where customer_id = $customer_id and invoice_id = $id
        and ($line_id::uuid is null or id = $line_id)
    order by position, id
"""
_TAXES = """
    select t.id, t.line_id, t.position, t.tax_id, t.name, t.percent, t.category, t.exemption_code,
        t.exemption_reason, t.base_minor, t.amount_minor
    from core.line_taxes t
    join core.invoice_lines l on l.customer_id = t.customer_id and l.id = t.line_id
    where t.customer_id = $customer_id and t.document_kind = 'invoice' and l.invoice_id = $id
    order by t.line_id, t.position
"""
_CREDIT_NOTE = """
    insert into core.credit_notes (id, customer_id, number, invoice_id, reference, subject, date,
        status, currency_code, exchange_rate, tax_inclusive, subtotal_minor, tax_minor, total_minor,
        balance_minor, billing_address, shipping_address, created_at, updated_at)
    select $credit_note_id, customer_id, $number, id, number, $subject, $today, 'open',
        currency_code, exchange_rate, true, $subtotal, $tax, $total, $left, billing_address,
        shipping_address, $now, $now
    from core.invoices where customer_id = $customer_id and id = $id
"""
_APPLY = """
    insert into core.credit_applications (id, customer_id, credit_note_id, invoice_id, date,
        amount_minor, created_at)
    values ($application_id, $customer_id, $credit_note_id, $id, $today, $amount, $now)
"""
_SETTLE = """
    update core.invoices
    set version = version + 1, balance_minor = balance_minor - $amount, updated_at = $now
    where customer_id = $customer_id and id = $id
"""


@dataclass(frozen=True, slots=True)
class Issued:
    """A credit note that was issued."""

    id: UUID
    number: str


def issue(
    session: OpenSession, dispute: dict[str, Any], amount_minor: int, today: Date, now: datetime
) -> Issued:
    """Issue a credit note of `amount_minor` over what a dispute is about, taxes within it.

    `dispute` has its customer_id, invoice_id and invoice_line_id. Raises Conflict when the invoice
    is not there to be credited any more, Invalid while there is no series for credit notes.
    """
    key = {"customer_id": dispute["customer_id"], "id": dispute["invoice_id"]}
    found = session.locked(_INVOICE, **key)
    if not found or found[0]["status"] != "sent":
        raise Conflict("The invoice asks for nothing any more: there is nothing to credit.")
    invoice = found[0]
    lines = session.rows(_LINES, **key, line_id=dispute["invoice_line_id"])
    lines, shares = _shares(lines, amount_minor, tax_inclusive=invoice["tax_inclusive"])
    taxes = _taxes(session, key, lines)
    currency = invoice["currency_code"]
    priced = pricing.price(
        [
            Line(Decimal(1), money.to_decimal(share, currency), taxes=_of(line, taxes))
            for line, share in zip(lines, shares, strict=True)
        ],
        Terms(currency=currency, tax_inclusive=True),
    )
    # what is on its way to the bank, or in question, may settle the invoice yet
    open_minor = invoice["balance_minor"] - invoice["pending_minor"]
    applied = 0 if invoice["in_question_minor"] else max(min(open_minor, amount_minor), 0)
    issued = Issued(new_id(), numbering.draw(session, "credit_note"))
    session.change(
        _CREDIT_NOTE,
        **key,
        credit_note_id=issued.id,
        number=issued.number,
        subject=f"Dispute of {invoice['number']}",
        today=today,
        subtotal=priced.subtotal_minor,
        tax=priced.tax_minor,
        total=priced.total_minor,
        left=amount_minor - applied,
        now=now,
    )
    _store_lines(session, issued.id, lines, taxes, priced, dispute["customer_id"], currency)
    if applied:
        application = {"application_id": new_id(), "credit_note_id": issued.id, "today": today}
        session.change(_APPLY, **key, **application, amount=applied, now=now)
        session.change(_SETTLE, **key, amount=applied, now=now)
    ledger.post(session, now, dispute["customer_id"])
    return issued


def _shares(
    lines: list[dict[str, Any]], amount_minor: int, *, tax_inclusive: bool
) -> tuple[list[dict[str, Any]], list[int]]:
    """Return the lines that are credited and the share of each, by what they cost with tax."""
    costs = [
        max(line["total_minor"] + (0 if tax_inclusive else line["tax_minor"]), 0) for line in lines
    ]
    if not any(costs):  # books that keep no lines, or lines that cost nothing
        none = dict.fromkeys(
            ("id", "item_id", "sku", "description", "unit", "tax_name", "tax_percent")
        )
        return [{**none, "name": "Disputed amount"}], [amount_minor]
    shares = zip(lines, money.split(amount_minor, costs), strict=True)
    credited = [(line, share) for line, share in shares if share]
    return [line for line, _ in credited], [share for _, share in credited]


_Taxes = dict[UUID | None, list[dict[str, Any]]]
"""The taxes of lines that have several, by the invoice's line."""


def _taxes(session: OpenSession, key: dict[str, UUID], lines: Sequence[dict[str, Any]]) -> _Taxes:
    found: _Taxes = {}
    wanted = {line["id"] for line in lines}
    for tax in session.rows(_TAXES, **key):
        if tax["line_id"] in wanted:
            found.setdefault(tax["line_id"], []).append(tax)
    return found


def _of(line: dict[str, Any], several: _Taxes) -> tuple[Tax, ...]:
    """Return the taxes that an invoice's line has."""
    if line["id"] in several:
        known = line_taxes(several[line["id"]])
        return tuple(Tax(tax.name, tax.percent, bool(tax.compound)) for tax in known)
    if line["tax_name"] and line["tax_percent"] is not None:
        return (Tax(line["tax_name"], line["tax_percent"]),)
    return ()


def _store_lines(
    session: OpenSession,
    credit_note_id: UUID,
    lines: Sequence[dict[str, Any]],
    several: _Taxes,
    priced: Priced,
    customer_id: UUID,
    currency: str,
) -> None:
    """Store the lines of a credit note, each of one piece at its share, and their taxes."""
    copied = ("item_id", "sku", "name", "description", "unit", "tax_name", "tax_percent")
    rows, taxes = [], []
    for place, (line, cost) in enumerate(zip(lines, priced.lines, strict=True), 1):
        line_id = new_id()
        rows.append(
            {
                "id": line_id,
                "customer_id": customer_id,
                "credit_note_id": credit_note_id,
                "position": place,
                **{name: line[name] for name in copied},
                "quantity": Decimal(1),
                "unit_price": money.to_decimal(cost.gross_minor, currency),
                "tax_minor": cost.tax_minor,
                "total_minor": cost.total_minor,
            }
        )
        net, before = cost.total_minor - cost.tax_minor, 0
        own = several.get(line["id"], [])
        for tax, known, amount in zip(own, line_taxes(own), cost.taxes_minor, strict=False):
            taxes.append(
                {
                    **tax,
                    "id": new_id(),
                    "customer_id": customer_id,
                    "document_kind": "credit_note",
                    "line_id": line_id,
                    "base_minor": net + (before if known.compound else 0),
                    "amount_minor": amount,
                }
            )
            before += amount
    for table, made in (("credit_note_lines", rows), ("line_taxes", taxes)):
        if made:
            columns = tuple(made[0])
            session.load(f"core.{table}", columns, [tuple(row.values()) for row in made])
