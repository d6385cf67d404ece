"""Payments that staff record on screens: from a customer, from an invoice, and taken back."""

import pytest

from portal_data.billing import invoices
from portal_data.payments import payments
from portal_data.scope import Scope
from tests.conftest import Cast
from tests.factories import TODAY, make_invoice, make_payment
from tests.pages.conftest import TODAY as SCREEN_DAY
from tests.pages.conftest import Open, Screen
from tests.pages.test_dialogs import opened
from tests.payments.test_collecting import integrity
from tests.people import rows

HOSTILE = "<img src=x onerror=alert(1)> **bold** [x](javascript:alert(1)) $x$"


def void() -> None:
    from components.staff import recorded

    recorded.void("PAY-000001")


def reallocate() -> None:
    from components.staff import recorded

    recorded.reallocate("PAY-000001")


def press(shown: Screen, key: str) -> Screen:
    """Press a button of a screen."""
    next(each for each in shown.app.button if each.key == key).click()
    shown.app.run()
    return shown


def number(shown: Screen, label: str) -> object:
    """Return the field of an amount by the beginning of its label."""
    return next(each for each in shown.app.number_input if each.label.startswith(label))


def raw(shown: Screen) -> str:
    """Return HTML as it is drawn."""
    return "".join(each.proto.body for each in shown.app.get("html"))


def left(scope: Scope, number: str) -> int:
    return invoices.get(scope, number, today=TODAY).balance_minor


@pytest.fixture(autouse=True)
def _books(cast: Cast) -> None:
    make_invoice(cast.alice, number="INV-1", total_minor=4_000)
    make_invoice(cast.alice, number="INV-2", total_minor=10_000)


def test_what_came_of_a_customer_pays_the_oldest_first(cast: Cast, screen: Open) -> None:
    shown = screen(cast.owner, "staff/record_payment", customer=str(cast.alice.customer_id))
    number(shown, "Amount that came").set_value(60.0)  # type: ignore[attr-defined]
    shown.app.run()
    assert shown.app.multiselect[0].value == ["INV-1", "INV-2"]
    assert "£140.00" in shown.html
    assert "£80.00" in shown.html
    press(shown, "record.yes")
    made = payments.get(cast.bob, "PAY-000001")
    assert [(a.number, a.amount_minor) for a in made.allocations] == [
        ("INV-1", 4_000), ("INV-2", 2_000)
    ]  # fmt: skip
    assert integrity() == []


def test_an_invoice_is_paid_from_its_screen(cast: Cast, screen: Open) -> None:
    assert "record_payment?invoice=INV-2" in screen(cast.owner, "invoice", number="INV-2").html
    shown = screen(cast.owner, "staff/record_payment", invoice="INV-2")
    assert number(shown, "Amount that came").value == 100.0  # type: ignore[attr-defined]
    assert shown.app.multiselect[0].value == ["INV-2"]
    press(shown, "record.yes")
    assert left(cast.alice, "INV-2") == 0
    assert "Paid" in screen(cast.bob, "invoice", number="INV-2").html


def test_a_second_payment_of_the_day_is_asked_for(cast: Cast, screen: Open) -> None:
    make_payment(
        cast.alice, {}, unused_minor=10_000, number="PAY-7", provider="manual", day=SCREEN_DAY
    )
    shown = screen(cast.owner, "staff/record_payment", invoice="INV-2")
    assert "PAY-7" in shown.html
    press(shown, "record.yes")
    assert "same day and amount" in shown.text
    assert rows("select id from core.payments where number <> 'PAY-7'") == []


def test_what_is_on_its_way_online_is_said(cast: Cast, screen: Open) -> None:
    from portal_data import store

    with store.system_writing() as session:
        session.change("update core.invoices set pending_minor = 500 where number = 'INV-2'")
    shown = screen(cast.owner, "staff/record_payment", invoice="INV-2")
    assert "£5.00 of INV-2 is on its way online" in shown.html


@pytest.fixture
def paid(cast: Cast, screen: Open) -> str:
    """The number of a payment of INV-1 with a hostile reference."""
    shown = screen(cast.owner, "staff/record_payment", invoice="INV-1")
    shown.app.text_input[0].set_value(HOSTILE)
    shown.app.text_area[0].set_value(HOSTILE)
    press(shown, "record.yes")
    return "PAY-000001"


def test_a_recorded_payment_is_voided_from_its_receipt(cast: Cast, screen: Open, paid: str) -> None:
    for who in (cast.owner, cast.alice):
        shown = screen(who, "payment", number=paid)
        assert "<img src=x" not in raw(shown)
    receipt = screen(cast.owner, "payment", number=paid)
    assert {"pay.void", "pay.reallocate"} <= set(receipt.controls())
    assert "pay.void" not in screen(cast.alice, "payment", number=paid).controls()
    asked = opened(void, cast.owner)
    press(asked, "confirm.yes")
    assert "cannot be empty" in asked.html
    asked.app.text_input[0].set_value(HOSTILE)
    press(asked, "confirm.yes")
    assert left(cast.alice, "INV-1") == 4_000
    assert "was not received" in screen(cast.alice, "payment", number=paid).html
    assert "Nothing to void" in opened(void, cast.owner).html


def test_a_recorded_payment_is_given_to_another_invoice(
    cast: Cast, screen: Open, paid: str
) -> None:
    asked = opened(reallocate, cast.owner)
    assert asked.app.multiselect[0].value == ["INV-1"]
    asked.app.multiselect[0].set_value(["INV-2"])
    asked.app.run()
    press(asked, "confirm.yes")
    assert (left(cast.alice, "INV-1"), left(cast.alice, "INV-2")) == (4_000, 6_000)
    assert integrity() == []


def test_nobody_else_records(cast: Cast, screen: Open) -> None:
    for who in (cast.alice, cast.bob):
        assert "record.yes" not in screen(who, "staff/record_payment", invoice="INV-1").controls()
    missing = screen(cast.owner, "staff/record_payment", invoice="INV-77")
    assert "There is no such invoice" in missing.html
