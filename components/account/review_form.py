"""A contact's review: the form to write or change it, and those of earlier half-years."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from components.forms.action import act
from components.forms.fields import refused
from components.session import form
from components.ui import cards, reviewed
from portal_data.business.organisation import Organisation
from portal_data.clock import utc_now
from portal_data.customers import reviews
from portal_data.customers.reviews import Review
from portal_data.scope import Scope
from portal_data.text.language import _

_FORM = "review"


def draw(scope: Scope, business: Organisation, written: Sequence[Review], now: datetime) -> None:
    """Draw the form while this half-year's review is open, and all that was written."""
    period = reviews.period_of(business.today(now))
    current = next((each for each in written if each.period == period), None)
    if current is None or current.changeable(now):
        with st.container(border=True, key="card-review"):
            _form(scope, business, current)
    for each in written:
        with st.container(border=True, key=f"card-review-{each.id}", gap="small"):
            cards.draw(reviewed.review(each, business))
            if each.may_publish:
                _consent(scope, each)
    if not written:
        text = _("What you write, and what we answer, stays here.")
        cards.draw(cards.card("", cards.empty(_("No reviews yet"), text)))


def _form(scope: Scope, business: Organisation, current: Review | None) -> None:
    opened = form(_FORM, lambda: current)
    before, key = opened.start, opened.key
    title = _("How do you like our work?") if before is None else _("Change your review")
    until = _("You can change it for a day, until we answer it.")
    cards.draw(cards.title(title), cards.sub(until))
    with st.form("review", border=False):
        stars = st.feedback(
            "stars", default=before.rating - 1 if before else None, key=f"{key}.stars"
        )
        body = st.text_area(
            _("In your words"),
            before.body or "" if before else "",
            # above the limit, so that too long a text is refused and not cut
            max_chars=reviews.BODY.limit * 2,
            height=140,
            placeholder=_("What went well, and what should be better?"),
            key=f"{key}.body",
        )
        may_publish = st.checkbox(
            _("You may publish this with my name and company"),
            before.may_publish if before else False,
            key=f"{key}.publish",
        )
        messages = st.container(key="review-messages")
        sent = st.form_submit_button(_("Send"), type="primary", icon=":material/send:")
    if not sent:
        return
    with messages:
        if stars is None:
            refused(_("Choose from one to five stars."))
            return
        now = utc_now()
        act(
            _("Thank you for your review."),
            lambda: reviews.write(
                scope,
                stars + 1,
                body,
                may_publish=may_publish,
                seen=before.version if before else None,
                today=business.today(now),
                now=now,
            ),
            form=_FORM,
        )


def _consent(scope: Scope, review: Review) -> None:
    """Offer to take back the consent to publish a review."""
    name = f"consent.{review.id}"
    seen = form(name, lambda: review.version).start
    words = _("We take it back where we published it.")
    if st.button(_("Do not publish it"), key=name, help=words):
        act(
            _("It is published no longer."),
            lambda: reviews.withdraw_consent(scope, review.id, seen=seen, now=utc_now()),
            seen=name,
        )
