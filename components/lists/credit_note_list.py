"""Credit notes as a list: filters, columns, and the words and colours of each status."""

from components.lists.listing import Kind
from components.lists.record_list import Cell, Column, Empty, Pill, Row
from components.ui import format as say
from components.ui import links
from portal_data.billing.credit_notes import PAGE_SIZE, CreditNoteRow, Filter, Sort, Status

TONES = {Status.OPEN: "blue", Status.CLOSED: "green", Status.VOID: "gray"}
_FILTERS = {
    Filter.ALL: "All",
    Filter.OPEN: "Open",
    Filter.CLOSED: "Closed",
    Filter.VOID: "Void",
}
KIND = Kind(
    path="credit_notes",
    title="Credit notes",
    search="Number, subject, amount",
    size=PAGE_SIZE,
    printed=True,
    filters=_FILTERS,
    orders={
        Sort.NEWEST: "Newest",
        Sort.OLDEST: "Oldest",
        Sort.NUMBER: "Number",
        Sort.TOTAL: "Amount",
        Sort.BALANCE: "Remaining",
    },
    columns=(
        Column("Credit note", "middle-start", link=True),
        Column("Subject", "top-start", wide=True, people=True),
        Column("Date", "middle"),
        Column("Status", "bottom-end"),
        Column("Amount", "middle-end", end=True, narrow="of"),
        Column("Remaining", "top-end", end=True),
    ),
    sorts={
        "Credit note": (Sort.NUMBER,),
        "Date": (Sort.NEWEST, Sort.OLDEST),
        "Amount": (Sort.TOTAL,),
        "Remaining": (Sort.BALANCE,),
    },
    ascending=frozenset({Sort.OLDEST}),
)


def row(note: CreditNoteRow, locale: str) -> Row:
    """Return a credit note as a row that opens it."""

    def amount(minor: int, tone: str | None = None) -> Cell:
        return Cell(say.money(minor, note.currency_code, locale), tone=tone)

    remaining = note.balance_minor if note.status is Status.OPEN else 0
    return Row(
        links.credit_note(note.number),
        (
            note.number,
            note.subject or note.reference or "No subject",
            say.day(note.date, locale),
            Cell(pills=(Pill(note.status.value, TONES[note.status]),)),
            amount(note.total_minor, "quiet"),
            amount(remaining, None if remaining else "quiet"),
        ),
    )


def empty(search: str, wanted: Filter) -> Empty:
    """Return what is said in place of rows."""
    if search:
        words = f"Nothing was found for “{search}” under this filter."
        return Empty("No credit note matches", words)
    if wanted is Filter.ALL:
        return Empty("No credit notes", "When you are credited something, it appears here.")
    return Empty(f"No {_FILTERS[wanted].lower()} credit notes", "There are none under this filter.")
