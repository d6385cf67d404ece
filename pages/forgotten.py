"""Forgotten password: ask for a link by mail. The answer is the same for every e-mail."""

import streamlit as st

from components import session
from components.account import sign_in
from components.forms.action import outcome
from portal_data.auth import resets
from portal_data.clock import utc_now
from portal_data.text.language import _

with sign_in.card(
    _("Forgotten password"), _("We send you a link with which you can choose a new password.")
):
    with st.form("forgotten", border=False):
        email = st.text_input(_("E-mail"), autocomplete="username", max_chars=254)
        sent = st.form_submit_button(_("Send link"), type="primary", width="stretch")
    if sent and outcome(lambda: resets.request(email, session.browser(), utc_now())):
        st.success(
            _("If this e-mail has access, a link is on its way. It works for one hour."),
            icon=":material/mail:",
        )
    st.page_link("../pages/sign_in.py", label=_("Back to sign-in"))
