"""Forwarding a document or statement by mail: the button, for whoever may, and its dialog."""

from functools import partial

import streamlit as st

from components.documents.document_view import Control
from components.forms.action import act
from components.forms.dialog import dialog as forms_dialog
from components.forms.fields import Fields
from components.session import form, require_scope
from components.ui import cards
from components.ui.markup import filled, said, tag
from portal_data.business import preferences
from portal_data.clock import utc_now
from portal_data.customers import forwarding
from portal_data.customers.forwarding import FIELDS, OneDocument, OnePeriod
from portal_data.ids import new_id
from portal_data.scope import Permission, Scope
from portal_data.text.language import N_, _

_FORM = "forward"


def control(scope: Scope, what: OneDocument | OnePeriod, title: str) -> tuple[Control, ...]:
    """Return the button that forwards what is called `title`; none where that is not allowed."""
    allowed = preferences.of(scope).customers_forward_documents
    if not allowed or not scope.may(Permission.DOCUMENT_FORWARD):
        return ()
    press = partial(dialog, what, title)
    return (Control(_FORM, _("Forward"), press, icon=":material/forward_to_inbox:"),)


@forms_dialog(N_("Forward by e-mail"), icon=":material/forward_to_inbox:")
def dialog(what: OneDocument | OnePeriod, title: str) -> None:
    """Ask for addresses and a note, and forward."""
    scope = require_scope()
    name = f"{_FORM}.{what}"
    opened = form(name, new_id)
    attached = filled(_("{document} is attached as a PDF."), document=said(title, "b"))
    cards.draw(tag("p", attached, class_="pt-text"))
    with st.form("forward", border=False):
        fields = Fields(opened.key)
        fields.text("to", FIELDS["to"], None)
        fields.text("note", FIELDS["note"], None)
        text = _(
            "Whoever gets it is added to your contacts, without access to the portal. Answers go "
            "to {address}.",
            address=scope.email,
        )
        cards.draw(cards.sub(text))
        messages = st.container(key="forward-messages")
        with st.container(horizontal=True, gap="small"):
            sent = st.form_submit_button(_("Send e-mail"), type="primary", icon=":material/send:")
            if st.form_submit_button(_("Cancel")):
                st.rerun()
    if sent:
        typed = fields.typed
        with messages:
            act(
                lambda addresses: _("On its way to {addresses}.", addresses=", ".join(addresses)),
                lambda: forwarding.forward(
                    scope, what, typed["to"], typed["note"], key=opened.start, now=utc_now()
                ),
                drawn=fields,
                form=name,
            )
