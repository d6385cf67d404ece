"""The command `mail bounces` of `python -m portal_data`, which a mail server pipes into."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from portal_data.cli.dispatch import perform
from portal_data.errors import PortalError
from portal_data.messaging.mail import dsn

mail = typer.Typer(help="Mail that the portal sent.", no_args_is_help=True)


@mail.command("bounces")
def bounces(
    file: Annotated[Path, typer.Argument(help="A mail as it came, or - for standard input.")],
) -> None:
    """Record that a mail of the portal came back: a delivery status notification (RFC 3464).

    For the pipe of a mail server. What is none, or not about a mail of the portal, changes nothing
    and ends well; the exit code is 75 while the portal cannot be asked, so that it is tried later.
    """
    try:
        if str(file) == "-":
            content = sys.stdin.buffer.read(dsn.LARGEST)
        else:
            with file.open("rb") as opened:
                content = opened.read(dsn.LARGEST)
    except OSError as error:
        typer.echo(f"{file} cannot be read: {error.strerror}", err=True)
        raise typer.Exit(os.EX_NOINPUT) from error
    returned = [(str(each.row_id), each.status, each.hard) for each in dsn.read(content)]
    if not returned:
        typer.echo("Nothing of the portal's came back.")
        return
    try:
        perform("mail bounces", returned=returned)
    except PortalError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(os.EX_TEMPFAIL) from error
