"""DuckDB: one file, owned by one process, one writer at a time."""

import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, islice
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pyarrow as pa

from portal_data.errors import Conflict, InUse, Invalid, Unavailable
from portal_data.store import file_copy, read_set
from portal_data.store.arrays import column as arrow_column
from portal_data.store.arrays import repeated
from portal_data.store.duckdb_cursors import Cursors
from portal_data.store.engine import Row, Visibility
from portal_data.store.read_set import Relations
from portal_data.store.routing import routed
from portal_data.store.write_set import ANYTHING, Changes, WriteSet
from portal_data.text.language import _

# To fetch one text of a segment it unpacks where all of them begin: a customer's hundred numbers
# would cost more than all else of a list, and the more the larger the books.
_QUICK_TEXTS = "set disabled_compression_methods = 'dict_fsst'"
_MODE = 0o600  # hashes of passwords are in it; analysts have copies without them
_FEW = 8  # rows that cost less as parameters than as an arrow table
_CHUNK = 50_000  # rows per arrow table: keeps a bulk load's memory flat
_NO_ROOM = (
    "No space left on device",
    "File too large",
    "Disk quota exceeded",
)  # as strerror() says


class DuckDBTransaction:
    """One transaction on a cursor of the engine's only connection."""

    def __init__(
        self,
        cursor: duckdb.DuckDBPyConnection,
        cursors: Cursors,
        write_set: WriteSet,
        customer_id: UUID | None = None,
    ) -> None:
        self._cursor = cursor
        self._cursors = cursors
        self._write_set = write_set
        self._customer_id = customer_id
        self.leaves_no_trace = True

    def rows(self, sql: str, params: Mapping[str, Any]) -> list[Row]:
        """Return all rows of a query."""
        self._execute(*self._routed(sql, params))
        names = [column[0] for column in self._cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in self._cursor.fetchall()]

    def arrow(self, sql: str, params: Mapping[str, Any]) -> pa.Table:
        """Return all rows of a query by column; they stay as the engine has them."""
        self._write_set.by(sql, params)
        sql, params = self._routed(sql, params)
        read_set.note(sql)
        return self._cursor.sql(sql, params=dict(params)).to_arrow_table()

    def _routed(self, sql: str, params: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        """Return a customer's read with the views that it names; see `routing`."""
        if self._customer_id is None:
            return sql, params
        sql = routed(sql, fenced=True)
        own = {"customer_id": self._customer_id} if "$customer_id" in sql else {}
        return sql, {**params, **own}

    def change(self, sql: str, params: Mapping[str, Any]) -> int:
        """Run one insert, update or delete and return how many rows changed.

        Of one that changed none nothing is noted: nobody's books are other than they were.
        """
        self._run(sql, params)
        counted = self._cursor.fetchone()
        self._write_set.changed(sql, params, counted)
        return int(counted[0]) if counted else 0

    def run(self, sql: str) -> None:
        """Run statements without parameters or results."""
        self.leaves_no_trace = False
        self._write_set.table(ANYTHING)
        self._cursor.execute(sql)

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """Insert rows: a few as they are, many through arrow, a chunk at a time."""
        kinds = self._kinds(table)
        source = iter(rows)
        few = list(islice(source, _FEW + 1))
        if len(few) <= _FEW:
            self._write_set.table(table.split(".")[1])
            self._insert_few(table, columns, kinds, few)
            return len(few)
        source = chain(few, source)
        batches = iter(lambda: list(islice(source, _CHUNK)), [])
        return self.load_batches(table, columns, (_arrow(columns, kinds, b) for b in batches))

    def load_batches(
        self, table: str, columns: Sequence[str], batches: Iterable[pa.RecordBatch | pa.Table]
    ) -> int:
        """Insert rows that come as Arrow batches."""
        self._write_set.table(table.split(".")[1])
        kinds = self._kinds(table)
        listed = ", ".join(columns)
        cast = ", ".join(f"cast({column} as {kinds[column]})" for column in columns)
        insert = f"insert into {table} ({listed}) select {cast} from chunk"
        self.leaves_no_trace = False
        loaded = 0
        for batch in batches:
            chunk = batch if isinstance(batch, pa.Table) else pa.Table.from_batches([batch])
            self._cursor.register("chunk", chunk)
            try:
                self._execute(insert, {})
            finally:
                with suppress(duckdb.Error):  # an aborted transaction forgets it by itself
                    self._cursor.unregister("chunk")
            loaded += chunk.num_rows
        return loaded

    def _kinds(self, table: str) -> dict[str, str]:
        # the catalogue's views read the whole schema for every answer; this one reads one table
        described = self._cursor.execute(f"describe {table}").fetchall()
        return {column: kind for column, kind, *_ in described}

    def _insert_few(
        self,
        table: str,
        columns: Sequence[str],
        kinds: Mapping[str, str],
        rows: Sequence[Sequence[Any]],
    ) -> None:
        """Insert with a parameter for each value: arrow costs as much for one row as for many."""
        if not rows:
            return
        params, tuples = {}, []
        for number, row in enumerate(rows):
            named = {
                f"{column}_{number}": value for column, value in zip(columns, row, strict=True)
            }
            casts = zip(named, columns, strict=True)
            tuples.append(", ".join(f"cast(${name} as {kinds[column]})" for name, column in casts))
            params.update(named)
        values = "), (".join(tuples)
        self._execute(f"insert into {table} ({', '.join(columns)}) values ({values})", params)

    def digest(self, table: str) -> str:
        """Return the rows' number and their hashes, added without regard to order."""
        (row,) = self.rows(f"select count(*) as n, bit_xor(hash(t)) as h from core.{table} t", {})
        return f"{row['n']} {row['h']}"

    def _execute(self, sql: str, params: Mapping[str, Any]) -> None:
        self._write_set.by(sql, params)
        self._run(sql, params)

    def _run(self, sql: str, params: Mapping[str, Any]) -> None:
        read_set.note(sql)
        try:
            self._cursor.execute(self._cursors.parsed(sql), params or None)
        except duckdb.ConstraintException as error:
            raise Conflict(_("That exists already, or breaks a rule of the books.")) from error
        except duckdb.TransactionException as error:
            if "conflict" not in str(error).lower():
                raise
            raise Conflict(_("Someone else changed this at the same moment. Try again.")) from error


def _arrow(
    columns: Sequence[str], kinds: Mapping[str, str], batch: list[Sequence[Any]]
) -> pa.Table:
    arrays = []
    for column, values in zip(columns, zip(*batch, strict=True), strict=True):
        first = values[0]
        if first == values[-1] and values.count(first) == len(
            values
        ):  # most columns of an import are such
            arrays.append(repeated(arrow_column(kinds[column], (first,)), len(values)))
        else:
            arrays.append(arrow_column(kinds[column], values))
    return pa.Table.from_arrays(arrays, names=list(columns))


class DuckDBEngine:
    """The embedded engine. Writers queue: two that check and then insert would both pass."""

    name = "duckdb"

    def __init__(self, path: str) -> None:
        """Open or create the file. Of a bulk load's full row groups none waits in memory."""
        self.path = path
        self.changes = Changes()
        self._relations: Relations | None = None
        """What the schema is made of; read once it is asked for, which is after migrating."""
        self._write_lock = threading.Lock()
        self._writer: int | None = None
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection = duckdb.connect(path, config={"write_buffer_row_group_count": 1})
            if path != ":memory:":
                Path(path).chmod(_MODE)
            self._connection.execute(_QUICK_TEXTS)
            self._connection.execute(
                "create schema if not exists core; create schema if not exists mine;"
            )
            self._cursors = Cursors(self._connection)
        except duckdb.IOException as error:
            raise _not_opened(path, str(error)) from error

    @contextmanager
    def reading(
        self, visibility: Visibility, customer_id: UUID | None
    ) -> Iterator[DuckDBTransaction]:
        """Open a read-only transaction; readers never wait for the writer."""
        with self._transaction(
            visibility, customer_id, "begin transaction read only"
        ) as transaction:
            yield transaction

    @contextmanager
    def writing(
        self, visibility: Visibility, customer_id: UUID | None
    ) -> Iterator[DuckDBTransaction]:
        """Open the writing transaction, after any other one has ended."""
        if self.is_writing():
            raise RuntimeError("A writing transaction is open in this thread already.")
        with self._write_lock:
            self._writer = threading.get_ident()
            try:
                with self._transaction(visibility, customer_id, "begin transaction") as transaction:
                    yield transaction
            finally:
                self._writer = None

    @contextmanager
    def _transaction(
        self, visibility: Visibility, customer_id: UUID | None, begin: str
    ) -> Iterator[DuckDBTransaction]:
        cursor = self._cursors.take(visibility, customer_id)
        write_set = WriteSet(customer_id)
        of_customer = customer_id if visibility is Visibility.MINE else None
        transaction = DuckDBTransaction(cursor, self._cursors, write_set, of_customer)
        try:
            cursor.execute(self._cursors.parsed(begin))
            try:
                yield transaction
            except BaseException as error:
                # a failed commit or a fatal error has ended the transaction itself
                with suppress(duckdb.Error):
                    cursor.execute("rollback")
                if isinstance(error, duckdb.Error):
                    self._refuse_without_room(error)
                raise
            try:
                with self.changes.committing(write_set):
                    cursor.execute(self._cursors.parsed("commit"))
            except duckdb.Error as error:
                self._refuse_without_room(error)
                if isinstance(error, (duckdb.ConstraintException, duckdb.TransactionException)):
                    raise Conflict(
                        _("Someone else changed this at the same moment. Try again.")
                    ) from error
                raise
        except BaseException:
            cursor.close()
            raise
        if transaction.leaves_no_trace:
            self._cursors.give_back(visibility, customer_id, cursor)
        else:
            cursor.close()

    def _refuse_without_room(self, error: duckdb.Error) -> None:
        """Raise Unavailable when the file could not grow: the transaction is not in it then."""
        reason = next((reason for reason in _NO_ROOM if reason in str(error)), None)
        if reason:
            raise Unavailable(
                f"{self.path} cannot grow: {reason}. Nothing of this was written. Make room on the "
                "disk, or raise the limit, and try again."
            ) from error

    def is_writing(self) -> bool:
        """Tell whether a writing transaction is open in this thread."""
        return self._writer == threading.get_ident()

    def tables_of(self, statements: Iterable[str]) -> frozenset[str]:
        """Return the tables of `core` that statements read."""
        if self._relations is None:
            with self.reading(Visibility.ALL, None) as transaction:
                tables = transaction.rows("from duckdb_tables() where schema_name = 'core'", {})
                views = transaction.rows("from duckdb_views() where not internal", {})
            self._relations = Relations(
                [row["table_name"] for row in tables],
                [(row["view_name"], row["sql"]) for row in views],
            )
        return self._relations.of(statements)

    def row_lock(self) -> str:
        """Nothing to add: there is one writer."""
        return ""

    def turn_lock(self) -> str:
        """Nothing to add either."""
        return ""

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nothing to keep out: one process owns the file."""
        yield

    def before_migration(self, version: int) -> None:
        """Copy the file beside itself, so a failed upgrade can be undone by hand.

        A copy that is there already is of an attempt that ended before its migration did.
        """
        if self.path != ":memory:":
            copy = Path(f"{self.path}.before-{version:04d}")
            copy.unlink(missing_ok=True)
            self.backup(str(copy))

    def backup(self, target: str) -> None:
        """Write a consistent copy of the file beside writers, whole or not at all.

        Raises Conflict when `target` exists, Invalid when it cannot be written.
        """
        path = Path(target)
        if path.exists():
            raise Conflict(f"{target} exists already.")
        if not path.parent.is_dir():
            raise Invalid(f"{target} cannot be written: there is no folder {path.parent}.")
        unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.unfinished")
        try:
            self._copy_into(unfinished)
            unfinished.rename(path)
        except (duckdb.Error, OSError) as error:
            raise Invalid(f"{target} cannot be written: {str(error).splitlines()[0]}") from error
        finally:
            unfinished.unlink(missing_ok=True)
            Path(f"{unfinished}.wal").unlink(missing_ok=True)

    def duplicate(self, target: Path) -> None:
        """Copy the books into a new file, with a log of the same name, beside writers.

        Nothing of them comes into this process's memory. See `file_copy` for who waits, and for
        when Unavailable is raised.
        """
        if self.is_writing():
            raise RuntimeError(
                "A writing transaction is open in this thread: it would wait for itself."
            )
        if self.path == ":memory:":
            self._copy_into(target)
        else:
            file_copy.copy(Path(self.path), target, self._write_lock)

    def _copy_into(self, target: Path) -> None:
        """Copy the database as it stands at this moment into a new file."""
        quoted, name = str(target).replace("'", "''"), f"backup_{secrets.token_hex(4)}"
        cursor = self._connection.cursor()
        try:
            source = cursor.execute("select current_database()").fetchone()
            cursor.execute(f"attach '{quoted}' as {name}")
            try:
                target.chmod(_MODE)
                cursor.execute(f'copy from database "{source[0]}" to {name}')  # type: ignore[index]
                # a detached file is finished by itself only once all open transactions have ended
                cursor.execute(f"checkpoint {name}")
            finally:
                cursor.execute(f"detach {name}")
        finally:
            cursor.close()

    def close(self) -> None:
        """Write everything into the file and release it."""
        self._cursors.close()
        self._connection.close()


def _not_opened(path: str, message: str) -> Unavailable:
    if "lock" in message.lower():
        return InUse(
            f"{path} is in use by another process, most likely the running portal. "
            "Stop it, and do this again."
        )
    return Unavailable(f"{path} cannot be opened as a DuckDB file: {message.splitlines()[0]}")
