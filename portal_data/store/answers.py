"""Questions to a published file, asked in a DuckDB of their own that can do nothing else."""

import threading
from pathlib import Path

import duckdb

from portal_data.errors import Unavailable
from portal_data.store.engine import Row
from portal_data.store.literals import quoted

MEMORY = "256MB"
SECONDS = 10.0
"""How long an answer may take."""
MOST_ROWS = 10_000
"""How many rows an answer may have; what is beyond is left out."""


def ask(file: Path, sql: str, seconds: float = SECONDS) -> list[Row]:
    """Return the rows of one query over a published file, which is only read.

    The connection sees that file and no other, reaches no network and cannot be opened wider.
    Raises Unavailable when the file cannot be read, or the answer takes too long or too much.
    """
    connection = duckdb.connect(config={"memory_limit": MEMORY, "threads": 1, "temp_directory": ""})
    ends = threading.Timer(seconds, connection.interrupt)
    try:
        connection.execute(f"attach {quoted(file)} as books (read_only)")
        connection.execute("use books")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        ends.start()
        connection.execute(sql)
        names = [column[0] for column in connection.description or ()]
        rows = connection.fetchmany(MOST_ROWS)
    except (duckdb.IOException, duckdb.InterruptException, duckdb.OutOfMemoryException) as error:
        raise Unavailable("The published books do not answer now. Try again.") from error
    finally:
        ends.cancel()
        connection.close()
    return [dict(zip(names, row, strict=True)) for row in rows]
