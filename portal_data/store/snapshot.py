"""Snapshots: a new DuckDB file made of the books as they stood in one moment.

The file belongs to a DuckDB of its own with little memory, which reads the books beside it: what
the making takes is neither the store's nor Python's. See `snapshot_books`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import duckdb

from portal_data.errors import Unavailable
from portal_data.store import snapshot_books
from portal_data.store.engine import Engine, Row
from portal_data.store.literals import literal, quoted
from portal_data.store.session import OpenSession
from portal_data.store.snapshot_books import Books, Columns

MEMORY = "288MB"
"""How much the making of a snapshot may take before it writes to disk."""
STORAGE = "v1.2.0"
"""The oldest DuckDB that can open the file."""
WORDS = 16_384
"""How many words a type may have to be more than text."""

_SOURCES = """
    select table_name, column_name, data_type
    from information_schema.columns
    where table_schema = 'source'
    order by table_name, ordinal_position
"""

_TO_DISK = "set fsync_mode = 'STANDARD'"

# What repeats is an ENUM. For other texts a dictionary is tried in vain, which costs as much again.
_NO_DICTIONARIES = "set disabled_compression_methods = 'dictionary'"

_COMPACT = """
    select 1 from information_schema.tables
    where table_schema = 'parts' and table_name = $table || '_compact'
"""

GoesOn = Callable[[], bool]


class Snapshot:
    """A snapshot file while it is made: SQL over it and, while they are open, over the books."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, folder: Path, goes_on: GoesOn
    ) -> None:
        self._connection = connection
        self._folder = folder
        self._goes_on = goes_on
        self._books: Books | None = None
        self._sources: Columns = {}
        self.read_for = 0.0
        """Seconds that the store was read."""

    @contextmanager
    def books_of(self, engine: Engine) -> Iterator[OpenSession]:
        """Open the books as they stand now; `run` reads the same moment until they are closed.

        What shall be read of them is told before: see `prepare`.
        """
        opened = snapshot_books.opened(engine, self._connection, self._folder, self._sources)
        with opened as books:
            self._books = books
            try:
                yield books.session
            finally:
                self._books = None
                self.read_for = books.read_for

    def prepare(self, definitions: str) -> None:
        """Run SQL in the scratch database beside the file.

        Of each table that it creates in the schema `source`, the listed columns, and no other, can
        be read from the books under the name `source_<table>`.
        """
        self._connection.execute("use memory; create schema source")
        self._connection.execute(definitions)
        for row in self.rows(_SOURCES):
            listed = self._sources.setdefault(row["table_name"], {})
            listed[row["column_name"]] = row["data_type"]
        self._connection.execute("drop schema source cascade")
        self._connection.execute("set search_path = 'made.main,memory.main'")

    def vocabulary(self, name: str, words: Sequence[str]) -> None:
        """Name a type, in the scratch database, for texts that are all one of these words.

        It is an ENUM: numbers, with the words said once. Of more than `WORDS` it is text.
        """
        listed = ", ".join(map(literal, words or [""]))  # columns of nulls have a type too
        kind = f"enum ({listed})" if len(words) <= WORDS else "text"
        self._connection.execute(f"create type memory.main.{name} as {kind}")

    def run(self, script: str) -> None:
        """Run the statements of a script, each with the books' tables that it names; comments last.

        A statement may name a table once, and should name the one of most rows first. Raises
        Unavailable between statements once the work shall not go on.
        """
        comments: list[str] = []
        for statement in self._connection.extract_statements(script):
            if statement.query.lstrip().startswith("comment on"):
                comments.append(statement.query)
            else:
                self._run(statement)
        # in one transaction: each by itself would wait for the disk
        self._connection.execute("\n".join(["begin;", *comments, "commit;"]))

    def _run(self, statement: duckdb.Statement) -> None:
        if not self._goes_on():
            raise Unavailable("The portal is stopping.")
        with self._books.named_in(statement.query) if self._books else nullcontext():
            self._connection.execute(statement)

    def rows(self, sql: str, **params: Any) -> list[Row]:
        """Return every row of a query as a dict of column names."""
        self._connection.execute(sql, params or None)
        names = [column[0] for column in self._connection.description or ()]
        return [dict(zip(names, row, strict=True)) for row in self._connection.fetchall()]

    def change(self, sql: str, **params: Any) -> None:
        """Run one insert, update or delete."""
        self._connection.execute(sql, params)

    def export(self, table: str, target: Path, metadata: Mapping[str, str]) -> int:
        """Write a table to a Parquet file with words about it, and return how many rows it has.

        Where `parts.<table>_compact` has the same rows with ENUMs for texts, those are written:
        Parquet's dictionaries are made of them, and no text is looked at twice.
        """
        if not self._goes_on():
            raise Unavailable("The portal is stopping.")
        compact = self.rows(_COMPACT, table=table)
        source = f'parts."{table}_compact"' if compact else f'"{table}"'
        counted = self._connection.execute(
            f"copy (from {source}) to {quoted(target)} (format parquet, compression zstd,"
            " compression_level 1, row_group_size 40960, kv_metadata $metadata)",
            {"metadata": dict(metadata)},
        ).fetchone()
        return int(counted[0]) if counted else 0


@contextmanager
def making(target: Path, goes_on: GoesOn = lambda: True) -> Iterator[Snapshot]:
    """Create the file `target` and give it to be filled.

    Beside it files come and go meanwhile. Between steps `goes_on` is asked; Unavailable is raised
    once it says no. A file that was not finished is the caller's to remove.
    """
    spill = target.with_suffix(".spill")
    connection = duckdb.connect(
        config={
            "memory_limit": MEMORY,
            "temp_directory": str(spill),
            # or each statement would hold on to what it has made until its end
            "preserve_insertion_order": False,
            # once at the end: each would write what all tables are made of again
            "checkpoint_threshold": "1TB",
            # nor would a half-made file be worth waiting for the disk
            "fsync_mode": "NONE",
        }
    )
    try:
        connection.execute(_NO_DICTIONARIES)
        connection.execute(f"attach {quoted(target)} as made (storage_version '{STORAGE}')")
        yield Snapshot(connection, target.parent, goes_on)
        connection.execute(_TO_DISK)
        connection.execute("checkpoint made")
    finally:
        connection.close()
