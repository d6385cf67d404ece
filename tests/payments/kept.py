"""A payment provider whose truth stands in a file of its own, whoever of its callers dies.

What it tells of is queued there as well, until the portal has taken it, as real providers do.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from portal_data.payments.provider import (
    Back,
    Payer,
    ProviderError,
    Request,
    Reversal,
    Started,
    State,
    Status,
)
from tests.payments.scripted import Scripted

_TABLES = """
    create table if not exists payments (
        reference text primary key, attempt text not null, wanted integer not null,
        currency text not null, state text not null, received integer not null
    );
    create table if not exists back (
        reference text primary key, payment text not null, kind text not null, state text not null,
        amount integer not null, key text unique
    );
    create table if not exists events (
        id integer primary key autoincrement, payment text not null
    );
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the provider has of one payment: what was asked for, and how it stands."""

    wanted_minor: int
    status: Status

    @property
    def back_minor(self) -> int:
        """What went back of it."""
        gone = (r for r in self.status.reversals if r.state is State.SUCCEEDED)
        return sum(each.amount_minor for each in gone)

    @property
    def left_minor(self) -> int:
        """What of it is there and not on its way back."""
        gone = (r for r in self.status.reversals if r.state is not State.FAILED)
        return self.status.received_minor - sum(each.amount_minor for each in gone)


class KeptInFile(Scripted):
    """Keeps its payments in a file, each change in one synchronous transaction."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        with self._writing() as file:
            file.executescript(_TABLES)

    def ensure_customer(self, payer: Payer) -> str:
        return f"cus_{payer.customer_id}"

    def status(self, reference: str) -> Status:
        return self.known(reference).status

    def cancel(self, reference: str) -> Status:
        with self._writing() as file:
            file.execute(
                "update payments set state = 'cancelled' where reference = ?"
                " and state in ('created', 'requires_action', 'failed')",
                (reference,),
            )
        return self.status(reference)

    def refund(self, reference: str, amount_minor: int, key: str, reason: str | None) -> Reversal:
        with self._writing() as file:
            known = self._known(file, reference)
            if not file.execute("select 1 from back where key = ?", (key,)).fetchone():
                if amount_minor > known.left_minor:
                    raise ProviderError("More than is left.", final=True)
                self._back(file, f"re_{key}", reference, Back.REFUND, amount_minor, key)
            row = file.execute(_BACK + " where key = ?", (key,)).fetchone()
        return _reversal(row)

    def moves_on(self, reference: str, state: State) -> None:
        """Have whoever pays do something, or their bank; what is over stays as it is."""
        with self._writing() as file:
            moved = file.execute(
                "update payments set state = ?,"
                " received = case when ? = 'succeeded' then wanted else 0 end where reference = ?"
                " and state in ('created', 'requires_action', 'pending', 'failed')",
                (state.value, state.value, reference),
            )
            if moved.rowcount:
                file.execute("insert into events (payment) values (?)", (reference,))

    def takes_back(self, reference: str, kind: Back, amount_minor: int) -> None:
        """Have a bank, or somebody at the provider's own page, take some of a payment back."""
        with self._writing() as file:
            amount = min(amount_minor, self._known(file, reference).left_minor)
            if amount > 0:
                (count,) = file.execute("select count(*) from back").fetchone()
                self._back(file, f"{kind}_{count}", reference, kind, amount, None)

    def known(self, reference: str) -> Kept:
        """Return what is kept of a payment. Raises ProviderError for one of nothing."""
        with self._reading() as file:
            return self._known(file, reference)

    def everything(self) -> dict[str, Kept]:
        """Return all payments by reference."""
        with self._reading() as file:
            return {r: self._known(file, r) for (r,) in file.execute(_REFERENCES).fetchall()}

    def untaken(self) -> list[tuple[int, bytes]]:
        """Return the messages that were not taken yet, each by its number."""
        with self._reading() as file:
            found = file.execute("select id, payment from events order by id").fetchall()
        return [
            (number, json.dumps({"id": f"evt_{number}", "payment": payment}).encode())
            for number, payment in found
        ]

    def taken(self, number: int) -> None:
        """Know that the portal answered a message with yes."""
        with self._writing() as file:
            file.execute("delete from events where id = ?", (number,))

    def _begin(self, request: Request, state: State, url: str | None) -> Started:
        reference = f"pay_{request.attempt_id}"
        with self._writing() as file:
            file.execute(
                "insert into payments values (?, ?, ?, ?, 'created', 0) on conflict do nothing",
                (reference, str(request.attempt_id), request.amount_minor, request.currency_code),
            )
            if self._known(file, reference).wanted_minor != request.amount_minor:
                raise AssertionError("the same attempt asked for another amount")
        return Started(reference, url)

    def _back(
        self,
        file: sqlite3.Connection,
        name: str,
        reference: str,
        kind: Back,
        amount: int,
        key: str | None,
    ) -> None:
        made = (name, reference, kind.value, "succeeded", amount, key)
        file.execute("insert into back values (?, ?, ?, ?, ?, ?)", made)
        file.execute("insert into events (payment) values (?)", (reference,))

    def _known(self, file: sqlite3.Connection, reference: str) -> Kept:
        row = file.execute(_PAYMENT, (reference,)).fetchone()
        if row is None:
            raise ProviderError("No such payment.", final=True)
        attempt, wanted, currency, state, received = row
        back = file.execute(_BACK + " where payment = ? order by rowid", (reference,)).fetchall()
        reversals = tuple(map(_reversal, back))
        status = Status(
            reference, State(state), received, currency, UUID(attempt), reversals=reversals
        )
        return Kept(wanted, status)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=30)) as file:
            yield file

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as file:
            file.execute("pragma synchronous = full")
            file.execute("begin immediate")
            with file:
                yield file


_REFERENCES = "select reference from payments order by reference"
_PAYMENT = "select attempt, wanted, currency, state, received from payments where reference = ?"
_BACK = "select reference, kind, state, amount, key from back"


def _reversal(row: tuple[str, str, str, int, str | None]) -> Reversal:
    reference, kind, state, amount, key = row
    return Reversal(reference, Back(kind), State(state), amount, key=key)
