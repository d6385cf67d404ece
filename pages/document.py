"""One document of any kind: its paper, what matters of it now, and what happened to it."""

import streamlit as st

from components.documents import any_document, conversation, document_view, forwarding
from components.session import require_scope
from components.ui import address, cards, links, tab
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.customers.forwarding import OneDocument
from portal_data.errors import NotFound
from portal_data.text.language import _

scope = require_scope()

kind = any_document.kind()
back = (_(kind.list_title), links.page(kind.path))
try:
    drawn = any_document.SCREENS[kind.key].draw(scope, address.text("number"), utc_now())
except NotFound:
    document_view.missing(scope, kind.title.lower(), back)
    st.stop()

document = drawn.document
tab.name(scope, document.number)
with st.container(key="head", horizontal=True, vertical_alignment="bottom",
                  horizontal_alignment="distribute"):  # fmt: skip
    cards.draw(cards.head(document.number, cards.pills(drawn.statuses), back=back))
    actions = st.container(key="actions", width="content", horizontal=True, gap="xsmall")
if drawn.choosing:
    drawn = drawn.choosing()
with actions:  # what they do is of what was chosen
    cards.draw(cards.documents(links.pdf(kind, document.id)))
    what = OneDocument(kind, document.id)
    controls = forwarding.control(scope, what, document.number)
    document_view.draw_controls(*controls, *drawn.controls)
if drawn.waiting:
    drawn.waiting()
cards.draw(drawn.sheet)
about = conversation.About(kind.record, document.id)
conversation.draw(scope, about, organisation.get(scope))
