"""Auto-pay in any order, with crashes and lost answers: an invoice is charged once, by consent."""

import os
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from hypothesis.stateful import run_state_machine_as_test as run

from portal_data import store
from portal_data.billing import invoices
from portal_data.errors import PortalError
from portal_data.ids import new_id
from portal_data.payments import (
    autopay,
    autopay_dunning,
    autopay_plans,
    mandates,
    paying,
    provider_requests,
)
from portal_data.payments.collecting import Collector
from portal_data.payments.mandates import Covers, Terms
from portal_data.payments.paying import Order, Part
from portal_data.payments.provider import Request, Started, State
from portal_data.payments.providers import Providers
from tests.conftest import NOW, Cast
from tests.factories import TODAY, insert, make_invoice
from tests.payments.scripted import Scripted
from tests.payments.test_state_machine import CRASHES, Crash, dying
from tests.people import rows, value

ROUNDS = int(os.environ.get("PORTAL_PAYMENT_ROUNDS", "8"))
STEPS = (
    *("looked_at", "charged", "followed") * 4,
    *("a_day_passes", "bank_decides") * 3,
    *("agreed", "revoked", "paid_by_hand", "bank_changes"),
)
"""What may happen, the likelier the more often it stands here."""
BANKS = (None, None, "insufficient_funds", "expired_card", "later")
_CHARGES = "select id from core.payment_attempts where mandate_id is not null order by id"


class Watched(Scripted):
    """A provider that looks whether what it is asked for without a person may be charged."""

    def charge(self, request: Request) -> Started:
        """Take a payment, and know what should not have been asked for."""
        if request.absent and f"pay_{request.attempt_id}" not in self.payments:
            mandate = value(
                "select mandate_id from core.payment_attempts where id = $id order by id",
                id=request.attempt_id,
            )
            with store.system_reading() as session:
                assert mandate in mandates.in_force(session, request.payer.customer_id)
        return super().charge(request)


def test_whatever_happens_an_invoice_is_charged_once_and_by_consent(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.system_writing() as session:
        session.load(
            "core.preferences",
            ("key", "value", "updated_at"),
            [(name, "true", NOW) for name in ("pay_online", "autopay")],
        )
    scope = cast.alice

    class Machine(RuleBasedStateMachine):
        @initialize(totals=st.lists(st.integers(1, 900), min_size=1, max_size=3))
        def billed(self, totals: list[int]) -> None:
            for each in autopay.in_force(scope):
                autopay.revoke(scope, each.id, seen=each.version, now=NOW)
            with store.system_writing() as session:  # what earlier runs left is over
                session.change(
                    "update core.autopay_plans set version = version + 1, status = 'paid'"
                )
                session.change(
                    "update core.invoices set version = version + 1, due_date = $day",
                    day=TODAY - timedelta(days=90),
                )
            self.provider = Watched()
            self.collector = Collector(Providers([self.provider]), "https://portal.example")
            self.now = NOW
            self.earlier = {row["id"] for row in rows(_CHARGES)}
            self.totals = {f"INV-{new_id()}": total for total in totals}
            self.agreed(None)
            for number, total in self.totals.items():
                make_invoice(scope, number=number, total_minor=total, due=TODAY + timedelta(3))

        @rule(seed=st.integers(0, 2**32), step=st.sampled_from(STEPS))
        def step(self, seed: int, step: str) -> None:
            """One rule for all: with several, most runs would never see a charge.

            What a step chooses from has other ids each time, so it is chosen by a seed.
            """
            getattr(self, step)(Random(seed))  # noqa: S311 - no secret

        def looked_at(self, chance: Random | None) -> None:
            dies = chance is not None and chance.randint(0, 3) == 1
            with suppress(Crash), store.system_writing() as session:
                autopay_plans.look_at(session, self.provider, scope.customer_id, self.now)
                if dies:
                    raise Crash

        def charged(self, chance: Random) -> None:
            if not (found := self._charges()):
                return
            chosen = chance.choice(found)
            self.provider.answers_lost = 2 * (chance.randint(0, 3) == 1)
            where = chance.choice(("", "", "before it is asked for", *CRASHES))
            with monkeypatch.context() as patch, dying(monkeypatch, where), suppress(PortalError):
                if where == "before it is asked for":
                    patch.setattr(provider_requests, "hand_over", _dies)
                self.collector.look(chosen, self.now)
            self.provider.answers_lost = 0

        def followed(self, chance: Random) -> None:
            if found := self._charges():
                self._follow(chance.choice(found))

        def a_day_passes(self, chance: Random) -> None:
            for _morning in range(chance.randint(1, 4)):
                self.now += timedelta(1)
                self.looked_at(chance)  # what is not begun on its day has notice given anew

        def bank_changes(self, chance: Random) -> None:
            self.provider.refuses = chance.choice(BANKS)

        def bank_decides(self, chance: Random) -> None:
            waiting = [
                reference
                for reference, each in self.provider.payments.items()
                if each.state is State.PENDING
            ]
            if waiting:
                state = chance.choice((State.SUCCEEDED, State.FAILED))
                self.provider.becomes(chance.choice(waiting), state)

        def agreed(self, chance: Random | None) -> None:
            terms = Terms(Covers.EVERYTHING, "GBP", None, "I agree.")
            known = autopay.in_force(scope)
            method = insert(
                "saved_methods", customer_id=scope.customer_id, provider="demo", kind="card",
                provider_reference=str(new_id()), status="verified", created_at=NOW,
                updated_at=NOW,
            )  # fmt: skip
            if known:
                (old,) = known
                autopay.change(scope, old.id, method, terms, seen=old.version, now=self.now)
            else:
                autopay.consent(scope, method, terms, key=new_id(), now=self.now)

        def revoked(self, chance: Random) -> None:
            for each in autopay.in_force(scope):
                autopay.revoke(scope, each.id, seen=each.version, now=self.now)

        def paid_by_hand(self, chance: Random) -> None:
            number = chance.choice(sorted(self.totals))
            seen = invoices.get(scope, number, today=TODAY)
            if seen.payable_minor:
                key, part = new_id(), Part("invoice", number, seen.version, seen.payable_minor)
                paying.begin(scope, self.provider, Order((part,)), key=key, now=self.now)
                self.collector.hand_over(scope, key, self.now)
                if chance.random() < 0.5:
                    self.provider.becomes(f"pay_{key}", State.SUCCEEDED)
                self.collector.look(key, self.now + timedelta(hours=2))

        def teardown(self) -> None:
            self.provider.refuses = None
            for reference, each in self.provider.payments.items():
                if each.state is State.PENDING:
                    self.provider.becomes(reference, State.FAILED)
            for _again in range(3):
                self.now += timedelta(days=9)
                for each in self._charges():
                    with suppress(PortalError):
                        self.collector.look(each, self.now)
                    self._follow(each)
                self.looked_at(None)
            taken: dict[str, int] = dict.fromkeys(self.totals, 0)
            times: dict[str, int] = dict.fromkeys(self.totals, 0)
            for request in self.provider.requests:
                status = self.provider.payments[f"pay_{request.attempt_id}"]
                if status.state is State.SUCCEEDED:
                    taken[request.lines[0].words] += status.received_minor
                    times[request.lines[0].words] += 1
            for number, total in self.totals.items():
                seen = invoices.get(scope, number, today=TODAY)
                held = taken[number] if seen.pending_minor else 0
                assert times[number] <= 1
                assert taken[number] in (0, total)
                assert seen.balance_minor == total - taken[number] + held
            assert store.current().check_integrity() == []

        def _charges(self) -> list[UUID]:
            return [row["id"] for row in rows(_CHARGES) if row["id"] not in self.earlier]

        def _follow(self, attempt_id: UUID) -> None:
            with store.system_writing() as session:
                payload = {"attempt_id": str(attempt_id)}
                autopay_dunning.ended(session, scope.customer_id, payload, self.now)

    run(
        Machine,
        settings=settings(
            max_examples=ROUNDS,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def _dies(*_args: Any, **_more: Any) -> None:
    raise Crash
