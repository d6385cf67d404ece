"""Snapshots: listed tables of the books, as they stood in one moment, in a new DuckDB file.

The copy needs no write lock: on DuckDB it is one transaction that reads the store and writes
another file, on PostgreSQL one repeatable-read transaction. Everything after it happens in the new
file, in a DuckDB of its own with little memory and few threads, so the portal hardly notices.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import pyarrow as pa
from pyarrow import csv

from portal_data.errors import Unavailable
from portal_data.store.duckdb_engine import DuckDBEngine
from portal_data.store.engine import Engine, Row, Sight
from portal_data.store.postgres_engine import PostgresEngine

STORED = "stored"
"""Schema of the copied tables in the new file."""
MEMORY = "1GB"
"""How much the making of a snapshot may take before it writes to disk."""

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
        """Insert rows that come as text in arrow batches; each column is cast to its own type."""
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
    with opened(target) as snapshot:
        snapshot.run(definition)
        columns: dict[str, list[str]] = {}
        for row in snapshot.rows(_TABLES):
            columns.setdefault(row["table_name"], []).append(row["column_name"])
    if isinstance(engine, DuckDBEngine):
        _from_duckdb(engine, target, columns, goes_on)
    elif isinstance(engine, PostgresEngine):
        _from_postgres(engine, target, columns, goes_on)


def _from_duckdb(
    engine: DuckDBEngine, target: Path, columns: dict[str, list[str]], goes_on: GoesOn
) -> None:
    name = f"snapshot_{uuid4().hex}"
    # a plain transaction: a read-only one may not write another file either
    cursor = engine._connection.cursor()
    try:
        cursor.execute(f"attach {_text(target)} as {name}")
        try:
            cursor.execute("begin transaction")
            try:
                for table, listed in _asked(columns, goes_on):
                    cursor.execute(
                        f"insert into {name}.{STORED}.{table} ({listed})"
                        f" select {listed} from core.{table}"
                    )
            except BaseException:
                with suppress(duckdb.Error):  # a fatal error has ended the transaction itself
                    cursor.execute("rollback")
                raise
            cursor.execute("commit")
        finally:
            cursor.execute(f"detach {name}")
    finally:
        cursor.close()


def _from_postgres(
    engine: PostgresEngine, target: Path, columns: dict[str, list[str]], goes_on: GoesOn
) -> None:
    spool = target.with_suffix(".csv")
    try:
        with opened(target) as snapshot, engine.reading(Sight.ALL, None) as transaction:
            for table, listed in _asked(columns, goes_on):
                asked = f"copy (select {listed} from core.{table}) to stdout (format csv)"
                cursor = transaction._connection.cursor()
                # through a file: rows never become Python's, and memory stays flat
                with spool.open("wb") as file, cursor.copy(asked.encode()) as rows:
                    for block in rows:
                        file.write(block)
                if spool.stat().st_size:
                    with _texts(spool, columns[table]) as batches:
                        snapshot.load(f"{STORED}.{table}", columns[table], batches)
    finally:
        spool.unlink(missing_ok=True)


def _texts(file: Path, columns: list[str]) -> csv.CSVStreamingReader:
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


def _asked(columns: dict[str, list[str]], goes_on: GoesOn) -> Iterator[tuple[str, str]]:
    for table, listed in columns.items():
        if not goes_on():
            raise Unavailable("The portal is stopping.")
        yield table, ", ".join(listed)


def _text(path: Path) -> str:
    """Return a path as a literal of SQL."""
    return "'" + str(path).replace("'", "''") + "'"
