"""Disputes on screens: a customer disputes an invoice, staff decide, and both see the end."""

from uuid import UUID

import pytest

from portal_data.billing import dispute_claims, invoices
from portal_data.billing.dispute_claims import Claim
from portal_data.billing.disputes import Reason, State
from portal_data.ids import new_id
from portal_data.scope import Scope, Staff
from tests.conftest import NOW
from tests.factories import make_invoice, make_series
from tests.pages.conftest import TODAY, Open, Screen
from tests.pages.test_dialogs import opened

HOSTILE = "<img src=x onerror=alert(1)> **bold** [x](javascript:alert(1)) :smile: $x$ \u202eabc"


@pytest.fixture
def invoice(alice: Scope) -> UUID:
    """An invoice of 100.00, and numbers for credit notes."""
    make_series("credit_note", "CN-", 7)
    return make_invoice(alice, number="INV-7")


def dispute() -> None:
    """Open the dialog that disputes the invoice."""
    from components.documents import dispute_dialogs

    dispute_dialogs.dispute("INV-7")


def withdraw() -> None:
    """Open the dialog that takes a dispute back."""
    from components.documents import dispute_dialogs

    dispute_dialogs.withdraw("INV-7")


def decide() -> None:
    """Open the dialog in which staff decide on the invoice's disputes."""
    from components.session import require_staff
    from components.staff import disputes
    from portal_data import clock
    from portal_data.auth import identity
    from portal_data.billing import invoices
    from portal_data.customers import documents
    from portal_data.kinds import INVOICE

    staff = require_staff()
    looking = identity.view_as_customer(
        staff, documents.locate(staff, INVOICE, "INV-7").customer_id
    )
    found = invoices.get(looking, "INV-7", today=clock.utc_now().date()).disputes
    disputes.decide("INV-7", [each for each in found if each.state.open])


def _press(shown: Screen, key: str) -> Screen:
    shown.app.button(key=key).click()
    return shown.rerun()


def _dispute(who: Scope, amount: float, body: str) -> Screen:
    """Dispute an amount of the invoice in its dialog."""
    shown = opened(dispute, who)
    shown.app.number_input[0].set_value(amount)
    _field(shown, "What is wrong *").set_value(body)
    return _press(shown, "confirm.yes")


def _field(shown: Screen, label: str):  # type: ignore[no-untyped-def]
    return next(each for each in shown.app.text_area if each.label == label)


def _raw(shown: Screen) -> str:
    return "".join(element.proto.body for element in shown.app.get("html"))


def test_it_is_disputed_decided_and_credited(
    screen: Open, alice: Scope, bob: Scope, owner: Staff, invoice: UUID
) -> None:
    assert "invoice.dispute" in screen(alice, "invoice", number="INV-7").controls()
    _dispute(alice, 40.0, HOSTILE)
    disputed = screen(alice, "invoice", number="INV-7")
    for words in ("£40.00 is in dispute", "Opened", "The price is not what was agreed"):
        assert words in disputed.html
    assert "onerror=alert(1)>" in disputed.html  # as text
    assert "<img src=x" not in _raw(disputed)
    assert "\u202e" not in _raw(disputed)
    assert disputed.controls()["invoice.pay"].replace("\\", "") == "Pay £60.00"
    assert "In dispute, not to be paid yet" in screen(bob).html
    (row,) = screen(bob, "invoices", status="disputed").records()["rows"]
    assert [pill["text"] for pill in row["cells"][4]["pills"]] == ["Unpaid", "Disputed"]
    inbox = screen(owner, "staff/inbox")
    for words in ("Disputes (1)", "INV-7", "Alder Ltd", "£40.00"):
        assert words in inbox.html
    assert "dispute.decide" in screen(owner, "invoice", number="INV-7").controls()
    deciding = _press(opened(decide, owner), "confirm.yes")
    assert "cannot be empty" in deciding.html  # an answer is needed
    _field(deciding, "Answer to the customer *").set_value("You are right.")
    deciding.app.number_input[0].set_value(30.0)
    _press(deciding, "confirm.yes")
    decided = screen(owner, "invoice", number="INV-7")
    for words in ("Accepted", "You are right.", "credit_note?number=CN-7"):
        assert words in decided.html
    assert "dispute.decide" not in decided.controls()
    seen = screen(alice, "invoice", number="INV-7")
    assert seen.controls()["invoice.pay"].replace("\\", "") == "Pay £70.00"
    assert "You are right." in seen.html
    assert "Disputes (" not in screen(owner, "staff/inbox").html


def test_what_is_too_much_is_refused_and_kept(alice: Scope, invoice: UUID) -> None:
    refused = _dispute(alice, 100.01, "Everything, and more")
    assert "Up to £100.00 of it can be disputed" in refused.text.replace("\\", "")
    assert _field(refused, "What is wrong *").value == "Everything, and more"
    assert invoices.get(alice, "INV-7", today=TODAY).disputes == []


def test_it_is_withdrawn_and_one_of_several_is_chosen(
    screen: Open, alice: Scope, invoice: UUID
) -> None:
    for minor in (1_000, 2_000):
        claimed = Claim(None, Reason.OTHER, minor, "Odd")
        dispute_claims.open_dispute(alice, "INV-7", claimed, seen=1, key=new_id(), now=NOW)
    assert "invoice.withdraw" in screen(alice, "invoice", number="INV-7").controls()
    shown = opened(withdraw, alice)
    which = next(each for each in shown.app.selectbox if each.label == "Which one?")
    assert which.options == ["£10.00 · Something else", "£20.00 · Something else"]
    which.select_index(1)
    _press(shown, "confirm.yes")
    assert "£10.00 is in dispute" in screen(alice, "invoice", number="INV-7").html
    states = {each.amount_minor: each.state for each in invoices.get(
        alice, "INV-7", today=TODAY).disputes}  # fmt: skip
    assert states == {1_000: State.OPENED, 2_000: State.WITHDRAWN}


def test_a_viewer_only_looks(screen: Open, alice: Scope, bob: Scope, invoice: UUID) -> None:
    claimed = Claim(None, Reason.OTHER, 1_000, "Odd")
    dispute_claims.open_dispute(alice, "INV-7", claimed, seen=1, key=new_id(), now=NOW)
    shown = screen(bob, "invoice", number="INV-7")
    assert "£10.00 is in dispute" in shown.html
    assert shown.controls() == {}


def test_the_statement_tells_what_is_disputed(screen: Open, alice: Scope, invoice: UUID) -> None:
    claimed = Claim(None, Reason.OTHER, 1_000, "Odd")
    dispute_claims.open_dispute(alice, "INV-7", claimed, seen=1, key=new_id(), now=NOW)
    assert "£10.00 of it in dispute" in screen(alice, "statements").html
