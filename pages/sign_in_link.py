"""Sign in with a link from a mail. Opening it signs nobody in: mail scanners open links, too."""

import streamlit as st

from components import session
from components.account import sign_in
from components.forms.action import outcome
from portal_data.auth import login_links
from portal_data.clock import utc_now
from portal_data.text.language import _

token = st.query_params.get("token", "")
started, first = None, session.first_page()
with sign_in.card(_("Sign in")):
    opened = outcome(lambda: login_links.opened(token, utc_now()))
    if opened is not None:
        st.text_input(_("E-mail"), *opened, disabled=True)
        if st.button(_("Sign in"), type="primary", width="stretch", key="link.sign_in"):
            started = sign_in.outcome_or_code(
                lambda: login_links.sign_in(token, session.browser(), utc_now())
            )
    elif first == "../pages/sign_in.py" and login_links.offered():  # nobody is signed in
        st.page_link("../pages/email_link.py", label=_("E-mail me a link"))
    st.page_link(first, label=_("Go to the portal"))
if started is not None:
    session.begin_at_home(*started)
