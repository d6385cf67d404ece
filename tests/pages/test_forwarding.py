"""Forwarding on screens: the button for whoever may, its dialog, and what it says."""

from dataclasses import replace

from streamlit.testing.v1 import AppTest

from portal_data import kinds
from portal_data.business import preferences
from portal_data.clock import utc_now
from portal_data.customers import forwarding
from portal_data.ids import new_id
from portal_data.scope import Scope, Staff
from tests.factories import make_credit_note, make_estimate, make_invoice, make_payment
from tests.pages.conftest import Open, Screen, app_as
from tests.people import mails


def _offered(shown: Screen) -> bool:
    return "forward" in [each.key for each in shown.app.button]


def forwarding_it() -> None:
    """Press Forward on the screen of a statement."""
    from datetime import date

    from components.documents import forwarding
    from portal_data.customers.forwarding import OnePeriod

    november = OnePeriod("GBP", date(2026, 11, 1), date(2026, 11, 30))
    forwarding.dialog(november, "Statement <i>November</i>")


def _send(shown: Screen, to: str, note: str = "") -> Screen:
    shown.app.text_input[0].set_value(to)
    shown.app.text_area[0].set_value(note)
    next(each for each in shown.app.button if each.label == "Send e-mail").click()
    return shown.rerun()


def test_a_note_goes_to_addresses_and_what_is_none_is_named(screen: Open, alice: Scope) -> None:
    make_invoice(alice, number="INV-7")
    shown = Screen(app_as(AppTest.from_function(forwarding_it, default_timeout=30), alice).run())
    for words in ("Statement <i>November</i> is attached", "without access", alice.email):
        assert words in shown.html.replace("</b>", "")
    refused = _send(shown, "nobody, max@books.example")
    assert "nobody is no e-mail address." in refused.html
    assert mails("mail.forward") == []
    _send(refused, "max@books.example", "Please book this.")
    (mail,) = mails("mail.forward")
    assert (mail["to"], mail["quote"]) == ("max@books.example", "Please book this.")
    assert mail["attachment"]["last"] == "2026-11-30"
    account = screen(alice, "account").html.replace("<wbr>", "")
    assert account.count("max@books.example") == 1  # who has no name is named so


def test_every_kind_and_the_statement_offer_it(screen: Open, alice: Scope) -> None:
    make_estimate(alice, number="EST-1")
    make_credit_note(alice, number="CN-1")
    make_payment(alice, {}, unused_minor=100, number="PAY-1")
    for page, number in (("estimate", "EST-1"), ("credit_note", "CN-1"), ("payment", "PAY-1")):
        assert _offered(screen(alice, page, number=number))
    assert _offered(screen(alice, "statements"))


def test_the_history_tells_it_on_both_sides(
    screen: Open, alice: Scope, bob: Scope, charlie: Scope, owner: Staff
) -> None:
    who = replace(alice, name="Ann <i>Other</i>")
    for kind, document_id, number in (
        (kinds.INVOICE, make_invoice(alice, number="INV-7"), "INV-7"),
        (kinds.PAYMENT, make_payment(alice, {}, unused_minor=100, number="PAY-1"), "PAY-1"),
    ):
        for reader in (alice, bob, owner):
            assert "Forwarded" not in screen(reader, kind.key, number=number).html
        what = forwarding.OneDocument(kind, document_id)
        forwarding.forward(
            who, what, "max@books.example", "A note.", key=new_id(), now=utc_now()
        )  # fmt: skip
        for reader, addressed in ((alice, True), (bob, False), (owner, True)):
            html = screen(reader, kind.key, number=number).html
            history = html.partition("History</h2>")[2].partition("</section>")[0]
            assert "Forwarded by Ann <i>Other</i>" in history
            assert ("max@books.example" in history) is addressed
            assert "A note." not in history
    assert "Forwarded" not in screen(charlie, "invoice", number="INV-7").html


def test_only_whoever_may_is_offered_it(
    screen: Open, alice: Scope, bob: Scope, owner: Staff
) -> None:
    make_invoice(alice, number="INV-7")
    assert not _offered(screen(bob, "invoice", number="INV-7"))
    assert not _offered(screen(owner, "invoice", number="INV-7"))
    preferences.change(owner, now=utc_now(), customers_forward_documents=False)
    assert not _offered(screen(alice, "invoice", number="INV-7"))
    assert not _offered(screen(alice, "statements"))
