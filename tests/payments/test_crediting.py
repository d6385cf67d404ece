"""Credit that customers use: notes, unused payments and retainers settle what is due first."""

from dataclasses import replace

import pytest

from portal_data import store
from portal_data.billing import balances, credit_notes, invoices, retainers
from portal_data.errors import Conflict, Invalid, NotAllowed, NotFound
from portal_data.ids import new_id
from portal_data.messaging import activity
from portal_data.payments import crediting, offers, payments
from portal_data.payments.crediting import Use
from portal_data.scope import Role, Scope
from tests.conftest import NOW, Cast
from tests.factories import (
    TODAY,
    make_credit_note,
    make_invoice,
    make_payment,
    make_retainer,
    make_retainer_payment,
)
from tests.payments.scripted import Scripted
from tests.payments.test_collecting import integrity, prefer
from tests.people import at_once


def planned(scope: Scope) -> list[Use]:
    """Return what all credit would settle of everything that is due."""
    prefer_online()
    found = offers.due(scope, Scripted(), "GBP")
    return crediting.plan(crediting.available(scope, "GBP"), found)


def prefer_online() -> None:
    """Let every invoice be paid online."""
    with store.system_writing() as session:
        session.change(
            "insert into core.preferences (key, value, updated_at)"
            " values ('pay_online', 'true', $now) on conflict (key) do nothing",
            now=NOW,
        )


@pytest.fixture
def credit(cast: Cast) -> None:
    """A note of 30.00, a payment with 20.00 unused, a retainer with 50.00, and two invoices."""
    make_invoice(cast.alice, number="INV-1", total_minor=4_000)
    make_invoice(cast.alice, number="INV-2", total_minor=10_000)
    make_credit_note(cast.alice, number="CN-1", total_minor=3_000)
    make_payment(cast.alice, {}, number="PAY-1", unused_minor=2_000)
    retainer = make_retainer(cast.alice, number="RET-1", total_minor=5_000)
    make_retainer_payment(cast.alice, retainer, 5_000, number="PAY-2")


@pytest.mark.usefixtures("credit")
def test_all_kinds_of_credit_settle_what_is_due_first(cast: Cast) -> None:
    have = {each.number: each.left_minor for each in crediting.available(cast.alice, "GBP")}
    assert have == {"CN-1": 3_000, "PAY-1": 2_000, "RET-1": 5_000}
    uses = planned(cast.alice)
    assert sum(each.amount_minor for each in uses) == 10_000
    assert sum(e.amount_minor for e in uses if e.invoice.number == "INV-1") == 4_000
    assert crediting.use(cast.alice, uses, key=new_id(), now=NOW) == 10_000
    left = {
        number: invoices.get(cast.alice, number, today=TODAY).balance_minor
        for number in ("INV-1", "INV-2")
    }
    assert left == {"INV-1": 0, "INV-2": 4_000}
    assert crediting.available(cast.alice, "GBP") == []
    assert credit_notes.get(cast.alice, "CN-1").balance_minor == 0
    assert payments.get(cast.alice, "PAY-1").unused_minor == 0
    assert retainers.get(cast.alice, "RET-1", today=TODAY).unused_minor == 0
    (account,) = balances.account(cast.alice, today=TODAY).balances
    assert (account.outstanding_minor, account.available_credits_minor) == (4_000, 0)
    assert activity.recent(cast.bob, 1)[0].sentence == "Alice Test used credit for INV-1, INV-2"
    assert integrity() == []


@pytest.mark.usefixtures("credit")
def test_credit_is_used_once(cast: Cast) -> None:
    uses = planned(cast.alice)
    won, lost = at_once(lambda _n: crediting.use(cast.alice, uses, key=new_id(), now=NOW))
    assert (won, {type(error) for error in lost}) == ([10_000], {Conflict})
    assert integrity() == []


@pytest.mark.usefixtures("credit")
def test_no_more_than_there_is_is_used_and_all_or_nothing(cast: Cast) -> None:
    uses = planned(cast.alice)
    wrong = [
        [*uses, replace(uses[0], amount_minor=1)],
        [replace(uses[0], amount_minor=0)],
        [replace(uses[0], amount_minor=-5)],
        [replace(uses[0], amount_minor=3_001)],
        [],
    ]
    for each in wrong:
        with pytest.raises(Invalid):
            crediting.use(cast.alice, each, key=new_id(), now=NOW)
    stale = replace(uses[0], credit=replace(uses[0].credit, version=9))
    with pytest.raises(Conflict):
        crediting.use(cast.alice, [uses[-1], stale], key=new_id(), now=NOW)
    assert {each.left_minor for each in crediting.available(cast.alice, "GBP")} == {
        3_000, 2_000, 5_000,
    }  # fmt: skip
    assert integrity() == []


@pytest.mark.usefixtures("credit")
def test_credit_is_its_customers_and_for_who_may_pay(cast: Cast) -> None:
    uses = planned(cast.alice)
    make_invoice(cast.charlie, number="INV-9", total_minor=4_000)
    foreign = replace(uses[0].invoice, number="INV-9")
    for taken in (uses, [replace(uses[0], invoice=foreign)]):
        with pytest.raises(NotFound):
            crediting.use(cast.charlie, taken, key=new_id(), now=NOW)
    with pytest.raises(NotAllowed):
        crediting.use(cast.bob, uses, key=new_id(), now=NOW)
    assert crediting.available(cast.bob, "GBP") == []
    approver = replace(cast.alice, role=Role.APPROVER)
    assert crediting.available(approver, "GBP") == []
    assert crediting.available(cast.charlie, "GBP") == []
    assert crediting.available(cast.alice, "EUR") == []
    prefer(customers_use_credit=False)
    with pytest.raises(Conflict):
        crediting.use(cast.alice, uses, key=new_id(), now=NOW)
    assert integrity() == []
