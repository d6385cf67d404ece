"""What came back, was voided or recorded by hand is published as screens and statements say it."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from portal_data import store
from portal_data.billing import balances, statements
from portal_data.billing.periods import EARLIEST
from portal_data.ids import new_id
from portal_data.money import to_decimal
from portal_data.ops.publish import publish
from portal_data.payments import offline, refunding
from portal_data.payments.collecting import Collector
from portal_data.payments.provider import Back, Reversal, State
from portal_data.payments.receiving import Part, Received
from portal_data.scope import Scope
from tests.conftest import NOW, Cast
from tests.factories import TODAY, make_invoice
from tests.ops.conftest import Query
from tests.payments.scripted import Scripted
from tests.payments.test_collecting import (
    LATER,
    begin,
    collector,
    integrity,
    part,
    provider,
    reference,
)

__all__ = ["collector", "provider"]


@pytest.fixture
def moved(cast: Cast, provider: Scripted, collector: Collector) -> None:
    """Payments of every kind, and what became of them afterwards."""
    for n in range(1, 6):
        make_invoice(cast.alice, number=f"INV-{n}", total_minor=10_000, day=TODAY)

    def record(day: date, *parts: Part, more: int = 0) -> str:
        came = Received(day, "GBP", sum(each.amount_minor for each in parts) + more, "Cheque")
        return offline.record(
            cast.owner, cast.alice.customer_id, came, parts, key=new_id(), again=True, now=NOW
        )

    record(TODAY, Part("INV-1", 9_000, 1_000), more=700)
    void = record(TODAY - timedelta(days=40), Part("INV-2", 3_000, 200))
    offline.void(cast.owner, void, "Not theirs", seen=1, now=NOW)
    other = record(TODAY - timedelta(days=40), Part("INV-2", 3_000, 200), more=50)
    offline.reallocate(cast.owner, other, [Part("INV-3", 2_000, 100)], seen=1, now=NOW)
    back = record(TODAY, Part("INV-4", 5_000))
    refunding.refund(cast.owner, back, 1_500, "Part", key=new_id(), seen=1, now=NOW)
    attempt = begin(cast.alice, provider, part(cast.alice, "INV-5"))
    collector.hand_over(cast.alice, attempt, NOW)
    provider.becomes(reference(attempt), State.SUCCEEDED, mode="Bank debit")
    collector.look(attempt, LATER)
    returned = Reversal("rt_1", Back.RETURN, State.SUCCEEDED, 10_000, "R01")
    provider.comes_back(reference(attempt), returned)
    collector.look(attempt, LATER)
    assert integrity() == []


@pytest.mark.usefixtures("moved")
def test_totals_are_those_of_screens(
    db: store.Store, cast: Cast, tmp_path: Path, ask: Query
) -> None:
    publish(tmp_path, now=LATER)
    today = LATER.date()
    for scope in (cast.alice, cast.charlie):
        own = {"id": scope.customer_id}
        _statement(scope, today, tmp_path, ask)
        for told in balances.account(scope, today=today).balances:
            (shown,) = ask(
                tmp_path,
                "select coalesce(sum(balance), 0) as owed from invoices"
                " where customer_id = $id and is_posted",
                **own,
            )
            assert shown["owed"] == _pounds(told.outstanding_minor)
            (unused,) = ask(
                tmp_path,
                "select coalesce(sum(unused), 0) as unused from payments"
                " where customer_id = $id and is_posted",
                **own,
            )
            assert unused["unused"] == _pounds(told.unused_payments_minor)
    # what a payment gave, less what came back of it, is what invoices lack
    (sums,) = ask(
        tmp_path,
        "select (select sum(total - balance) from invoices where is_posted) as settled,"
        " (select sum(amount + withheld + early_discount) from allocations) as given,"
        " (select sum(amount) from refunds where is_posted) as back,"
        " (select sum(amount) from payments where is_posted) as came,"
        " (select sum(unused) from payments where is_posted) as unused,"
        " (select sum(amount) from allocations) as allocated",
    )
    assert sums["settled"] == sums["given"]
    assert sums["came"] == sums["allocated"] + sums["back"] + sums["unused"]
    assert sums["back"] == Decimal("115.00")


def _statement(scope: Scope, today: date, folder: Path, ask: Query) -> None:
    told = statements.statement(scope, "GBP", EARLIEST, today)
    shown = ask(
        folder,
        "select date, kind, number, charge, credit, balance from statement_lines"
        " where customer_id = $id and kind <> 'Opening balance' order by line",
        id=scope.customer_id,
    )
    assert [(row["charge"], row["credit"], row["balance"]) for row in shown] == [
        tuple(map(_pounds, (line.amount_minor, line.credit_minor, line.balance_minor)))
        for line in told.lines
    ]
    (balance,) = ask(
        folder,
        "select coalesce(sum(balance), 0) as balance from balances where customer_id = $id",
        id=scope.customer_id,
    )
    assert balance["balance"] == _pounds(told.closing_minor)
    for back in (0, 1, 41):
        day = today - timedelta(days=back)
        aging = statements.statement(scope, "GBP", EARLIEST, day).aging
        ages = ask(
            folder,
            "select coalesce(sum(open_amount), 0) as open from aging_as_of($day)"
            " where customer_id = $id",
            day=day,
            id=scope.customer_id,
        )
        assert ages[0]["open"] == _pounds(sum(aging.values()))


def _pounds(minor: int) -> Decimal:
    return to_decimal(minor, "GBP")
