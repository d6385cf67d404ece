"""A scratch engine: DuckDB in memory, where files are read and columns checked set by set.

Whatever engine the books are in, nothing is written to them here.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import duckdb
import pyarrow as pa

from portal_data.store.arrays import column

_DESCRIPTORS = Path("/dev/fd")  # where a file without a name can be opened by its descriptor
_NO_NULL = "\x1e\x1enull\x1e\x1e"  # an empty cell is an empty text
_AT_ONCE = 50_000  # rows of one batch


class Scratch:
    """One in-memory database. SQL uses `$name` parameters; rows are tuples."""

    def __init__(self) -> None:
        # one thread: two would take a third more of the processors for the same file, and
        # the portal's people are on them, too
        self._connection = duckdb.connect(":memory:", config={"threads": 1})
        # memory of dropped columns goes back to the system, not only to this engine
        self._connection.execute("set allocator_bulk_deallocation_flush_threshold = '1MB'")
        # ids stay numbers on their way into the books: as text each would be written and read
        self._connection.execute("set arrow_lossless_conversion = true")
        self._files = ExitStack()

    def file(self) -> IO[bytes]:
        """Return a new file without a name, which lasts no longer than this. Raises OSError."""
        return self._files.enter_context(tempfile.TemporaryFile())

    def read_csv(
        self,
        table: str,
        file: IO[bytes],
        *,
        width: int,
        keep: Sequence[int],
        separator: str,
        longest: int,
    ) -> bool:
        """Read a CSV file with a header into a table of texts and tell whether that succeeded.

        Of `width` columns those at the positions `keep` are kept, named c0, c1 and so on by their
        position; `rowid` counts the records from 0. False means that the file is not strict CSV in
        UTF-8 with `\\n` at line ends and at most `longest` bytes a record: somebody must look
        closer.
        """
        if not _DESCRIPTORS.exists():
            return False
        path = f"{_DESCRIPTORS}/{file.fileno()}"
        columns = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(width))
        kept = ", ".join(f"c{position}" for position in keep)
        try:
            self._connection.execute(
                f"""
                create or replace table {table} as select {kept} from read_csv('{path}',
                    auto_detect = false, header = true, columns = {{{columns}}},
                    delim = '{separator}', quote = '"', escape = '"', comment = '',
                    new_line = '\\n', nullstr = '{_NO_NULL}', strict_mode = true,
                    null_padding = false, ignore_errors = false, hive_partitioning = false,
                    max_line_size = {longest})
                """
            )
        except duckdb.Error:
            return False
        return True

    def keep(self, table: str, columns: Mapping[str, str], values: Sequence[Sequence[Any]]) -> None:
        """Make a table of Python values: names with their types, and a sequence for each."""
        listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        arrays = [
            column(kind.upper(), each) for kind, each in zip(columns.values(), values, strict=True)
        ]
        self._connection.register("given", pa.table(arrays, names=list(columns)))
        self._connection.execute(f"create or replace table {table} ({listed})")
        self._connection.execute(f"insert into {table} select * from given")
        self._connection.unregister("given")

    def run(self, sql: str, **params: Any) -> None:
        """Run one statement whose result nobody needs."""
        self._connection.execute(sql, params or None)

    def compress(self) -> None:
        """Keep what is in the tables in less memory; reading them stays as fast."""
        self._connection.execute("checkpoint")

    def rows(self, sql: str, **params: Any) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        return self._connection.execute(sql, params or None).fetchall()

    def batches(self, sql: str, **params: Any) -> Iterator[pa.RecordBatch]:
        """Return the rows of a query as Arrow batches."""
        yield from self._connection.sql(sql, params=params or None).to_arrow_reader(_AT_ONCE)

    def close(self) -> None:
        """Forget everything."""
        self._files.close()
        self._connection.close()
