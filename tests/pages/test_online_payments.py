"""Online payments for staff: what is held is decided, messages are looked at, money goes back."""

from uuid import UUID

import pytest

from portal_data.payments import collecting, payments
from portal_data.payments.attempts import Status
from portal_data.payments.collecting import Collector
from portal_data.payments.provider import Back, Reversal, State
from portal_data.scope import Staff
from tests.conftest import NOW, Cast
from tests.factories import insert, make_invoice, make_payment
from tests.pages.conftest import Open, Screen
from tests.pages.test_dialogs import opened
from tests.payments.scripted import Scripted
from tests.payments.test_collecting import (
    LATER,
    balance,
    begin,
    collector,
    integrity,
    part,
    provider,
    reference,
)
from tests.people import rows

__all__ = ["collector", "provider"]

HOSTILE = "<img src=x onerror=alert(1)> **bold** [x](javascript:alert(1)) $x$"


@pytest.fixture(autouse=True)
def of_this_portal(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let screens ask the scripted provider."""
    monkeypatch.setattr(collecting, "current", lambda: collector)


@pytest.fixture
def held(cast: Cast, provider: Scripted, collector: Collector) -> UUID:
    """An attempt of £100.00 for which £90.00 came."""
    make_invoice(cast.alice, number="INV-1", total_minor=10_000)
    attempt = begin(cast.alice, provider, part(cast.alice, "INV-1"))
    collector.hand_over(cast.alice, attempt, NOW)
    provider.becomes(reference(attempt), State.SUCCEEDED, received_minor=9_000, mode="Card")
    assert collector.look(attempt, LATER) is Status.HELD
    return attempt


@pytest.fixture
def paid(cast: Cast, provider: Scripted, collector: Collector) -> UUID:
    """An attempt that paid an invoice of £100.00."""
    make_invoice(cast.alice, number="INV-1", total_minor=10_000)
    attempt = begin(cast.alice, provider, part(cast.alice, "INV-1"))
    collector.hand_over(cast.alice, attempt, NOW)
    provider.becomes(reference(attempt), State.SUCCEEDED, mode="Card")
    collector.look(attempt, LATER)
    return attempt


def accept() -> None:
    """Open the dialog that accepts what came of the held payment."""
    from components.session import require_staff
    from components.staff import online_payments
    from portal_data import lists
    from portal_data.clock import utc_now
    from portal_data.payments import watch

    page = lists.page(require_staff(), watch.LIST, today=utc_now().date(), filter=watch.Filter.ALL)
    online_payments.accept(page.rows[0])


def end() -> None:
    """Open the dialog that ends the held payment."""
    from components.session import require_staff
    from components.staff import online_payments
    from portal_data import lists
    from portal_data.clock import utc_now
    from portal_data.payments import watch

    page = lists.page(require_staff(), watch.LIST, today=utc_now().date(), filter=watch.Filter.ALL)
    online_payments.end(page.rows[0])


def refund() -> None:
    """Open the dialog that sends money of a payment back."""
    from components.session import require_staff
    from components.staff import refund_dialog
    from portal_data.auth import identity
    from portal_data.customers import documents
    from portal_data.kinds import PAYMENT
    from portal_data.payments import payments
    from tests.people import rows

    staff = require_staff()
    ((number,),) = (row.values() for row in rows("select number from core.payments"))
    located = documents.locate(staff, PAYMENT, number)
    looking = identity.view_as_customer(staff, located.customer_id)
    refund_dialog.refund(payments.get(looking, number))


def _press(shown: Screen, key: str) -> Screen:
    shown.app.button(key=key).click()
    return shown.rerun()


def test_a_held_payment_is_shown_and_accepted(
    screen: Open, cast: Cast, provider: Scripted, held: UUID
) -> None:
    shown = screen(cast.owner, "staff/online_payments")
    (row,) = shown.records()["rows"]
    assert row["cells"][0]["text"] == "Alder Ltd"
    assert row["cells"][2]["note"] == "£90.00 came, and £100.00 was agreed to."
    assert [pill["text"] for pill in row["cells"][4]["pills"]] == ["Needs a decision"]
    for words in ("invoice?number=INV-1", "customer?id=", "£90.00 came by Card", "Scripted says"):
        assert words in shown.html
    assert [each.value for each in shown.app.code] == [reference(held)]
    assert {"online.accept", "online.end", "online.ask"} <= shown.controls().keys()
    asked = opened(accept, cast.owner)
    for words in ("agreed to pay £100.00, and £90.00 came", "£10.00 of its documents"):
        assert words in asked.html
    _press(asked, "confirm.yes")
    assert balance(cast.alice) == (1_000, 0)
    assert payments.get(cast.alice, "PAY-000001").amount_minor == 9_000
    assert screen(cast.owner, "staff/online_payments").records()["empty"] == {
        "title": "Nothing needs a decision",
        "text": "A payment of which another amount came waits here for you.",
        "way": None,
    }
    assert integrity() == []


def test_what_the_provider_says_by_then_is_decided_on(
    cast: Cast, provider: Scripted, held: UUID
) -> None:
    asked = opened(accept, cast.owner)
    provider.becomes(reference(held), State.SUCCEEDED, received_minor=8_000, mode="Card")
    refused = _press(asked, "confirm.yes")
    assert "The provider says something else by now" in refused.text
    assert rows("select id from core.payments") == []
    ending = _press(opened(end, cast.owner), "confirm.yes")
    assert "The money is there" in ending.text
    provider.comes_back(reference(held), Reversal("re_1", Back.REFUND, State.SUCCEEDED, 8_000))
    _press(opened(end, cast.owner), "confirm.yes")
    assert balance(cast.alice) == (10_000, 0)
    assert rows("select status from core.payment_attempts") == [{"status": "failed"}]
    assert integrity() == []


def test_a_silent_provider_is_said_in_words(
    screen: Open, cast: Cast, provider: Scripted, held: UUID
) -> None:
    provider.silent = True
    shown = screen(cast.owner, "staff/online_payments")
    assert "What Scripted says is not known" in shown.text
    assert not {"online.accept", "online.end"} & shown.controls().keys()
    provider.silent = False
    assert "online.end" in _press(shown, "online.ask").controls()


def test_another_currency_is_not_offered_to_be_accepted(
    screen: Open, cast: Cast, provider: Scripted, held: UUID
) -> None:
    provider.becomes(reference(held), State.SUCCEEDED, currency_code="EUR")
    shown = screen(cast.owner, "staff/online_payments")
    assert "Another currency is never accepted" in shown.html
    assert "online.accept" not in shown.controls()
    assert "online.end" in shown.controls()


@pytest.mark.parametrize("by", ["held", "in_flight", "failed", "all"])
def test_an_empty_list_says_so(screen: Open, owner: Staff, by: str) -> None:
    shown = screen(owner, "staff/online_payments", status=by)
    assert shown.records()["empty"]["title"]
    assert "Every message led to its payment" in shown.html
    assert "online.message" not in {each.key for each in shown.app.selectbox}


def test_every_other_payment_can_be_looked_at(screen: Open, cast: Cast, paid: UUID) -> None:
    shown = screen(cast.owner, "staff/online_payments", status="all")
    assert shown.records()["rows"][0]["cells"][4]["pills"][0]["text"] == "Paid"
    shown.app.selectbox(key="online.chosen").select_index(0)
    shown = shown.rerun()
    assert "payment?number=PAY-000001" in shown.html
    assert [each.value for each in shown.app.code] == [reference(paid)]
    assert "online.end" not in shown.controls()


def test_messages_are_looked_at_again(
    screen: Open, cast: Cast, provider: Scripted, collector: Collector
) -> None:
    make_invoice(cast.alice, number="INV-1", total_minor=10_000)
    attempt = begin(cast.alice, provider, part(cast.alice, "INV-1"))
    collector.hand_over(cast.alice, attempt, NOW)
    for name, more in (("evt_1", {"attempt_id": attempt}), ("evt_2", {})):
        insert(
            "provider_events", provider="demo", external_id=name, kind=HOSTILE, payload="{}",
            status="ignored", object_reference="pay_none", received_at=NOW, **more,
        )  # fmt: skip
    provider.becomes(reference(attempt), State.SUCCEEDED)
    shown = screen(cast.owner, "staff/online_payments")
    assert shown.html.count("No payment of ours") == 2
    assert "<img src=x" not in "".join(each.proto.body for each in shown.app.get("html"))
    message = shown.app.selectbox(key="online.message")
    message.select(next(each for each in message.options if "evt_1" in each))
    _press(shown, "online.again")
    assert balance(cast.alice) == (0, 0)
    assert rows("select external_id from core.provider_events where status = 'handled'") == [
        {"external_id": "evt_1"}
    ]
    assert _events("payment.message_replayed") == ["evt_1"]
    assert screen(cast.owner, "staff/online_payments").html.count("No payment of ours") == 1


def test_all_are_looked_at_now(
    screen: Open, cast: Cast, provider: Scripted, collector: Collector
) -> None:
    make_invoice(cast.alice, number="INV-1", total_minor=10_000)
    attempt = begin(cast.alice, provider, part(cast.alice, "INV-1"))
    collector.hand_over(cast.alice, attempt, NOW)
    provider.becomes(reference(attempt), State.SUCCEEDED)
    shown = _press(screen(cast.owner, "staff/online_payments"), "online.all")
    assert [each.value for each in shown.app.toast] == [r"1 payment looked at\."]
    assert balance(cast.alice) == (0, 0)
    assert _events("payment.all_looked_at") == [None]


def test_a_refund_goes_back_and_is_shown(
    screen: Open, cast: Cast, provider: Scripted, collector: Collector, paid: UUID
) -> None:
    assert "pay.refund" in screen(cast.owner, "payment", number="PAY-000001").controls()
    asked = opened(refund, cast.owner)
    assert "through the payment provider" in asked.html
    assert "£100.00 of INV-1 has to be paid again" in asked.html
    refused = _press(asked, "confirm.yes")
    assert "cannot be empty" in refused.html
    refused.app.number_input[0].set_value(100.01)
    refused.app.text_input[0].set_value(HOSTILE)
    refused = _press(refused, "confirm.yes")
    assert "Up to £100.00 can be sent back" in refused.text.replace("\\", "")
    refused.app.number_input[0].set_value(40.0)
    _press(refused, "confirm.yes")
    shown = screen(cast.owner, "payment", number="PAY-000001")
    assert "Refund on its way" in shown.html
    assert collector.reconcile(LATER) == {}
    assert "Refunded" in screen(cast.alice, "payment", number="PAY-000001").html
    assert balance(cast.alice) == (4_000, 0)
    assert integrity() == []


def test_what_was_paid_by_hand_goes_back_by_hand(screen: Open, cast: Cast) -> None:
    invoice = make_invoice(cast.alice, number="INV-1", total_minor=10_000)
    make_payment(cast.alice, {invoice: 10_000}, number="PAY-9", unused_minor=500)
    asked = opened(refund, cast.owner)
    for words in ("Send it back by hand", "£5.00 of it is unused", "£100.00 of INV-1"):
        assert words in asked.html
    asked.app.text_input[0].set_value("Not needed")
    _press(asked, "confirm.yes")
    shown = screen(cast.owner, "payment", number="PAY-9")
    assert "Refunded" in shown.html
    assert "pay.refund" not in shown.controls()
    assert balance(cast.alice) == (10_000, 0)


def test_a_contact_finds_none_of_it(screen: Open, cast: Cast, paid: UUID) -> None:
    shown = screen(cast.alice, "staff/online_payments")
    assert "Messages that led nowhere" not in shown.html
    assert "pay.refund" not in screen(cast.alice, "payment", number="PAY-000001").controls()
    for dialog in (refund, accept, end):
        assert "not available to you" in opened(dialog, cast.alice).text


def _events(name: str) -> list[str | None]:
    found = rows("select subject_number from core.activity where event = $name", name=name)
    return [each["subject_number"] for each in found]
