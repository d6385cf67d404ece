"""One customer as staff see it: its figures by currency, and its documents of every kind."""

from collections.abc import Sequence

from components.lists import listing
from components.lists.record_list import Cell, Column, Empty, Pill, Row
from components.ui import cards, links, tab
from components.ui import format as say
from components.ui.cards import Figure
from components.ui.markup import Markup
from portal_data.billing.balances import Balance
from portal_data.business.organisation import Organisation
from portal_data.customers import documents
from portal_data.customers.details import StaffCustomer
from portal_data.customers.documents import DocumentRow, Sort
from portal_data.kinds import KINDS
from portal_data.scope import Staff

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
            ("Tax number", customer.tax_id),
            ("Terms", customer.payment_terms_label),
            ("Currency", customer.currency_code),
            ("Portal", "Open" if customer.portal_enabled else "Opens with an invitation"),
        ]
    )


def row(document: DocumentRow, business: Organisation) -> Row:
    """Return a document as a row that opens it; a draft has nothing to open yet."""
    kind, locale = document.kind, business.locale
    draft = document.status == "draft"
    partly = document.partially_paid and document.status != "partially paid"
    more = [status("partially paid")] if partly else []
    if document.viewed:
        more.append(Pill("Viewed", "gray"))
    left = document.left_minor
    return Row(
        "" if draft else links.document(kind, document.number),
        (
            document.number,
            kind.name,
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


DOCUMENTS = listing.Screen(
    list=documents.LIST,
    path="customer",
    title="Documents",
    search="Number, subject, amount",
    exported=False,
    filters={documents.ALL: "All", **{key: kind.names for key, kind in KINDS.items()}},
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
    row=row,
    empty=listing.nothing(
        Empty("No documents yet", "What is written for this customer appears here."),
        "No document matches",
        {key: Empty(f"No {kind.names.lower()}") for key, kind in KINDS.items()},
    ),
)


def _of(balance: Balance, locale: str) -> list[Figure]:
    def figure(label: str, minor: int, note: str = "", tone: str = "") -> Figure:
        shown = say.money(minor, balance.currency_code, locale)
        return Figure(label, shown, note, tone if minor else "none")

    outstanding = say.count(balance.outstanding_count, "open invoice")
    late = say.count(balance.overdue_count, "invoice") if balance.overdue_count else ""
    shown = [
        figure("Outstanding", balance.outstanding_minor, outstanding),
        figure("Overdue", balance.overdue_minor, late, "bad"),
        figure("Available credit", balance.available_credits_minor, "", "good"),
        figure("Unused retainers", balance.retainer_payments_minor, "", "good"),
    ]
    if balance.opening_minor:
        shown.append(figure("Opening balance", balance.opening_minor, "before these books"))
    return shown


def missing(staff: Staff, noun: str) -> None:
    """Draw what stands in place of something of a customer's that is not there for staff."""
    title = f"{noun.capitalize()} not found"
    tab.name(staff, title)
    text = f"Check the address, or choose the {noun} from its customer. Drafts open in the books."
    cards.draw(
        cards.head(title, back=("Customers", links.page(""))),
        cards.card("", cards.empty(f"We cannot show this {noun}", text, tall=True)),
    )
