"""Customers as the staff's list: what each owes in every currency, and who uses the portal."""

from collections.abc import Sequence

from components.lists import listing
from components.lists.listing import Request
from components.lists.record_list import Cell, Column, Empty, Pill, Row
from components.ui import format as say
from components.ui import links
from portal_data.business.organisation import Organisation
from portal_data.customers import directory
from portal_data.customers.directory import AccountRow, Filter, Owed, Sort
from portal_data.lists import Page

_NOTHING = Cell(pills=())


def row(account: AccountRow, business: Organisation) -> Row:
    """Return a customer as a row that opens it."""
    locale = business.locale
    late = [each for each in account.owed if each.overdue_minor]
    return Row(
        links.customer(account.id),
        (
            account.display_name,
            account.number or "",
            account.email or "",
            Cell(pills=(portal(account),)),
            _amounts(late, [each.overdue_minor for each in late], locale, "late"),
            _amounts(account.owed, [each.outstanding_minor for each in account.owed], locale, None),
        ),
    )


def empty(request: Request, page: Page[AccountRow, Filter]) -> Empty:
    """Return what is said in place of rows."""
    query = request.query
    if query.search:
        words = f"Nothing was found for “{query.search}” under this filter."
        return Empty("No customer matches", words)
    if query.filter is Filter.ALL:
        return Empty("No customers yet", "Import your books, and they appear here.")
    if query.filter is Filter.PORTAL:
        return Empty("The portal is open to nobody yet", "Invite a customer's people first.")
    return Empty("Nobody owes anything here", "Every invoice under this filter is settled.")


SCREEN = listing.Screen(
    list=directory.LIST,
    path="",
    title="Customers",
    search="Name, number or e-mail",
    exported=False,
    filters={
        Filter.ALL: "All",
        Filter.OWING: "Owing",
        Filter.OVERDUE: "Overdue",
        Filter.PORTAL: "Portal open",
    },
    orders={Sort.NAME: "Name", Sort.NUMBER: "Number", Sort.NEWEST: "Newest"},
    columns=(
        Column("Customer", "top-start", wide=True, link=True, people=True),
        Column("Number", "middle-start"),
        Column("E-mail", "bottom-start", people=True),
        Column("Portal", "bottom-end"),
        Column("Overdue", "middle-end", end=True, narrow="overdue"),
        Column("Outstanding", "top-end", end=True),
    ),
    sorts={"Customer": (Sort.NAME,), "Number": (Sort.NUMBER,)},
    ascending=frozenset({Sort.NAME, Sort.NUMBER}),
    row=row,
    empty=empty,
)


def portal(account: AccountRow) -> Pill:
    """Return how far a customer is with the portal."""
    if account.status != "active":
        return Pill("Inactive", "gray")
    if account.contacts_active:
        if not account.portal_enabled:
            return Pill("Switched off", "red")
        return Pill(f"{account.contacts_active:,} active", "green")
    if account.contacts_invited:
        return Pill(f"{account.contacts_invited:,} invited", "blue")
    return Pill("Not invited", "gray")


def _amounts(owed: Sequence[Owed], minors: list[int], locale: str, tone: str | None) -> Cell:
    """Return amounts of several currencies below each other: they are never added."""
    if not owed:
        return _NOTHING
    amounts = [
        say.money(minor, each.currency_code, locale)
        for each, minor in zip(owed, minors, strict=True)
    ]
    return Cell(amounts[0], note=" · ".join(amounts[1:]) or None, tone=tone)
