"""Paying: some documents, or all that is due in a currency, online or by bank transfer."""

import streamlit as st

from components.documents import document_view
from components.payments import pay_form
from components.session import require_scope
from components.ui import tab
from portal_data.errors import NotFound
from portal_data.payments import collecting
from portal_data.scope import Permission
from portal_data.text.language import _p

scope = require_scope()
wanted = pay_form.asked(scope)
tab.name(scope, _p("paying", "Pay"))


@st.fragment
def pay() -> None:
    """The choice of what is paid and how, rerun alone."""
    scope = require_scope()
    provider = collecting.current().provider
    if provider is None or not scope.may(Permission.INVOICE_PAY):
        pay_form.by_others(scope, wanted)
        return
    try:
        pay_form.draw(scope, provider, wanted)
    except NotFound:
        document_view.missing(scope, wanted.kind.title.lower(), pay_form.back(wanted))


pay()
