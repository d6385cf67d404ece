"""Payments in any order, any number of times, with crashes: books and provider agree in the end.

The oracle knows what the provider took and gave back. The books are asked after every step whether
they hold by themselves, and at the end, once everything was looked at, whether they say the same.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from hypothesis.stateful import run_state_machine_as_test as run

from portal_data import store
from portal_data.billing import invoices, ledger
from portal_data.errors import PortalError
from portal_data.ids import new_id
from portal_data.payments import inbox, paying, settlement
from portal_data.payments.collecting import Collector
from portal_data.payments.paying import Order, Part
from portal_data.payments.provider import Back, Reversal, State
from portal_data.payments.providers import Providers
from tests.conftest import NOW, Cast
from tests.factories import TODAY, make_invoice
from tests.payments import messages
from tests.payments.scripted import SIGNED, Scripted
from tests.people import rows, value

ROUNDS = int(os.environ.get("PORTAL_PAYMENT_ROUNDS", "8"))
OPEN = (State.CREATED, State.REQUIRES_ACTION, State.PENDING, State.FAILED)
"""Where a payment is at a provider that may move on."""
NEXT = {
    State.CREATED: (State.REQUIRES_ACTION, State.PENDING, State.SUCCEEDED, State.FAILED),
    State.REQUIRES_ACTION: (State.PENDING, State.SUCCEEDED, State.FAILED),
    State.PENDING: (State.SUCCEEDED, State.FAILED),
    State.FAILED: (State.PENDING, State.SUCCEEDED),
}


class Crash(Exception):
    """The process dies here."""


@contextmanager
def dying(monkeypatch: pytest.MonkeyPatch, where: str) -> Iterator[None]:
    """Let the process die within a step: before its transaction ends, or right after it."""

    def before(*_args: object, **_more: object) -> None:
        raise Crash

    def after(*args: Any, **more: Any) -> None:
        applied(*args, **more)
        raise Crash

    applied = settlement.apply
    with monkeypatch.context() as patch:
        if where == "before the ledger is posted":
            patch.setattr(ledger, "post", before)
        elif where == "before the truth is written":
            patch.setattr(settlement, "apply", before)
        elif where == "before the commit":
            patch.setattr(settlement, "apply", after)
        with suppress(Crash):
            yield


_WORKS = "select id, kind, payload from core.outbox where kind like 'payment.%' order by id"
STEPS = (
    *("moves_on",) * 5,
    *("comes_back",) * 3,
    *("begun", "looked_at", "message_comes", "work_is_done") * 2,
    *("is_left", "time_passes", "the_books_hold"),
)
"""What may happen, the likelier the more often it stands here."""
CRASHES = ("before the ledger is posted", "before the truth is written", "before the commit")


def test_whatever_happens_books_and_provider_agree(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.system_writing() as session:
        session.load(
            "core.preferences",
            ("key", "value", "updated_at"),
            [(name, "true", NOW) for name in ("pay_online", "pay_in_parts")],
        )

    class Machine(RuleBasedStateMachine):
        @initialize(totals=st.lists(st.integers(1, 900), min_size=1, max_size=4))
        def billed(self, totals: list[int]) -> None:
            self.provider = Scripted()
            self.collector = Collector(Providers([self.provider]), "https://portal.example")
            self.numbers = [f"INV-{new_id()}" for _each in totals]
            self.totals = sum(totals)
            self.attempts: list[UUID] = []
            self.now = NOW
            self.said = 0
            self.earlier = {row["id"] for row in rows(_WORKS)}
            for number, total in zip(self.numbers, totals, strict=True):
                make_invoice(cast.alice, number=number, total_minor=total)
            self._begin(self.numbers, max(totals), lost=False)

        @rule(data=st.data(), step=st.sampled_from(STEPS))
        def step(self, data: st.DataObject, step: str) -> None:
            """One rule for all: with several, most runs would never see money."""
            getattr(self, step)(data)

        def begun(self, data: st.DataObject) -> None:
            wanted, lost = data.draw(st.integers(1, 900)), data.draw(st.integers(0, 3)) == 1
            chosen = data.draw(st.lists(st.sampled_from(self.numbers), min_size=1, unique=True))
            self._begin(chosen, wanted, lost=lost)

        def _begin(self, chosen: list[str], wanted: int, *, lost: bool) -> None:
            parts = []
            for number in chosen:
                seen = invoices.get(cast.alice, number, today=TODAY)
                if seen.payable_minor:
                    amount = min(wanted, seen.payable_minor)
                    parts.append(Part("invoice", number, seen.version, amount))
            if not parts:
                return
            key = new_id()
            order = Order(tuple(parts))
            paying.begin(cast.alice, self.provider, order, key=key, now=self.now)
            self.attempts.append(key)
            self.provider.answers_lost = 2 * lost  # of the customer, and of the payment
            with suppress(PortalError):
                self.collector.hand_over(cast.alice, key, self.now)

        def moves_on(self, data: st.DataObject) -> None:
            wrong, looked_at = data.draw(st.integers(0, 9)), data.draw(st.integers(0, 2))
            reference = f"pay_{data.draw(st.sampled_from(self.attempts))}"
            known = self.provider.payments.get(reference)
            if known is None or known.state not in OPEN:
                return
            state = data.draw(st.sampled_from((State.SUCCEEDED, *NEXT[known.state])))
            more = {}
            if state is State.SUCCEEDED and wrong == 1:
                more = {"received_minor": self.provider.wanted(reference) + 1}
            self.provider.becomes(reference, state, **more)
            for _time in range(looked_at):
                self.collector.look(UUID(reference.removeprefix("pay_")), self.now)

        def comes_back(self, data: st.DataObject) -> None:
            amount, why = data.draw(st.integers(1, 900)), data.draw(st.sampled_from(Back))
            state = data.draw(st.sampled_from((State.SUCCEEDED, State.PENDING, State.FAILED)))
            reference = f"pay_{data.draw(st.sampled_from(self.attempts))}"
            known = self.provider.payments.get(reference)
            if known is None or known.state is not State.SUCCEEDED:
                return
            waiting = [each for each in known.reversals if each.state is State.PENDING]
            if waiting:  # it is decided first
                each = waiting[0]
                decided = Reversal(each.reference, each.kind, state, each.amount_minor)
                self.provider.comes_back(reference, decided)
                return
            gone = sum(r.amount_minor for r in known.reversals if r.state is not State.FAILED)
            left = known.received_minor - gone
            if left > 0:
                name = f"{why}_{len(known.reversals)}_{reference}"
                self.provider.comes_back(reference, Reversal(name, why, state, min(amount, left)))
                self.collector.look(UUID(reference.removeprefix("pay_")), self.now)

        def looked_at(self, data: st.DataObject) -> None:
            crash = data.draw(st.sampled_from(("nowhere", *CRASHES)))
            attempt = data.draw(st.sampled_from(self.attempts))
            with dying(monkeypatch, crash), suppress(PortalError):
                self.collector.look(attempt, self.now)

        def message_comes(self, data: st.DataObject) -> None:
            again = data.draw(st.booleans())
            attempt = data.draw(st.sampled_from(self.attempts))
            self.said += not again
            said = {"id": f"evt_{self.said}_{attempt}", "payment": f"pay_{attempt}"}
            body = json.dumps(said).encode()
            messages.receive(self.provider, body, {"signature": SIGNED}, self.now)

        def work_is_done(self, data: st.DataObject) -> None:
            crash = data.draw(st.sampled_from(("nowhere", *CRASHES)))
            silent = data.draw(st.integers(0, 3)) == 1
            works = [row for row in rows(_WORKS) if row["id"] not in self.earlier]
            if not works:
                return
            work = data.draw(st.sampled_from(works))
            payload = json.loads(work["payload"])
            self.provider.silent = silent
            with dying(monkeypatch, crash), suppress(PortalError):
                if work["kind"] == "payment.event":
                    inbox.work(self.collector, payload, self.now)
                else:
                    self.collector.work(payload, self.now)
            self.provider.silent = False

        def is_left(self, data: st.DataObject) -> None:
            with suppress(PortalError):
                self.collector.cancel(
                    cast.alice, data.draw(st.sampled_from(self.attempts)), self.now
                )

        def time_passes(self, data: st.DataObject) -> None:
            self.now += timedelta(hours=data.draw(st.sampled_from((0.1, 0.9, 25))))

        def the_books_hold(self, _data: st.DataObject) -> None:
            assert store.current().check_integrity() == []

        def teardown(self) -> None:
            if not getattr(self, "attempts", None):
                return
            for attempt in self.attempts:
                with suppress(PortalError):
                    self.collector.look(attempt, self.now)
            assert store.current().check_integrity() == []
            taken = back = 0
            for attempt in self.attempts:
                truth = self.provider.payments.get(f"pay_{attempt}")
                (row,) = rows(
                    "select status, amount_minor from core.payment_attempts where id = $id"
                    " order by id", id=attempt,
                )  # fmt: skip
                receipts = rows(
                    "select amount_minor from core.payments where attempt_id = $id order by id",
                    id=attempt,
                )
                agreed = truth is not None and truth.received_minor == row["amount_minor"]
                if truth is None or truth.state is not State.SUCCEEDED or not agreed:
                    assert receipts == []
                    continue
                assert receipts == [{"amount_minor": row["amount_minor"]}]
                taken += row["amount_minor"]
                back += sum(
                    each.amount_minor for each in truth.reversals if each.state is State.SUCCEEDED
                )
            open_minor = sum(
                invoices.get(cast.alice, number, today=TODAY).balance_minor
                for number in self.numbers
            )
            unused = value(
                "select coalesce(sum(p.unused_minor), 0)::bigint as n from core.payments p"
                " where p.attempt_id = any($ids) order by n", ids=self.attempts,
            )  # fmt: skip
            assert open_minor - unused == self.totals - taken + back

    run(
        Machine,
        settings=settings(
            max_examples=ROUNDS,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
