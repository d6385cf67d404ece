"""The commands `invite` and `staff create` of `python -m portal_data`."""

import sys
from typing import Annotated
from uuid import UUID

import typer

from portal_data import invitations, logins, passwords, staff, store
from portal_data.clock import utc_now
from portal_data.commands import opened_store
from portal_data.errors import Conflict, Invalid, NotFound, PortalError
from portal_data.mail import mailer_for
from portal_data.scope import Role
from portal_data.settings import load
from portal_data.store import OpenSession
from portal_data.store.engine import Row

_CUSTOMERS = """
    select id, number, display_name from core.customers
    where number = $reference or lower(display_name) = lower($reference) or id = $id
    order by display_name, number, id
"""
_CONTACTS = """
    select id, first_name, last_name, email, is_primary, portal_status from core.contacts
    where customer_id = $customer_id
    order by is_primary desc, last_name, first_name, id
"""


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
    role = Role.OWNER if owner else Role.STAFF
    chosen = _ask_password(email, name) if ask else None
    now = utc_now()
    with opened_store(), store.system_writing() as session:
        link = staff.add(session, None, email, name, role, now)
        if chosen is not None:
            login = logins.find(session, email.strip().lower())
            if login is None:
                raise Conflict(f"{email} was changed at the same moment. Try again.")
            logins.set_hash(session, login, chosen, now)
    if chosen is not None:
        typer.echo(f"{name} may sign in at {load().base_url}.")
    else:
        typer.echo(f"{name} sets the password here, once, within 72 hours:\n{link}")


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
    now, to_files = utc_now(), mailer_for(load()).to_files
    with opened_store(), store.system_writing() as session:
        invited = [
            (each["email"], invitations.issue(session, None, each["id"], now))
            for each in _chosen(session, customer, contact, everybody)
        ]
    for email, link in invited:
        typer.echo(f"Invited {email}.")
        if to_files:
            typer.echo(f"  {link}")
    if to_files:
        typer.echo("No mail server is set (PORTAL_SMTP_HOST): pass the links on yourself.")
    else:
        typer.echo("The mails leave when the portal runs.")


def _chosen(session: OpenSession, customer: str, email: str | None, everybody: bool) -> list[Row]:
    contacts = session.rows(_CONTACTS, customer_id=_customer(session, customer)["id"])
    if everybody:
        chosen = [
            each
            for each in contacts
            if each["email"] and each["portal_status"] in ("not_invited", "invited")
        ]
        if not chosen:
            raise NotFound("None of their contacts has an e-mail address and no access yet.")
        return chosen
    if email is not None:
        chosen = [each for each in contacts if each["email"] == email.strip().lower()]
        if not chosen:
            raise NotFound(f"{customer} has no contact with the e-mail {email}.")
        return chosen
    if not contacts:
        raise NotFound(f"{customer} has no contacts. Add one, or import it.")
    return contacts[:1]


def _customer(session: OpenSession, reference: str) -> Row:
    try:
        customer_id = UUID(reference)
    except ValueError:
        customer_id = None
    found = session.rows(_CUSTOMERS, reference=reference.strip(), id=customer_id)
    if not found:
        raise NotFound(f"There is no customer with the number, name or id {reference}.")
    if len(found) > 1:
        which = ", ".join(f"{each['display_name']} ({each['number']})" for each in found)
        raise Conflict(f"Several customers match {reference}: {which}. Give the number.")
    return found[0]


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
