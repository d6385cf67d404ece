"""Payments made as a list: filters, columns, and what each payment was for."""

from components.lists.listing import Kind
from components.lists.record_list import Cell, Column, Empty, Row
from components.ui import format as say
from components.ui import links
from portal_data.payments.payments import PAGE_SIZE, Filter, PaymentRow, Sort

_NAMED = 3
"""Numbers of paid documents that a row names; of more it names two and counts the others."""
_FILTERS = {
    Filter.ALL: "All",
    Filter.INVOICE: "Invoice payments",
    Filter.RETAINER: "Retainer payments",
}
KIND = Kind(
    path="payments",
    title="Payments made",
    search="Receipt, invoice, amount",
    size=PAGE_SIZE,
    printed=True,
    filters=_FILTERS,
    orders={
        Sort.NEWEST: "Newest",
        Sort.OLDEST: "Oldest",
        Sort.LARGEST: "Largest",
        Sort.SMALLEST: "Smallest",
    },
    columns=(
        Column("Receipt", "middle-start", link=True),
        Column("Date", "middle"),
        Column("Applied to", "top-start", wide=True),
        Column("Mode", "bottom-start", people=True),
        Column("Reference", "below", people=True),
        Column("Amount", "top-end", end=True),
        Column("Unused", "middle-end", end=True, narrow="unused"),
    ),
    sorts={
        "Date": (Sort.NEWEST, Sort.OLDEST),
        "Amount": (Sort.LARGEST, Sort.SMALLEST),
    },
    ascending=frozenset({Sort.OLDEST, Sort.SMALLEST}),
)
_NOTHING = Cell(pills=())


def row(payment: PaymentRow, locale: str) -> Row:
    """Return a payment as a row that opens its receipt."""

    def amount(minor: int) -> str:
        return say.money(minor, payment.currency_code, locale)

    return Row(
        links.payment(payment.number),
        (
            payment.number,
            say.day(payment.date, locale),
            _applied_to(payment),
            payment.mode,
            payment.reference or "",
            amount(payment.amount_minor),
            amount(payment.unused_minor) if payment.unused_minor else _NOTHING,
        ),
    )


def empty(search: str, wanted: Filter) -> Empty:
    """Return what is said in place of rows."""
    if search:
        return Empty("No payment matches", f"Nothing was found for “{search}” under this filter.")
    if wanted is Filter.ALL:
        return Empty("No payments yet", "What you pay appears here with its receipt.")
    return Empty(f"No {_FILTERS[wanted].lower()}", "There are none under this filter.")


def _applied_to(payment: PaymentRow) -> str:
    if not payment.paid_numbers:
        return "Not applied yet"
    numbers = payment.paid_numbers
    if len(numbers) <= _NAMED:
        return ", ".join(numbers)
    return f"{numbers[0]}, {numbers[1]} and {len(numbers) - 2:,} more"
