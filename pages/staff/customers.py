"""Customers for staff: who they are and whether their people use the portal."""

import functools

from components import address, cards, links
from components import record_list as listing
from components.record_list import Cell, Column, Pill, Row
from components.session import require_staff
from portal_data import customers

staff = require_staff()

SIZE = 50
COLUMNS = (
    Column("Customer", "wide top-start", link=True, people=True),
    Column("Number", "bottom-start"),
    Column("E-mail", "extra", people=True),
    Column("People", "middle"),
    Column("Portal", "bottom-end"),
)


def row(each: customers.CustomerRow) -> Row:
    """Return a customer as a row of the list."""
    open_ = each.portal_enabled and each.status == "active"
    invited = f", {each.contacts_invited} invited" if each.contacts_invited else ""
    return Row(
        links.customer(each.id),
        [
            each.display_name,
            each.number or "",
            each.email or "",
            f"{each.contacts_active} active{invited}",
            Cell(pills=(Pill("Open", "green") if open_ else Pill("Closed", "gray"),)),
        ],
    )


search, page = address.text("q"), address.number("page")
rows, total = customers.list_for_staff(staff, search=search, page=page, size=SIZE)
to = functools.partial(links.page, "", q=search)

cards.draw(cards.head("Customers"))
listing.record_list(
    "customers",
    "Customers",
    COLUMNS,
    [row(each) for each in rows],
    listing.Empty("No customer found", "Try another word, or import your books."),
    search=listing.Search("Search name, number or e-mail", search, links.page("")),
    pager=listing.pager(page, SIZE, total, lambda n: to(page=n if n > 1 else None)),
)
