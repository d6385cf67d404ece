"""`python -m portal_data demo`: fill an empty store with the demo organisation."""

import typer

from portal_data import demo
from portal_data.cli.dispatch import opened_store
from portal_data.clock import utc_now
from portal_data.settings import load


def fill() -> None:
    """Fill an empty store with an invented organisation, and print how to sign in."""
    with opened_store():
        logins = demo.load(utc_now(), load().data_path / "files")
    typer.echo(str(logins))
