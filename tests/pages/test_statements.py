"""Statement: presets and one's own period, running balance, aging, one currency at a time."""

import re
from datetime import timedelta

import pytest

from components.ui import format as say
from portal_data.billing.periods import Period
from portal_data.scope import Scope
from tests.conftest import NOW
from tests.factories import insert, make_credit_note, make_invoice, make_payment
from tests.pages.conftest import TODAY, Open, Screen

DAY = timedelta(days=1)


@pytest.fixture
def books(alice: Scope, charlie: Scope) -> None:
    """Store two invoices with a payment in pounds, one invoice in euro, and a stranger's."""
    first = make_invoice(alice, number="INV-1", day=TODAY - 400 * DAY)
    make_payment(alice, {first: 4_000}, number="PAY-1", day=TODAY - 200 * DAY)
    make_invoice(alice, number="INV-2", day=TODAY, total_minor=2_500)
    make_invoice(alice, number="INV-3", day=TODAY, currency_code="EUR", total_minor=999)
    make_invoice(charlie, number="INV-9", day=TODAY)


def test_this_month_is_the_default(screen: Open, alice: Scope, books: None) -> None:
    shown = screen(alice, "statements")
    assert "INV-2" in shown.html
    for number in ("INV-1", "PAY-1", "INV-3", "INV-9"):
        assert number not in shown.html
    assert "£60.00" in shown.html  # opening
    assert "£85.00" in shown.html  # closing
    first = TODAY.replace(day=1).isoformat()
    assert f"documents/statement/GBP/{first}/{TODAY.isoformat()}.pdf" in shown.html


def test_all_time_begins_at_nothing(screen: Open, alice: Scope, books: None) -> None:
    shown = screen(alice, "statements", period="all")
    for words in ("INV-1", "PAY-1", "INV-2", "£100.00", "£85.00", "Over 90 days"):
        assert words in shown.html


def test_currencies_are_apart(screen: Open, alice: Scope, books: None) -> None:
    shown = screen(alice, "statements", currency="EUR")
    assert "€9.99" in shown.html
    assert "£" not in shown.html


def test_transactions_open_their_documents(screen: Open, alice: Scope, books: None) -> None:
    shown = screen(alice, "statements", period="all")
    bodies = "".join(each.proto.body for each in shown.app.get("html"))
    assert 'href="invoice?number=INV-1"' in bodies
    assert 'href="payment?number=PAY-1"' in bodies


def test_own_period(screen: Open, alice: Scope, books: None) -> None:
    shown = screen(alice, "statements", period="custom")
    shown.app.date_input(key="from").set_value(TODAY - 210 * DAY)
    shown.app.date_input(key="to").set_value(TODAY - DAY)
    shown = shown.rerun()
    assert "PAY-1" in shown.html
    assert "INV-2" not in shown.html


def test_period_backwards_is_told(screen: Open, alice: Scope, books: None) -> None:
    shown = screen(alice, "statements", period="custom")
    shown.app.date_input(key="from").set_value(TODAY)
    shown.app.date_input(key="to").set_value(TODAY - DAY)
    assert "ends before it begins" in shown.rerun().html


def test_empty_period(screen: Open, alice: Scope) -> None:
    shown = screen(alice, "statements")
    assert "No transactions in this period." in shown.html
    assert "£0.00" in shown.html


def test_nobody_sees_nothing(screen: Open, books: None) -> None:
    shown = screen(None, "sign_in")
    assert "INV-" not in shown.html + shown.text


def test_an_address_has_the_periods_own_word(screen: Open, alice: Scope, books: None) -> None:
    shown = screen(alice, "statements", period="this_year")
    assert shown.app.selectbox[0].value.value == "this_year"
    assert "There is no" not in shown.html
    shown.app.selectbox[0].set_value(Period.ALL)
    assert Screen(shown.app.run()).app.query_params["period"] in ("all", ["all"])


def test_what_an_address_has_wrongly_is_told(screen: Open, alice: Scope, books: None) -> None:
    shown = screen(alice, "statements", period="<b>ever", currency="XXX", first="x")
    assert "There is no period “<b>ever”; choose one of this_month, last_month" in shown.html
    assert "There is no currency “XXX”; choose one of GBP" in shown.html


def test_what_leads_to_the_payable_balance_is_named_for_what_it_is(
    screen: Open, alice: Scope
) -> None:
    make_invoice(alice, number="INV-1", day=TODAY, total_minor=2_000)
    make_invoice(alice, number="INV-2", day=TODAY + 3 * DAY, total_minor=700)
    shown = screen(alice, "statements")
    later = f"Dated after {say.day(TODAY)}"
    assert _figures(shown)[later] == "£7.00"
    assert "Not on the statement" not in shown.html
    assert _figures(shown)["Balance payable"] == "£27.00"


def test_no_other_difference_is_called_later(screen: Open, alice: Scope) -> None:
    make_invoice(alice, number="INV-1", day=TODAY, total_minor=2_000, balance_minor=1_500)
    shown = screen(alice, "statements")
    assert _figures(shown)["Not on the statement"] == "-£5.00"
    assert "Dated after" not in shown.html


def test_a_refund_opens_what_it_is_paid_from(screen: Open, alice: Scope) -> None:
    note = make_credit_note(alice, number="CN-1", day=TODAY, balance_minor=0)
    insert(
        "refunds", customer_id=alice.customer_id, credit_note_id=note, date=TODAY,
        status="succeeded", currency_code="GBP", amount_minor=500, created_at=NOW,
    )  # fmt: skip
    shown = screen(alice, "statements")
    bodies = "".join(each.proto.body for each in shown.app.get("html"))
    assert re.search(r'Refund <a[^>]*href="credit_note\?number=CN-1"', bodies)


def _figures(shown: Screen) -> dict[str, str]:
    bodies = "".join(each.proto.body for each in shown.app.get("html"))
    return dict(re.findall(r'class="label">([^<]*)</div><div class="value">([^<]*)<', bodies))
