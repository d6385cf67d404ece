"""Sign in: shown at every address to whoever is not signed in."""

import streamlit as st

from components import session
from components.account import second_factor_forms, sign_in
from portal_data.auth import login_links
from portal_data.text.language import _

waiting = session.challenge()
if waiting is None:
    with sign_in.card():
        sign_in.sign_in_form()
        sign_in.provider_button()
        if login_links.offered():
            st.page_link("../pages/email_link.py", label=_("E-mail me a link instead"))
        st.page_link("../pages/forgotten.py", label=_("Forgotten password?"))
else:
    with sign_in.card(*second_factor_forms.heading(waiting)):
        second_factor_forms.ask(waiting)
