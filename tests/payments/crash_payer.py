"""A process that pays, is told, looks and refunds until it is killed: see test_crash.py."""

import json
import random
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from uuid import UUID

from portal_data import store
from portal_data.errors import Conflict, Invalid
from portal_data.ids import new_id
from portal_data.payments import inbox, paying, refunding
from portal_data.payments.collecting import Collector
from portal_data.payments.paying import Order, Part
from portal_data.payments.provider import Back, State
from portal_data.payments.providers import Providers
from portal_data.scope import Scope, Staff
from tests.conftest import NOW
from tests.payments import messages
from tests.payments.kept import KeptInFile
from tests.payments.scripted import SIGNED

_OPEN = """
    select number, version, balance_minor - pending_minor as left_minor from core.invoices
    where balance_minor > pending_minor order by number
"""
_FLYING = """
    select id from core.payment_attempts
    where status in ('created', 'requires_action', 'pending')
    order by id
"""
_RECEIPTS = "select number, version, amount_minor from core.payments order by number desc limit 20"
_WORK = """
    select id, kind, payload from core.outbox
    where kind in ('payment.event', 'payment.refund') and status = 'queued'
    order by id
"""
_DONE = "update core.outbox set status = 'sent', finished_at = $now where id = $id"


def works(collector: Collector, dice: random.Random, most: int | None = None) -> None:
    """Do what waits to be done for payments, as the worker does: at least once, in any order."""
    with store.system_reading() as session:
        waiting = session.rows(_WORK)
    for row in dice.sample(waiting, len(waiting))[:most]:
        payload = json.loads(row["payload"])
        if row["kind"] == inbox.WORK:
            inbox.work(collector, payload, NOW)
        else:
            collector.send_back(payload, NOW)
        with store.system_writing() as session:
            session.change(_DONE, id=row["id"], now=NOW)


def delivered(provider: KeptInFile, most: int | None = None) -> None:
    """Deliver what the provider has to say and the portal has not taken."""
    for number, body in provider.untaken()[:most]:
        messages.receive(provider, body, {"signature": SIGNED}, NOW)
        provider.taken(number)


class Payer:
    """Does one thing after the other, by the dice."""

    def __init__(
        self, scope: Scope, staff: Staff, truth: Path, dice: random.Random, said: Connection
    ) -> None:
        self._scope, self._staff, self._dice, self._said = scope, staff, dice, said
        self._provider = KeptInFile(truth)
        self._collector = Collector(Providers([self._provider]), "https://portal.example")

    def run(self) -> None:
        """Go on until somebody ends it."""
        steps: tuple[Callable[[], None], ...] = (
            *(self.begin,) * 3,
            *(self.move_on,) * 4,
            *(self.hear, self.work, self.look, self.refund) * 2,
            *(self.take_back, self.cancel),
        )
        while True:
            with suppress(Conflict, Invalid):
                self._dice.choice(steps)()
            self._said.send(("step", ""))

    def begin(self) -> None:
        """Begin to pay parts of some invoices, and hand that over most of the time."""
        found = self._rows(_OPEN)
        chosen = self._dice.sample(found, min(len(found), self._dice.randint(1, 4)))
        parts = tuple(
            Part("invoice", row["number"], row["version"], self._part(row["left_minor"]))
            for row in chosen
        )
        key = new_id()
        paying.begin(self._scope, self._provider, Order(parts), key=key, now=NOW)
        self._say("begun", key)
        if self._dice.random() < 0.8:
            self._collector.hand_over(self._scope, key, NOW)

    def move_on(self) -> None:
        """Have the payer or a bank do something at the provider, which the portal may hear of."""
        attempt = self._one(_FLYING)
        states = (State.SUCCEEDED, State.SUCCEEDED, State.PENDING, State.FAILED)
        self._provider.moves_on(f"pay_{attempt}", self._dice.choice(states))

    def hear(self) -> None:
        """Take messages, one of them twice."""
        twice = self._provider.untaken()[:1]
        for _number, body in twice:
            messages.receive(self._provider, body, {"signature": SIGNED}, NOW)
        delivered(self._provider, most=3)

    def work(self) -> None:
        """Do what waits."""
        works(self._collector, self._dice, most=3)

    def look(self) -> None:
        """Look at an attempt, as polling and the payer who comes back do."""
        self._collector.look(self._one(_FLYING), NOW)

    def cancel(self) -> None:
        """Leave a payment."""
        self._collector.cancel(self._scope, self._one(_FLYING), NOW)

    def refund(self) -> None:
        """Have staff send a part of a payment back, often of the same amount."""
        row = self._dice.choice(self._rows(_RECEIPTS) or [None])
        if row is None:
            return
        key, amount = new_id(), self._dice.choice((10, 10, 10, row["amount_minor"]))
        refunding.refund(
            self._staff, row["number"], amount, "Sent back", key=key, seen=row["version"], now=NOW
        )
        self._say("refund", key)

    def take_back(self) -> None:
        """Have a bank take money back."""
        receipts = self._rows("select attempt_id from core.payments order by number desc limit 20")
        if receipts:
            attempt = self._dice.choice(receipts)["attempt_id"]
            kind = self._dice.choice((Back.DISPUTE, Back.RETURN, Back.REFUND))
            self._provider.takes_back(f"pay_{attempt}", kind, self._dice.randint(1, 50))

    def _say(self, kind: str, key: UUID) -> None:
        """Say what is so from now on, whatever happens: it is committed."""
        self._said.send((kind, str(key)))

    def _part(self, left: int) -> int:
        return self._dice.choice((left, self._dice.randint(1, left)))

    def _one(self, sql: str) -> UUID:
        found = self._rows(sql)
        if not found:
            raise Conflict("There is none.")
        attempt: UUID = self._dice.choice(found)["id"]
        return attempt

    def _rows(self, sql: str) -> list[dict[str, Any]]:
        with store.system_reading() as session:
            return session.rows(sql)


def main(url: str, truth: Path, seed: str, scope: Scope, staff: Staff, said: Connection) -> None:
    """Pay as a contact of a customer, and refund as a member of staff."""
    store.install(store.open_store(url))
    dice = random.Random(seed)  # noqa: S311 - of a test, not of secrets
    payer = Payer(scope, staff, truth, dice, said)
    said.send(("ready", ""))
    payer.run()
