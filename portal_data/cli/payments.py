"""The commands `payments …` of `python -m portal_data`."""

from typing import Annotated

import typer

from portal_data.cli.dispatch import perform

payments = typer.Typer(help="Payments through providers.", no_args_is_help=True)


@payments.command("reconcile")
def reconcile() -> None:
    """Ask the providers about every payment in flight, and settle what they say.

    The portal does so itself when it starts, after every message, in turns and once a day. The exit
    code is 1 when a provider does not answer.
    """
    perform("payments reconcile")


@payments.command("replay")
def replay(
    event: Annotated[str, typer.Argument(help="A provider's name of the message: evt_…")],
) -> None:
    """Look again at what a message of a provider leads to, whatever became of it before."""
    perform("payments replay", event=event)
