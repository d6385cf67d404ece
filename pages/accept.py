"""Accept an invitation: opened by the link in the mail, which works once."""

import streamlit as st

from components import session
from components.account import sign_in
from components.forms import fields
from portal_data.auth import invitations, passwords
from portal_data.clock import utc_now
from portal_data.errors import NotFound
from portal_data.text import bidi
from portal_data.text.language import _

token = st.query_params.get("token", "")
try:
    invitation = invitations.opened(token, utc_now())
except NotFound as refusal:
    with sign_in.card(_("Invitation")):
        fields.refused(refusal)
        st.page_link(session.first_page(), label=_("Go to the portal"))
    st.stop()

accepted = None
known = invitation.has_password
rules = passwords.rules()
how = _("You have a password for this e-mail already: enter it.")
with sign_in.card(
    _("Welcome to the portal of {customer}", customer=bidi.isolated(invitation.customer_name)),
    how if known else _("Choose a password. {rules}", rules=rules),
):
    st.text_input(_("E-mail"), invitation.email, disabled=True)
    ask = sign_in.existing_password_form if known else sign_in.new_password_form
    password = ask(_("Accept invitation"))
    if password is not None:
        accepted = sign_in.outcome_or_code(
            lambda: invitations.accept(token, password, session.browser(), utc_now())
        )
if accepted is not None:
    session.begin_at_home(*accepted)
