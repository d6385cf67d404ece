"""Home's figures: per currency, never added, and equal to the documents."""

from datetime import date, timedelta

from portal_data.billing import balances
from portal_data.scope import Scope
from tests.conftest import NOW, Cast
from tests.factories import (
    TODAY,
    insert,
    make_credit_note,
    make_invoice,
    make_payment,
    make_retainer,
    make_retainer_payment,
)


def test_a_customer_with_nothing_has_zeros_in_its_own_currency(alice: Scope) -> None:
    home = balances.home(alice, today=TODAY)
    assert [(b.currency_code, b.payable_minor) for b in home.balances] == [("GBP", 0)]
    assert len(home.balances[0].months) == 12
    assert (home.last_payment, home.pending.estimates, home.pending.timesheets) == (None, 0, 0)


def test_currencies_are_never_added(alice: Scope) -> None:
    make_invoice(alice, total_minor=100)
    make_invoice(alice, total_minor=200, currency_code="EUR")
    home = balances.home(alice, today=TODAY)
    assert {b.currency_code: b.outstanding_minor for b in home.balances} == {"GBP": 100, "EUR": 200}


def test_every_bucket_of_age_holds_its_days(alice: Scope) -> None:
    days = {"not_due": 0, "1_30": 30, "31_60": 60, "61_90": 90, "over_90": 91}
    for place, late in enumerate(days.values()):
        make_invoice(alice, total_minor=10**place, due=TODAY - timedelta(days=late))
    balance = balances.home(alice, today=TODAY).balances[0]
    assert balance.aging == {age: 10**place for place, age in enumerate(days)}
    assert balance.overdue_minor == 11_110


def test_credits_and_unused_payments_are_what_the_business_owes(alice: Scope) -> None:
    make_credit_note(alice, total_minor=500, balance_minor=300)
    make_credit_note(alice, total_minor=500, status="void")
    make_payment(alice, {}, unused_minor=70)
    balance = balances.home(alice, today=TODAY).balances[0]
    assert (balance.credits_minor, balance.available_credits_minor) == (300, 370)


def test_retainers_owed_and_paid_are_apart(alice: Scope) -> None:
    for balance_minor, unused_minor in ((400, 0), (0, 250)):
        insert(
            "retainer_invoices",
            customer_id=alice.customer_id,
            number=f"RET-{balance_minor}",
            date=TODAY,
            status="sent",
            currency_code="GBP",
            total_minor=400,
            balance_minor=balance_minor,
            unused_minor=unused_minor,
            created_at=NOW,
            updated_at=NOW,
        )
    balance = balances.home(alice, today=TODAY).balances[0]
    assert (balance.retainers_count, balance.retainers_minor) == (1, 400)
    assert (balance.retainer_payments_minor, balance.payable_minor) == (250, 400)


def test_the_last_payment_names_its_invoices(cast: Cast) -> None:
    first, second = make_invoice(cast.alice, number="A-1"), make_invoice(cast.alice, number="A-2")
    make_payment(cast.alice, {first: 10}, day=TODAY - timedelta(days=1))
    make_payment(cast.alice, {first: 20, second: 30}, number="PAY-9", reference="R-1")
    make_payment(cast.charlie, {make_invoice(cast.charlie): 99})
    last = balances.home(cast.alice, today=TODAY).last_payment
    assert last is not None
    assert (last.number, last.amount_minor, last.reference) == ("PAY-9", 50, "R-1")
    assert last.invoice_numbers == ["A-1", "A-2"]


def test_months_hold_billed_and_paid(alice: Scope) -> None:
    invoice = make_invoice(alice, total_minor=900, day=date(2026, 9, 30))
    make_payment(alice, {invoice: 400}, day=date(2026, 10, 1))
    months = balances.home(alice, today=TODAY).balances[0].months
    told = {
        m.first: (m.billed_minor, m.paid_minor) for m in months if m.billed_minor or m.paid_minor
    }
    assert told == {date(2026, 9, 1): (900, 0), date(2026, 10, 1): (0, 400)}
    assert (months[0].first, months[-1].first) == (date(2025, 12, 1), date(2026, 11, 1))


def test_the_last_payment_names_the_retainer_it_paid(alice: Scope) -> None:
    make_retainer_payment(alice, make_retainer(alice, number="RET-1"), 100)
    paid = balances.home(alice, today=TODAY).last_payment
    assert paid is not None
    assert (paid.invoice_numbers, paid.retainer_numbers) == ([], ["RET-1"])
