"""Forwarding a document or statement by mail: the button, for whoever may, and its dialog."""

from functools import partial

import streamlit as st

from components.documents.document_view import Control
from components.forms.action import act
from components.forms.fields import Fields
from components.session import form, require_scope
from components.ui import cards
from components.ui.markup import said, tag
from portal_data.business import preferences
from portal_data.clock import utc_now
from portal_data.customers import forwarding
from portal_data.customers.forwarding import FIELDS, OneDocument, OnePeriod
from portal_data.ids import new_id
from portal_data.scope import Permission, Scope

_FORM = "forward"


def control(scope: Scope, what: OneDocument | OnePeriod, title: str) -> tuple[Control, ...]:
    """Return the button that forwards what is called `title`; none where that is not allowed."""
    allowed = preferences.of(scope).customers_forward_documents
    if not allowed or not scope.may(Permission.DOCUMENT_FORWARD):
        return ()
    press = partial(dialog, what, title)
    return (Control(_FORM, "Forward", press, icon=":material/forward_to_inbox:"),)


@st.dialog("Forward by e-mail", icon=":material/forward_to_inbox:")
def dialog(what: OneDocument | OnePeriod, title: str) -> None:
    """Ask for addresses and a note, and forward."""
    scope = require_scope()
    name = f"{_FORM}.{what}"
    opened = form(name, new_id)
    cards.draw(tag("p", said(title, "b"), " is attached as a PDF.", class_="pt-text"))
    with st.form("forward", border=False):
        fields = Fields(opened.key)
        fields.text("to", FIELDS["to"], None)
        fields.text("note", FIELDS["note"], None)
        text = (
            "Whoever gets it is added to your contacts, without access to the portal. Answers go "
            f"to {scope.email}."
        )
        cards.draw(cards.sub(text))
        messages = st.container(key="forward-messages")
        with st.container(horizontal=True, gap="small"):
            sent = st.form_submit_button("Send e-mail", type="primary", icon=":material/send:")
            if st.form_submit_button("Cancel"):
                st.rerun()
    if sent:
        typed = fields.typed
        with messages:
            act(
                lambda addresses: f"On its way to {', '.join(addresses)}.",
                lambda: forwarding.forward(
                    scope, what, typed["to"], typed["note"], key=opened.start, now=utc_now()
                ),
                drawn=fields,
                form=name,
            )
