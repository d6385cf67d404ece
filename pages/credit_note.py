"""One credit note: the document, what remains of it, and what it was used for."""

import streamlit as st

from components import address, cards, credit_note_list, credit_note_view, document_view, links
from components.session import require_scope
from portal_data import credit_notes, customers, organisation, viewings
from portal_data.clock import utc_now
from portal_data.errors import NotFound

scope = require_scope()

business = organisation.get(scope)
now, locale = utc_now(), business.locale
back = ("Credit notes", links.page("credit_notes"))
try:
    note = credit_notes.get(scope, address.text("number"))
except NotFound:
    text = "Check the address, or choose the credit note from the list."
    cards.draw(
        cards.head("Credit note not found", back=back),
        cards.card("", cards.empty("We cannot show this credit note", text, tall=True)),
    )
    st.stop()

viewed = viewings.mark(scope, viewings.Kind.CREDIT_NOTE, note.id, now)
with st.container(key="head", horizontal=True, vertical_alignment="bottom",
                  horizontal_alignment="distribute"):  # fmt: skip
    status = cards.pills([(note.status.value, credit_note_list.TONES[note.status])])
    cards.draw(cards.head(note.number, status, back=back))
    with st.container(key="actions", width="content"):
        cards.draw(cards.documents(links.credit_note_pdf(note.id)))

document = credit_note_view.document(note, business, customers.my_details(scope))
today = business.today(now)
cards.draw(
    document_view.sheet(
        cards.card("", credit_note_view.remaining(note, locale)),
        cards.card("", document),
        cards.card("Used for", credit_note_view.uses(note, locale)),
        cards.card(
            "History",
            document_view.history(note.history, viewed, note.currency_code, business, today),
        ),
    )
)
