"""Sign in by e-mail: ask for a link that signs in. The answer is the same for every e-mail."""

import streamlit as st

from components import session
from components.account import sign_in
from components.forms import fields
from components.forms.action import outcome
from portal_data.auth import login_links
from portal_data.clock import utc_now
from portal_data.text.language import _

text = _("We send you a link that signs you in without a password. Staff sign in with theirs.")
offered = login_links.offered()
with sign_in.card(_("Sign in by e-mail"), text if offered else ""):
    if offered:
        with st.form("email_link", border=False):
            email = st.text_input(_("E-mail"), autocomplete="username", max_chars=254)
            sent = st.form_submit_button(_("E-mail me a link"), type="primary", width="stretch")
        if sent and outcome(lambda: login_links.request(email, session.browser(), utc_now())):
            st.success(
                _("If this e-mail has access, a link is on its way. It works for 15 minutes."),
                icon=":material/mail:",
            )
    else:
        fields.refused(_("Sign in with your password: no links are mailed here."))
    st.page_link("../pages/sign_in.py", label=_("Back to sign-in"))
