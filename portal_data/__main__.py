"""The command line: `python -m portal_data …`.

While the portal runs on DuckDB, commands ask it to do what they are for; only `import` and `demo`
need it stopped.
"""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from typer._click.exceptions import UsageError

from portal_data.cli import business, mail, payments, people
from portal_data.cli import imports as zoho_cli
from portal_data.cli.demo_books import fill
from portal_data.cli.dispatch import perform
from portal_data.errors import PortalError

app = typer.Typer(
    help="Everything about the portal that is done from a terminal.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("import")(zoho_cli.import_backup)
app.command("totals")(zoho_cli.totals)
app.command("demo")(fill)
app.command("invite")(people.invite)
staff = typer.Typer(help="The people who run the portal.", no_args_is_help=True)
staff.command("create")(people.create_staff)
staff.command("list")(people.list_staff)
staff.command("disable")(people.disable_staff)
staff.command("reset-second-factor")(people.reset_second_factor)
staff.command("enable")(people.enable_staff)
staff.command("role")(people.change_staff_role)
app.add_typer(staff, name="staff")
audit = typer.Typer(help="The record of who did what.", no_args_is_help=True)
app.add_typer(audit, name="audit")
app.add_typer(mail.mail, name="mail")
app.add_typer(payments.payments, name="payments")
app.add_typer(business.organisation, name="organisation")
app.add_typer(business.preferences, name="preferences")


@app.command("check")
def check() -> None:
    """Check the books: every balance against what settled it, every row against its customer."""
    perform("check")


@audit.command("verify")
def verify_activity(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check that no entry of the activity was changed, removed or slipped in since it was made.

    Names the first entry of each customer that is not as it was recorded; the exit code is 1 then.
    """
    perform("audit verify", as_json=as_json)


@app.command("backup")
def backup(target: Annotated[Path, typer.Argument(help="New file to write.")]) -> None:
    """Write a consistent copy of the store to a new file (DuckDB)."""
    perform("backup", target=str(target.absolute()))


@app.command("publish")
def publish() -> None:
    """Write analytics.duckdb and Parquet files for analysts."""
    perform("publish")


def main() -> None:
    """Run one command; expected errors are one sentence and exit status 1, wrong options 64."""
    os.umask(0o077)  # what is written is for the portal's own user alone
    UsageError.exit_code = os.EX_USAGE  # of an import, 2 says that something was left out
    try:
        app()
    except PortalError as error:
        typer.echo(str(error), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
