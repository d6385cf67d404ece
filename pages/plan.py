"""Plan: what an amount paid on a day would settle, to be promised or paid."""

import streamlit as st

from components.payments import plan_form, promise_list
from components.session import require_scope
from components.ui import tab
from portal_data.text.language import _

scope = require_scope()
tab.name(scope, _("Plan my payment"))


@st.fragment
def plan() -> None:
    """The plan and the promises, rerun alone."""
    scope = require_scope()
    found = promise_list.of(scope)
    plan_form.draw(scope, found)
    promise_list.draw(scope, found)


plan()
