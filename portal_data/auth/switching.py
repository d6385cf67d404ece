"""Switching: one person acts for several customers, for one at a time."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal_data import store
from portal_data.auth import identity, logins, sessions
from portal_data.auth.sessions import Browser
from portal_data.errors import Conflict, NotFound
from portal_data.messaging import activity, events
from portal_data.scope import Role, Scope
from portal_data.text.language import _


@dataclass(frozen=True, slots=True)
class Choice:
    """A customer that the signed-in person may act for."""

    contact_id: UUID
    customer_name: str
    role: Role
    current: bool


def choices(scope: Scope) -> list[Choice]:
    """Return the customers the signed-in person may act for, by name."""
    with store.system_reading() as session:
        login = logins.of_sign_in(session, scope.sign_in_id)
        rows = logins.contacts(session, login.id) if login else []
    found = [
        Choice(
            row["contact_id"],
            row["customer_name"],
            Role(row["role"]),
            row["contact_id"] == scope.contact_id,
        )
        for row in rows
    ]
    return sorted(found, key=lambda choice: (choice.customer_name.casefold(), choice.contact_id))


def switch(scope: Scope, contact_id: UUID, browser: Browser, now: datetime) -> UUID:
    """Act for another customer of the same person: end this sign-in and return a new one.

    The old one ends so that no tab still showing the first customer can act for the second.
    Raises NotFound when the contact is not this person's or has no access, Conflict when this
    sign-in is over already.
    """
    with store.system_writing() as session:
        login = logins.of_sign_in(session, scope.sign_in_id)
        rows = logins.contacts(session, login.id) if login else []
        if login is None or contact_id not in {row["contact_id"] for row in rows}:
            raise NotFound(_("There is no such customer."))
        if sessions.revoke(session, scope.sign_in_id, "switched", now) != 1:
            raise Conflict(_("You were signed out meanwhile. Sign in again."))
        started = sessions.start(
            session, login.id, contact_id=contact_id, browser=browser, now=now, method="switch"
        )
        who = identity.within(session, started, now)
        activity.record(session, who, events.CONTACT_SIGNED_IN, now=now)
        return started
