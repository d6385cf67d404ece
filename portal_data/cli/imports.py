"""The commands `import` and `totals` of `python -m portal_data`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from portal_data.cli.dispatch import opened_store, perform
from portal_data.clock import utc_now
from portal_data.errors import PortalError
from portal_data.zoho import importing
from portal_data.zoho.dates import DateOrder
from portal_data.zoho.defects import Problem, UploadRefused
from portal_data.zoho.organise import Founding
from portal_data.zoho.reader import Progress as Told
from portal_data.zoho.report import Report


def import_backup(
    backup: Annotated[
        Path, typer.Argument(help="Backup zip, folder of CSV files, or one CSV file.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check and report; write nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse the upload if any document must be set aside.")
    ] = False,
    accept_losses: Annotated[
        bool,
        typer.Option(
            "--accept-losses",
            help="Go on where the upload would be refused: without unreadable files, and without "
            "what refers to them.",
        ),
    ] = False,
    remove_missing: Annotated[
        bool,
        typer.Option(
            "--remove-missing",
            help="Void what earlier imports made and this complete backup no longer has.",
        ),
    ] = False,
    date_order: Annotated[
        DateOrder | None,
        typer.Option(help="Order of day and month in dates like 04/08/2011."),
    ] = None,
    organisation_name: Annotated[
        str | None,
        typer.Option("--organisation", help="Name of your business."),
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(help="Its timezone, such as Europe/London."),
    ] = None,
) -> None:
    """Import a Zoho Books, Billing or Invoice backup. Again, it changes only what changed.

    Ends with 0 when everything is in the portal, with 2 when all is except what the report names,
    and with 1 when the upload was refused and nothing was written.
    """
    try:
        with opened_store(), _progress() as progress:
            report = importing.import_backup(
                backup,
                now=utc_now(),
                dry_run=dry_run,
                strict=strict,
                accept_losses=accept_losses,
                remove_missing=remove_missing,
                date_order=date_order,
                founding=Founding(organisation_name, timezone),
                progress=progress,
            )
    except UploadRefused as error:
        report = Report.of_refusal(backup.name, error.problems, error.set_aside, dry_run=dry_run)
    except PortalError as error:
        problems = [Problem(backup.name, str(error), "")]
        report = Report.of_refusal(backup.name, problems, [], dry_run=dry_run)
    typer.echo(report.as_json() if as_json else report.as_text())
    if report.exit_code:
        raise typer.Exit(report.exit_code)


def totals(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="As of the end of this day; else of all books."),
    ] = None,
    customer: Annotated[
        list[str] | None,
        typer.Option(help="Number, Zoho id or name of a customer to show; may be repeated."),
    ] = None,
) -> None:
    """Print control totals to compare with the books the import came from."""
    perform(
        "totals",
        as_of=as_of.date().isoformat() if as_of else None,
        customers=customer or [],
        as_json=as_json,
    )


@contextmanager
def _progress() -> Iterator[Told]:
    """Show a bar on a terminal; stay silent in pipes and logs."""
    if not sys.stderr.isatty():
        yield lambda stage, done, total: None
        return
    columns = (
        TextColumn("{task.description:32}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Opening", total=None)
        yield lambda stage, done, total: bar.update(
            task, description=stage, completed=done, total=total or None
        )
