"""New password: opened by the link in the mail, which works once."""

import streamlit as st

from components import session
from components.account import sign_in
from components.forms.action import outcome
from portal_data.auth import passwords, resets
from portal_data.clock import utc_now
from portal_data.text.language import _

token = st.query_params.get("token", "")
with sign_in.card(_("Choose a new password"), passwords.rules()):
    opened = outcome(lambda: resets.opened(token, utc_now()))
    if opened is not None:
        form = st.empty()
        with form.container():
            st.text_input(_("E-mail"), *opened, disabled=True)
            password = sign_in.new_password_form(_("Save password"))
        if password is not None and outcome(lambda: resets.reset(token, password, utc_now())):
            form.empty()
            st.success(_("Your new password is saved. Sign in with it."), icon=":material/check:")
    st.page_link(session.first_page(), label=_("Go to the portal"))
