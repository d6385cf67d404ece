"""Forgotten password: ask for a link by mail. The answer is the same for every e-mail."""

import streamlit as st

from components import session
from components.account import sign_in
from components.forms.action import outcome
from portal_data.auth import resets
from portal_data.clock import utc_now

with sign_in.card(
    "Forgotten password", "We send you a link with which you can choose a new password."
):
    with st.form("forgotten", border=False):
        email = st.text_input("E-mail", autocomplete="username", max_chars=254)
        sent = st.form_submit_button("Send link", type="primary", width="stretch")
    if sent and outcome(lambda: resets.request(email, session.browser(), utc_now())):
        st.success(
            "If this e-mail has access, a link is on its way. It works for one hour.",
            icon=":material/mail:",
        )
    st.page_link("../pages/sign_in.py", label="Back to sign-in")
