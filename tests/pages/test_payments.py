"""Payments made and one receipt: what was paid, what of it is unused, and what came back."""

from datetime import timedelta

import pytest

from portal_data.scope import Scope
from tests.conftest import NOW
from tests.factories import (
    insert,
    make_invoice,
    make_payment,
    make_retainer,
    make_retainer_payment,
)
from tests.pages.conftest import TODAY, Open

DAY = timedelta(days=1)


@pytest.fixture
def books(alice: Scope, charlie: Scope) -> None:
    """Store a payment of many invoices, an unapplied and a retainer's one, and a stranger's."""
    invoices = {make_invoice(alice, number=f"INV-{n}"): 1_000 * n for n in range(1, 5)}
    make_payment(alice, invoices, number="PAY-1", day=TODAY, reference="<b>FT</b> 1")
    make_payment(alice, {}, number="PAY-2", unused_minor=700, day=TODAY - DAY, status="succeeded")
    retainer = make_retainer(alice, number="RET-1")
    make_retainer_payment(alice, retainer, 2_500, number="PAY-3", day=TODAY - 2 * DAY)
    make_payment(alice, {}, number="PAY-4", unused_minor=1, status="void")
    make_payment(charlie, {}, number="PAY-9", unused_minor=1, reference="Secret of another")


def test_newest_first_with_counts_and_what_was_paid(
    screen: Open, alice: Scope, books: None
) -> None:
    shown = screen(alice, "payments").records()
    assert [(each["label"], each["count"]) for each in shown["filters"]] == [
        ("All", "3"),
        ("Invoice payments", "2"),
        ("Retainer payments", "1"),
    ]
    assert [row["href"] for row in shown["rows"]] == [
        "payment?number=PAY-1",
        "payment?number=PAY-2",
        "payment?number=PAY-3",
    ]
    first, second, third = (row["cells"] for row in shown["rows"])
    assert first[2] == "INV-1, INV-2 and 2 more"
    assert (first[4], first[5], first[6]) == ("<b>FT</b> 1", "£100.00", {"text": "", "pills": []})
    assert (second[2], second[5], second[6]) == ("Not applied yet", "£7.00", "£7.00")
    assert (third[2], third[5]) == ("RET-1", "£25.00")


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({"status": "retainer"}, ["PAY-3"]),
        ({"status": "invoice"}, ["PAY-1", "PAY-2"]),
        ({"sort": "oldest"}, ["PAY-3", "PAY-2", "PAY-1"]),
        ({"sort": "largest"}, ["PAY-1", "PAY-3", "PAY-2"]),
        ({"sort": "smallest"}, ["PAY-2", "PAY-3", "PAY-1"]),
        ({"q": "inv-4"}, ["PAY-1"]),
        ({"q": "secret"}, []),
        ({"status": "nonsense", "sort": "x", "page": "99"}, ["PAY-1", "PAY-2", "PAY-3"]),
    ],
)
def test_address_decides(
    screen: Open, alice: Scope, books: None, query: dict[str, str], numbers: list[str]
) -> None:
    assert screen(alice, "payments", **query).numbers() == numbers


def test_headings_sort_by_date_and_amount_both_ways(
    screen: Open, alice: Scope, books: None
) -> None:
    columns = {
        each["label"]: each["sort"]
        for each in screen(alice, "payments", sort="largest").records()["columns"]
    }
    assert columns["Amount"] == {"href": "payments?sort=smallest", "sorted": "descending"}
    assert columns["Date"] == {"href": "payments", "sorted": None}


def test_empty_states(screen: Open, alice: Scope) -> None:
    assert screen(alice, "payments").records()["empty"]["title"] == "No payments yet"
    retainers = screen(alice, "payments", status="retainer").records()["empty"]
    assert retainers["title"] == "No retainer payments"
    assert "“x”" in screen(alice, "payments", q="x").records()["empty"]["text"]


def test_a_receipt_tells_what_it_paid_and_what_came_back(screen: Open, alice: Scope) -> None:
    invoice = make_invoice(alice, number="INV-7", total_minor=10_000)
    payment = make_payment(
        alice, {}, number="PAY-7", unused_minor=2_000, reference="FT 7", day=TODAY,
        description="<i>Keep</i> the rest",
    )  # fmt: skip
    insert(
        "allocations", customer_id=alice.customer_id, payment_id=payment, invoice_id=invoice,
        date=TODAY, amount_minor=8_500, withheld_minor=1_000, early_discount_minor=500,
        created_at=NOW,
    )  # fmt: skip
    insert(
        "refunds", customer_id=alice.customer_id, payment_id=payment, date=TODAY,
        status="succeeded", currency_code="GBP", amount_minor=300, mode="Cash", created_at=NOW,
    )  # fmt: skip
    shown = screen(alice, "payment", number="PAY-7")
    for words in (
        "Amount received", "£20.00 is unused", "FT 7", "invoice?number=INV-7", "£85.00",
        "Tax withheld", "£10.00", "Early payment discount", "£5.00", "Refunded", "-£3.00",
        "Refunds", "Alder Ltd", "Fern & Bloom Ltd", "<i>Keep</i> the rest", "Invoice payment",
        f"documents/payment/{payment}.pdf",
    ):  # fmt: skip
        assert words in shown.html, words


def test_a_receipt_says_why_money_went_back(screen: Open, alice: Scope) -> None:
    payment = make_payment(alice, {}, number="PAY-7", unused_minor=2_000, day=TODAY)
    for kind, status in (
        ("refund", "pending"), ("return", "succeeded"), ("dispute", "pending"),
        ("dispute", "succeeded"), ("dispute", "failed"),
    ):  # fmt: skip
        insert(
            "refunds", customer_id=alice.customer_id, payment_id=payment, date=TODAY, kind=kind,
            status=status, currency_code="GBP", amount_minor=300, created_at=NOW,
            reason="<b>Twice</b>" if kind == "refund" else None,
        )  # fmt: skip
    shown = screen(alice, "payment", number="PAY-7")
    for words in (
        "Refund on its way", "<b>Twice</b>", "Returned by the bank", "Disputed at the bank",
        "Taken back by the bank", "Dispute at the bank ended",
    ):  # fmt: skip
        assert words in shown.html, words
    assert "<b>Twice" not in "".join(each.proto.body for each in shown.app.get("html"))


def test_columns_and_cards_that_say_nothing_are_left_out(screen: Open, alice: Scope) -> None:
    make_payment(alice, {make_invoice(alice): 500}, number="PAY-7")
    shown = screen(alice, "payment", number="PAY-7")
    for words in ("Tax withheld", "Early payment discount", "Refund", "unused", "Unused", "Notes"):
        assert words not in shown.html, words


def test_a_void_receipt_says_that_it_pays_nothing(screen: Open, alice: Scope) -> None:
    make_payment(alice, {}, number="PAY-7", unused_minor=900, status="void")
    shown = screen(alice, "payment", number="PAY-7")
    assert "£9.00 was not received. It pays nothing." in shown.html
    assert "Invoice payment" not in shown.html


@pytest.mark.parametrize("number", ["PAY-99", "PAY-8", "PAY-5", "", "' or 1=1 --"])
def test_unknown_foreign_and_draft_look_the_same(
    screen: Open, alice: Scope, charlie: Scope, number: str
) -> None:
    make_payment(charlie, {}, number="PAY-8", unused_minor=1, reference="Secret of another")
    make_payment(alice, {}, number="PAY-5", unused_minor=1, reference="Secret", status="draft")
    shown = screen(alice, "payment", number=number)
    assert "Payment not found" in shown.html
    assert "Secret" not in shown.html
    assert "documents/" not in shown.html


def test_an_invoice_opens_the_payment_that_settled_it(screen: Open, alice: Scope) -> None:
    invoice = make_invoice(alice, number="INV-7", total_minor=1_000)
    make_payment(alice, {invoice: 400}, number="PAY-7")
    assert 'href="payment?number=PAY-7"' in screen(alice, "invoice", number="INV-7").html


def test_nobody_sees_nothing(screen: Open, alice: Scope, books: None) -> None:
    for path in ("payments", "payment"):
        shown = screen(None, "sign_in", number="PAY-1")
        assert "PAY-" not in shown.html + shown.text, path
