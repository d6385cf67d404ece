"""Who may act: said on each screen where somebody could, with the limit of who may not."""

from datetime import timedelta

import pytest

from portal_data import store
from portal_data.business import preferences
from portal_data.clock import utc_now
from portal_data.scope import Scope, Staff
from tests.factories import insert, make_approval, make_invoice
from tests.pages.conftest import TODAY, Open

DAY = timedelta(days=1)


@pytest.fixture
def limited(alice: Scope) -> Scope:
    """Alice, who may pay up to £50 at once."""
    with store.system_writing() as session:
        session.change(
            "update core.contacts set payment_limit_minor = 5000 where id = $id",
            id=alice.contact_id,
        )
    return alice


def test_an_invoice_above_the_limit_is_not_offered(screen: Open, limited: Scope) -> None:
    make_invoice(limited, number="INV-1", total_minor=5_001)
    make_invoice(limited, number="INV-2", total_minor=5_000)
    above = screen(limited, "invoice", number="INV-1")
    assert "invoice.pay" not in above.controls()
    assert "More than your limit of £50.00 a payment." in above.html
    within = screen(limited, "invoice", number="INV-2")
    assert "invoice.pay" in within.controls()
    assert "limit" not in within.html


def test_another_currency_than_that_of_the_limit_is_left_to_a_colleague(
    screen: Open, limited: Scope, bob: Scope
) -> None:
    with store.system_writing() as session:
        session.change("update core.contacts set payment_limit_currency = 'GBP'")
        session.change("update core.contacts set role = 'payer' where id = $id", id=bob.contact_id)
    make_invoice(limited, number="INV-1", total_minor=1, currency_code="EUR")
    shown = screen(limited, "invoice", number="INV-1")
    assert "invoice.pay" not in shown.controls()
    assert "Your limit of £50.00 a payment is for another currency." in shown.html
    assert "Bob Test</span> can pay." in shown.html


def test_a_viewer_is_told_who_can_pay(screen: Open, bob: Scope) -> None:
    make_invoice(bob, number="INV-1")
    shown = screen(bob, "invoice", number="INV-1")
    assert shown.controls() == {}
    assert ">Alice Test</span> can pay." in shown.html
    make_invoice(bob, number="INV-2", total_minor=100, balance_minor=0)
    assert "can pay" not in screen(bob, "invoice", number="INV-2").html


def test_the_limit_stands_in_the_account(screen: Open, limited: Scope, bob: Scope) -> None:
    assert "£50.00 a payment" in screen(limited, "account").html
    assert "a payment" not in screen(bob, "account").html


def test_a_transfer_of_many_invoices_is_quoted_with_the_customers_number(
    screen: Open, alice: Scope
) -> None:
    for day in range(13):
        make_invoice(alice, day=TODAY - day * DAY)
    shown = screen(alice)
    shown.app.button(key="home.pay.GBP").click()
    assert "C-1" in [each.value for each in shown.rerun().app.code]


def test_documents_say_whose_answer_they_wait_for(
    screen: Open, alice: Scope, bob: Scope, owner: Staff
) -> None:
    preferences.change(owner, now=utc_now(), projects_and_timesheets=True)
    approval = make_approval(alice, {})
    insert(
        "estimates", customer_id=alice.customer_id, number="EST-1", date=TODAY, status="sent",
        currency_code="GBP", subtotal_minor=1, total_minor=1, created_at=utc_now(),
        updated_at=utc_now(),
    )  # fmt: skip
    for page, query in (("timesheet", {"id": str(approval)}), ("estimate", {"number": "EST-1"})):
        assert "Waiting for your answer" in screen(alice, page, **query).html
        told = screen(bob, page, **query).html
        assert "your answer" not in told
        assert ">Alice Test</span> can answer" in told
