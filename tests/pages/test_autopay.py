"""Auto-pay on the screens: agreeing while paying and in the account, and what is seen of it."""

from uuid import UUID

import pytest

from portal_data import store
from portal_data.clock import utc_now
from portal_data.ids import new_id
from portal_data.messaging import outbox
from portal_data.payments import autopay, autopay_dunning, autopay_plans, collecting
from portal_data.payments.attempts import ENDED
from portal_data.payments.mandates import Covers, Terms
from portal_data.scope import Scope, Staff
from tests.factories import make_invoice
from tests.pages.conftest import TODAY, Open, Screen
from tests.pages.test_dialogs import opened
from tests.pages.test_paying import DAY, method, prefer, press, provider
from tests.payments.scripted import Scripted
from tests.people import rows

__all__ = ["provider"]
BOX = "Pay the next ones automatically"


@pytest.fixture(autouse=True)
def switched_on(provider: Scripted) -> None:
    """A business that offers auto-pay."""
    prefer(autopay=True)


def agree(scope: Scope, limit: int | None = None) -> UUID:
    """Switch auto-pay on."""
    key = new_id()
    terms = Terms(Covers.EVERYTHING, "GBP", limit, "I agree to this.")
    autopay.consent(scope, method(scope, "4242"), terms, key=key, now=utc_now())
    return key


def look(scope: Scope) -> None:
    """Let auto-pay look at a customer now, and do what follows."""
    with store.system_writing() as session:
        found = collecting.current().provider
        assert found is not None
        autopay_plans.look_at(session, found, scope.customer_id, utc_now())
    for each in rows("select id from core.payment_attempts where status = 'created' order by id"):
        collecting.current().look(each["id"], utc_now())
    with store.system_writing() as session:
        for row in outbox.due(session, utc_now()):
            if row.kind == ENDED:
                autopay_dunning.ended(session, row.customer_id, row.payload, utc_now())


def due(scope: Scope) -> None:
    """Let what is planned be due today."""
    with store.system_writing() as session:
        session.change(
            "update core.autopay_plans set version = version + 1, charge_on = $today",
            today=TODAY,
        )
        session.change(
            "update core.invoices set version = version + 1, due_date = $today", today=TODAY
        )


def boxes(shown: Screen) -> list[str]:
    """Return what the checkboxes say."""
    return [each.label for each in shown.app.checkbox]


def switch_on() -> None:
    """Open the dialog that switches auto-pay on."""
    from components.account import autopay_card

    autopay_card.switch_on("GBP")


def change() -> None:
    """Open the dialog that changes what was agreed to."""
    from components.account import autopay_card
    from components.session import require_scope
    from portal_data.payments import autopay

    autopay_card.switch_on("GBP", autopay.in_force(require_scope())[0])


def switch_off() -> None:
    """Open the dialog that ends what was agreed to."""
    from components.account import autopay_card
    from components.session import require_scope
    from portal_data.payments import autopay

    for found in autopay.in_force(require_scope()):
        autopay_card.switch_off(found.id, "Visa", found.version)


def test_it_is_offered_with_what_is_saved_and_never_chosen_already(
    screen: Open, alice: Scope
) -> None:
    make_invoice(alice, number="INV-1")
    shown = screen(alice, "pay", invoices="INV-1")
    assert BOX not in boxes(shown)  # a new card that is not saved
    method(alice, "4242", is_default=True)
    shown = screen(alice, "pay", invoices="INV-1")
    (box,) = (each for each in shown.app.checkbox if each.label == BOX)
    assert box.value is False
    box.check()
    shown = shown.rerun()
    words = autopay.words(
        Terms(Covers.EVERYTHING, "GBP", None, ""), "Visa •••• 4242", "Fern & Bloom Ltd"
    )
    assert "charges every invoice in GBP to Visa •••• 4242" in shown.html
    press(shown, "Pay £")
    (attempt,) = rows("select consent from core.payment_attempts order by id")
    assert words in attempt["consent"]
    prefer(autopay=False)
    make_invoice(alice, number="INV-2")
    assert BOX not in boxes(screen(alice, "pay", invoices="INV-2"))


def test_the_account_switches_it_on_changes_it_and_off(screen: Open, alice: Scope) -> None:
    assert "Auto-pay" not in screen(alice, "account").html
    method(alice, "4242")
    shown = screen(alice, "account")
    assert "You get a mail before each charge" in shown.html
    dialog = opened(switch_on, alice)
    dialog.app.radio[0].set_value(Covers.RECURRING)
    dialog.app.checkbox[0].check()
    dialog = dialog.rerun()
    assert "charges recurring invoices in GBP" in dialog.html
    assert "No charge is above £1,000.00." in dialog.html
    press(dialog, "Agree")
    (found,) = autopay.in_force(alice)
    assert (found.covers, found.limit_minor) == (Covers.RECURRING, 100_000)
    assert "No charge is above £1,000.00." in found.words
    dialog = opened(change, alice)
    dialog.app.radio[0].set_value(Covers.EVERYTHING)
    press(dialog.rerun(), "Agree")
    (found,) = autopay.in_force(alice)
    assert found.covers is Covers.EVERYTHING
    shown = screen(alice, "account")
    assert "At most £1,000.00" in shown.html
    assert found.words in shown.html
    press(opened(switch_off, alice), "Switch off")
    assert autopay.in_force(alice) == []


def test_who_may_not_pay_sees_what_stands_and_no_buttons(
    screen: Open, alice: Scope, bob: Scope, charlie: Scope
) -> None:
    agree(alice)
    shown = screen(bob, "account")
    assert "I agree to this." in shown.html
    assert not [each for each in shown.app.button if "autopay" in str(each.key)]
    assert "I agree to this." not in screen(charlie, "account").html


def test_an_invoice_says_what_auto_pay_does(
    screen: Open, alice: Scope, owner: Staff, provider: Scripted
) -> None:
    agree(alice)
    make_invoice(alice, number="INV-1", due=TODAY + 9 * DAY)
    look(alice)
    assert "Auto-pay will charge this on" in screen(alice, "invoice", number="INV-1").html
    assert "Auto-pay will charge this on" in screen(alice, "account").html
    due(alice)
    with store.system_writing() as session:
        session.change(
            "update core.autopay_plans set version = version + 1, noticed_on = $today,"
            " noticed_minor = 10000",
            today=TODAY,
        )
    provider.refuses = "insufficient_funds"
    look(alice)
    shown = screen(alice, "invoice", number="INV-1")
    assert "Auto-pay will try again on" in shown.html
    assert "not enough money" in shown.html
    due(alice)
    provider.refuses = "expired_card"
    look(alice)
    assert (
        "The card has expired. Please pay it yourself."
        in screen(alice, "invoice", number="INV-1").html
    )
    staff = screen(owner, "staff/online_payments")
    assert "Auto-pay gave up" in staff.html
    assert "The card has expired." in staff.html
    customer = screen(owner, "staff/customer", id=str(alice.customer_id))
    assert "Charged automatically" in customer.html
