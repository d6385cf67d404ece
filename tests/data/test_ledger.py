"""The ledger: any day's balances, as they were known at any moment, and only ever added to."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from portal_data import store
from portal_data.billing import ledger
from portal_data.errors import Conflict
from portal_data.ids import new_id
from portal_data.scope import Scope
from tests.conftest import NOW
from tests.factories import TODAY, insert, make_credit_note, make_invoice, make_payment

DAY = timedelta(days=1)


def _balances(scope: Scope, day: date = TODAY, known: Any = NOW) -> dict[UUID, int]:
    with store.system_reading() as session:
        rows = ledger.balances(session, scope.customer_id, day, known)
    return {row["account_id"]: row["amount_minor"] for row in rows}


def _post(scope: Scope, moment: Any) -> int:
    with store.system_writing() as session:
        return ledger.post(session, moment, scope.customer_id)


def _change(sql: str, **params: Any) -> None:
    with store.system_writing() as session:
        assert session.change(sql, **params) == 1


def test_balances_of_a_past_day(alice: Scope) -> None:
    invoice = make_invoice(alice, total_minor=10_000, day=TODAY - 9 * DAY)
    payment = make_payment(alice, {invoice: 4_000}, unused_minor=500, day=TODAY - 5 * DAY)
    assert _balances(alice, TODAY - 10 * DAY) == {}
    assert _balances(alice, TODAY - 6 * DAY) == {invoice: 10_000}
    assert _balances(alice) == {invoice: 6_000, payment: -500}


def test_posting_twice_adds_nothing(db: store.Store, alice: Scope, bob: Scope) -> None:
    make_payment(alice, {make_invoice(alice): 100})
    assert _post(alice, NOW) == 0
    with store.system_writing() as session:
        assert ledger.post(session, NOW) == 0
    assert db.check_integrity() == []


def test_what_was_known_before_a_correction_stays_known(db: store.Store, alice: Scope) -> None:
    invoice = make_invoice(alice, total_minor=10_000, day=TODAY - 9 * DAY)
    later = NOW + DAY
    _change(
        "update core.invoices set total_minor = 9000, balance_minor = 9000, date = $day"
        " where id = $id",
        id=invoice, day=TODAY - 8 * DAY,
    )  # fmt: skip
    assert "ledger does not say" in " ".join(db.check_integrity())
    assert _post(alice, later) == 2  # off the old day, onto the new one
    assert db.check_integrity() == []
    assert _balances(alice, known=NOW) == {invoice: 10_000}
    assert _balances(alice, known=later) == {invoice: 9_000}
    assert _balances(alice, TODAY - 9 * DAY, known=later) == {}


def test_a_void_document_is_worth_nothing_and_was_worth_something(alice: Scope) -> None:
    note = make_credit_note(alice, total_minor=700)
    _change(
        "update core.credit_notes set status = 'void', balance_minor = 0 where id = $id", id=note
    )
    _post(alice, NOW + DAY)
    assert _balances(alice, known=NOW + DAY) == {}
    assert _balances(alice, known=NOW) == {note: -700}


def _returned(scope: Scope, payment: UUID, invoice: UUID, amount: int, **more: Any) -> UUID:
    (first,) = _allocations(payment)[:1]
    return insert(
        "allocations", customer_id=scope.customer_id, payment_id=payment, invoice_id=invoice,
        date=TODAY, amount_minor=-amount, reverses_id=first, created_at=NOW, **more,
    )  # fmt: skip


def _allocations(payment: UUID) -> list[UUID]:
    with store.system_reading() as session:
        rows = session.rows(
            "select id from core.allocations where payment_id = $id order by created_at, id",
            id=payment,
        )
    return [row["id"] for row in rows]


def test_money_that_comes_back_is_a_row_of_its_own(db: store.Store, alice: Scope) -> None:
    """A bank returns a debit: the invoice is open again, and no row was edited but balances."""
    invoice = make_invoice(alice, total_minor=10_000, day=TODAY - 9 * DAY)
    payment = make_payment(alice, {invoice: 4_000}, day=TODAY - 5 * DAY)
    _returned(alice, payment, invoice, 4_000, source_key="demo:return-1")
    _change("update core.invoices set balance_minor = 10000 where id = $id", id=invoice)
    insert(
        "refunds", customer_id=alice.customer_id, payment_id=payment, date=TODAY, kind="returned",
        status="succeeded", currency_code="GBP", amount_minor=4_000, created_at=NOW,
    )  # fmt: skip
    _post(alice, NOW)
    assert db.check_integrity() == []
    assert _balances(alice, TODAY - DAY) == {invoice: 6_000}
    assert _balances(alice) == {invoice: 10_000}
    assert len(_allocations(payment)) == 2


def test_the_same_fact_is_written_once(alice: Scope) -> None:
    invoice = make_invoice(alice)
    payment = make_payment(alice, {invoice: 4_000})
    _returned(alice, payment, invoice, 1_000, source_key="demo:return-1")
    with pytest.raises(Conflict):
        _returned(alice, payment, invoice, 1_000, source_key="demo:return-1")


def test_more_cannot_come_back_than_was_settled(db: store.Store, alice: Scope) -> None:
    invoice = make_invoice(alice)
    payment = make_payment(alice, {invoice: 4_000})
    _returned(alice, payment, invoice, 4_001)
    assert any("more came back" in problem for problem in db.check_integrity())


@pytest.mark.parametrize("amount", [-1, 1])
def test_signs_are_held_by_the_schema(alice: Scope, amount: int) -> None:
    """Below zero only with what it reverses, and never above zero with it."""
    payment = make_payment(alice, {}, unused_minor=5)
    with pytest.raises(Conflict):
        insert(
            "allocations", customer_id=alice.customer_id, payment_id=payment, date=TODAY,
            invoice_id=make_invoice(alice), amount_minor=amount, created_at=NOW,
            reverses_id=None if amount < 0 else new_id(),
        )  # fmt: skip
