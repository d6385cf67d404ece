"""The dialog in which a contact chooses the language of screens, mails and documents."""

import streamlit as st

from components.forms.action import act
from components.forms.dialog import dialog
from components.session import require_scope
from components.ui import cards
from portal_data.customers import own_details
from portal_data.text import language
from portal_data.text.language import N_, _


@dialog(N_("Language"), icon=":material/translate:")
def choose() -> None:
    """Offer every language by its own name."""
    scope = require_scope()
    offered = list(language.LANGUAGES)
    chosen = st.radio(
        _("Language"),
        offered,
        index=offered.index(language.current()),
        format_func=language.LANGUAGES.__getitem__,
        key="language.chosen",
        label_visibility="collapsed",
    )
    words = _("For your screens, mails and documents. What people wrote stays as they wrote it.")
    cards.draw(cards.sub(words))
    if st.button(_("Save"), type="primary", icon=":material/check:", key="language.save"):
        act(_("Your choice is saved."), lambda: own_details.choose_language(scope, chosen))
