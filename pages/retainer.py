"""One retainer invoice: the document, what is to be paid or available, and what drew on it."""

import streamlit as st

from components.documents import document_view, retainer_view
from components.forms import dialogs
from components.session import require_scope
from components.ui import address, cards, links, tab
from components.ui import format as say
from portal_data.clock import utc_now
from portal_data.errors import NotFound

scope = require_scope()

back = ("Retainer invoices", links.page("retainers"))
try:
    drawn = retainer_view.draw(scope, address.text("number"), utc_now())
except NotFound:
    document_view.missing(scope, "retainer invoice", back)
    st.stop()

retainer = drawn.document
tab.name(scope, retainer.number)
with st.container(key="head", horizontal=True, vertical_alignment="bottom",
                  horizontal_alignment="distribute"):  # fmt: skip
    cards.draw(cards.head(retainer.number, cards.pills(drawn.statuses), back=back))
    with st.container(key="actions", width="content", horizontal=True, gap="xsmall"):
        cards.draw(cards.documents(links.retainer_pdf(retainer.id)))
        payable = say.money(retainer.payable_minor, retainer.currency_code, drawn.locale)
        if drawn.may_pay and st.button(
            f"Pay {say.escape_markdown(payable)}", type="primary", key="retainer.pay"
        ):
            dialogs.pay_retainer(retainer.number)
cards.draw(drawn.sheet)
