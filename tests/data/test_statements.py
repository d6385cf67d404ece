"""Statements: the running balance, and the closing balance that must equal the open documents."""

from datetime import date, timedelta

import pytest

from portal_data import store
from portal_data.billing import balances, periods, statements
from portal_data.billing.periods import Period
from portal_data.errors import Invalid
from portal_data.scope import Scope
from tests.conftest import NOW, Cast
from tests.factories import TODAY, insert, make_credit_note, make_invoice, make_payment


def _books(scope: Scope) -> None:
    old = make_invoice(scope, number="A-1", total_minor=10_000, day=TODAY - timedelta(days=60))
    new = make_invoice(scope, number="A-2", total_minor=4_000, day=TODAY - timedelta(days=5))
    make_invoice(scope, number="A-3", total_minor=9_000, status="void")
    make_payment(
        scope, {old: 3_000}, unused_minor=500, number="P-1", day=TODAY - timedelta(days=50)
    )
    make_payment(scope, {new: 1_000}, number="P-2", day=TODAY - timedelta(days=1))
    note = make_credit_note(
        scope, number="CN-1", total_minor=800, balance_minor=300, day=TODAY - timedelta(days=3)
    )
    insert(
        "refunds",
        customer_id=scope.customer_id,
        credit_note_id=note,
        date=TODAY,
        status="succeeded",
        currency_code="GBP",
        amount_minor=500,
        created_at=NOW,
    )


def test_the_running_balance_starts_at_the_opening_and_ends_at_the_closing(alice: Scope) -> None:
    _books(alice)
    told = statements.statement(alice, "GBP", TODAY - timedelta(days=10), TODAY)
    assert told.opening_minor == 10_000 - 3_500
    assert [(line.kind, line.number, line.balance_minor) for line in told.lines] == [
        ("invoice", "A-2", 10_500),
        ("credit_note", "CN-1", 9_700),
        ("payment", "P-2", 8_700),
        ("refund", "CN-1", 9_200),
    ]
    assert told.closing_minor == 9_200
    assert (told.invoiced_minor, told.received_minor) == (4_000, 1_000)
    assert (told.credited_minor, told.refunded_minor) == (800, 500)
    about = {(line.kind, line.about) for line in told.lines}
    assert {("refund", "credit_note"), ("invoice", "invoice")} <= about


def test_the_closing_balance_is_open_balances_less_unused_credits(cast: Cast) -> None:
    _books(cast.alice)
    make_invoice(cast.charlie, total_minor=77)
    balance = balances.home(cast.alice, today=TODAY).balances[0]
    closing = statements.statement(cast.alice, "GBP", TODAY, TODAY).closing_minor
    assert closing == balance.outstanding_minor - balance.available_credits_minor


def test_aging_is_as_of_the_last_day(alice: Scope) -> None:
    invoice = make_invoice(alice, total_minor=1_000, day=date(2026, 6, 1), due=date(2026, 6, 30))
    make_payment(alice, {invoice: 400}, day=date(2026, 9, 1))
    july = statements.statement(alice, "GBP", date(2026, 7, 1), date(2026, 7, 31))
    september = statements.statement(alice, "GBP", date(2026, 9, 1), date(2026, 9, 30))
    assert (july.aging["31_60"], july.closing_minor) == (1_000, 1_000)
    assert (september.aging["over_90"], september.closing_minor) == (600, 600)


def test_withheld_tax_and_write_offs_settle_too(db: object, alice: Scope) -> None:
    invoice = make_invoice(
        alice, number="A-1", total_minor=1_000, balance_minor=1_000 - 100 - 50,
        written_off_minor=50, written_off_on=TODAY,
    )  # fmt: skip
    payment = make_payment(alice, {invoice: 850}, number="P-1")
    insert(
        "allocations",
        customer_id=alice.customer_id,
        payment_id=payment,
        invoice_id=invoice,
        date=TODAY,
        amount_minor=0,
        withheld_minor=100,
        created_at=NOW,
    )
    told = statements.statement(alice, "GBP", TODAY, TODAY)
    assert {line.kind for line in told.lines} == {"invoice", "payment", "withheld", "write_off"}
    assert told.closing_minor == 0
    assert told.aging["not_due"] == 0


def test_a_period_that_ends_before_it_begins_is_refused(alice: Scope) -> None:
    with pytest.raises(Invalid):
        statements.statement(alice, "GBP", TODAY, TODAY - timedelta(days=1))


def test_currencies_start_with_the_customers_own(alice: Scope) -> None:
    make_invoice(alice, currency_code="EUR")
    make_payment(alice, {}, unused_minor=5, currency_code="CHF")
    assert statements.currencies(alice) == ["GBP", "CHF", "EUR"]


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        (Period.THIS_MONTH, date(2026, 2, 1), date(2026, 2, 14)),
        (Period.LAST_MONTH, date(2026, 1, 1), date(2026, 1, 31)),
        (Period.THIS_QUARTER, date(2026, 1, 1), date(2026, 2, 14)),
        (Period.LAST_QUARTER, date(2025, 10, 1), date(2025, 12, 31)),
        (Period.THIS_YEAR, date(2026, 1, 1), date(2026, 2, 14)),
        (Period.LAST_YEAR, date(2025, 1, 1), date(2025, 12, 31)),
        (Period.ALL, periods.EARLIEST, date(2026, 2, 14)),
    ],
)
def test_presets(period: Period, first: date, last: date) -> None:
    assert periods.bounds(period, date(2026, 2, 14)) == (first, last)


def test_what_was_owed_before_the_books_began_opens_every_statement(
    db: store.Store, alice: Scope
) -> None:
    with db.system_writing() as session:
        session.change(
            "update core.customers set opening_balance_minor = 2500 where id = $id",
            id=alice.customer_id,
        )
    make_invoice(alice, total_minor=100)
    make_invoice(alice, total_minor=7, currency_code="EUR")
    told = statements.statement(alice, "GBP", TODAY, TODAY)
    assert (told.opening_minor, told.closing_minor) == (2_500, 2_600)
    assert statements.statement(alice, "EUR", TODAY, TODAY).opening_minor == 0
    balance = balances.home(alice, today=TODAY).balances[0]
    assert (balance.opening_minor, balance.payable_minor) == (2_500, 2_600)


def test_what_is_dated_after_a_day_is_told_apart(cast: Cast) -> None:
    later = make_invoice(cast.alice, total_minor=700, day=TODAY + timedelta(days=3))
    make_payment(cast.alice, {later: 200}, day=TODAY + timedelta(days=4))
    make_invoice(cast.alice, total_minor=5_000, day=TODAY)
    make_invoice(cast.alice, total_minor=9, currency_code="EUR", day=TODAY + timedelta(days=3))
    make_invoice(cast.charlie, total_minor=90_000, day=TODAY + timedelta(days=3))
    assert statements.dated_after(cast.alice, "GBP", TODAY) == 500
    assert statements.dated_after(cast.alice, "GBP", TODAY + timedelta(days=3)) == -200
    assert statements.dated_after(cast.bob, "EUR", TODAY) == 9
    assert statements.dated_after(cast.charlie, "GBP", TODAY + timedelta(days=3)) == 0
