"""The public links of a document: staff make, copy and revoke them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

import streamlit as st

from components.forms.action import act, outcome
from components.session import close_form, form, require_staff
from components.ui import cards
from components.ui import format as say
from components.ui.markup import tag
from portal_data.billing.public_links import LONGEST, USUALLY, Link
from portal_data.business import organisation
from portal_data.business.organisation import Organisation
from portal_data.clock import utc_now
from portal_data.ids import new_id
from portal_data.scope import Staff
from portal_data.text import bidi


@dataclass(frozen=True, slots=True)
class Links:
    """What is done with the links of one document, whose form has the name `form`."""

    form: str
    text: str
    """What whoever has one may do."""
    made: Callable[[Staff], list[Link]]
    create: Callable[[Staff, date, UUID, datetime], str]
    revoke: Callable[[Staff, UUID, datetime], None]


@dataclass(slots=True)
class _Making:
    """A form that makes one link, and its address once it did: kept in this tab alone."""

    key: UUID = field(default_factory=new_id)
    made: str | None = None


def button(of: str, key: str) -> bool:
    """Draw the button that opens the links, whose form is `of`; tell whether it is pressed."""
    if st.button("Public link", icon=":material/link:", key=key):
        close_form(of)  # what was made is shown once
        return True
    return False


def draw(links: Links, ends: date | None) -> None:
    """Show the links of a document, let one be revoked, and make another until a day it `ends`."""
    staff = require_staff()
    business = organisation.get(staff)
    cards.draw(tag("p", links.text, class_="pt-text"))
    opened = form(links.form, _Making)
    making = opened.start
    listed = st.container(key="links", gap="small")
    with st.container(key="new-link"):
        if making.made is None:
            making.made = _make(links, ends, making.key, opened.key, business)
        if making.made is not None:
            cards.draw(cards.sub("Copy the new link now. It is shown this once and kept nowhere."))
            st.code(making.made, language=None, wrap_lines=True)
    now = utc_now()
    with listed:
        for link in links.made(staff):
            if link.holds(now):
                _draw_link(links, link, business)


def _make(
    links: Links, ends: date | None, key: UUID, name: str, business: Organisation
) -> str | None:
    """Draw the form that makes a link; return the link's address once it is made."""
    staff = require_staff()
    today = business.today(utc_now())
    last = today + LONGEST
    room = st.empty()
    with room.container(), st.form("link", border=False):
        until = st.date_input(
            "Works until", min(ends or today + USUALLY, last), today, last, key=f"{name}.until"
        )
        messages = st.container(key="link-messages")
        made = st.form_submit_button("Make a link", type="primary", icon=":material/add_link:")
    if not made:
        return None
    with messages:
        came = outcome(lambda: links.create(staff, until, key, utc_now()))
    if came is None:
        return None
    room.empty()
    return came[0]


def _draw_link(links: Links, link: Link, business: Organisation) -> None:
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
                lambda: links.revoke(staff, link.id, utc_now()),
            )
