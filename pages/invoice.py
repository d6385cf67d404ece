"""One invoice: the document, what is to be paid, what settled it, and what happened to it."""

import streamlit as st

from components.documents import document_view, invoice_view
from components.forms import dialogs
from components.session import require_scope
from components.ui import address, cards, links, tab
from components.ui import format as say
from portal_data.clock import utc_now
from portal_data.errors import NotFound

scope = require_scope()

back = ("Invoices", links.page("invoices"))
try:
    drawn = invoice_view.draw(scope, address.text("number"), utc_now())
except NotFound:
    document_view.missing(scope, "invoice", back)
    st.stop()

invoice = drawn.document
tab.name(scope, invoice.number)
with st.container(key="head", horizontal=True, vertical_alignment="bottom",
                  horizontal_alignment="distribute"):  # fmt: skip
    cards.draw(cards.head(invoice.number, cards.pills(drawn.statuses), back=back))
    with st.container(key="actions", width="content", horizontal=True, gap="xsmall"):
        cards.draw(cards.documents(links.invoice_pdf(invoice.id)))
        payable = say.money(invoice.payable_minor, invoice.currency_code, drawn.locale)
        if drawn.may_pay and st.button(
            f"Pay {say.escape_markdown(payable)}", type="primary", key="invoice.pay"
        ):
            dialogs.pay_invoice(invoice.number)
cards.draw(drawn.sheet)
