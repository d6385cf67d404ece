"""One review for staff: who wrote it, what it says, and what they do with it."""

import streamlit as st

from components.session import require_staff
from components.staff import review_answer
from components.ui import address, cards, links, reviewed, tab
from components.ui.markup import join, said
from portal_data.business import organisation
from portal_data.customers import review_desk
from portal_data.errors import NotFound

staff = require_staff()

back = ("Reviews", links.page("reviews"))

try:
    review, author = review_desk.for_staff(staff, address.identifier("id"))
except NotFound as missing:
    tab.name(staff, "Review not found")
    cards.draw(
        cards.head("Review not found", back=back),
        cards.card("", cards.empty(str(missing), "Choose one from the list.", tall=True)),
    )
    st.stop()

tab.name(staff, f"Review by {author.name}")
by = join(
    said(author.name, "b"),
    " ",
    cards.link(author.customer_name, links.customer(author.customer_id)),
)
cards.draw(
    cards.head("Review", back=back),
    cards.card("", reviewed.review(review, organisation.get(staff), by)),
)
review_answer.draw(staff, review)
