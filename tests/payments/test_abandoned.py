"""Abandoned payments: nobody goes on with them, or their provider says nothing of them any more."""

from datetime import timedelta

import pytest

from portal_data import store
from portal_data.errors import Conflict, Unavailable
from portal_data.payments import attempts, deciding, desk
from portal_data.payments.attempts import Status
from portal_data.payments.collecting import Collector
from portal_data.payments.provider import ProviderError, State
from portal_data.payments.provider import Status as Truth
from portal_data.payments.providers import Providers
from tests.conftest import NOW, Cast
from tests.factories import make_invoice
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
    saved_method,
)
from tests.people import rows

__all__ = ["collector", "provider"]


def test_a_charge_that_is_never_answered_is_held(
    cast: Cast, provider: Scripted, collector: Collector
) -> None:
    make_invoice(cast.alice, number="INV-1")
    method = saved_method(cast.alice)
    attempt = begin(cast.alice, provider, part(cast.alice, "INV-1"), method_id=method)
    provider.silent = True
    with pytest.raises(ProviderError):
        collector.look(attempt, LATER)
    assert collector.look(attempt, NOW + timedelta(hours=24)) is Status.HELD
    assert integrity() == []


def test_a_page_that_nobody_used_expires(
    cast: Cast, provider: Scripted, collector: Collector
) -> None:
    make_invoice(cast.alice, number="INV-1")
    never, left = (begin(cast.alice, provider, part(cast.alice, "INV-1", n)) for n in (1, 2))
    collector.hand_over(cast.alice, left, NOW)
    assert collector.look(left, LATER) is Status.CREATED
    after = NOW + timedelta(hours=2)
    assert collector.look(left, after) is Status.CANCELLED
    assert collector.look(never, after) is Status.EXPIRED
    assert balance(cast.alice)[1] == 0
    assert integrity() == []


def test_cancelling_takes_no_money(cast: Cast, provider: Scripted, collector: Collector) -> None:
    """Neither what waits for agreement, nor a charge that may never have been asked for."""
    make_invoice(cast.alice, number="INV-1", total_minor=10_000)
    make_invoice(cast.alice, number="INV-2", total_minor=10_000)
    card = saved_method(cast.alice)
    waits, lost = (
        begin(cast.alice, provider, part(cast.alice, number), method_id=card)
        for number in ("INV-1", "INV-2")
    )
    with store.system_writing() as session:
        session.change(
            "update core.payment_attempts set status = 'awaiting_approval' where id = $id", id=waits
        )
    for attempt in (waits, lost):
        with pytest.raises(Conflict):
            collector.cancel(cast.alice, attempt, NOW)
    assert provider.requests == []
    assert rows("select number from core.payments order by 1") == []


@pytest.mark.parametrize(
    ("saved", "after", "status"),
    [
        (True, timedelta(minutes=59), Status.REQUIRES_ACTION),
        (True, timedelta(hours=1), Status.CANCELLED),
        (False, timedelta(days=11), Status.REQUIRES_ACTION),
        (False, timedelta(days=11, hours=1), Status.CANCELLED),
    ],
)
def test_what_the_payer_never_confirmed_is_given_up(
    cast: Cast,
    provider: Scripted,
    collector: Collector,
    saved: bool,
    after: timedelta,
    status: Status,
) -> None:
    make_invoice(cast.alice, number="INV-1", total_minor=10_000)
    card = {"method_id": saved_method(cast.alice)} if saved else {}
    attempt = begin(cast.alice, provider, part(cast.alice, "INV-1"), **card)
    provider.answers_lost = 2  # so that the charge of a saved card is not settled at once
    with pytest.raises(ProviderError):
        collector.hand_over(cast.alice, attempt, NOW)
    provider.answers_lost = 0
    with store.system_writing() as session:
        session.change(
            "update core.payment_attempts set provider_reference = $reference where id = $id",
            reference=reference(attempt),
            id=attempt,
        )
    provider.payments[reference(attempt)] = Truth(
        reference(attempt), State.REQUIRES_ACTION, 0, "GBP", attempt
    )
    assert collector.look(attempt, NOW + after) is status
    assert integrity() == []


def test_one_that_cannot_be_looked_at_keeps_no_other_waiting(
    cast: Cast, provider: Scripted, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts_of = []
    for number in ("INV-1", "INV-2"):
        make_invoice(cast.alice, number=number)
        attempts_of.append(begin(cast.alice, provider, part(cast.alice, number)))
        collector.hand_over(cast.alice, attempts_of[-1], NOW)
        provider.becomes(reference(attempts_of[-1]), State.SUCCEEDED)
    del provider.payments[reference(attempts_of[0])]
    monkeypatch.setattr(provider, "status", provider.payments.__getitem__)
    collector.work_all(LATER)
    assert balance(cast.alice, "INV-2") == (0, 0)
    (planned,) = rows("select not_before from core.outbox where kind = 'payment.reconcile'")
    assert planned["not_before"] == LATER + timedelta(days=1)


def test_a_provider_that_is_switched_off_holds_nothing_for_ever(
    cast: Cast, provider: Scripted, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_invoice(cast.alice, number="INV-1", total_minor=10_000)
    attempt = begin(cast.alice, provider, part(cast.alice, "INV-1"))
    collector.hand_over(cast.alice, attempt, NOW)
    off = Collector(Providers([]), "https://portal.example")
    monkeypatch.setattr("portal_data.payments.collecting.current", lambda: off)
    with pytest.raises(Unavailable):
        off.look(attempt, NOW + timedelta(hours=24))
    assert balance(cast.alice) == (10_000, 10_000)
    after = NOW + timedelta(hours=25)
    assert off.reconcile(after) == {"held": 1}
    with pytest.raises(Unavailable):
        desk.truth(cast.owner, attempt)
    shown = desk.same_truth(cast.owner, attempt, None)
    seen = attempts.get(cast.alice, attempt).version
    deciding.let_go(cast.owner, attempt, shown, seen=seen, now=after)
    assert balance(cast.alice) == (10_000, 0)
    assert integrity() == []
