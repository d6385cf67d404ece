"""What every command shares: the store that it works on, in this process or in the running portal.

A DuckDB file has one owner. While the portal runs that is the portal, so commands ask it over the
control socket; otherwise, and with PostgreSQL, they open the store themselves.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

from portal_data import store
from portal_data.errors import InUse
from portal_data.ops.control import client
from portal_data.ops.control.server import Lines
from portal_data.ops.operations import OPERATIONS
from portal_data.settings import load


@contextmanager
def opened_store() -> Iterator[store.Store]:
    """Open and install the configured store for the length of a command.

    Raises InUse while another process, such as the running portal, owns the file.
    """
    opened = store.install(store.open_store(load().database))
    try:
        yield opened
    finally:
        opened.close()


def perform(name: str, /, **arguments: Any) -> None:
    """Do an operation here, or in the running portal when that has the store; print its lines.

    `arguments` are what JSON can carry. Raises the operation's own errors; Unavailable when the
    portal ends or falls silent before it has finished; typer.Exit with another status than 0.
    """
    try:
        with opened_store():
            status = _said(OPERATIONS[name](**arguments))
    except InUse as in_use:
        settings = load()
        asked = client.ask(
            settings.data_path, store.resolved(settings.database), name, arguments, typer.echo
        )
        if asked is None:
            raise in_use
        status = asked
    if status:
        raise typer.Exit(status)


def _said(lines: Lines) -> int:
    """Print the lines of an operation and return its exit status."""
    while True:
        try:
            typer.echo(next(lines))
        except StopIteration as end:
            return end.value or 0
