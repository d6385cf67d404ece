"""Retainer invoices: what is to be paid in advance, what is available, and what drew on it."""

from datetime import timedelta

import pytest

from portal_data import store
from portal_data.scope import Scope
from tests.conftest import NOW
from tests.factories import insert, make_invoice, make_retainer, make_retainer_payment
from tests.pages.conftest import TODAY, Open, Screen

DAY = timedelta(days=1)


def _pay(opened: Screen) -> list[str]:
    return [label.replace("\\", "") for label in opened.controls().values()]


def test_list_with_counts_and_what_is_available(screen: Open, alice: Scope, charlie: Scope) -> None:
    make_retainer(alice, number="RET-1", day=TODAY, due=TODAY + DAY, description="<b>Spa</b>")
    late = make_retainer(alice, number="RET-2", day=TODAY - DAY, due=TODAY - DAY)
    make_retainer_payment(alice, late, 4_000)
    paid = make_retainer(alice, number="RET-3", day=TODAY - 2 * DAY)
    make_retainer_payment(alice, paid, 10_000)
    make_retainer(alice, number="RET-4", day=TODAY - 3 * DAY, status="void")
    make_retainer(charlie, number="RET-9")
    opened = screen(alice, "retainers")
    shown = opened.records()
    assert opened.numbers() == ["RET-1", "RET-2", "RET-3", "RET-4"]
    assert [(each["label"], each["count"]) for each in shown["filters"]] == [
        ("All", "4"), ("Unpaid", "2"), ("Overdue", "1"), ("Paid", "1"), ("Void", "1"),
    ]  # fmt: skip
    cells = [row["cells"] for row in shown["rows"]]
    assert cells[0][1] == "<b>Spa</b>"
    assert [pill["text"] for pill in cells[1][4]["pills"]] == ["Overdue", "Partially paid"]
    assert [(row[6].get("text", ""), row[7]["text"]) for row in cells] == [
        ("", "£100.00"), ("£40.00", "£60.00"), ("£100.00", "£0.00"), ("", "£0.00"),
    ]  # fmt: skip
    assert screen(alice, "retainers", status="overdue").numbers() == ["RET-2"]
    assert screen(alice, "retainers", q="spa").numbers() == ["RET-1"]
    assert screen(alice, "retainers", sort="available").numbers()[0] == "RET-3"


def test_a_partly_paid_retainer_tells_payments_and_asks_for_the_rest(
    screen: Open, alice: Scope
) -> None:
    retainer = make_retainer(alice, number="RET-7", due=TODAY - 3 * DAY, day=TODAY - 9 * DAY)
    make_retainer_payment(alice, retainer, 4_000, number="PAY-7", reference="FT 7")
    shown = screen(alice, "retainer", number="RET-7")
    for words in (
        "Balance due", "£60.00", "Overdue", "Partially paid", "3 days ago",
        "£40.00 of £100.00 paid", "£40.00 is available for your invoices.",
        "Retainer for the season", 'href="payment?number=PAY-7"', "FT 7",
        f"documents/retainer/{retainer}.pdf", "Viewed by Alice Test",
    ):  # fmt: skip
        assert words in shown.html, words
    assert "Drawn by invoices" not in shown.html
    assert _pay(shown) == ["Pay £60.00"]
    shown.app.button(key="retainer.pay").click()
    assert [element.value for element in shown.rerun().app.code] == [
        "£60.00",
        "RET-7",
        "IBAN GB00 TEST 0000",
    ]


def test_a_paid_retainer_tells_what_is_left_of_it(screen: Open, alice: Scope) -> None:
    retainer = make_retainer(alice, number="RET-7", total_minor=900_000, currency_code="KWD")
    make_retainer_payment(alice, retainer, 900_000, currency_code="KWD")
    insert(
        "retainer_applications", customer_id=alice.customer_id, retainer_invoice_id=retainer,
        invoice_id=make_invoice(alice, number="INV-7", currency_code="KWD"), date=TODAY,
        amount_minor=250_500, created_at=NOW,
    )  # fmt: skip
    with store.system_writing() as session:
        session.change("update core.retainer_invoices set unused_minor = 649500")
    shown = screen(alice, "retainer", number="RET-7")
    html = shown.html.replace("\N{NO-BREAK SPACE}", " ")
    for words in (
        "Available", "KWD 649.500", "KWD 250.500 of KWD 900.000 drawn", "Drawn by invoices",
        'href="invoice?number=INV-7"', "Paid in full. Thank you!",
    ):  # fmt: skip
        assert words in html, words
    assert _pay(shown) == []


def test_a_viewer_is_not_asked_to_pay(screen: Open, bob: Scope) -> None:
    make_retainer(bob, number="RET-7")
    assert _pay(screen(bob, "retainer", number="RET-7")) == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"status": "void"}, "Nothing is to be paid."),
        ({"pending_minor": 10_000}, "£100.00 is on its way."),
    ],
)
def test_nothing_to_pay(screen: Open, alice: Scope, more: dict[str, object], words: str) -> None:
    make_retainer(alice, number="RET-7", **more)  # type: ignore[arg-type]
    shown = screen(alice, "retainer", number="RET-7")
    assert words in shown.html
    assert _pay(shown) == []


@pytest.mark.parametrize("number", ["RET-99", "RET-8", "RET-5", ""])
def test_unknown_foreign_and_draft_look_the_same(
    screen: Open, alice: Scope, charlie: Scope, number: str
) -> None:
    make_retainer(charlie, number="RET-8", description="Secret of another")
    make_retainer(alice, number="RET-5", description="Secret", status="draft")
    shown = screen(alice, "retainer", number=number)
    assert "Retainer invoice not found" in shown.html
    assert "Secret" not in shown.html
    assert "documents/" not in shown.html


def test_empty_states(screen: Open, alice: Scope) -> None:
    assert screen(alice, "retainers").records()["empty"]["title"] == "No retainer invoices"
    shown = screen(alice, "retainers", status="overdue").records()["empty"]
    assert shown["title"] == "No overdue retainer invoices"
    assert "“x”" in screen(alice, "retainers", q="x").records()["empty"]["text"]
