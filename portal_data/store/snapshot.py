"""Snapshots: listed tables of the books, as they stood in one moment, in a new DuckDB file.

The copy is one reading transaction, so no writer waits for it. The new file belongs to a DuckDB of
its own with little memory and few threads, so the portal hardly notices what is done with it.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from pyarrow import csv

from portal_data.errors import Unavailable
from portal_data.store.duckdb_engine import DuckDBTransaction
from portal_data.store.engine import Engine, Row, Sight, Transaction
from portal_data.store.postgres_engine import PostgresTransaction

STORED = "stored"
"""Schema of the copied tables in the new file."""
MEMORY = "512MB"
"""How much the making of a snapshot may take before it writes to disk."""
_BATCH = 100_000  # rows that travel at a time

_TABLES = """
    select table_name, column_name
    from information_schema.columns
    where table_schema = 'stored'
    order by table_name, ordinal_position
"""

GoesOn = Callable[[], bool]


class Snapshot:
    """An open snapshot file: SQL over it, and its views as Parquet."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def run(self, sql: str) -> None:
        """Run statements without parameters or results."""
        self._connection.execute(sql)

    def rows(self, sql: str, **params: Any) -> list[Row]:
        """Return every row of a query as a dict of column names."""
        self._connection.execute(sql, params or None)
        names = [column[0] for column in self._connection.description or ()]
        return [dict(zip(names, row, strict=True)) for row in self._connection.fetchall()]

    def change(self, sql: str, **params: Any) -> None:
        """Run one insert, update or delete."""
        self._connection.execute(sql, params)

    def load(self, table: str, columns: list[str], batches: pa.RecordBatchReader) -> None:
        """Insert rows that come in arrow batches; each column is cast to its own type."""
        listed = ", ".join(columns)
        self._connection.register("batches", batches)
        # inserting casts by itself; names, not places, say which column is which
        self._connection.execute(f"insert into {table} ({listed}) select {listed} from batches")
        self._connection.unregister("batches")

    def export(self, view: str, target: Path) -> int:
        """Write a view to a Parquet file and return how many rows it has."""
        counted = self._connection.execute(
            f'copy (from "{view}") to {_text(target)} (format parquet, compression zstd)'
        ).fetchone()
        return int(counted[0]) if counted else 0


@contextmanager
def opened(path: Path) -> Iterator[Snapshot]:
    """Open a snapshot file to work on it; nobody else may have it open."""
    connection = duckdb.connect(
        str(path),
        config={
            "memory_limit": MEMORY,
            "threads": max((os.cpu_count() or 2) // 2, 1),
            "temp_directory": str(path.with_suffix(".spill")),
        },
    )
    try:
        yield Snapshot(connection)
        connection.execute("checkpoint")
    finally:
        connection.close()


def copy(engine: Engine, target: Path, definition: str, goes_on: GoesOn = lambda: True) -> None:
    """Create the file `target` and fill it from the store, as the books stand now.

    `definition` is SQL that creates tables in the schema `stored`: of the table of that name in
    `core` exactly the columns listed there are copied. Between tables `goes_on` is asked;
    Unavailable is raised once it says no. A file that was not filled is the caller's to remove.
    """
    spool = target.with_suffix(".csv")
    with opened(target) as snapshot, engine.reading(Sight.ALL, None) as transaction:
        snapshot.run(definition)
        columns: dict[str, list[str]] = {}
        for row in snapshot.rows(_TABLES):
            columns.setdefault(row["table_name"], []).append(row["column_name"])
        try:
            for table, listed in columns.items():
                if not goes_on():
                    raise Unavailable("The portal is stopping.")
                with _batches(transaction, table, listed, spool) as batches:
                    snapshot.load(f"{STORED}.{table}", listed, batches)
        finally:
            spool.unlink(missing_ok=True)


def _batches(
    transaction: Transaction, table: str, columns: list[str], spool: Path
) -> pa.RecordBatchReader:
    """Return the rows of a table as a stream: they never become Python's, and memory stays flat."""
    select = f"select {', '.join(columns)} from core.{table}"
    if isinstance(transaction, DuckDBTransaction):
        # not by attaching the new file: it would stay in use until every open transaction ends
        return transaction._cursor.sql(select).to_arrow_reader(_BATCH)
    if not isinstance(transaction, PostgresTransaction):
        raise TypeError("Snapshots are made of DuckDB and PostgreSQL.")
    asked = f"copy ({select}) to stdout (format csv)".encode()
    with spool.open("wb") as file, transaction._connection.cursor().copy(asked) as blocks:
        for block in blocks:
            file.write(block)
    return _texts(spool, columns) if spool.stat().st_size else _texts(BytesIO(b"\n"), columns)


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


def _text(path: Path) -> str:
    """Return a path as a literal of SQL."""
    return "'" + str(path).replace("'", "''") + "'"
