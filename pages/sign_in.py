"""Sign in: shown at every address to whoever is not signed in."""

import streamlit as st

from components import signin

with signin.card():
    signin.sign_in_form()
    st.page_link("../pages/forgotten.py", label="Forgotten password?")
