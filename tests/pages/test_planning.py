"""Planning a payment on the screens: what it settles, who may promise it, and what became of it."""

from datetime import timedelta

import pytest

from portal_data.billing import promised
from portal_data.billing.promised import State
from portal_data.scope import Scope, Staff
from tests.factories import make_invoice
from tests.pages.conftest import TODAY, Open, Screen
from tests.pages.test_dialogs import opened
from tests.pages.test_paying import labels, limit, plain, prefer, press
from tests.pages.test_paying import provider as provider
from tests.payments.scripted import Scripted

DAY = timedelta(days=1)


def withdraw() -> None:
    """Open the dialog that withdraws the open promise."""
    from components.payments import promise_list
    from components.session import require_scope
    from portal_data.billing import promised

    promise_list.withdraw(promised.open_of(require_scope())[0].id)


@pytest.fixture
def due(alice: Scope) -> None:
    """Invoices of 40.00, late, and 100.00, of which parts may be paid."""
    prefer(pay_in_parts=True)
    day = TODAY - 40 * DAY
    make_invoice(alice, number="INV-1", total_minor=4_000, day=day, due=TODAY - 5 * DAY)
    make_invoice(alice, number="INV-2", total_minor=10_000, day=day, due=TODAY + 20 * DAY)


def typed(shown: Screen, amount: float, days: int = 10) -> Screen:
    """Type an amount, and choose a day."""
    shown.app.number_input[0].set_value(amount)
    shown.app.date_input[0].set_value(TODAY + days * DAY)
    return shown.rerun()


@pytest.mark.usefixtures("due")
def test_an_amount_is_planned_and_promised(screen: Open, alice: Scope, bob: Scope) -> None:
    shown = typed(screen(alice, "plan"), 60.0)
    assert ">INV-1</a>" in shown.html
    assert ">£80.00</td>" in shown.html, "what is still open of the second"
    (chart,) = shown.app.get("plotly_chart")
    assert "1–30 days £40.00 before, £0.00 after" in chart.proto.alt
    assert "Pay now" not in labels(shown), "nothing is paid online here"
    shown = press(shown, "Promise £60.00")
    (made,) = promised.open_of(alice)
    assert (made.amount_minor, made.promised_on) == (6_000, TODAY + 10 * DAY)
    assert "Open promises" in shown.html
    assert shown.app.number_input[0].value == 80.0, "the rest is planned with next"
    assert "Payment of £40.00 promised for" in screen(bob, "invoice", number="INV-1").html
    assert "Payment promised" in screen(bob, "invoice", number="INV-1").html


@pytest.mark.usefixtures("due")
def test_more_than_everything_is_said(screen: Open, alice: Scope) -> None:
    shown = typed(screen(alice, "plan"), 150.0)
    assert "This is £10.00 more than everything that is due, £140.00." in shown.html
    assert "Promise £140.00" in labels(shown)
    shown = typed(shown, 0.0)
    (button,) = [each for each in shown.app.button if plain(each.label) == "Promise £0.00"]
    assert button.disabled


@pytest.mark.usefixtures("due")
def test_who_may_look_alone_promises_nothing(screen: Open, alice: Scope, bob: Scope) -> None:
    shown = screen(bob, "plan")
    assert ">Alice Test</span> can pay." in shown.html
    assert not [each for each in labels(shown) if each.startswith("Promise")]
    limit(alice, 5_000)
    shown = screen(alice, "plan")
    (button,) = [each for each in shown.app.button if plain(each.label).startswith("Promise")]
    assert button.disabled
    shown = typed(shown, 50.0)
    (button,) = [each for each in shown.app.button if plain(each.label).startswith("Promise")]
    assert not button.disabled


@pytest.mark.usefixtures("due")
def test_a_promise_is_changed_and_withdrawn(screen: Open, alice: Scope, bob: Scope) -> None:
    press(typed(screen(alice, "plan"), 60.0), "Promise £60.00")
    (made,) = promised.open_of(alice)
    assert "Withdraw" not in labels(screen(bob, "plan"))
    shown = screen(alice, "plan", promise=str(made.id))
    assert shown.app.number_input[0].value == 60.0
    assert "Keep it as it is" in shown.html
    press(typed(shown, 70.0, 12), "Change to £70.00")
    (now,) = promised.open_of(alice)
    assert (now.amount_minor, now.promised_on) == (7_000, TODAY + 12 * DAY)
    assert "Withdraw" in labels(screen(alice, "plan"))
    opened(withdraw, alice).app.button(key="confirm.yes").click().run()
    shown = screen(alice, "plan")
    assert [each.state for each in promised.closed(alice)] == [State.WITHDRAWN] * 2
    assert "Earlier promises" in shown.html
    assert promised.open_of(alice) == []


@pytest.mark.usefixtures("due")
def test_what_was_planned_is_paid(screen: Open, alice: Scope, provider: Scripted) -> None:
    shown = typed(screen(alice, "plan"), 60.0)
    assert "Pay now" in labels(shown)
    shown = screen(alice, "pay", invoices="INV-1,INV-2", amount="6000")
    assert "Pay £60.00" in labels(shown)
    assert "Pay £25.00" in labels(screen(alice, "pay", invoices="INV-2", amount="2500"))
    for wrong in ("14001", "0", "-5", "x", "٣"):
        shown = screen(alice, "pay", invoices="INV-1,INV-2", amount=wrong)
        assert "Pay £140.00" in labels(shown), wrong


@pytest.mark.usefixtures("due")
def test_the_way_to_it(screen: Open, alice: Scope, bob: Scope, provider: Scripted) -> None:
    for who in (alice, bob):
        assert "plan?due=GBP" in screen(who, "home").html
        assert "plan?due=GBP" in screen(who, "invoices").html
    assert "plan?due=GBP" in screen(alice, "pay", invoices="INV-1").html


@pytest.mark.usefixtures("due")
def test_each_currency_is_planned_alone(screen: Open, alice: Scope) -> None:
    make_invoice(alice, number="INV-9", total_minor=5_000, currency_code="JPY")
    shown = screen(alice, "plan", due="JPY")
    assert "INV-9" in shown.html
    assert "INV-1" not in shown.html
    assert "Promise JP¥5,000" in labels(shown)
    assert "INV-1" in screen(alice, "plan", due="XXX").html


def test_nothing_is_planned_where_nothing_is_due(screen: Open, charlie: Scope) -> None:
    shown = screen(charlie, "plan")
    assert "Nothing is due that you could pay." in shown.html
    assert not shown.app.number_input


@pytest.mark.usefixtures("due")
def test_without_promises_payments_are_planned_alone(screen: Open, alice: Scope) -> None:
    prefer(payment_promises=False)
    shown = screen(alice, "plan")
    assert "What it settles" in shown.html
    assert not [each for each in labels(shown) if each.startswith("Promise")]


def withdraw_for() -> None:
    """Open the dialog in which staff withdraw a promise."""
    from components.session import require_staff
    from components.staff import promises as shown
    from portal_data.clock import utc_now
    from portal_data.payments import promises

    shown.withdraw(promises.waiting(require_staff(), 9, utc_now())[0])


@pytest.mark.usefixtures("due")
def test_staff_see_promises_and_withdraw_them(screen: Open, alice: Scope, owner: Staff) -> None:
    assert "Promises to pay" not in screen(owner, "staff/online_payments").html
    press(typed(screen(alice, "plan"), 60.0), "Promise £60.00")
    shown = screen(owner, "staff/online_payments")
    assert "Promises to pay (1)" in shown.html
    assert ">INV-1</a>, <a" in shown.html
    assert "Withdraw a promise" in labels(shown)
    opened(withdraw_for, owner).app.button(key="confirm.yes").click().run()
    assert "Promises to pay" not in screen(owner, "staff/online_payments").html
    assert promised.closed(alice)[0].state is State.WITHDRAWN
