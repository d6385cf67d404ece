"""The business on Home: how to reach it, and the ways to write to it and to review its work."""

import streamlit as st

from components.forms import dialogs
from components.ui import cards, links
from components.ui.markup import Markup, join, said, tag
from portal_data.business.organisation import Organisation
from portal_data.business.preferences import Preferences
from portal_data.scope import Permission, Scope
from portal_data.text.language import _


def draw(scope: Scope, business: Organisation, shown: Preferences) -> None:
    """Draw whom the customer deals with, and what the business lets them write."""
    with st.container(border=True, key="card-organisation", horizontal=True,
                      vertical_alignment="center", horizontal_alignment="distribute"):  # fmt: skip
        cards.draw(_reached(business))
        with st.container(key="contact-ways", horizontal=True, width="content", gap="small",
                          vertical_alignment="center"):  # fmt: skip
            may_write = business.email and scope.may(Permission.MESSAGE_SEND)
            if may_write and st.button(_("Send e-mail"), icon=":material/mail:", key="home.write"):
                dialogs.write()
            if shown.reviews and scope.may(Permission.REVIEW_WRITE):
                words = join(cards.icon("star"), _("Write a review"))
                cards.draw(cards.link(words, links.page("review"), class_="pt-button"))


def _reached(business: Organisation) -> Markup:
    """Return whom the customer deals with, in few lines."""
    reached = (business.email, business.phone, business.website, business.tax_id)
    where = (said(business.name, "b"), *(said(line) for line in business.address_lines))
    return tag(
        "div",
        cards.sub(join(*where)),
        cards.sub(join(*(said(each) for each in reached if each))),
        class_="pt-contact",
    )
