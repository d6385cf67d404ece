"""One estimate: the document, how long it stands or what was answered, and what happened to it."""

import streamlit as st

from components import address, cards, document_view, estimate_list, estimate_view, links
from components.session import require_scope
from portal_data import customers, estimates, organisation, viewings
from portal_data.clock import utc_now
from portal_data.errors import NotFound

scope = require_scope()

business = organisation.get(scope)
now, locale = utc_now(), business.locale
today = business.today(now)
back = ("Estimates", links.page("estimates"))
try:
    estimate = estimates.get(scope, address.text("number"), today=today)
except NotFound:
    text = "Check the address, or choose the estimate from the list."
    cards.draw(
        cards.head("Estimate not found", back=back),
        cards.card("", cards.empty("We cannot show this estimate", text, tall=True)),
    )
    st.stop()

viewed = viewings.mark(scope, viewings.Kind.ESTIMATE, estimate.id, now)
with st.container(key="head", horizontal=True, vertical_alignment="bottom",
                  horizontal_alignment="distribute"):  # fmt: skip
    cards.draw(
        cards.head(estimate.number, cards.pills([estimate_list.status(estimate)]), back=back)
    )
    with st.container(key="actions", width="content", horizontal=True, gap="xsmall"):
        cards.draw(cards.documents(links.estimate_pdf(estimate.id)))

document = estimate_view.document(estimate, business, customers.my_details(scope))
happened = document_view.history(estimate.history, viewed, estimate.currency_code, business, today)
beside = [cards.card("History", happened)]
if estimate.invoices:
    beside.insert(0, cards.card("Invoices", estimate_view.invoiced(estimate, locale)))
cards.draw(
    document_view.sheet(
        cards.card("", estimate_view.offer(estimate, business, today)),
        cards.card("", document),
        *beside,
    )
)
