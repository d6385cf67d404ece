"""PostgreSQL: for more than one process or machine. The same SQL; only the wire differs."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import chain, islice
from typing import Any
from uuid import UUID

import psycopg
import pyarrow as pa
from psycopg import sql as names
from psycopg.postgres import types
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from portal_data.errors import Conflict, Unavailable
from portal_data.store.engine import Row, Visibility
from portal_data.store.routing import routed
from portal_data.store.write_set import Changes
from portal_data.text.language import N_, _

_FEW = 8  # rows that cost less one by one than through a temporary table
_ALONE = 7_036_874_417_766  # the advisory lock's number, for this purpose only
_ARROW = {  # by the number of PostgreSQL's own type; of others the values decide
    types[name].oid: kind
    for name, kind in (
        ("bool", pa.bool_()),
        ("int4", pa.int32()),
        ("int8", pa.int64()),
        ("text", pa.string()),
        ("varchar", pa.string()),
        ("uuid", pa.string()),
        ("date", pa.date32()),
        ("timestamp", pa.timestamp("us")),
    )
}
_NAMED = re.compile(r"\$([a-z_][a-z0-9_]*)")


@lru_cache(maxsize=1024)
def _wire(sql: str) -> str:
    """Return the SQL with psycopg's parameter style: $name becomes %(name)s."""
    return _NAMED.sub(r"%(\1)s", sql.replace("%", "%%"))


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


_BUSY = N_("The portal is busy just now. Try again in a moment.")
_LOST = N_("The database does not answer just now. Nothing was changed. Try again in a moment.")
_AT_ONCE = N_("Someone else changed this at the same moment. Try again.")
_CROSSED = (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)
"""Two transactions stood in each other's way: this one was undone by the server."""
_LOST_AT_COMMIT = N_(
    "The database ceased to answer while this was being saved. Look whether it is there before you "
    "do it again."
)


class PostgresTransaction:
    """One transaction on a pooled connection: a customer's own, or one that sees all."""

    def __init__(
        self, connection: psycopg.Connection[Row], customer_id: UUID | None = None
    ) -> None:
        self._connection = connection
        self._customer_id = customer_id

    def rows(self, sql: str, params: Mapping[str, Any]) -> list[Row]:
        """Return all rows of a query."""
        return self._execute(sql, params).fetchall()

    def arrow(self, sql: str, params: Mapping[str, Any]) -> pa.Table:
        """Return all rows of a query by column."""
        cursor = self._execute(sql, params)
        rows = cursor.fetchall()
        return pa.table(
            {
                column.name: pa.array(
                    [_plain(row[column.name]) for row in rows], _ARROW.get(column.type_code)
                )
                for column in cursor.description or ()
            }
        )

    def change(self, sql: str, params: Mapping[str, Any]) -> int:
        """Run one insert, update or delete and return how many rows changed."""
        return self._execute(sql, params).rowcount

    def run(self, sql: str) -> None:
        """Run statements without parameters or results."""
        self._connection.execute(sql.encode())

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """Insert rows: a few as they are, many with COPY."""
        source = iter(rows)
        few = list(islice(source, _FEW + 1))
        schema, name = table.split(".")
        target, listed = (
            names.Identifier(schema, name),
            names.SQL(", ").join(map(names.Identifier, columns)),
        )
        try:
            if len(few) <= _FEW:
                self._insert_few(target, listed, few)
                return len(few)
            staged = names.Identifier("pg_temp", f"load_{name}")
            return self._copy(staged, target, listed, chain(few, source))
        except psycopg.errors.IntegrityError as error:
            raise Conflict(_("That exists already, or breaks a rule of the books.")) from error

    def _insert_few(
        self, target: names.Composable, columns: names.Composed, rows: Sequence[Sequence[Any]]
    ) -> None:
        if rows:
            places = names.SQL(", ").join(names.Placeholder() * len(rows[0]))
            insert = names.SQL("insert into {target} ({columns}) values ({places})").format(
                target=target, columns=columns, places=places
            )
            with self._connection.cursor() as cursor:
                cursor.executemany(insert, rows)

    def _copy(
        self,
        staged: names.Composable,
        target: names.Composable,
        columns: names.Composed,
        rows: Iterable[Sequence[Any]],
    ) -> int:
        """Copy into a temporary table first, since row-level security refuses COPY."""
        create, copy_in, insert, drop = (
            names.SQL(text).format(staged=staged, target=target, columns=columns)
            for text in (
                "create temporary table {staged} as select {columns} from {target} with no data",
                "copy {staged} ({columns}) from stdin",
                "insert into {target} ({columns}) select {columns} from {staged}",
                "drop table {staged}",
            )
        )
        loaded = 0
        self._connection.execute(create)
        with self._connection.cursor() as cursor, cursor.copy(copy_in) as copy:
            for row in rows:
                copy.write_row(row)
                loaded += 1
        self._connection.execute(insert)
        self._connection.execute(drop)
        return loaded

    def load_batches(
        self, table: str, columns: Sequence[str], batches: Iterable[pa.RecordBatch]
    ) -> int:
        """Insert rows that come as Arrow batches."""
        rows = (
            row
            for batch in batches
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True)
        )
        return self.load(table, columns, rows)

    def digest(self, table: str) -> str:
        """Return the rows' number and the sum of the transactions that wrote them."""
        (row,) = self.rows(
            f"select count(*) as n, sum(xmin::text::bigint) as x from core.{table}", {}
        )
        return f"{row['n']} {row['x']}"

    def _execute(self, sql: str, params: Mapping[str, Any]) -> psycopg.Cursor[Row]:
        if self._customer_id is not None:
            sql, params = routed(sql), {**params, "customer_id": self._customer_id}
        try:
            return self._connection.execute(_wire(sql).encode(), params)
        except psycopg.errors.IntegrityError as error:
            raise Conflict(_("That exists already, or breaks a rule of the books.")) from error
        except _CROSSED as error:
            raise Conflict(_(_AT_ONCE)) from error


class PostgresEngine:
    """The scale-out engine. Rows decided on are locked; unique keys are the backstop."""

    name = "postgres"
    changes: Changes | None = None  # other processes write too

    _MOST = 10  # connections

    def __init__(self, url: str) -> None:
        self._pool: ConnectionPool[psycopg.Connection[Row]] = ConnectionPool(
            url,
            connection_class=psycopg.Connection[Row],
            kwargs={"row_factory": dict_row, "autocommit": True},
            min_size=1,
            max_size=self._MOST,
            timeout=10,
            open=False,
        )
        try:
            self._pool.open(wait=True, timeout=10)
        except PoolTimeout as error:
            self._pool.close()
            host = psycopg.conninfo.conninfo_to_dict(url).get("host", "localhost")
            raise Unavailable(f"No PostgreSQL server answers at {host}.") from error

    @contextmanager
    def reading(
        self, visibility: Visibility, customer_id: UUID | None
    ) -> Iterator[PostgresTransaction]:
        """Open a read-only transaction with one snapshot for all its queries."""
        begin = "begin isolation level repeatable read read only"
        with self._transaction(visibility, customer_id, begin) as transaction:
            yield transaction

    @contextmanager
    def writing(
        self, visibility: Visibility, customer_id: UUID | None
    ) -> Iterator[PostgresTransaction]:
        """Open a writing transaction."""
        with self._transaction(visibility, customer_id, "begin") as transaction:
            yield transaction

    @contextmanager
    def _transaction(
        self, visibility: Visibility, customer_id: UUID | None, begin: str
    ) -> Iterator[PostgresTransaction]:
        connection = self._begin(visibility, customer_id, begin)
        try:
            try:
                yield PostgresTransaction(
                    connection, customer_id if visibility is Visibility.MINE else None
                )
            except BaseException as error:
                with suppress(psycopg.OperationalError):  # what is lost needs no rollback
                    connection.execute("rollback")
                if isinstance(error, _CROSSED):  # of many rows at once
                    raise Conflict(_(_AT_ONCE)) from error
                if isinstance(error, psycopg.OperationalError):
                    raise Unavailable(_(_LOST)) from error
                raise
            try:
                connection.execute("commit")
            except (psycopg.errors.IntegrityError, *_CROSSED) as error:
                raise Conflict(_(_AT_ONCE)) from error
            except psycopg.OperationalError as error:
                raise Unavailable(_(_LOST_AT_COMMIT)) from error
        finally:
            self._pool.putconn(connection)

    def _begin(
        self, visibility: Visibility, customer_id: UUID | None, begin: str
    ) -> psycopg.Connection[Row]:
        """Return a pooled connection in a new transaction.

        One that the server has closed meanwhile, as at its restart, is replaced by another: nothing
        was done over it yet. Raises Unavailable when none can be had.
        """
        lost: psycopg.OperationalError | None = None
        for _attempt in range(self._MOST + 1):  # all of the pool's may be closed
            try:
                connection = self._pool.getconn()
            except PoolTimeout as error:
                raise Unavailable(_(_BUSY)) from error
            try:
                # one round trip for all; a UUID prints no quotes. `set local` is also what a
                # coordinator passes on to the machines that hold the rows
                sees_all = "yes" if visibility is Visibility.ALL else "no"
                connection.execute(
                    f"{begin}; set local search_path = '{visibility.value}';"
                    f" set local portal.customer_id = '{customer_id or ''}';"
                    f" set local portal.sees_all = '{sees_all}'".encode()
                )
            except psycopg.OperationalError as error:
                lost = error
                self._pool.putconn(connection)
            except BaseException:
                self._pool.putconn(connection)
                raise
            else:
                return connection
        raise Unavailable(_(_LOST)) from lost

    def is_writing(self) -> bool:
        """Nothing is cached here, so nobody needs to know."""
        return False

    def tables_of(self, _statements: Iterable[str]) -> frozenset[str]:
        """Nothing is cached here, so nobody needs to know."""
        return frozenset()

    def row_lock(self) -> str:
        """Lock the rows a decision is based on until the transaction ends."""
        return " for update"

    def turn_lock(self) -> str:
        """Lock rows against each other's turns alone: foreign keys may name them meanwhile."""
        return " for no key update"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold a lock of the database: two starts at once would both create what is missing."""
        with self._pool.connection() as connection:
            connection.execute("select pg_advisory_lock(%s)", (_ALONE,))
            try:
                yield
            finally:
                if not connection.broken:
                    connection.execute("select pg_advisory_unlock(%s)", (_ALONE,))

    def before_migration(self, version: int) -> None:
        """Nothing: a migration is one transaction, and copies are the operator's own (pg_dump)."""

    def backup(self, target: str) -> None:
        """Refuse: PostgreSQL has its own tools for this."""
        raise Unavailable("Back up PostgreSQL with pg_dump or your provider's snapshots.")

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()
