"""One estimate: the document, how long it stands or what was answered, and what happened to it."""

import streamlit as st

from components.documents import document_view, estimate_view
from components.session import require_scope
from components.ui import address, cards, links, tab
from portal_data.clock import utc_now
from portal_data.errors import NotFound

scope = require_scope()

back = ("Estimates", links.page("estimates"))
try:
    drawn = estimate_view.draw(scope, address.text("number"), utc_now())
except NotFound:
    document_view.missing(scope, "estimate", back)
    st.stop()

estimate = drawn.document
tab.name(scope, estimate.number)
with st.container(key="head", horizontal=True, vertical_alignment="bottom",
                  horizontal_alignment="distribute"):  # fmt: skip
    cards.draw(cards.head(estimate.number, cards.pills(drawn.statuses), back=back))
    with st.container(key="actions", width="content", horizontal=True, gap="xsmall"):
        cards.draw(cards.documents(links.estimate_pdf(estimate.id)))
cards.draw(drawn.sheet)
