"""Snapshots: a new DuckDB file made of the books as they stood in one moment.

The books are read in one transaction, so no writer waits. The file belongs to a DuckDB of its own
with little memory, and to it rows go as Arrow batches: they never become Python's.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from pyarrow import csv

from portal_data.errors import Unavailable
from portal_data.store.duckdb_engine import DuckDBTransaction
from portal_data.store.engine import Engine, Row, Transaction, Visibility
from portal_data.store.postgres_engine import PostgresTransaction
from portal_data.store.session import OpenSession

MEMORY = "224MB"
"""How much the making of a snapshot may take before it writes to disk."""
STORAGE = "v1.2.0"
"""The oldest DuckDB that can open the file."""
WORDS = 16_384
"""How many words a type may have to be more than text."""
_BATCH = 20_480  # rows that travel at a time: Arrow reads several batches ahead

_SOURCE = re.compile(r"\bsource_([a-z_]+)\b")
_SOURCES = """
    select table_name, column_name, data_type
    from information_schema.columns
    where table_schema = 'source'
    order by table_name, ordinal_position
"""

_FEW = 20_000
"""Rows that a table may have for joins to begin with it."""

# A stream does not say how many rows it has: the optimizer takes it for the smallest table and
# keeps all of it in memory. Of many rows that is too much: joins stay as they are written, the
# stream first.
_AS_WRITTEN = "set disabled_optimizers = 'join_order,build_side_probe_side'"
_AS_OPTIMIZED = "set disabled_optimizers = ''"

# What repeats is an ENUM. For other texts a dictionary is tried in vain, which costs as much again.
_NO_DICTIONARIES = "set disabled_compression_methods = 'dictionary'"

_COMPACT = """
    select 1 from information_schema.tables
    where table_schema = 'parts' and table_name = $table || '_compact'
"""

GoesOn = Callable[[], bool]
Columns = dict[str, dict[str, str]]
"""Types of columns by table and column, as DuckDB names them."""


class Snapshot:
    """A snapshot file while it is made: SQL over it and, while they are open, over the books."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, folder: Path, goes_on: GoesOn
    ) -> None:
        self._connection = connection
        self._folder = folder
        self._goes_on = goes_on
        self._transaction: Transaction | None = None
        self._sources: Columns = {}

    @contextmanager
    def books_of(self, engine: Engine) -> Iterator[OpenSession]:
        """Open the books as they stand now; `run` reads the same moment until they are closed."""
        with engine.reading(Visibility.ALL, None) as transaction:
            self._transaction = transaction
            try:
                yield OpenSession(transaction)
            finally:
                self._transaction = None

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
        listed = ", ".join(map(_literal, words or [""]))  # columns of nulls have a type too
        kind = f"enum ({listed})" if len(words) <= WORDS else "text"
        self._connection.execute(f"create type memory.main.{name} as {kind}")

    def run(self, script: str) -> None:
        """Run the statements of a script, each with the books' tables that it names; comments last.

        A statement may name a table once. The first is read as a stream, the others whole, so they
        should be small. Raises Unavailable between statements once the work shall not go on.
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
        named = Counter(
            table for table in _SOURCE.findall(statement.query) if table in self._sources
        )
        twice = [name for name, times in named.items() if times > 1]
        if twice:
            raise ValueError(f"A statement reads {twice} twice; a stream flows once.")
        many = any(map(self._many, named))  # before a stream is open: a cursor has one answer
        for table in reversed(named):
            self._register(table, whole=table != next(iter(named)))
        self._connection.execute(_AS_WRITTEN if many else _AS_OPTIMIZED)
        try:
            self._connection.execute(statement)
        finally:
            for table in named:
                self._connection.unregister(f"stream_{table}")
                self._spool(table).unlink(missing_ok=True)

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

    def _register(self, table: str, *, whole: bool) -> None:
        """Make `source_<table>` readable, with the columns in their own types."""
        if self._transaction is None:
            raise RuntimeError("The books are closed.")
        columns = self._sources[table]
        batches = _batches(self._transaction, table, columns, self._spool(table))
        self._connection.register(f"stream_{table}", batches.read_all() if whole else batches)
        cast = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in columns.items())
        self._connection.execute(
            f"create or replace view memory.main.source_{table} as"
            f" select {cast} from stream_{table}"
        )

    def _many(self, table: str) -> bool:
        """Tell whether a table of the books has more than a few rows."""
        if self._transaction is None:
            raise RuntimeError("The books are closed.")
        counted = f"select count(*) as n from (select 1 from core.{table} limit {_FEW + 1}) first"
        (row,) = self._transaction.rows(counted, {})
        return bool(row["n"] > _FEW)

    def _spool(self, table: str) -> Path:
        return self._folder / f"{table}.csv"


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
        }
    )
    try:
        connection.execute(_NO_DICTIONARIES)
        connection.execute(f"attach {quoted(target)} as made (storage_version '{STORAGE}')")
        yield Snapshot(connection, target.parent, goes_on)
        connection.execute("checkpoint made")
    finally:
        connection.close()


def _batches(
    transaction: Transaction, table: str, columns: dict[str, str], spool: Path
) -> pa.RecordBatchReader:
    """Return the rows of a table as a stream: they never become Python's, and memory stays flat."""
    if isinstance(transaction, DuckDBTransaction):
        # not by attaching the new file: it would stay in use until every open transaction ends.
        # A UUID travels as its sixteen bytes: as text it would be written and parsed again
        return transaction.stream(table, columns, _BATCH)
    if not isinstance(transaction, PostgresTransaction):
        raise TypeError("Snapshots are made of DuckDB and PostgreSQL.")
    select = f"copy (select {', '.join(columns)} from core.{table}) to stdout (format csv)"
    with (
        spool.open("wb") as file,
        transaction._connection.cursor().copy(select.encode()) as blocks,
    ):
        for block in blocks:
            file.write(block)
    return _texts(spool if spool.stat().st_size else BytesIO(b"\n"), list(columns))


def _texts(file: Path | BytesIO, columns: list[str]) -> csv.CSVStreamingReader:
    """Read PostgreSQL's CSV as text: nothing is null, quotes around nothing are an empty text."""
    return csv.open_csv(
        file,
        read_options=csv.ReadOptions(column_names=columns),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )


def quoted(path: Path) -> str:
    """Return a path as a literal of SQL."""
    return _literal(str(path))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
