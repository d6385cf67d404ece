"""The public links of an estimate: staff make, copy and revoke them."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

import streamlit as st

from components.forms.action import act, outcome
from components.session import close_form, form, require_staff
from components.ui import cards
from components.ui import format as say
from components.ui.markup import tag
from portal_data.billing import estimate_links
from portal_data.billing.estimate_links import LONGEST, USUALLY, Link
from portal_data.billing.estimates import Estimate, Status
from portal_data.business import organisation, preferences
from portal_data.business.organisation import Organisation
from portal_data.clock import utc_now
from portal_data.ids import new_id
from portal_data.text import bidi


@dataclass(slots=True)
class _Making:
    """A form that makes one link, and its address once it did: kept in this tab alone."""

    key: UUID = field(default_factory=new_id)
    made: str | None = None


def draw(estimate: Estimate) -> None:
    """Offer the links of an estimate that can be answered by one."""
    staff = require_staff()
    if estimate.status is not Status.OPEN:
        return
    if not preferences.of_portal(staff).answer_estimates_by_link:
        return
    if st.button("Public link", icon=":material/link:", key="estimate.links"):
        close_form(_form(estimate.number))  # what was made is shown once
        dialog(estimate.number, estimate.expiry_date)


@st.dialog("Public links", icon=":material/link:")
def dialog(number: str, expiry: date | None) -> None:
    """Show the links of an estimate, let one be revoked, and make another."""
    staff = require_staff()
    business = organisation.get(staff)
    text = "Whoever has a link reads this estimate and accepts or declines it, without a sign-in."
    cards.draw(tag("p", text, class_="pt-text"))
    opened = form(_form(number), _Making)
    making = opened.start
    listed = st.container(key="links", gap="small")
    with st.container(key="new-link"):
        if making.made is None:
            making.made = _make(number, expiry, making.key, opened.key, business)
        if making.made is not None:
            cards.draw(cards.sub("Copy the new link now. It is shown this once and kept nowhere."))
            st.code(making.made, language=None, wrap_lines=True)
    now = utc_now()
    with listed:
        for link in estimate_links.of_estimate(staff, number):
            if link.holds(now):
                _draw_link(link, business)


def _make(
    number: str, expiry: date | None, key: UUID, name: str, business: Organisation
) -> str | None:
    """Draw the form that makes a link; return the link's address once it is made."""
    staff = require_staff()
    today = business.today(utc_now())
    last = today + LONGEST
    room = st.empty()
    with room.container(), st.form("link", border=False):
        until = st.date_input(
            "Works until", min(expiry or today + USUALLY, last), today, last, key=f"{name}.until"
        )
        messages = st.container(key="link-messages")
        made = st.form_submit_button("Make a link", type="primary", icon=":material/add_link:")
    if not made:
        return None
    with messages:
        came = outcome(lambda: estimate_links.create(staff, number, until, key=key, now=utc_now()))
    if came is None:
        return None
    room.empty()
    return came[0]


def _draw_link(link: Link, business: Organisation) -> None:
    """Draw who made a link, until when it works and when it was used, and what revokes it."""
    staff = require_staff()
    locale = business.locale
    ends = say.day(business.day_of(link.expires_at - timedelta(seconds=1)), locale)
    made = say.day(business.day_of(link.created_at), locale)
    used = "not used yet"
    if link.last_used_at is not None:
        used = f"last used on {say.day(business.day_of(link.last_used_at), locale)}"
    by = f" by {bidi.isolated(link.created_by)}" if link.created_by else ""
    with st.container(key=f"link-{link.id}", gap="xsmall"):
        cards.draw(cards.rows([cards.row(f"Until {ends}", f"Made{by} on {made}, {used}")]))
        if st.button("Revoke", key=f"revoke.{link.id}", icon=":material/link_off:"):
            act(
                "The link opens nothing any more.",
                lambda: estimate_links.revoke(staff, link.id, now=utc_now()),
            )


def _form(number: str) -> str:
    return f"staff.estimate.{number}.link"
