"""Access of a customer and its contacts to the portal, as staff see and change it."""

from datetime import date

import streamlit as st

from components.account import payment_limit
from components.forms import confirm
from components.forms.action import act
from components.ui import cards
from components.ui import format as say
from portal_data.auth import access, invitations
from portal_data.auth.access import CONTACT_ROLES
from portal_data.clock import utc_now
from portal_data.customers import review_desk
from portal_data.customers.details import Contact, StaffCustomer
from portal_data.scope import Permission, Role, Staff, roles_that_may
from portal_data.text import bidi
from portal_data.text.language import N_

STATES = {
    "not_invited": (N_("Not invited"), "gray"),
    "invited": (N_("Invited"), "blue"),
    "active": (N_("Active"), "green"),
    "disabled": (N_("Disabled"), "red"),
}
ROLES = {
    Role.ADMIN: N_("Administrator"),
    Role.PAYER: N_("Payer"),
    Role.APPROVER: N_("Approver"),
    Role.VIEWER: N_("Viewer"),
}
"""Every role of a contact in a word; `account_view` says what each may do."""


def of_customer(staff: Staff, customer: StaffCustomer) -> None:
    """Draw whether the portal is open to this customer, and the button that changes it."""
    invited = any(contact.portal_status != "not_invited" for contact in customer.contacts)
    if not customer.portal_enabled and not invited:
        return  # the first invitation opens it
    key = f"customer.{customer.id}"
    with st.container(key=f"{key}.portal", horizontal=True, gap="small",
                      vertical_alignment="center"):  # fmt: skip
        if customer.portal_enabled:
            if st.button("Close the portal to them", key=f"{key}.disable"):
                confirm.disable_customer(customer.id, customer.display_name)
            return
        cards.draw(cards.pills([("The portal is closed to them", "red")]))
        if st.button("Open the portal to them", key=f"{key}.enable"):
            act(
                f"The portal is open to {bidi.isolated(customer.display_name)} again.",
                lambda: access.enable_customer(staff, customer.id, utc_now()),
            )


def draw(
    staff: Staff,
    contact: Contact,
    today: date,
    currency: str,
    *,
    reviews: bool,
    second_factor: bool,
    linked: bool = False,
) -> None:
    """Draw one contact with what may be done about its role, access and payment limit.

    The limit is in the customer's `currency`.

    While the business takes `reviews`, a contact with access can be asked for one. An owner may
    take away the `second_factor` that a contact has, and the account that is `linked`.
    """
    with st.container(border=True, key=f"card-contact-{contact.id}"):
        about = bidi.listed(
            contact.email, contact.designation, payment_limit.words(contact, currency)
        )
        state = cards.pills([STATES[contact.portal_status]])
        cards.draw(cards.rows([cards.row(contact.name, about, after=state)]))
        key = f"customer.{contact.id}"
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            _role(staff, contact, key)
            if Role(contact.role) in roles_that_may(Permission.INVOICE_PAY) and st.button(
                "Payment limit", key=f"{key}.limit", type="tertiary"
            ):
                payment_limit.of_contact(contact, currency)
            _access(staff, contact, key)
            if reviews and contact.portal_status == "active":
                _review(staff, contact, today, key)
            if (
                second_factor
                and staff.role is Role.OWNER
                and st.button("Reset second factor", key=f"{key}.factor", type="tertiary")
            ):
                confirm.reset_second_factor(contact.id, contact.name, member=False)
            if (
                linked
                and staff.role is Role.OWNER
                and st.button("Unlink account", key=f"{key}.linked", type="tertiary")
            ):
                confirm.unlink_account(contact.id, contact.name, member=False)


def _role(staff: Staff, contact: Contact, key: str) -> None:
    role = Role(contact.role)
    # the role is in the key, so that a change made elsewhere is shown and not undone
    chosen = st.selectbox(
        say.escape_markdown(f"Role of {bidi.isolated(contact.name)}"),
        CONTACT_ROLES,
        index=CONTACT_ROLES.index(role),
        format_func=ROLES.__getitem__,
        key=f"{key}.role.{role}",
        label_visibility="collapsed",
        width=165,
    )
    if chosen is not role:
        act(
            f"{bidi.isolated(contact.name)} is {_article(ROLES[chosen])} now.",
            lambda: access.set_role(staff, contact.id, chosen, utc_now(), before=role),
        )


def _access(staff: Staff, contact: Contact, key: str) -> None:
    if contact.portal_status in ("not_invited", "invited"):
        label = "Invite again" if contact.portal_status == "invited" else "Invite to portal"
        if st.button(label, key=f"{key}.invite", disabled=not contact.email,
                     help=None if contact.email else "An invitation needs an e-mail."):  # fmt: skip
            act(
                "The invitation is on its way.",
                lambda: invitations.invite(staff, contact.id, utc_now()),
            )
    if contact.portal_status in ("invited", "active") and st.button(
        "Disable access", key=f"{key}.disable"
    ):
        confirm.disable_contact(contact.id, contact.name)
    if contact.portal_status == "disabled" and st.button("Enable access", key=f"{key}.enable"):
        act(
            f"{bidi.isolated(contact.name)} has access again.",
            lambda: access.enable_contact(staff, contact.id, utc_now()),
        )


def _review(staff: Staff, contact: Contact, today: date, key: str) -> None:
    if st.button("Ask for a review", key=f"{key}.review", type="tertiary"):
        act(
            f"{bidi.isolated(contact.name)} is asked by mail.",
            lambda: review_desk.request(staff, contact.id, today=today, now=utc_now()),
        )


def _article(role: str) -> str:
    return f"an {role.lower()}" if role[0] in "A" else f"a {role.lower()}"
