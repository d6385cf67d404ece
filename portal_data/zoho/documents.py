"""Estimates, invoices, retainer invoices and credit notes as records.

The arithmetic and the allowance of 0.05 for differences are those of Zoho's own exports:
SubTotal is the sum of the line totals, and Total adds tax, shipping, adjustment and round-off and
takes off the document's discount.
"""

from decimal import Decimal
from functools import lru_cache
from typing import Any

from portal_data import money
from portal_data.zoho.defects import CellError
from portal_data.zoho.document_modules import GATEWAYS
from portal_data.zoho.lines import LINE_SOURCES, Sheaf, watch_texts
from portal_data.zoho.records import Reading, Record, Row, absent_columns, split_key
from portal_data.zoho.states import status_of

_ALLOWANCE = Decimal("0.05")  # how far lines and header may differ
_KINDS = {
    "estimates": "estimate",
    "invoices": "invoice",
    "retainer_invoices": "retainer invoice",
    "credit_notes": "credit note",
}
_PROVIDERS = {f"gateway {header}": name for header, name in GATEWAYS.items()}
_ENVELOPES = {
    kind: tuple(
        f"{kind}_{part}"
        for part in ("attention", "street1", "street2", "city", "state", "postal_code", "country")
    )
    for kind in ("billing", "shipping")
}
_SOURCES = {
    "reference": ("reference",),
    "subject": ("subject",),
    "exchange_rate": ("exchange_rate",),
    "tax_inclusive": ("tax_inclusive",),
    "adjustment_label": ("adjustment_label",),
    "billing_address": ("billing_street1", "billing_city", "billing_country"),
    "shipping_address": ("shipping_street1", "shipping_city", "shipping_country"),
    "salesperson": ("salesperson",),
    "notes": ("notes",),
    "terms": ("terms",),
    "expiry_date": ("expiry_date",),
    "estimate_number": ("estimate_number",),
    "recurring_profile_id": ("recurrence",),
    "payment_terms_label": ("terms_label",),
    "expected_payment_date": ("expected_date",),
    "last_payment_date": ("last_payment_date",),
    "partial_payments": ("partial_payments",),
    "sent_at": ("issued_date",),
    "written_off_minor": ("write_off",),
    "written_off_on": ("write_off_date",),
}


def read_documents(module: str, sheaves: list[Sheaf], reading: Reading) -> list[Record]:
    """Return a record for each document that adds up; set the others aside."""
    kind = _KINDS[module]
    records = []
    for sheaf in sheaves:
        row = sheaf.row
        subject = row.key("number") or row.key("id") or f"row {row.number}"
        try:
            records.append(_record(kind, subject, sheaf, reading))
        except CellError as error:
            row.number = sheaf.error_row or row.number
            reading.set_aside(kind, subject, row, error, amount=row.key("total") or None)
    return records


@lru_cache
def allowance(currency: str) -> int:
    """Return how far amounts that should be the same may differ, in minor units."""
    return money.to_minor(_ALLOWANCE, currency)


def _record(kind: str, subject: str, sheaf: Sheaf, reading: Reading) -> Record:
    if sheaf.error:
        raise sheaf.error
    row, currency = sheaf.row, sheaf.currency
    if not sheaf.lines:
        raise CellError("The document has no lines.", "Export with items, quantities and prices.")
    if not row.key("number"):
        raise CellError("The number is missing.", "Enter it.", column=row.header("number"))
    identifier = row.identifier("id")
    watch_texts(sheaf, reading.findings)
    status = status_of(kind, row)
    values: dict[str, Any] = {
        "number": row.key("number"),
        "reference": row.text("reference"),
        "date": row.needed_date("date"),
        "status": status,
        "currency_code": currency,
        "exchange_rate": row.rate("exchange_rate"),
        "billing_address": _address(row, "billing"),
        "notes": row.text("notes"),
        "terms": row.text("terms"),
        **amounts(kind, sheaf, reading),
        "custom_fields": row.custom(),
        "source_fields": sheaf.source,
    }
    if kind == "estimate":
        values |= {"expiry_date": row.date("expiry_date"), "source_status": row.key("status")}
    elif kind == "invoice":
        values |= _invoice_values(row, currency, status, reading)
    elif kind == "retainer invoice":
        values |= {"due_date": row.date("due_date")}
    if kind in ("estimate", "invoice"):
        values["salesperson"] = row.text("salesperson")
    if kind != "retainer invoice":
        values |= {
            "subject": row.text("subject"),
            "shipping_address": _address(row, "shipping"),
        }
    return Record(
        kind=kind,
        external_id=split_key(identifier, row.key("number")),
        subject=subject,
        file=row.file,
        row=row.number,
        values=values,
        links=_links(kind, row),
        parts=sheaf.lines,
        extra=_extra(kind, row, currency),
        absent=absent_columns(row.layout, _SOURCES),
        digest=sheaf.digest.to_bytes(16, "big"),
        line_absent=absent_columns(row.layout, LINE_SOURCES),
        labels=row.layout.labels,
        currency=currency,
    ).seal()


def amounts(kind: str, sheaf: Sheaf, reading: Reading) -> dict[str, Any]:
    """Read the document's amounts, as columns of its table, and hold them against its lines.

    Raises CellError where they differ by more than the allowance.
    """
    row, currency = sheaf.row, sheaf.currency
    total = row.minor("total", currency)
    if total < 0:
        word = (
            "credit note: is it an invoice?"
            if kind == "credit note"
            else f"{kind}: is it a credit note?"
        )
        raise CellError(
            f"The total {row.key('total')} is negative.",
            f"A negative {word}",
            column=row.header("total"),
        )
    if kind == "retainer invoice":
        _same(sheaf, "total", total, sheaf.subtotal + sheaf.tax, reading)
        return {"total_minor": total}
    given = row.key("subtotal") != ""
    subtotal = row.minor("subtotal", currency) if given else sheaf.subtotal
    if given:
        _same(sheaf, "subtotal", subtotal, sheaf.subtotal, reading)
    shipping_tax = row.minor("shipping_tax", currency)
    discount = row.minor("entity_discount", currency)
    withheld = row.minor("tcs", currency) - row.minor("tds", currency)
    parts = {
        "shipping_minor": row.minor("shipping_charge", currency),
        "adjustment_minor": row.minor("adjustment", currency) + withheld,
        "round_off_minor": row.minor("round_off", currency),
    }
    net = subtotal + sum(parts.values()) - discount
    tax = sheaf.tax + shipping_tax
    inclusive = row.flag("tax_inclusive")
    # with inclusive prices the line totals may hold the tax already; both readings occur
    expected = net if inclusive and abs(total - net) <= abs(total - net - tax) else net + tax
    _same(sheaf, "total", total, expected, reading)
    if sheaf.uneven:
        reading.findings.warn(
            row.file,
            f"{row.key('number')}: {sheaf.uneven} line totals are not quantity × price - "
            "discount; the line totals of the file are kept.",
            row=sheaf.uneven_row,
            column=row.header("item_total"),
        )
    return {
        "tax_inclusive": inclusive,
        "subtotal_minor": subtotal,
        "discount_minor": discount,
        "tax_minor": tax,
        "adjustment_label": row.text("adjustment_label"),
        "total_minor": total,
        **parts,
    }


def _same(sheaf: Sheaf, field: str, header: int, lines: int, reading: Reading) -> None:
    """Compare an amount of the header with the lines; the header wins small differences."""
    row, currency = sheaf.row, sheaf.currency
    if header == lines:
        return
    shown = f"{row.header(field)} is {money.to_decimal(header, currency)}"
    shown += f", the lines give {money.to_decimal(lines, currency)}."
    if abs(header - lines) > max(1, allowance(currency)):
        raise CellError(
            shown,
            "Lines are missing or changed: export again, or correct the document in Zoho.",
            column=row.header(field),
        )
    reading.findings.warn(
        row.file,
        f"{row.key('number')}: {shown} The amount of the header is kept.",
        row=row.number,
        column=row.header(field),
    )


def _invoice_values(row: Row, currency: str, status: str, reading: Reading) -> dict[str, Any]:
    issued = row.needed_date("date")
    due = row.date("due_date")
    if due is None:
        due = issued
        reading.findings.warn(
            row.file,
            f"{row.key('number')} has no due date; it is due on its own date.",
            row=row.number,
            column=row.header("due_date"),
        )
    written_off = row.minor("write_off", currency)
    return {
        "due_date": due,
        "estimate_number": row.text("estimate_number"),
        "payment_terms_label": row.text("terms_label"),
        "expected_payment_date": row.date("expected_date"),
        "last_payment_date": row.date("last_payment_date"),
        "status": "written_off" if written_off > 0 and status == "sent" else status,
        "written_off_minor": written_off,
        "written_off_on": (row.date("write_off_date") or due) if written_off else None,
        "partial_payments": row.flag("partial_payments"),
        "sent_at": row.moment("issued_date", reading.timezone),
    }


def _links(kind: str, row: Row) -> dict[str, str]:
    links = {
        "customer_id": row.identifier("customer_id"),
        "customer_name": row.key("customer_name"),
    }
    if kind in ("invoice", "retainer invoice"):
        links["estimate_number"] = row.key("estimate_number")
    if kind == "invoice":
        links["recurrence"] = row.key("recurrence")
    if kind == "credit note":
        links["applied_to"] = row.key("applied_to")
    links["project_id"] = row.key("project_id")
    links["project_name"] = row.key("project_name")
    return links


def _extra(kind: str, row: Row, currency: str) -> dict[str, Any]:
    """What is checked or kept beside the document's own table."""
    extra: dict[str, Any] = {}
    if kind in ("invoice", "retainer invoice"):
        extra["providers"] = sorted(
            provider
            for name, provider in _PROVIDERS.items()
            if name in row.layout.positions and row.flag(name)
        )
    if kind != "estimate":
        extra["balance"] = row.minor("balance", currency) if row.key("balance") else None
        if extra["balance"] is None and row.key("status").lower() in ("closed", "paid"):
            extra["balance"] = 0
    if kind == "retainer invoice":
        extra["unused"] = row.minor("unused", currency) if row.key("unused") else None
    return extra


def _address(row: Row, kind: str) -> str | None:
    """Return the address as the lines of an envelope, or None."""
    return _envelope(tuple(map(row.raw, _ENVELOPES[kind])))


@lru_cache(maxsize=4096)
def _envelope(cells: tuple[str, ...]) -> str | None:
    attention, street1, street2, *place, country = map(str.strip, cells)
    lines = (attention, street1, street2, " ".join(filter(None, place)), country)
    return "\n".join(filter(None, lines)) or None
