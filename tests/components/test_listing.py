"""What an address asks of a list, and the addresses that the list leads to."""

from typing import Any

from components.documents import invoice_screens
from components.lists.listing import Request, _heading
from components.lists.record_list import Order
from portal_data.billing.invoices import Filter, Sort
from portal_data.lists import Query


def asked(**more: Any) -> Request:
    """Return what a bare address asks of the invoices, but for what is given."""
    values = {"filter": Filter.ALL, "sort": Sort.NEWEST, "search": "", "page": 1, **more}
    return Request(invoice_screens.SCREEN, Query(**values))


def heading(label: str, of: Request) -> Order:
    """Return the order that a column's heading offers."""
    column = next(each for each in invoice_screens.SCREEN.columns if each.label == label)
    order = _heading(column, of).sort
    assert order is not None
    return order


def test_addresses_leave_out_what_is_the_default() -> None:
    assert asked(page=3).to() == "invoices"
    assert asked(search="a b").to(status=Filter.PAID) == "invoices?status=paid&q=a+b"
    assert asked(filter=Filter.PAID).to(status=Filter.ALL, page=2) == "invoices?page=2"


def test_headings_sort_and_turn() -> None:
    assert heading("Date", asked()) == Order("invoices?sort=oldest", "descending")
    assert heading("Date", asked(sort=Sort.OLDEST)) == Order("invoices", "ascending")
    assert heading("Date", asked(sort=Sort.DUE)) == Order("invoices", None)
    assert heading("Due date", asked(search="x")) == Order("invoices?sort=due&q=x", None)
