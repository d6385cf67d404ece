"""Giving people access from the command line: staff, and the contacts of customers."""

from uuid import UUID

from portal_data import store
from portal_data.auth import invitations, logins, second_factor, staff
from portal_data.clock import utc_now
from portal_data.errors import Conflict, NotFound
from portal_data.messaging.mail import mailer_for
from portal_data.ops.control.server import Lines
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


def create_staff(email: str, name: str, owner: bool, password_hash: str | None) -> Lines:
    """Add a member of staff with a password, or print the link with which they set one."""
    role = Role.OWNER if owner else Role.STAFF
    now = utc_now()
    with store.system_writing() as session:
        link = staff.add(session, None, email, name, role, now)
        if password_hash is not None:
            login = logins.find(session, email.strip().lower())
            if login is None:
                raise Conflict(f"{email} was changed at the same moment. Try again.")
            logins.set_hash(session, login, password_hash, now)
    if password_hash is not None:
        yield f"{name} may sign in at {load().base_url}."
    else:
        yield f"{name} sets the password here, once, within 72 hours:\n{link}"
    return 0


def list_staff() -> Lines:
    """Print all staff with their role and whether they have access."""
    with store.system_reading() as session:
        members = staff.members(session)
    width = max((len(each.email) for each in members), default=0)
    for each in members:
        state = each.status if each.has_password else f"{each.status}, has not signed in yet"
        yield f"{each.email:{width}}  {each.role.value:5}  {state}  {each.name}"
    if not members:
        yield "Nobody yet. Add an owner with `staff create … --owner`."
    return 0


def disable_staff(email: str) -> Lines:
    """Take a member's access away at once."""
    with store.system_writing() as session:
        member = staff.find(session, email)
        staff.set_status(session, None, member.id, "disabled", utc_now())
    yield f"{member.name} has no access any more."
    return 0


def enable_staff(email: str) -> Lines:
    """Give a disabled member access again."""
    with store.system_writing() as session:
        member = staff.find(session, email)
        staff.set_status(session, None, member.id, "active", utc_now())
    yield f"{member.name} has access again."
    return 0


def reset_second_factor(email: str) -> Lines:
    """Take away the second factor of a member of staff who has lost it."""
    with store.system_writing() as session:
        member = staff.find(session, email)
        second_factor.reset_within(session, member.id, utc_now())
    yield f"{member.name} signs in with the password, and sets up another second factor."
    return 0


def change_staff_role(email: str, role: str) -> Lines:
    """Make a member an owner or ordinary staff."""
    with store.system_writing() as session:
        member = staff.find(session, email)
        staff.set_role(session, None, member.id, Role(role), utc_now(), before=member.role)
    yield f"{member.name} is {'an owner' if role == Role.OWNER else 'ordinary staff'} now."
    return 0


def invite(customer: str, contact: str | None, everybody: bool) -> Lines:
    """Invite the primary contact of a customer, a named one, or all; print who was invited."""
    now, to_files = utc_now(), mailer_for(load()).to_files
    with store.system_writing() as session:
        invited = [
            (each["email"], invitations.issue(session, None, each["id"], now))
            for each in _chosen(session, customer, contact, everybody)
        ]
    for email, link in invited:
        yield f"Invited {email}."
        if to_files:
            yield f"  {link}"
    if to_files:
        yield "No mail server is set (PORTAL_SMTP_HOST): pass the links on yourself."
    else:
        yield "The mails leave when the portal runs."
    return 0


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
