"""Sessions: SQL as one customer or as the whole business. Every query runs in one."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

import pyarrow as pa

from portal_data.errors import Conflict, NotFound
from portal_data.store.engine import Row, Transaction
from portal_data.text.language import _


class Session:
    """One transaction. Reads return dicts; writes return how many rows changed."""

    def __init__(self, transaction: Transaction, row_lock: str = "", turn_lock: str = "") -> None:
        self._transaction = transaction
        self._row_lock = row_lock
        self._turn_lock = turn_lock
        self._afterwards: list[Callable[[], None]] = []

    def after_commit(self, call: Callable[[], None]) -> None:
        """Have something called once this writing transaction is committed; never if it fails."""
        self._afterwards.append(call)

    def committed(self) -> None:
        """Call what waited for the commit; the store does, at the end of a transaction."""
        for call in self._afterwards:
            call()

    def rows(self, sql: str, **params: Any) -> list[Row]:
        """Return every row of a query as a dict of column names."""
        return self._transaction.rows(sql, params)

    def arrow(self, sql: str, **params: Any) -> pa.Table:
        """Return every row of a query by column: many rows at once never become Python's.

        Ids are text. A column without any value may have the type of nothing.
        """
        return self._transaction.arrow(sql, params)

    def one(self, sql: str, **params: Any) -> Row | None:
        """Return the first row of a query, or None."""
        found = self.rows(sql, **params)
        return found[0] if found else None

    def value(self, sql: str, **params: Any) -> Any:
        """Return the first column of the first row, or None."""
        found = self.one(sql, **params)
        return next(iter(found.values())) if found else None

    def locked(self, sql: str, **params: Any) -> list[Row]:
        """Return rows of `core` tables and hold them until this writing transaction ends."""
        return self.rows(sql + self._row_lock, **params)

    def in_turn(self, sql: str, **params: Any) -> list[Row]:
        """Return rows as `locked` does, for whoever holds them to go one after the other.

        Others may write rows that point to these meanwhile, as a payment to its customer.
        """
        return self.rows(sql + self._turn_lock, **params)

    def as_seen(self, sql: str, seen: int, **params: Any) -> Row:
        """Return and hold the row that an action decides on, as its person saw it.

        The query yields at most one row, with its `version`; `seen` is the version that was on the
        screen. Raises NotFound without a row, Conflict when it was changed meanwhile.
        """
        found = self.locked(sql, **params)
        if not found:
            raise NotFound(_("There is no such document."))
        if found[0]["version"] != seen:
            raise Conflict(_("Somebody else changed this meanwhile. Look at it again first."))
        return found[0]

    def change(self, sql: str, **params: Any) -> int:
        """Run one insert, update or delete on `core` tables and return how many rows changed."""
        return self._transaction.change(sql, params)


class ScopedSession(Session):
    """SQL as one customer: names are `mine` views, and writes are bound to the customer."""

    def __init__(
        self, transaction: Transaction, customer_id: UUID, row_lock: str = "", turn_lock: str = ""
    ) -> None:
        super().__init__(transaction, row_lock, turn_lock)
        self.customer_id = customer_id

    def change(self, sql: str, **params: Any) -> int:
        """Run one write that names $customer_id; one that does not is a bug and never runs."""
        if "$customer_id" not in sql:
            raise RuntimeError("A customer's write must bind $customer_id.")
        return self._transaction.change(sql, {**params, "customer_id": self.customer_id})


class OpenSession(Session):
    """SQL over all customers, for staff, sign-in and the portal's own work: names `core` tables."""

    def run(self, sql: str) -> None:
        """Run statements without parameters or results (migrations, views)."""
        self._transaction.run(sql)

    def digest(self, table: str) -> str:
        """Return a word that is another one once any row of this `core` table has changed."""
        return self._transaction.digest(table)

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """Insert many rows of Python values into `core.<table>` and return how many."""
        return self._transaction.load(table, columns, rows)

    def load_batches(
        self, table: str, columns: Sequence[str], batches: Iterable[pa.RecordBatch]
    ) -> int:
        """Insert rows that come as Arrow batches into `core.<table>` and return how many."""
        return self._transaction.load_batches(table, columns, batches)
