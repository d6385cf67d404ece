"""One payment: its receipt, what it paid, and what came back of it."""

import streamlit as st

from components.documents import document_view, payment_view
from components.session import require_scope
from components.ui import address, cards, links, tab
from portal_data.clock import utc_now
from portal_data.errors import NotFound

scope = require_scope()

back = ("Payments made", links.page("payments"))
try:
    drawn = payment_view.draw(scope, address.text("number"), utc_now())
except NotFound:
    document_view.missing(scope, "payment", back)
    st.stop()

payment = drawn.document
tab.name(scope, payment.number)
with st.container(key="head", horizontal=True, vertical_alignment="bottom",
                  horizontal_alignment="distribute"):  # fmt: skip
    cards.draw(cards.head(payment.number, cards.pills(drawn.statuses), back=back))
    with st.container(key="actions", width="content", horizontal=True, gap="xsmall"):
        cards.draw(cards.documents(links.payment_pdf(payment.id)))
cards.draw(drawn.sheet)
