"""One customer as staff see it: its figures by currency, and its documents of every kind."""

from collections.abc import Sequence

from components.lists.listing import Kind as Listed
from components.lists.record_list import Cell, Column, Empty, Pill, Row
from components.ui import cards, links
from components.ui import format as say
from components.ui.cards import Figure
from components.ui.markup import Markup
from portal_data.billing.balances import Balance
from portal_data.customers.details import StaffCustomer
from portal_data.customers.documents import PAGE_SIZE, DocumentRow, Filter, Kind, Sort

_KINDS = {
    Kind.INVOICE: "Invoice",
    Kind.ESTIMATE: "Estimate",
    Kind.PAYMENT: "Payment",
    Kind.CREDIT_NOTE: "Credit note",
    Kind.RETAINER: "Retainer",
}
_ADDRESSES = {
    Kind.INVOICE: links.invoice,
    Kind.ESTIMATE: links.estimate,
    Kind.PAYMENT: links.payment,
    Kind.CREDIT_NOTE: links.credit_note,
    Kind.RETAINER: links.retainer,
}
_TONES = {
    "unpaid": "blue",
    "partially paid": "orange",
    "overdue": "red",
    "in question": "orange",
    "paid": "green",
    "received": "green",
    "accepted": "green",
    "open": "blue",
    "invoiced": "green",
    "declined": "red",
}
_FILTERS = {
    Filter.ALL: "All",
    Filter.INVOICE: "Invoices",
    Filter.ESTIMATE: "Estimates",
    Filter.PAYMENT: "Payments",
    Filter.CREDIT_NOTE: "Credit notes",
    Filter.RETAINER: "Retainers",
}
DOCUMENTS = Listed(
    path="customer",
    title="Documents",
    search="Number, subject, amount",
    size=PAGE_SIZE,
    exported=False,
    filters=_FILTERS,
    orders={
        Sort.NEWEST: "Newest",
        Sort.OLDEST: "Oldest",
        Sort.LARGEST: "Largest",
        Sort.SMALLEST: "Smallest",
    },
    columns=(
        Column("Document", "middle-start", link=True),
        Column("Kind", "bottom-start"),
        Column("Subject", "top-start", wide=True, people=True),
        Column("Date", "middle"),
        Column("Status", "bottom-end"),
        Column("Amount", "top-end", end=True),
        Column("Open or unused", "middle-end", end=True, narrow="left"),
    ),
    sorts={"Date": (Sort.NEWEST, Sort.OLDEST), "Amount": (Sort.LARGEST, Sort.SMALLEST)},
    ascending=frozenset({Sort.OLDEST, Sort.SMALLEST}),
)


def figures(balances: Sequence[Balance], locale: str) -> Markup:
    """Return what a customer owes and is owed: a row of figures for each currency."""
    return cards.stack(*(cards.card("", cards.figures(_of(each, locale))) for each in balances))


def facts(customer: StaffCustomer) -> Markup:
    """Return who the customer is."""
    return cards.facts(
        [
            ("Number", customer.number),
            ("E-mail", cards.email(customer.email)),
            ("Phone", customer.phone),
            ("Terms", customer.payment_terms_label),
            ("Currency", customer.currency_code),
            ("Portal", "Open" if customer.portal_enabled else "Opens with an invitation"),
        ]
    )


def row(document: DocumentRow, locale: str) -> Row:
    """Return a document as a row that opens it; a draft has nothing to open yet."""
    draft = document.status == "draft"
    more = (status("partially paid"),) if document.partially_paid else ()
    if document.viewed:
        more += (Pill("Viewed", "gray"),)
    left = document.left_minor
    return Row(
        "" if draft else _ADDRESSES[document.kind](document.number),
        (
            document.number,
            _KINDS[document.kind],
            document.subject or "No subject",
            say.day(document.date, locale),
            Cell(pills=(status(document.status), *more)),
            say.money(document.total_minor, document.currency_code, locale),
            Cell(say.money(left, document.currency_code, locale)) if left else Cell(pills=()),
        ),
    )


def status(word: str) -> Pill:
    """Return a document's status with its colour."""
    return Pill(word.capitalize(), _TONES.get(word, "gray"))


def empty(search: str, wanted: Filter) -> Empty:
    """Return what is said in place of rows."""
    if search:
        return Empty("No document matches", f"Nothing was found for “{search}” under this filter.")
    if wanted is Filter.ALL:
        return Empty("No documents yet", "What is written for this customer appears here.")
    return Empty(f"No {_FILTERS[wanted].lower()}", "There are none under this filter.")


def _of(balance: Balance, locale: str) -> list[Figure]:
    def figure(label: str, minor: int, note: str = "", tone: str = "") -> Figure:
        shown = say.money(minor, balance.currency_code, locale)
        return Figure(label, shown, note, tone if minor else "none")

    outstanding = say.count(balance.outstanding_count, "open invoice")
    late = say.count(balance.overdue_count, "invoice") if balance.overdue_count else ""
    told = [
        figure("Outstanding", balance.outstanding_minor, outstanding),
        figure("Overdue", balance.overdue_minor, late, "bad"),
        figure("Available credit", balance.available_credits_minor, "", "good"),
        figure("Unused retainers", balance.retainer_payments_minor, "", "good"),
    ]
    if balance.opening_minor:
        told.append(figure("Opening balance", balance.opening_minor, "before these books"))
    return told
