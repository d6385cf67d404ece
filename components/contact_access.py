"""A contact's access to the portal, as staff see and change it."""

from collections.abc import Callable

import streamlit as st

from components import cards
from components import format as say
from components.session import flash
from portal_data import access, invitations
from portal_data.clock import utc_now
from portal_data.customers import Contact
from portal_data.errors import PortalError
from portal_data.scope import Staff

STATES = {
    "not_invited": ("Not invited", "gray"),
    "invited": ("Invited", "blue"),
    "active": ("Active", "green"),
    "disabled": ("Disabled", "red"),
}


def draw(staff: Staff, contact: Contact) -> None:
    """Draw one contact with what may be done about its access."""
    with st.container(border=True, key=f"card-contact-{contact.id}"):
        about = " · ".join(part for part in (contact.email, contact.designation) if part)
        statuses = [STATES[contact.portal_status], (contact.role.capitalize(), "gray")]
        cards.draw(cards.rows([cards.row(contact.name, about, after=cards.pills(statuses))]))
        now, key = utc_now(), f"customer.{contact.id}"
        with st.container(horizontal=True, gap="small"):
            if contact.portal_status in ("not_invited", "invited"):
                again = contact.portal_status == "invited"
                label = "Invite again" if again else "Invite to portal"
                if st.button(label, key=f"{key}.invite", disabled=not contact.email):
                    _attempt(
                        "The invitation is on its way.",
                        lambda: invitations.invite(staff, contact.id, now),
                    )
            if contact.portal_status in ("invited", "active") and st.button(
                "Disable access", key=f"{key}.disable", type="tertiary"
            ):
                _attempt(
                    "Access disabled; their sessions have ended.",
                    lambda: access.disable_contact(staff, contact.id, now),
                )
            if contact.portal_status == "disabled" and st.button(
                "Enable access", key=f"{key}.enable"
            ):
                _attempt("Access enabled.", lambda: access.enable_contact(staff, contact.id, now))


def _attempt(done: str, action: Callable[[], object]) -> None:
    """Do something a button asked for; a refusal is told in its own words."""
    try:
        action()
    except PortalError as refused:
        st.error(say.escape_markdown(refused), icon=":material/error:")
        return
    flash(done)
    st.rerun()
