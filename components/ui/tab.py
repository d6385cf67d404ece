"""The title of the browser's tab: what is open there, then whose portal it is."""

import streamlit as st

from portal_data.business import organisation
from portal_data.scope import Scope, Staff
from portal_data.text import bidi


def name(who: Scope | Staff, what: str) -> None:
    """Name the tab after what is open in it: a document's number, a project, a customer."""
    entitle(what, organisation.get(who).name)


def entitle(what: str, business: str) -> None:
    """Name the tab after what is open in it and the business, whichever way they are written."""
    st.set_page_config(page_title=f"{bidi.isolated(what)} · {bidi.isolated(business)}")
