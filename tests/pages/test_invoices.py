"""Invoices: filters with counts, search, order and pages, all of it in the address."""

from datetime import timedelta

import pytest

from portal_data.scope import Scope
from tests.factories import make_invoice, make_payment
from tests.pages.conftest import TODAY, Open

DAY = timedelta(days=1)


@pytest.fixture
def books(alice: Scope, charlie: Scope) -> None:
    """Store an unpaid, an overdue and partly paid, a paid and a void invoice, and a stranger's."""
    make_invoice(alice, number="INV-1", day=TODAY, subject="Garden plan")
    late = make_invoice(
        alice, number="INV-2", day=TODAY - 40 * DAY, due=TODAY - 10 * DAY, subject="<b>Late</b>"
    )
    make_payment(alice, {late: 4_000}, day=TODAY - 5 * DAY)
    paid = make_invoice(alice, number="INV-3", day=TODAY - 50 * DAY, subject="100% done")
    make_payment(alice, {paid: 10_000}, day=TODAY - 45 * DAY)
    make_invoice(alice, number="INV-4", day=TODAY - 60 * DAY, status="void")
    make_invoice(charlie, number="INV-9", subject="Secret of another")


def test_nobody_sees_the_sign_in_form_and_no_row(screen: Open, books: None) -> None:
    opened = screen(None, "sign_in")
    assert "INV-" not in opened.html + opened.text
    assert not opened.app.get("bidi_component") or "INV-" not in str(
        [element.proto for element in opened.app.get("bidi_component")]
    )


def test_newest_first_with_counts(screen: Open, alice: Scope, books: None) -> None:
    shown = screen(alice, "invoices").records()
    assert [row["cells"][0] for row in shown["rows"]] == ["INV-1", "INV-2", "INV-3", "INV-4"]
    assert [(each["label"], each["count"]) for each in shown["filters"]] == [
        ("All", "4"), ("Unpaid", "2"), ("Overdue", "1"), ("Partially paid", "1"), ("Paid", "1"),
        ("Void", "1"),
        ("Disputed", "0"),
    ]  # fmt: skip
    assert shown["filters"][0]["href"] == "invoices"
    assert shown["pager"]["text"] == "1–4 of 4"


def test_overdue_and_partially_paid_are_both_told(screen: Open, alice: Scope, books: None) -> None:
    row = screen(alice, "invoices", status="overdue").records()["rows"][0]
    assert row["href"] == "invoice?number=INV-2"
    assert row["cells"][1] == "<b>Late</b>"
    assert [pill["text"] for pill in row["cells"][4]["pills"]] == [
        "Overdue 10 days",
        "Partially paid",
    ]
    assert row["cells"][6]["text"] == "£60.00"


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({"status": "unpaid"}, ["INV-1", "INV-2"]),
        ({"status": "paid"}, ["INV-3"]),
        ({"q": "garden"}, ["INV-1"]),
        ({"q": "%"}, ["INV-3"]),
        ({"q": "secret"}, []),
        ({"sort": "oldest"}, ["INV-4", "INV-3", "INV-2", "INV-1"]),
        ({"sort": "balance"}, ["INV-4", "INV-1", "INV-2", "INV-3"]),
        ({"status": "nonsense", "sort": "x", "page": "-1"}, ["INV-1", "INV-2", "INV-3", "INV-4"]),
        ({"page": "99"}, ["INV-1", "INV-2", "INV-3", "INV-4"]),
        ({"page": "٣"}, ["INV-1", "INV-2", "INV-3", "INV-4"]),
    ],
)
def test_address_decides(
    screen: Open, alice: Scope, books: None, query: dict[str, str], numbers: list[str]
) -> None:
    assert screen(alice, "invoices", **query).numbers() == numbers


def test_links_keep_the_rest_of_the_address(screen: Open, alice: Scope, books: None) -> None:
    shown = screen(alice, "invoices", status="unpaid", q="inv", sort="due").records()
    hrefs = {each["label"]: each["href"] for each in shown["filters"]}
    assert hrefs["Paid"] == "invoices?status=paid&sort=due&q=inv"
    assert hrefs["All"] == "invoices?sort=due&q=inv"
    assert shown["search"]["href"] == "invoices?status=unpaid&sort=due"


def test_pages(screen: Open, alice: Scope) -> None:
    for n in range(45):
        make_invoice(alice, number=f"INV-{n:03}", day=TODAY - n * DAY)
    second = screen(alice, "invoices", page="2")
    assert second.numbers()[0] == "INV-020"
    assert second.records()["pager"]["text"] == "21–40 of 45"
    assert [each["label"] for each in second.records()["pager"]["numbers"]] == ["1", "2", "3"]


def test_empty_states(screen: Open, alice: Scope) -> None:
    assert screen(alice, "invoices").records()["empty"]["title"] == "No invoices yet"
    overdue = screen(alice, "invoices", status="overdue").records()["empty"]
    assert overdue["title"] == "No overdue invoices"
    assert "“x”" in screen(alice, "invoices", q="x").records()["empty"]["text"]
