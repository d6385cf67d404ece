"""One invoice: its document, balance, payments and history; a foreign one is not there."""

from datetime import timedelta

import pytest

from portal_data.scope import Scope
from tests.conftest import NOW
from tests.factories import insert, make_credit_note, make_invoice, make_payment
from tests.pages.conftest import TODAY, Open, Screen
from tests.people import events

DAY = timedelta(days=1)


_ON_ALL = {"Forward", "Send", "Dispute"}


def buttons(opened: Screen) -> list[str]:
    """Return the labels of the buttons on a screen, besides those that every document has."""
    return [each.label for each in opened.app.button if each.label not in _ON_ALL]


def test_document_payments_and_history(screen: Open, alice: Scope) -> None:
    invoice = make_invoice(
        alice, number="INV-7", day=TODAY - 40 * DAY, due=TODAY - 10 * DAY, subject="Garden",
        notes="<i>Mind</i> the gap",
    )  # fmt: skip
    make_payment(alice, {invoice: 4_000}, number="PAY-7", day=TODAY - 5 * DAY, reference="REF 1")
    note = make_credit_note(alice, number="CN-7")
    insert(
        "credit_applications", customer_id=alice.customer_id, credit_note_id=note,
        invoice_id=invoice, date=TODAY, amount_minor=1_000, created_at=NOW,
    )  # fmt: skip
    shown = screen(alice, "invoice", number="INV-7")
    for words in (
        "Fern & Bloom Ltd", "Alder Ltd", "Garden", "Consulting", "One day on site", "£100.00",
        "Overdue", "Partially paid", "£60.00", "10 days ago", "REF 1", "payment?number=PAY-7",
        "credit_note?number=CN-7", "Payment received", "Invoice sent",
    ):  # fmt: skip
        assert words in shown.html
    assert "<i>Mind" in shown.html  # the entity resolved by the test, not by the browser
    assert f"documents/invoice/{invoice}.pdf" in shown.html
    assert [label.replace("\\", "") for label in buttons(shown)] == ["Pay £60.00"]


def test_who_viewed_it_is_told_and_staff_hear_of_the_first_view(
    screen: Open, alice: Scope, bob: Scope
) -> None:
    make_invoice(alice, number="INV-7")
    screen(alice, "invoices")
    assert events() == []
    screen(alice, "invoice", number="INV-7").rerun()
    shown = screen(bob, "invoice", number="INV-7")
    assert shown.html.count("Viewed by Alice Test") == 1
    assert shown.html.count("Viewed by Bob Test") == 1
    assert "views, last on" not in shown.html
    assert events() == ["invoice.viewed", "document.viewed"]


@pytest.mark.parametrize("number", ["INV-99", "INV-8", "", "' or 1=1 --"])
def test_unknown_and_foreign_look_the_same(
    screen: Open, alice: Scope, charlie: Scope, number: str
) -> None:
    make_invoice(charlie, number="INV-8", subject="Secret of another")
    shown = screen(alice, "invoice", number=number)
    assert "Invoice not found" in shown.html
    assert "Secret" not in shown.html
    assert buttons(shown) == []


def test_viewer_is_not_asked_to_pay(screen: Open, bob: Scope) -> None:
    make_invoice(bob, number="INV-7")
    shown = screen(bob, "invoice", number="INV-7")
    assert "Balance due" in shown.html
    assert buttons(shown) == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"status": "void"}, "Nothing is to be paid."),
        ({"balance_minor": 0}, "Paid in full. Thank you!"),
        ({"pending_minor": 10_000}, "£100.00 is on its way."),
    ],
)
def test_nothing_to_pay(screen: Open, alice: Scope, more: dict[str, object], words: str) -> None:
    make_invoice(alice, number="INV-7", **more)  # type: ignore[arg-type]
    shown = screen(alice, "invoice", number="INV-7")
    assert words in shown.html
    assert buttons(shown) == []


def test_pay_tells_account_and_reference(screen: Open, alice: Scope) -> None:
    make_invoice(alice, number="INV-7")
    shown = screen(alice, "invoice", number="INV-7")
    shown.app.button(key="invoice.pay").click()
    told = [element.value for element in shown.rerun().app.code]
    assert told == ["£100.00", "INV-7", "IBAN GB00 TEST 0000"]


def test_nobody_sees_nothing(screen: Open, alice: Scope) -> None:
    make_invoice(alice, number="INV-7", subject="Garden")
    shown = screen(None, "sign_in", number="INV-7")
    assert "Garden" not in shown.html + shown.text


def test_invoice_in_question_is_not_to_be_paid(screen: Open, alice: Scope) -> None:
    make_invoice(
        alice, number="INV-7", day=TODAY - 40 * DAY, due=TODAY - 10 * DAY, in_question_minor=4_000
    )
    shown = screen(alice, "invoice", number="INV-7")
    assert "In question" in shown.html
    assert "£40.00 of this as settled" in shown.html
    assert "Overdue" not in shown.html
    assert buttons(shown) == []
    home = screen(alice, "home")
    assert "In question, not to be paid yet" in home.html
    assert "-£100.00" in home.html
    assert not any("Pay" in label for label in buttons(home))
