"""The commands `invite` and `staff …` of `python -m portal_data`."""

import sys
from typing import Annotated, Literal

import typer

from portal_data.auth import passwords
from portal_data.cli.dispatch import perform
from portal_data.errors import Invalid, PortalError
from portal_data.settings import load


def create_staff(
    email: Annotated[str, typer.Argument(help="E-mail to sign in with.")],
    name: Annotated[str, typer.Option(help="The person's name.", prompt=True)],
    owner: Annotated[
        bool, typer.Option("--owner", help="May manage staff and settings as well.")
    ] = False,
    ask: Annotated[
        bool, typer.Option("--ask-password", help="Type the password here instead of a link.")
    ] = False,
) -> None:
    """Add a member of staff, and print the link with which they set their password."""
    chosen = _ask_password(email, name) if ask else None
    perform("staff create", email=email, name=name, owner=owner, password_hash=chosen)


Email = Annotated[str, typer.Argument(help="E-mail of the member.")]


def list_staff() -> None:
    """Print all staff, their roles and whether they have access."""
    perform("staff list")


def disable_staff(email: Email) -> None:
    """Take a member's access away; their sessions end at once."""
    perform("staff disable", email=email)


def reset_second_factor(email: Email) -> None:
    """Take away a member's second factor when the telephone is lost; sessions end at once."""
    perform("staff reset-second-factor", email=email)


def enable_staff(email: Email) -> None:
    """Give a disabled member access again."""
    perform("staff enable", email=email)


def change_staff_role(
    email: Email, role: Annotated[Literal["owner", "staff"], typer.Argument(help="owner or staff")]
) -> None:
    """Make a member an owner or ordinary staff; there is always an owner."""
    perform("staff role", email=email, role=role)


def invite(
    customer: Annotated[str, typer.Argument(help="Customer's number, name or id.")],
    contact: Annotated[
        str | None, typer.Option(help="E-mail of the contact; the primary one when left out.")
    ] = None,
    everybody: Annotated[
        bool, typer.Option("--all", help="Every contact with an e-mail who has no access.")
    ] = False,
) -> None:
    """Invite a customer's contacts to the portal by mail."""
    if contact and everybody:
        raise Invalid("Give either --contact or --all.")
    perform("invite", customer=customer, contact=contact, everybody=everybody)


def _ask_password(email: str, name: str) -> str:
    """Return the hash of a password typed twice, without echo when at a terminal."""
    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    try:
        passwords.require_good(password, email, name)
    except PortalError as error:
        raise Invalid(f"This password cannot be used. {error}") from error
    return passwords.make_hash(password, load().bcrypt_cost)
