"""Where a snapshot's rows come from: the books as they stood in one moment, to be read at leisure.

Those of an embedded store are a copy of its file. Read in the store itself, every page of them
would stay in its memory, and its writers would wait for the reading of others. Those of PostgreSQL
are read in one transaction and come as files of text.
"""

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from io import BytesIO
from pathlib import Path
from typing import Protocol

import duckdb
import pyarrow as pa
from pyarrow import csv

from portal_data.store.duckdb_cursors import Cursors
from portal_data.store.duckdb_engine import DuckDBEngine, DuckDBTransaction
from portal_data.store.engine import Engine, Visibility
from portal_data.store.literals import quoted
from portal_data.store.postgres_engine import PostgresEngine, PostgresTransaction
from portal_data.store.session import OpenSession
from portal_data.store.write_set import WriteSet

Columns = dict[str, dict[str, str]]
"""Types of columns by table and column, as DuckDB names them."""

_COPY = "books.copy"
_SOURCE = re.compile(r"\bsource_([a-z_]+)\b")
_FEW = 20_000
"""Rows that a table may have for joins to begin with it."""

# A stream does not say how many rows it has: the optimizer takes it for the smallest table and
# keeps all of it in memory. Of many rows that is too much: joins stay as they are written, the
# stream first.
_AS_WRITTEN = "set disabled_optimizers = 'join_order,build_side_probe_side'"
_AS_OPTIMIZED = "set disabled_optimizers = ''"


class Books(Protocol):
    """The books of one moment."""

    session: OpenSession
    """Reads that same moment."""

    @property
    def read_for(self) -> float:
        """Seconds that the store has been read."""

    def named_in(self, sql: str) -> AbstractContextManager[None]:
        """Have the views `source_<table>` that a statement names while it runs."""


@contextmanager
def opened(
    engine: Engine, connection: duckdb.DuckDBPyConnection, folder: Path, columns: Columns
) -> Iterator[Books]:
    """Open the books of an engine to the database `connection`, with room for files in `folder`.

    Its views are made in the database `memory`, and have these columns and no others.
    """
    if isinstance(engine, DuckDBEngine):
        with _copied(engine, connection, folder, columns) as books:
            yield books
    elif isinstance(engine, PostgresEngine):
        with engine.reading(Visibility.ALL, None) as transaction:
            yield _Streamed(transaction, connection, folder, columns)
    else:
        raise TypeError("Snapshots are made of DuckDB and PostgreSQL.")


class _Copied:
    """A copy of an embedded store's file, whose views stand while it is open."""

    def __init__(self, session: OpenSession, read_for: float) -> None:
        self.session = session
        self.read_for = read_for

    def named_in(self, _sql: str) -> AbstractContextManager[None]:
        return nullcontext()


@contextmanager
def _copied(
    engine: DuckDBEngine, connection: duckdb.DuckDBPyConnection, folder: Path, columns: Columns
) -> Iterator[_Copied]:
    copy = folder / _COPY
    began = time.perf_counter()
    try:
        engine.duplicate(copy)
        read_for = time.perf_counter() - began
        connection.execute(f"attach {quoted(copy)} as books (read_only)")
        for table, kinds in columns.items():
            _show(connection, table, kinds, f"books.core.{table}")
        cursor = connection.cursor()
        try:
            cursor.execute("use books")
            transaction = DuckDBTransaction(cursor, Cursors(connection), WriteSet(None))
            yield _Copied(OpenSession(transaction), read_for)
        finally:
            cursor.close()
        connection.execute("detach books")
    finally:
        for each in (copy, Path(f"{copy}.wal")):
            each.unlink(missing_ok=True)


class _Streamed:
    """A transaction of PostgreSQL, from which each statement gets the tables that it names.

    The first is read as a stream, which flows once, and the others whole, so they should be small.
    """

    def __init__(
        self,
        transaction: PostgresTransaction,
        connection: duckdb.DuckDBPyConnection,
        folder: Path,
        columns: Columns,
    ) -> None:
        self.session = OpenSession(transaction)
        self._transaction = transaction
        self._connection = connection
        self._folder = folder
        self._columns = columns
        self._began = time.perf_counter()

    @property
    def read_for(self) -> float:
        return time.perf_counter() - self._began

    @contextmanager
    def named_in(self, sql: str) -> Iterator[None]:
        named = Counter(table for table in _SOURCE.findall(sql) if table in self._columns)
        twice = [name for name, times in named.items() if times > 1]
        if twice:
            raise ValueError(f"A statement reads {twice} twice; a stream flows once.")
        many = any(map(self._many, named))  # before a stream is open: a cursor has one answer
        for table in reversed(named):
            self._stream(table, whole=table != next(iter(named)))
        self._connection.execute(_AS_WRITTEN if many else _AS_OPTIMIZED)
        try:
            yield
        finally:
            for table in named:
                self._connection.unregister(f"stream_{table}")
                self._spool(table).unlink(missing_ok=True)

    def _stream(self, table: str, *, whole: bool) -> None:
        columns = self._columns[table]
        spool = self._spool(table)
        select = f"copy (select {', '.join(columns)} from core.{table}) to stdout (format csv)"
        with (
            spool.open("wb") as file,
            self._transaction._connection.cursor().copy(select.encode()) as blocks,
        ):
            for block in blocks:
                file.write(block)
        batches = _texts(spool if spool.stat().st_size else BytesIO(b"\n"), list(columns))
        self._connection.register(f"stream_{table}", batches.read_all() if whole else batches)
        _show(self._connection, table, columns, f"stream_{table}")

    def _many(self, table: str) -> bool:
        """Tell whether a table of the books has more than a few rows."""
        counted = f"select count(*) as n from (select 1 from core.{table} limit {_FEW + 1}) first"
        (row,) = self._transaction.rows(counted, {})
        return bool(row["n"] > _FEW)

    def _spool(self, table: str) -> Path:
        return self._folder / f"{table}.csv"


def _show(
    connection: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str], source: str
) -> None:
    """Make the view `source_<table>`, with the columns in their own types."""
    cast = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in columns.items())
    connection.execute(
        f"create or replace view memory.main.source_{table} as select {cast} from {source}"
    )


def _texts(file: Path | BytesIO, columns: Sequence[str]) -> csv.CSVStreamingReader:
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
