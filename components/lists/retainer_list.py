"""Retainer invoices as a list: filters, columns, and the words and colours of each status."""

from components.lists.listing import Kind
from components.lists.record_list import Cell, Column, Empty, Pill, Row
from components.ui import format as say
from components.ui import links
from portal_data import labels
from portal_data.billing.retainers import PAGE_SIZE, Filter, Retainer, RetainerRow, Sort, Status

_TONES = {
    Status.UNPAID: "blue",
    Status.PARTIALLY_PAID: "orange",
    Status.OVERDUE: "red",
    Status.IN_QUESTION: "orange",
    Status.PAID: "green",
    Status.VOID: "gray",
}
_FILTERS = {
    Filter.ALL: "All",
    Filter.UNPAID: "Unpaid",
    Filter.OVERDUE: "Overdue",
    Filter.PAID: "Paid",
    Filter.VOID: "Void",
}
KIND = Kind(
    path="retainers",
    title="Retainer invoices",
    search="Number, purpose, amount",
    size=PAGE_SIZE,
    printed=True,
    filters=_FILTERS,
    orders={
        Sort.NEWEST: "Newest",
        Sort.OLDEST: "Oldest",
        Sort.DUE: "Due first",
        Sort.NUMBER: "Number",
        Sort.TOTAL: "Amount",
        Sort.BALANCE: "Balance",
        Sort.AVAILABLE: "Available",
    },
    columns=(
        Column("Retainer", "middle-start", link=True),
        Column("Purpose", "top-start", wide=True, people=True),
        Column("Date", "middle"),
        Column(labels.DUE_DATE, "bottom-start", narrow="due"),
        Column("Status", "bottom-end"),
        Column("Amount", "middle-end", end=True, narrow="of"),
        Column("Available", "below", end=True, narrow="available"),
        Column("Balance", "top-end", end=True),
    ),
    sorts={
        "Retainer": (Sort.NUMBER,),
        "Date": (Sort.NEWEST, Sort.OLDEST),
        labels.DUE_DATE: (Sort.DUE,),
        "Amount": (Sort.TOTAL,),
        "Available": (Sort.AVAILABLE,),
        "Balance": (Sort.BALANCE,),
    },
    ascending=frozenset({Sort.OLDEST, Sort.DUE}),
)


_NOTHING = Cell(pills=())


def statuses(retainer: RetainerRow | Retainer) -> list[tuple[str, str]]:
    """Return a retainer's statuses as (words, tone); overdue never hides that a part was paid."""
    told = [(retainer.status.value, _TONES[retainer.status])]
    if retainer.partially_paid and retainer.status is not Status.PARTIALLY_PAID:
        told.append((Status.PARTIALLY_PAID.value, _TONES[Status.PARTIALLY_PAID]))
    return told


def row(retainer: RetainerRow, locale: str) -> Row:
    """Return a retainer invoice as a row that opens it."""

    def amount(minor: int, tone: str | None) -> Cell:
        return Cell(say.money(minor, retainer.currency_code, locale), tone=tone)

    owed = retainer.balance_minor if retainer.status is not Status.VOID else 0
    due = retainer.due_date or retainer.date
    return Row(
        links.retainer(retainer.number),
        (
            retainer.number,
            retainer.description or retainer.reference or "Retainer",
            say.day(retainer.date, locale),
            Cell(say.day(due, locale), tone="late" if retainer.days_overdue else None),
            Cell(pills=tuple(Pill(text, tone) for text, tone in statuses(retainer))),
            amount(retainer.total_minor, "quiet"),
            amount(retainer.unused_minor, None) if retainer.unused_minor else _NOTHING,
            amount(owed, None if owed else "quiet"),
        ),
    )


def empty(search: str, wanted: Filter) -> Empty:
    """Return what is said in place of rows."""
    if search:
        return Empty("No retainer matches", f"Nothing was found for “{search}” under this filter.")
    if wanted is Filter.ALL:
        words = "What you are asked to pay in advance appears here, and what is left of it."
        return Empty("No retainer invoices", words)
    kind = _FILTERS[wanted].lower()
    if wanted in (Filter.UNPAID, Filter.OVERDUE):
        return Empty(f"No {kind} retainer invoices", "You are all caught up. Thank you!")
    return Empty(f"No {kind} retainer invoices", "There are none under this filter.")
