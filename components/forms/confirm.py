"""Dialogs that ask before something is taken away from somebody."""

from collections.abc import Callable
from uuid import UUID

import streamlit as st

from components.forms.action import act, confirmed
from components.session import require_staff
from components.ui import cards
from components.ui.markup import said, tag
from portal_data.auth import access, linked_accounts, second_factor
from portal_data.auth import staff as team
from portal_data.clock import utc_now
from portal_data.text import bidi


@st.dialog("Disable access?", icon=":material/person_off:")
def disable_contact(contact_id: UUID, name: str) -> None:
    """Ask before a contact's access ends."""
    staff = require_staff()
    _ask(
        name,
        "is signed out everywhere at once and cannot sign in until you enable access again. Open "
        "invitations stop working.",
        "Disable access",
        lambda: access.disable_contact(staff, contact_id, utc_now()),
        f"Access of {bidi.isolated(name)} is disabled.",
    )


@st.dialog("Close the portal?", icon=":material/block:")
def disable_customer(customer_id: UUID, name: str) -> None:
    """Ask before all contacts of a customer lose the portal."""
    staff = require_staff()
    _ask(
        name,
        "can use the portal no longer: everybody there is signed out at once. People keep their "
        "passwords and roles for when you open it again.",
        "Close the portal",
        lambda: access.disable_customer(staff, customer_id, utc_now()),
        f"The portal is closed to {bidi.isolated(name)}.",
    )


@st.dialog("Disable access?", icon=":material/person_off:")
def disable_member(staff_id: UUID, name: str) -> None:
    """Ask before a member of staff loses access."""
    staff = require_staff()
    staff.need_owner()
    _ask(
        name,
        "is signed out everywhere at once and cannot sign in until you enable access again.",
        "Disable access",
        lambda: team.disable(staff, staff_id, utc_now()),
        f"Access of {bidi.isolated(name)} is disabled.",
    )


@st.dialog("Reset the second factor?", icon=":material/phonelink_erase:")
def reset_second_factor(person_id: UUID, name: str, *, member: bool) -> None:
    """Ask before somebody's second factor is taken away; `member` says that they are staff."""
    staff = require_staff()
    staff.need_owner()
    reset = second_factor.reset_member if member else second_factor.reset_contact
    _ask(
        name,
        "is signed out everywhere, and gets a mail. The next sign-in asks for the password alone, "
        "or sets up a new second factor. Do it only when you are sure who asks for it.",
        "Reset the second factor",
        lambda: reset(staff, person_id, utc_now()),
        f"The second factor of {bidi.isolated(name)} is reset.",
    )


@st.dialog("Unlink the account?", icon=":material/link_off:")
def unlink_account(person_id: UUID, name: str, *, member: bool) -> None:
    """Ask before somebody's account at the provider opens the portal no longer."""
    staff = require_staff()
    staff.need_owner()
    unlink = linked_accounts.unlink_member if member else linked_accounts.unlink_contact
    _ask(
        name,
        "can sign in with that account no longer, until its verified e-mail links it again. The "
        "password works as before. Do it when the account there has become somebody else's.",
        "Unlink the account",
        lambda: unlink(staff, person_id, utc_now()),
        f"The account of {bidi.isolated(name)} is unlinked.",
    )


def _ask(name: str, consequence: str, label: str, action: Callable[[], object], done: str) -> None:
    """Say what happens to whom; do it when the button is pressed, and close."""
    cards.draw(tag("p", said(name, "b"), f" {consequence}", class_="pt-text"))
    if confirmed(label):
        act(done, action)
