"""Accept an invitation: opened by the link in the mail, which works once."""

import streamlit as st

from components import session, signin
from portal_data import invitations
from portal_data.clock import utc_now
from portal_data.errors import PortalError

token = st.query_params.get("token", "")
accepted = None
with signin.card("Welcome to the customer portal"):
    try:
        invitation = invitations.opened(token, utc_now())
        st.text_input("Customer", invitation.customer_name, disabled=True)
        st.text_input("E-mail", invitation.email, disabled=True)
        if invitation.has_password:
            st.info("You sign in with this e-mail already. Enter the password you have.")
            password = signin.existing_password_form("Accept invitation")
        else:
            password = signin.new_password_form("Accept invitation")
        if password is not None:
            accepted = invitations.accept(token, password, session.browser(), utc_now())
    except PortalError as refusal:
        signin.refused(refusal)
if accepted is not None:
    session.begin_at_home(accepted)
