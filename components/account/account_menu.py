"""Who is signed in, at the bottom of the navigation, and the menu behind it."""

from uuid import UUID

import streamlit as st

from components import session
from components.account import language_dialog
from components.ui import cards
from components.ui import format as say
from components.ui.markup import said, tag
from portal_data.scope import Scope, Staff
from portal_data.text import language
from portal_data.text.language import N_, _

_LANGUAGE, _SECURITY, _SIGN_OUT = N_("Language"), N_("Security"), N_("Sign out")


def draw(who: Scope | Staff) -> None:
    """Draw the person's card; it opens other customers, Language, Security, and Sign out."""
    company = who.customer_name if isinstance(who, Scope) else "Staff"
    others = session.other_customers(who) if isinstance(who, Scope) else {}
    of_contacts = [_LANGUAGE] if isinstance(who, Scope) else []
    with st.sidebar, st.container(key="account"):
        cards.draw(
            tag(
                "div",
                tag("span", say.initials(who.name), class_="pt-mark", aria_hidden="true"),
                tag("div", said(who.name, "b"), said(company, "small")),
                class_="pt-me",
                data_language=language.current(),
                data_skip=_("Skip to the content"),
                data_upload=_("Choose a file"),
            )
        )
        chosen = st.menu_button(
            _("Your account"),
            [*others, *of_contacts, _SECURITY, _SIGN_OUT],
            format_func=lambda each: _label(each, others),
            type="tertiary",
            key="account.menu",
        )
    if chosen == _SIGN_OUT:
        session.sign_out()
    elif chosen == _LANGUAGE:
        language_dialog.choose()
    elif chosen == _SECURITY:
        staff = "" if isinstance(who, Scope) else "staff/"
        st.switch_page(f"../pages/{staff}security.py")
    elif chosen:
        session.switch_customer(chosen)


def _label(choice: UUID | str, others: dict[UUID, str]) -> str:
    if isinstance(choice, UUID):
        return _("Switch to {customer}", customer=say.escape_markdown(others[choice]))
    return _(choice)
