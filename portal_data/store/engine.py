"""What the two engines have in common, as the rest of the store sees them."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from enum import Enum
from typing import Any, Protocol
from uuid import UUID

import pyarrow as pa

from portal_data.store.write_set import Changes

Row = dict[str, Any]


class Visibility(Enum):
    """What a transaction sees: one customer's `mine` views, or all of `core`."""

    MINE = "mine"
    ALL = "core"


class Transaction(Protocol):
    """One open transaction of an engine. SQL uses `$name` parameters."""

    def rows(self, sql: str, params: Mapping[str, Any]) -> list[Row]:
        """Return all rows of a query."""

    def arrow(self, sql: str, params: Mapping[str, Any]) -> pa.Table:
        """Return all rows of a query by column, with ids as text."""

    def change(self, sql: str, params: Mapping[str, Any]) -> int:
        """Run one insert, update or delete and return how many rows changed."""

    def run(self, sql: str) -> None:
        """Run statements without parameters or results (migrations, views)."""

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """Insert many rows at once and return how many."""

    def load_batches(
        self, table: str, columns: Sequence[str], batches: Iterable[pa.RecordBatch]
    ) -> int:
        """Insert rows that come as Arrow batches with these columns and return how many."""

    def digest(self, table: str) -> str:
        """Return a word that is another one once any row of this `core` table has changed."""


class Engine(Protocol):
    """A database the portal can live in."""

    name: str

    @property
    def changes(self) -> Changes | None:
        """What has changed, where this process is the only writer."""

    def reading(
        self, visibility: Visibility, customer_id: UUID | None
    ) -> AbstractContextManager[Transaction]:
        """Open a read-only transaction."""

    def writing(
        self, visibility: Visibility, customer_id: UUID | None
    ) -> AbstractContextManager[Transaction]:
        """Open a writing transaction: committed at the end, rolled back on any error."""

    def is_writing(self) -> bool:
        """Tell whether this thread writes, where reads may be cached."""

    def tables_of(self, statements: Iterable[str]) -> frozenset[str]:
        """Return the tables of `core` that statements read, where reads may be cached."""

    def row_lock(self) -> str:
        """Return the words that make a query lock its rows, where the engine needs them."""

    def turn_lock(self) -> str:
        """Return the words that do so and let others write rows that point to them."""

    def alone(self) -> AbstractContextManager[None]:
        """Keep every other process out of what is done alone, such as migrating."""

    def before_migration(self, version: int) -> None:
        """Keep a copy of what that migration and later ones will change, where the engine can."""

    def backup(self, target: str) -> None:
        """Write a consistent copy of the whole store to the file `target`."""

    def close(self) -> None:
        """Give everything back."""
