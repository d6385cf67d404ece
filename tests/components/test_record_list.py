"""Pages of a list, and invoices as its rows."""

from dataclasses import fields
from datetime import date
from uuid import UUID

import pytest

from components.documents import invoice_screens
from components.lists.listing import Request
from components.lists.record_list import Cell, pager
from portal_data.billing.invoices import Filter, InvoiceRow, Sort, Status
from portal_data.business.organisation import Organisation
from portal_data.lists import Page, Query

BUSINESS = Organisation(
    **{
        **dict.fromkeys(each.name for each in fields(Organisation)),
        **{"name": "B", "slug": "b", "timezone": "Europe/London", "locale": "en_GB"},
    }
)


def labels(page: int, total: int) -> list[str]:
    """Return the pager's numbers as shown."""
    made = pager(page, 20, total, lambda number: f"?page={number}")
    return ["…" if step.gap else step.label for step in made.numbers]


@pytest.mark.parametrize(
    ("page", "total", "shown"),
    [
        (1, 0, ["1"]),
        (1, 20, ["1"]),
        (1, 21, ["1", "2"]),
        (1, 400, ["1", "2", "…", "20"]),
        (10, 400, ["1", "…", "9", "10", "11", "…", "20"]),
        (20, 400, ["1", "…", "19", "20"]),
    ],
)
def test_pager_numbers(page: int, total: int, shown: list[str]) -> None:
    assert labels(page, total) == shown


def test_pager_tells_the_range_and_the_neighbours() -> None:
    made = pager(3, 20, 51, lambda number: f"?page={number}")
    assert (made.text, made.previous, made.next) == ("41–51 of 51", "?page=2", None)


def row(**more: object) -> InvoiceRow:
    """Make an overdue, partially paid invoice."""
    values = {
        "id": UUID(int=1), "number": "INV/1 &2", "subject": "<b>", "reference": None,
        "date": date(2026, 9, 1), "due_date": date(2026, 10, 1), "status": Status.OVERDUE,
        "partially_paid": True, "days_overdue": 52, "currency_code": "GBP", "total_minor": 10_000,
        "balance_minor": 4_000, "pending_minor": 0, "in_question_minor": 0,
        "disputed_minor": 0,
    }  # fmt: skip
    return InvoiceRow(**{**values, **more})  # type: ignore[arg-type]


def test_overdue_does_not_hide_partially_paid() -> None:
    assert [pill.text for pill in invoice_screens.pills(row())] == [
        "Overdue 52 days",
        "Partially paid",
    ]
    one = row(status=Status.PARTIALLY_PAID, days_overdue=0)
    assert [pill.text for pill in invoice_screens.pills(one)] == ["Partially paid"]


def test_row_links_to_its_invoice() -> None:
    made = invoice_screens.row(row(), BUSINESS)
    assert made.href == "invoice?number=INV%2F1+%262"
    assert len(made.cells) == len(invoice_screens.SCREEN.columns)


def test_void_invoices_owe_nothing() -> None:
    balance = invoice_screens.row(row(status=Status.VOID), BUSINESS).cells[-1]
    assert isinstance(balance, Cell)
    assert (balance.text, balance.tone) == ("£0.00", "quiet")


@pytest.mark.parametrize("by", list(Filter))
def test_every_filter_has_a_name_and_an_empty_state(by: Filter) -> None:
    screen = invoice_screens.SCREEN
    none = Page([], 0, dict.fromkeys(Filter, 0))
    empty, searched = (
        screen.empty(Request(screen, Query(by, Sort.NEWEST, search, 1)), none)
        for search in ("", "x")
    )
    assert screen.filters[by]
    assert empty.title
    assert "“x”" in searched.text
