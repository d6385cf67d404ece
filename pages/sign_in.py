"""Sign in: shown at every address to whoever is not signed in."""

import streamlit as st

from components.account import sign_in

with sign_in.card():
    sign_in.sign_in_form()
    st.page_link("../pages/forgotten.py", label="Forgotten password?")
