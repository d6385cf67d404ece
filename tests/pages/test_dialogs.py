"""Dialogs run without the frame around them: each asks again who is there."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from portal_data import store
from portal_data.scope import Scope, Staff
from tests.factories import make_invoice
from tests.pages.conftest import Screen, app_as
from tests.people import mails

pytestmark = pytest.mark.usefixtures("db")


def write() -> None:
    """Open the dialog that writes to the business."""
    from components.forms import dialogs

    dialogs.write()


def pay() -> None:
    """Open the dialog that tells how to pay everything in pounds."""
    from components.forms import dialogs

    dialogs.pay_all("GBP")


def opened(dialog: Callable[[], None], who: Scope | Staff | None) -> Screen:
    """Run a dialog as somebody."""
    return Screen(app_as(AppTest.from_function(dialog, default_timeout=30), who).run())


def test_message_goes_out(alice: Scope) -> None:
    shown = opened(write, alice)
    shown.app.text_input(key="message.subject").set_value("Hello")
    shown.app.text_area(key="message.body").set_value("A question")
    shown.app.button[0].click()
    shown.rerun()
    [mail] = mails("mail.message")
    assert mail["to"] == "office@fern.example"
    assert mail["reply_to"] == alice.email
    assert mail["body"] == "A question"


def test_the_message_after_it_goes_out_too(alice: Scope) -> None:
    shown = opened(write, alice)
    for body in ("One thing", "Another thing"):
        shown.app.text_input(key="message.subject").set_value("Hello")
        shown.app.text_area(key="message.body").set_value(body)
        shown.app.button[0].click()
        shown = shown.rerun()
    assert [mail["body"] for mail in mails("mail.message")] == ["One thing", "Another thing"]


def test_empty_message_is_refused_and_kept(alice: Scope) -> None:
    shown = opened(write, alice)
    shown.app.text_input(key="message.subject").set_value("Hello")
    shown.app.button[0].click()
    shown = shown.rerun()
    assert "This cannot be empty." in shown.html
    assert "Message" in shown.text
    assert shown.app.text_input(key="message.subject").value == "Hello"
    assert mails("mail.message") == []


@pytest.mark.parametrize("dialog", [write, pay])
def test_nobody_and_staff_see_nothing(dialog: Callable[[], None], owner: Staff) -> None:
    for who in (None, owner):
        shown = opened(dialog, who)
        assert not shown.app.text_input
        assert not shown.app.code
        assert len(shown.app.info) == 1


def test_no_bank_details_points_to_the_business(alice: Scope) -> None:
    make_invoice(alice)
    with store.system_writing() as session:
        session.change("update core.organisation set bank_details = null")
    make_invoice(alice)
    shown = opened(pay, alice)
    assert "office@fern.example" in shown.html
    assert not shown.app.code


def how_to_pay() -> None:
    """Tell how to pay one invoice by transfer."""
    from components.forms import dialogs

    dialogs.pay_invoice("INV-1")


@pytest.mark.parametrize(("currency", "codes"), [("EUR", 1), ("GBP", 0)])
def test_a_transfer_in_euros_has_a_code_for_banking_apps(
    alice: Scope, currency: str, codes: int
) -> None:
    make_invoice(alice, number="INV-1", currency_code=currency)
    with store.system_writing() as session:
        session.change("update core.organisation set iban = 'DE71 1102 2033 0123 4567 89'")
    assert opened(how_to_pay, alice).html.count("data:image/png;base64,") == codes
