"""One document of a customer for staff: what the customer sees, and who of them has seen it."""

import streamlit as st

from components.documents import any_document, conversation
from components.session import require_staff
from components.staff import (
    customer_view,
    disputes,
    estimates,
    pay_links,
    questions,
    recorded,
    refund_dialog,
)
from components.ui import address, cards, links, tab
from portal_data import kinds
from portal_data.auth import identity
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.customers import documents
from portal_data.errors import NotFound

staff = require_staff()

kind, number = any_document.kind(), address.text("number")
try:
    located = documents.locate(staff, kind, number)
    looking = identity.view_as_customer(staff, located.customer_id)
    drawn = any_document.SCREENS[kind.key].draw(looking, number, utc_now())
except NotFound:
    customer_view.missing(staff, "document")
    st.stop()

tab.name(staff, number)
with st.container(key="head", horizontal=True, vertical_alignment="bottom",
                  horizontal_alignment="distribute"):  # fmt: skip
    back = (located.customer_name, links.customer(located.customer_id))
    cards.draw(cards.head(number, cards.pills(drawn.statuses), back=back))
    with st.container(key="actions", width="content", horizontal=True, gap="xsmall"):
        cards.draw(cards.documents(links.staff_pdf(kind, number)))
        if kind.questionable:
            questions.draw(kind, number, located.version, drawn.statuses)
        if kind is kinds.ESTIMATE:
            estimates.draw(drawn.document)
        if kind is kinds.INVOICE:
            disputes.draw(drawn.document)
            way = links.page("record_payment", invoice=number)
            cards.draw(cards.link("Record payment", way, class_="pt-button"))
            pay_links.draw(drawn.document)
        if kind is kinds.PAYMENT:
            refund_dialog.draw(drawn.document)
            recorded.draw(number)
cards.draw(drawn.sheet)
about = conversation.About(kind.record, located.id)
conversation.draw_for_staff(staff, located.customer_id, about, organisation.get(staff))
