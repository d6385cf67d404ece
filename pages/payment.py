"""One payment: its receipt, what it paid, and what came back of it."""

import streamlit as st

from components import address, cards, document_view, links, payment_view
from components.session import require_scope
from portal_data import customers, organisation, payments
from portal_data.clock import utc_now
from portal_data.errors import NotFound

scope = require_scope()

business = organisation.get(scope)
today, locale = business.today(utc_now()), business.locale
back = ("Payments made", links.page("payments"))
try:
    payment = payments.get(scope, address.text("number"))
except NotFound:
    text = "Check the address, or choose the payment from the list."
    cards.draw(
        cards.head("Payment not found", back=back),
        cards.card("", cards.empty("We cannot show this payment", text, tall=True)),
    )
    st.stop()

with st.container(key="head", horizontal=True, vertical_alignment="bottom",
                  horizontal_alignment="distribute"):  # fmt: skip
    statuses = cards.pills(payment_view.statuses(payment))
    cards.draw(cards.head(payment.number, statuses, back=back))
    with st.container(key="actions", width="content"):
        cards.draw(cards.documents(links.payment_pdf(payment.id)))

receipt = payment_view.receipt(payment, business, customers.my_details(scope))
refunds = cards.card("Refunds", payment_view.refunds(payment, locale))
cards.draw(
    document_view.sheet(
        cards.card("", payment_view.received(payment, today, locale)),
        cards.card("", receipt),
        *([refunds] if payment.refunds else []),
    )
)
