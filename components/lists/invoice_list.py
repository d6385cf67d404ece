"""Invoices as a list: filters, columns, and the words and colours of each status."""

from components.lists.listing import Kind
from components.lists.record_list import Cell, Column, Empty, Pill, Row
from components.ui import format as say
from components.ui import links
from portal_data import labels
from portal_data.billing.invoices import PAGE_SIZE, Filter, Invoice, InvoiceRow, Sort, Status

TONES = {
    Status.UNPAID: "blue",
    Status.PARTIALLY_PAID: "orange",
    Status.OVERDUE: "red",
    Status.IN_QUESTION: "orange",
    Status.PAID: "green",
    Status.VOID: "gray",
    Status.WRITTEN_OFF: "gray",
}
OPEN = (Status.UNPAID, Status.PARTIALLY_PAID, Status.OVERDUE)
"""Statuses of what is still to be paid."""
_FILTERS = {
    Filter.ALL: "All",
    Filter.UNPAID: "Unpaid",
    Filter.OVERDUE: "Overdue",
    Filter.PARTIALLY_PAID: "Partially paid",
    Filter.PAID: "Paid",
    Filter.VOID: "Void",
}
KIND = Kind(
    path="invoices",
    title="Invoices",
    search="Number, subject, amount",
    size=PAGE_SIZE,
    filters=_FILTERS,
    orders={
        Sort.NEWEST: "Newest",
        Sort.OLDEST: "Oldest",
        Sort.DUE: "Due first",
        Sort.NUMBER: "Number",
        Sort.TOTAL: "Amount",
        Sort.BALANCE: "Balance",
    },
    columns=(
        Column("Invoice", "middle-start", link=True),
        Column("Subject", "top-start", wide=True, people=True),
        Column("Date", "middle"),
        Column(labels.DUE_DATE, "bottom-start", narrow="due"),
        Column("Status", "bottom-end"),
        Column("Amount", "middle-end", end=True, narrow="of"),
        Column("Balance", "top-end", end=True),
    ),
    sorts={
        "Invoice": (Sort.NUMBER,),
        "Date": (Sort.NEWEST, Sort.OLDEST),
        labels.DUE_DATE: (Sort.DUE,),
        "Amount": (Sort.TOTAL,),
        "Balance": (Sort.BALANCE,),
    },
    ascending=frozenset({Sort.OLDEST, Sort.DUE}),
    printed=True,
)


def pills(invoice: InvoiceRow) -> tuple[Pill, ...]:
    """Return the statuses of an invoice: overdue never hides that a part was paid."""
    late = f" {say.count(invoice.days_overdue, 'day')}" if invoice.days_overdue else ""
    return tuple(
        Pill(text + late if text == Status.OVERDUE else text, tone)
        for text, tone in statuses(invoice)
    )


def statuses(invoice: InvoiceRow | Invoice) -> list[tuple[str, str]]:
    """Return an invoice's statuses as (words, tone)."""
    told = [(invoice.status.value, TONES[invoice.status])]
    if invoice.partially_paid and invoice.status is not Status.PARTIALLY_PAID:
        told.append((Status.PARTIALLY_PAID.value, TONES[Status.PARTIALLY_PAID]))
    return told


def row(invoice: InvoiceRow, locale: str) -> Row:
    """Return an invoice as a row that opens it."""
    owed = invoice.balance_minor if invoice.status in (*OPEN, Status.IN_QUESTION) else 0
    return Row(
        links.invoice(invoice.number),
        (
            invoice.number,
            invoice.subject or invoice.reference or "No subject",
            say.day(invoice.date, locale),
            Cell(say.day(invoice.due_date, locale), tone="late" if invoice.days_overdue else None),
            Cell(pills=pills(invoice)),
            Cell(say.money(invoice.total_minor, invoice.currency_code, locale), tone="quiet"),
            Cell(say.money(owed, invoice.currency_code, locale), tone=None if owed else "quiet"),
        ),
    )


def empty(search: str, wanted: Filter) -> Empty:
    """Return what is said in place of rows."""
    if search:
        return Empty("No invoice matches", f"Nothing was found for “{search}” under this filter.")
    if wanted is Filter.ALL:
        return Empty("No invoices yet", "When one is sent to you, it appears here.")
    kind = _FILTERS[wanted].lower()
    if wanted in (Filter.UNPAID, Filter.OVERDUE, Filter.PARTIALLY_PAID):
        return Empty(f"No {kind} invoices", "You are all caught up. Thank you!")
    return Empty(f"No {kind} invoices", "There are none under this filter.")
