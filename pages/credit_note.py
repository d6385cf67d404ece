"""One credit note: the document, what remains of it, and what it was used for."""

import streamlit as st

from components.documents import credit_note_view, document_view
from components.session import require_scope
from components.ui import address, cards, links, tab
from portal_data.clock import utc_now
from portal_data.errors import NotFound

scope = require_scope()

back = ("Credit notes", links.page("credit_notes"))
try:
    drawn = credit_note_view.draw(scope, address.text("number"), utc_now())
except NotFound:
    document_view.missing(scope, "credit note", back)
    st.stop()

note = drawn.document
tab.name(scope, note.number)
with st.container(key="head", horizontal=True, vertical_alignment="bottom",
                  horizontal_alignment="distribute"):  # fmt: skip
    cards.draw(cards.head(note.number, cards.pills(drawn.statuses), back=back))
    with st.container(key="actions", width="content", horizontal=True, gap="xsmall"):
        cards.draw(cards.documents(links.credit_note_pdf(note.id)))
cards.draw(drawn.sheet)
