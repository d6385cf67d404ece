"""A payment that is being made: what has become of it, and what is left to do."""

import streamlit as st

from components.documents import document_view
from components.payments import result
from components.session import require_scope
from components.ui import address, links, tab
from portal_data.clock import utc_now
from portal_data.errors import NotFound
from portal_data.kinds import PAYMENT
from portal_data.payments import attempts
from portal_data.text.language import _

scope = require_scope()

try:
    attempt = attempts.get(scope, address.identifier("attempt"))
except NotFound:
    back = (_(PAYMENT.list_title), links.page(PAYMENT.path))
    document_view.missing(scope, "payment", back)
    st.stop()

tab.name(scope, _("Payment"))
watched = result.moving(attempt, utc_now())


@st.fragment(run_every=result.EVERY if watched else None)
def payment() -> None:
    """What has become of it, asked again while somebody watches."""
    scope = require_scope()
    now = utc_now()
    shown, answered = result.looked(scope, attempts.get(scope, attempt.id), now)
    if watched and not result.moving(shown, now):
        st.rerun()
    result.draw(scope, shown, answered=answered)


payment()
