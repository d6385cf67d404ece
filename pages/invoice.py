"""One invoice: the document, what is to be paid, what settled it, and what happened to it."""

import streamlit as st

from components import address, cards, dialogs, document_view, invoice_list, invoice_view, links
from components import format as say
from components.paper import paper
from components.session import require_scope
from portal_data import customers, invoices, organisation, papers, viewings
from portal_data.clock import utc_now
from portal_data.errors import NotFound
from portal_data.scope import Permission

scope = require_scope()

business = organisation.get(scope)
now, locale = utc_now(), business.locale
today = business.today(now)
back = ("Invoices", links.page("invoices"))
try:
    invoice = invoices.get(scope, address.text("number"), today=today)
except NotFound:
    text = "Check the address, or choose the invoice from the list."
    cards.draw(
        cards.head("Invoice not found", back=back),
        cards.card("", cards.empty("We cannot show this invoice", text, tall=True)),
    )
    st.stop()

viewed = viewings.mark(scope, viewings.Kind.INVOICE, invoice.id, now)
payable = invoice.payable_minor
may_pay = scope.may(Permission.INVOICE_PAY) and payable > 0

with st.container(key="head", horizontal=True, vertical_alignment="bottom",
                  horizontal_alignment="distribute"):  # fmt: skip
    statuses = cards.pills(invoice_list.statuses(invoice))
    cards.draw(cards.head(invoice.number, statuses, back=back))
    with st.container(key="actions", width="content", horizontal=True, gap="xsmall"):
        cards.draw(cards.documents(links.invoice_pdf(invoice.id)))
        label = say.escape_markdown(say.money(payable, invoice.currency_code, locale))
        if may_pay and st.button(f"Pay {label}", type="primary", key="invoice.pay"):
            dialogs.pay_invoice(invoice.number)

document = papers.of_invoice(invoice, business, customers.my_details(scope))
cards.draw(
    document_view.sheet(
        cards.card("", invoice_view.balance(invoice, today, locale)),
        cards.card("", paper(document, locale)),
        cards.card("Payments and credits", invoice_view.settlements(invoice, locale)),
        cards.card(
            "History",
            document_view.history(invoice.history, viewed, invoice.currency_code, business, today),
        ),
    )
)
