"""Home: everything about the account on one screen, each currency for itself."""

from datetime import timedelta

import pytest

from portal_data import store
from portal_data.business import preferences
from portal_data.clock import utc_now
from portal_data.messaging import activity
from portal_data.messaging.events import PAYMENT_FAILED
from portal_data.scope import Scope, Staff
from tests.factories import (
    insert,
    make_approval,
    make_credit_note,
    make_invoice,
    make_payment,
)
from tests.pages.conftest import TODAY, Open

DAY = timedelta(days=1)


@pytest.fixture
def books(alice: Scope, charlie: Scope) -> None:
    """Store debts in two currencies, credits, a retainer, what waits, files, and a stranger's."""
    own = {"customer_id": alice.customer_id}
    make_invoice(alice, number="INV-1", day=TODAY - 50 * DAY, due=TODAY - 20 * DAY)
    paid = make_invoice(alice, number="INV-2", day=TODAY - 9 * DAY, total_minor=7_000)
    make_payment(alice, {paid: 7_000}, number="PAY-2", day=TODAY - DAY, reference="BACS 12")
    make_invoice(alice, number="INV-3", day=TODAY, currency_code="EUR", total_minor=2_050)
    make_credit_note(alice, total_minor=1_234)
    now = utc_now()
    retainer = insert(
        "retainer_invoices", number="RET-1", date=TODAY, status="sent", currency_code="GBP",
        total_minor=5_000, balance_minor=2_000, unused_minor=3_000, created_at=now, updated_at=now,
        **own,
    )  # fmt: skip
    make_payment(alice, {}, retainers={retainer: 3_000}, number="PAY-1", day=TODAY - 2 * DAY)
    insert(
        "estimates", number="EST-1", date=TODAY, status="sent", currency_code="GBP",
        subtotal_minor=1, total_minor=1, created_at=now, updated_at=now, **own,
    )  # fmt: skip
    insert(
        "activity", happened_at=now, event="invoice.sent", subject_kind="invoice",
        subject_number="INV-3", actor_kind="staff", actor_name="Olive", visible=True, **own,
    )  # fmt: skip
    insert("addresses", kind="billing", street1="9 Elm Road", updated_at=now, **own)
    insert(
        "files", subject_kind="customer", subject_id=alice.customer_id, name="Contract.pdf",
        media_type="application/pdf", size_bytes=2_000, sha256="x", storage_key="k",
        uploaded_by_kind="staff", uploaded_by=alice.contact_id, visible=True, created_at=now, **own,
    )  # fmt: skip
    make_invoice(charlie, number="INV-9", subject="Secret of another", total_minor=777_777)


def test_everything_of_the_account(screen: Open, alice: Scope, books: None) -> None:
    shown = screen(alice)
    for words in (
        "Hello, Alice", "Alder Ltd", "£100.00 overdue in 1 invoice", "£100.00", "£120.00", "€20.50",
        "Outstanding invoices", "Available credits", "£12.34", "Outstanding retainers", "£20.00",
        "Available retainer payments", "£30.00", "Balance payable", "Estimate to approve",
        "PAY-2", "BACS 12", "£70.00", ">Olive</span> sent invoice", "9 Elm Road", "Bob Test",
        "Contract.pdf", "office@fern.example",
    ):  # fmt: skip
        assert words in shown.html, words
    assert "7,777.77" not in shown.html
    assert len(shown.app.get("plotly_chart")) == 2
    assert [button.label for button in shown.app.button] == [
        "Pay now", "Pay now", "Share a document", "Send e-mail",
    ]  # fmt: skip


def test_everything_named_can_be_opened(screen: Open, alice: Scope, books: None) -> None:
    shown = "".join(each.proto.body for each in screen(alice).app.get("html"))
    for address in (
        "invoice?number=INV-2", "invoice?number=INV-3", "payment?number=PAY-2", "account",
        "estimates?status=open", "invoices?status=unpaid", "credit_notes?status=open",
        "retainers?status=unpaid", "retainers?sort=available",
    ):  # fmt: skip
        assert f'href="{address}"' in shown, address


def test_timesheets_wait_only_where_the_business_shows_them(
    screen: Open, alice: Scope, owner: Staff
) -> None:
    make_approval(alice, {})
    assert "Timesheet" not in screen(alice).html
    preferences.change(owner, now=utc_now(), projects_and_timesheets=True)
    assert "Timesheet to approve" in screen(alice).html


def test_currencies_are_never_added(screen: Open, alice: Scope, books: None) -> None:
    shown = screen(alice).html
    assert "£140.50" not in shown
    assert shown.count("Balance payable") == 2


def test_charts_follow_the_chosen_currency(screen: Open, alice: Scope, books: None) -> None:
    shown = screen(alice, currency="EUR")
    specs = [element.proto.spec for element in shown.app.get("plotly_chart")]
    assert any("€20.50" in spec or "\\u20ac20.50" in spec for spec in specs)
    assert not any("£" in spec or "\\u00a3" in spec for spec in specs)


def test_nothing_yet_is_friendly(screen: Open, charlie: Scope) -> None:
    shown = screen(charlie)
    assert "Welcome to your account" in shown.html
    assert "Balance payable" not in shown.html
    assert not shown.app.get("plotly_chart")
    assert "No documents yet" in shown.html


def test_banner_is_text(screen: Open, alice: Scope, owner: Staff) -> None:
    assert "pt-banner" not in screen(alice).html
    preferences.change(owner, now=utc_now(), banner_message="Closed & <b>gone</b>")
    bodies = [element.proto.body for element in screen(alice).app.get("html")]
    assert any("Closed &amp; &lt;b&gt;gone&lt;/b&gt;" in body for body in bodies)


def test_what_is_payable_leads_to_the_statements_balance(
    screen: Open, alice: Scope, books: None
) -> None:
    home, statement = screen(alice), screen(alice, "statements", period="all")
    # £100 invoice + £20 retainer = £120; £100 − £12.34 credit − £30 retainer payment = £57.66
    for words in ("£120.00", "-£12.34", "-£30.00", "Balance on the statement", "£57.66"):
        assert words in home.html, words
    for words in ("Closing balance", "£57.66", "£12.34", "£30.00", "Balance payable", "£120.00"):
        assert words in statement.html, words
    earlier = screen(alice, "statements", period="last_year")
    assert "Balance payable" not in earlier.html


def test_activity_says_you_and_counts_repeats(screen: Open, alice: Scope, bob: Scope) -> None:
    make_invoice(alice, number="INV-1", day=TODAY)
    with store.system_writing() as session:
        for who in (alice, alice, bob):
            activity.record(
                session, who, PAYMENT_FAILED, now=utc_now(), subject_kind="invoice",
                subject_number="INV-1", visible=True,
            )  # fmt: skip
    shown = screen(alice).html
    assert "Alice Test</span> (you) could not pay" in shown
    assert "Today · 2 times" in shown
    assert ">Bob Test</span> could not pay" in shown


def test_who_may_not_act_is_told_who_may(screen: Open, bob: Scope, books: None) -> None:
    shown = screen(bob).html
    assert "Waiting for your answer" not in shown
    assert "Alice Test</span> can answer" in shown
    assert "Alice Test</span> can pay." in shown


def test_a_limit_is_told_instead_of_a_payment_above_it(
    screen: Open, alice: Scope, books: None
) -> None:
    with store.system_writing() as session:
        session.change(
            "update core.contacts set payment_limit_minor = 11999 where id = $id",
            id=alice.contact_id,
        )
    shown = screen(alice)
    assert "More than your limit of £119.99 a payment. Ask us how to pay." in shown.html
    assert [button.key for button in shown.app.button] == [
        "home.pay.EUR", "files.share", "home.write",
    ]  # fmt: skip


def test_viewer_pays_nothing_but_may_write(screen: Open, bob: Scope, books: None) -> None:
    assert [button.label for button in screen(bob).app.button] == ["Send e-mail"]


def test_pay_all_tells_what_to_transfer(screen: Open, alice: Scope, books: None) -> None:
    shown = screen(alice)
    shown.app.button(key="home.pay.EUR").click()
    told = [element.value for element in shown.rerun().app.code]
    assert told == ["€20.50", "INV-3", "IBAN GB00 TEST 0000"]


def test_staff_have_no_home_of_customers(screen: Open, owner: Staff, books: None) -> None:
    shown = screen(owner)
    assert "Balance payable" not in shown.html


def test_nobody_sees_nothing(screen: Open, books: None) -> None:
    shown = screen(None)
    assert "Alder" not in shown.html + shown.text
    assert [button.label for button in shown.app.button] == ["Sign in"]
