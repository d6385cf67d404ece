"""DuckDB's cursors and parsed statements, kept: to make them costs as much as a small read."""

import threading
from collections import OrderedDict
from uuid import UUID

import duckdb

from portal_data.store.engine import Visibility

_Sight = tuple[Visibility, UUID | None]
_SEES = {each: f"set search_path = '{each.value}'" for each in Visibility}
_IS = "set variable customer_id = $customer_id"
_MOST_IDLE = 32
_STATEMENTS = 2048  # far more than the portal has; those that bind many rows come and go


class Cursors:
    """The cursors of one connection, kept after a clean read for the next of the same sight.

    What a cursor sees is set when it is made and never again: no cursor ever serves two customers.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._idle: OrderedDict[int, tuple[_Sight, duckdb.DuckDBPyConnection]] = OrderedDict()
        self._closed = False
        self._parsed: dict[str, duckdb.Statement | str] = {}

    def parsed(self, sql: str) -> duckdb.Statement | str:
        """Return a statement as DuckDB reads it, a quarter of what a small read of it costs.

        Any cursor runs what was parsed for another one. Several in one text stay text.
        """
        found = self._parsed.get(sql)
        if found is None:
            statements = self._connection.extract_statements(sql)
            found = statements[0] if len(statements) == 1 else sql
            if len(self._parsed) >= _STATEMENTS:
                self._parsed.clear()
            self._parsed[sql] = found
        return found

    def take(self, visibility: Visibility, customer_id: UUID | None) -> duckdb.DuckDBPyConnection:
        """Return a cursor that sees that much, whether it was made before or now."""
        sight = (visibility, customer_id)
        with self._lock:
            for key in reversed(self._idle):
                if self._idle[key][0] == sight:
                    return self._idle.pop(key)[1]
        cursor = self._connection.cursor()
        cursor.execute(self.parsed(_SEES[visibility]))
        if customer_id is not None:
            cursor.execute(self.parsed(_IS), {"customer_id": customer_id})
        return cursor

    def give_back(
        self,
        visibility: Visibility,
        customer_id: UUID | None,
        cursor: duckdb.DuckDBPyConnection,
    ) -> None:
        """Keep a cursor whose transaction has ended and that nobody has set anything of."""
        with self._lock:
            if not self._closed:
                self._idle[id(cursor)] = ((visibility, customer_id), cursor)
                if len(self._idle) <= _MOST_IDLE:
                    return
                _, (_, cursor) = self._idle.popitem(last=False)
        cursor.close()

    def close(self) -> None:
        """Close those that are kept: each of them would hold the file open."""
        with self._lock:
            self._closed = True
            while self._idle:
                self._idle.popitem()[1][1].close()
        self._parsed.clear()
