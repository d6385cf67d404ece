"""Refunds by staff, and what they decide about payments that are held."""

import json
from uuid import UUID

import pytest

from portal_data import lists, store
from portal_data.billing import invoices
from portal_data.errors import Conflict, Invalid, InvalidFields, NotFound
from portal_data.ids import new_id
from portal_data.payments import deciding, payments, refunding, watch
from portal_data.payments.attempts import Status
from portal_data.payments.collecting import Collector
from portal_data.payments.provider import Back, ProviderError, Reversal, State
from portal_data.payments.watch import Filter
from portal_data.scope import Staff
from tests.conftest import NOW, Cast
from tests.factories import TODAY, insert, make_invoice, make_payment
from tests.payments.scripted import Scripted
from tests.payments.test_collecting import (
    LATER,
    balance,
    begin,
    collector,
    integrity,
    part,
    provider,
    reference,
)
from tests.people import at_once, rows

__all__ = ["collector", "provider"]


@pytest.fixture
def paid(cast: Cast, provider: Scripted, collector: Collector) -> UUID:
    """An attempt that paid an invoice of 100.00."""
    make_invoice(cast.alice, number="INV-1", total_minor=10_000)
    attempt = begin(cast.alice, provider, part(cast.alice, "INV-1"))
    collector.hand_over(cast.alice, attempt, NOW)
    provider.becomes(reference(attempt), State.SUCCEEDED, mode="Card")
    collector.look(attempt, LATER)
    return attempt


def refund(staff: Staff, amount: int, number: str = "PAY-000001", key: UUID | None = None) -> UUID:
    """Refund a part of a payment as it is seen now."""
    key = key or new_id()
    seen = refunding.of(staff, number).version
    refunding.refund(staff, number, amount, "Not needed", key=key, seen=seen, now=NOW)
    return key


def send_all(collector: Collector) -> None:
    """Do what waits to be sent back."""
    for row in rows("select payload from core.outbox where kind = 'payment.refund' order by id"):
        collector.send_back(json.loads(row["payload"]), LATER)


def test_money_goes_back_through_its_provider_once(
    cast: Cast, provider: Scripted, collector: Collector, paid: UUID
) -> None:
    refund(cast.owner, 4_000)
    asked = payments.get(cast.bob, "PAY-000001")
    assert (asked.refunded_minor, balance(cast.alice)) == (0, (0, 0))
    assert refunding.of(cast.owner, "PAY-000001").left_minor == 6_000
    for _again in range(3):
        send_all(collector)
        collector.look(paid, LATER)
    assert len(provider.refunds) == 1
    assert payments.get(cast.bob, "PAY-000001").refunded_minor == 4_000
    assert balance(cast.alice) == (4_000, 0)
    with pytest.raises(Invalid, match=r"Up to £60\.00"):
        refund(cast.owner, 6_001)
    refund(cast.owner, 6_000)
    send_all(collector)
    assert balance(cast.alice) == (10_000, 0)
    assert integrity() == []


def test_a_lost_answer_is_one_refund(
    cast: Cast, provider: Scripted, collector: Collector, paid: UUID
) -> None:
    refund(cast.owner, 4_000)
    provider.answers_lost = 1
    with pytest.raises(ProviderError):
        send_all(collector)
    collector.look(paid, LATER)  # what the provider says comes before its answer
    send_all(collector)
    assert collector.reconcile(LATER) == {}
    assert len(provider.refunds) == 1
    found = rows("select status, amount_minor, kind, reason from core.refunds order by id")
    assert found == [
        {"status": "succeeded", "amount_minor": 4_000, "kind": "refund", "reason": "Not needed"}
    ]
    assert integrity() == []


def test_two_refunds_of_the_same_amount_are_two_whoever_is_answered_first(
    cast: Cast, provider: Scripted, collector: Collector, paid: UUID
) -> None:
    refund(cast.owner, 4_000)
    second = refund(cast.owner, 4_000)
    provider.answers_lost = 1
    with pytest.raises(ProviderError):
        collector.send_back({"refund_id": str(second)}, LATER)
    collector.look(paid, LATER)
    assert rows("select id from core.refunds where status = 'succeeded' order by id") == [
        {"id": second}
    ]
    send_all(collector)
    found = rows("select status, amount_minor from core.refunds order by id")
    assert found == [{"status": "succeeded", "amount_minor": 4_000}] * 2
    assert balance(cast.alice) == (8_000, 0)
    assert integrity() == []


def test_a_refund_that_waits_is_looked_at_again(
    cast: Cast, provider: Scripted, collector: Collector, paid: UUID
) -> None:
    key = refund(cast.owner, 4_000)
    pending = Reversal(f"re_{key}", Back.REFUND, State.PENDING, 4_000)
    provider.refunds[str(key)] = pending
    provider.comes_back(reference(paid), pending)
    send_all(collector)
    assert rows("select status from core.refunds order by id") == [{"status": "pending"}]
    provider.comes_back(
        reference(paid), Reversal(f"re_{key}", Back.REFUND, State.FAILED, 4_000, "Closed.")
    )
    assert collector.reconcile(LATER) == {"succeeded": 1}
    assert rows("select status, failure_message from core.refunds order by id") == [
        {"status": "failed", "failure_message": "Closed."}
    ]
    assert refunding.of(cast.owner, "PAY-000001").left_minor == 10_000
    assert integrity() == []


def test_a_refund_that_is_refused_ends(
    cast: Cast, provider: Scripted, collector: Collector, paid: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def refuses(*_args: object) -> Reversal:
        raise ProviderError("Too long ago.", final=True)

    refund(cast.owner, 4_000)
    monkeypatch.setattr(provider, "refund", refuses)
    send_all(collector)
    assert rows("select status, failure_message from core.refunds order by id") == [
        {"status": "failed", "failure_message": "Too long ago."}
    ]
    assert balance(cast.alice) == (0, 0)


def test_what_was_paid_by_hand_goes_back_by_hand(cast: Cast) -> None:
    invoice = make_invoice(cast.alice, number="INV-1", total_minor=10_000)
    make_payment(cast.alice, {invoice: 10_000}, number="PAY-9", unused_minor=500)
    refund(cast.owner, 700, "PAY-9")
    receipt = payments.get(cast.alice, "PAY-9")
    assert (receipt.refunded_minor, receipt.unused_minor) == (700, 0)
    assert balance(cast.alice) == (200, 0)
    assert integrity() == []


def test_a_refund_is_asked_for_once(cast: Cast) -> None:
    invoice = make_invoice(cast.alice, number="INV-1", total_minor=10_000)
    make_payment(cast.alice, {invoice: 10_000}, number="PAY-9")
    seen, key = refunding.of(cast.owner, "PAY-9").version, new_id()

    def asked(key: UUID) -> bool:
        return refunding.refund(cast.owner, "PAY-9", 4_000, "Twice", key=key, seen=seen, now=NOW)

    done, refused = at_once(lambda _n: asked(key))
    assert (sorted(done), refused) == ([False] * 15 + [True], [])
    with pytest.raises(Conflict):
        asked(new_id())
    with pytest.raises(InvalidFields):
        refunding.refund(cast.owner, "PAY-9", 1, " ", key=new_id(), seen=seen + 1, now=NOW)
    with pytest.raises(NotFound):
        refunding.of(cast.owner, "PAY-8")
    for amount in (0, -1, 6_001):
        with pytest.raises(Invalid):
            refund(cast.owner, amount, "PAY-9")
    assert integrity() == []


@pytest.fixture
def held(cast: Cast, provider: Scripted, collector: Collector) -> UUID:
    """An attempt of 100.00 for which 90.00 came."""
    make_invoice(cast.alice, number="INV-1", total_minor=10_000)
    attempt = begin(cast.alice, provider, part(cast.alice, "INV-1"))
    collector.hand_over(cast.alice, attempt, NOW)
    provider.becomes(reference(attempt), State.SUCCEEDED, received_minor=9_000)
    assert collector.look(attempt, LATER) is Status.HELD
    return attempt


def test_staff_see_what_is_held_and_why(cast: Cast, held: UUID) -> None:
    page = lists.page(cast.owner, watch.LIST, today=TODAY, filter=Filter.HELD)
    (row,) = page.rows
    assert (row.id, row.customer, row.numbers) == (held, "Alder Ltd", "INV-1")
    assert row.held_reason == "£90.00 came, and £100.00 was agreed to."
    assert (page.counts[Filter.HELD], page.counts[Filter.FLYING], page.counts[Filter.FAILED]) == (
        1, 1, 0,
    )  # fmt: skip


def test_what_came_is_accepted_once(
    cast: Cast, provider: Scripted, collector: Collector, held: UUID
) -> None:
    seen = _version()
    truth = collector.truth_of(held)
    assert truth is not None
    won, lost = at_once(lambda _n: deciding.accept(cast.owner, held, truth, seen=seen, now=LATER))
    assert (won, {type(error) for error in lost}) == (["PAY-000001"], {Conflict})
    assert balance(cast.alice) == (1_000, 0)
    collector.look(held, LATER)
    assert integrity() == []


def test_what_is_held_is_let_go_once_the_money_is_back(
    cast: Cast, provider: Scripted, collector: Collector, held: UUID
) -> None:
    with pytest.raises(Conflict, match="The money is there"):
        deciding.let_go(cast.owner, held, collector.truth_of(held), seen=_version(), now=LATER)
    provider.comes_back(reference(held), Reversal("re_1", Back.REFUND, State.SUCCEEDED, 9_000))
    deciding.let_go(cast.owner, held, collector.truth_of(held), seen=_version(), now=LATER)
    assert balance(cast.alice) == (10_000, 0)
    assert invoices.get(cast.alice, "INV-1", today=TODAY).payable_minor == 10_000
    assert integrity() == []


def test_what_its_provider_knows_no_more_can_be_let_go(
    cast: Cast, provider: Scripted, collector: Collector, held: UUID
) -> None:
    provider.payments.clear()
    assert collector.truth_of(held) is None
    deciding.let_go(cast.owner, held, None, seen=_version(), now=LATER)
    assert balance(cast.alice) == (10_000, 0)


def test_another_currency_is_never_accepted(
    cast: Cast, provider: Scripted, collector: Collector, held: UUID
) -> None:
    provider.becomes(reference(held), State.SUCCEEDED, currency_code="EUR")
    truth = collector.truth_of(held)
    assert truth is not None
    with pytest.raises(Conflict, match="currency"):
        deciding.accept(cast.owner, held, truth, seen=_version(), now=LATER)
    assert integrity() == []


def test_messages_that_led_nowhere_are_shown(cast: Cast) -> None:
    values = {"provider": "demo", "kind": "x", "payload": "{}", "received_at": NOW}
    insert("provider_events", external_id="1", status="ignored", object_reference="pi_1", **values)
    insert("provider_events", external_id="2", status="ignored", **values)
    insert("provider_events", external_id="3", status="received", **values)
    insert("provider_events", external_id="4", status="handled", **values)
    found = watch.unmatched(cast.owner, LATER)
    assert {each.external_id for each in found} == {"1", "3"}
    assert {each.external_id for each in watch.unmatched(cast.owner, NOW)} == {"1"}


def _version() -> int:
    with store.system_reading() as session:
        version: int = session.value(
            "select version from core.payment_attempts where status = 'held' order by 1"
        )
    return version
