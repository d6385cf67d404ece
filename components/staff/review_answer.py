"""What staff do with a review: answer it, and publish it with its author's consent."""

import streamlit as st

from components.forms.action import act
from components.forms.fields import Fields
from components.session import form
from components.ui import cards
from portal_data.clock import utc_now
from portal_data.customers import review_desk
from portal_data.customers.reviews import Review
from portal_data.scope import Staff


def draw(staff: Staff, review: Review) -> None:
    """Offer what may still be done with one review."""
    if review.replied_at is None:
        with st.container(border=True, key="card-answer"):
            _answer(staff, review)
    if review.may_publish:
        _publication(staff, review)
    else:
        cards.draw(cards.sub("Its author has not agreed to its publication."))


def _answer(staff: Staff, review: Review) -> None:
    name = f"answer.{review.id}"
    opened = form(name, lambda: review.version)
    with st.form("answer", border=False):
        drawn = Fields(opened.key)
        drawn.text("reply", review_desk.REPLY, None)
        cards.draw(cards.sub("It is mailed to whoever wrote the review, and cannot be changed."))
        messages = st.container(key="answer-messages")
        sent = st.form_submit_button("Send the answer", type="primary", icon=":material/send:")
    if sent:
        with messages:
            act(
                "Your answer is on its way.",
                lambda: review_desk.reply(
                    staff, review.id, drawn.typed["reply"], seen=opened.start, now=utc_now()
                ),
                drawn=drawn,
                form=name,
            )


def _publication(staff: Staff, review: Review) -> None:
    """Offer to publish a review, or to take it back."""
    name = f"publish.{review.id}"
    seen = form(name, lambda: review.version).start
    publish = review.published_at is None
    label = "Mark as published" if publish else "Mark as taken back"
    if st.button(label, key=name):
        act(
            "It counts as published." if publish else "It is taken back.",
            lambda: review_desk.publish(staff, review.id, publish, seen=seen, now=utc_now()),
            seen=name,
        )
