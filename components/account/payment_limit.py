"""The most that a contact pays alone at once, as staff see and set it."""

import streamlit as st

from components.forms.action import act, confirmed
from components.forms.fields import Fields
from components.session import form, require_staff
from components.ui import cards
from components.ui.markup import said, tag
from portal_data import money
from portal_data.auth import access
from portal_data.clock import utc_now
from portal_data.customers.details import Contact


def words(contact: Contact, currency: str) -> str | None:
    """Return a contact's limit in words; None without one."""
    if contact.payment_limit_minor is None:
        return None
    code = contact.payment_limit_currency or currency
    return f"pays up to {money.format(contact.payment_limit_minor, code)} alone"


@st.dialog("Payment limit", icon=":material/speed:")
def of_contact(contact: Contact, currency: str) -> None:
    """Ask how much a contact pays without a colleague's agreement."""
    staff = require_staff()
    name = f"contact.limit.{contact.id}"
    drawn = Fields(form(name, lambda: None).key)
    about = (said(contact.name, "b"), " pays up to this amount at once. More than that, and what "
             "is in another currency, waits until a colleague who may agrees.")  # fmt: skip
    cards.draw(tag("p", *about, class_="pt-text"))
    before = contact.payment_limit_minor
    most = drawn.limit("limit", "Limit", before, currency, note="Empty for no limit.")
    messages = st.container(key="limit-messages")
    if confirmed("Save", "check"):
        with messages:
            act(
                "Saved. It holds from now on.",
                lambda: access.set_limit(staff, contact.id, most, before=before, now=utc_now()),
                seen=name,
            )
