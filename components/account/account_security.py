"""Security of one's own account: the password, and the browsers one is signed in with."""

import re
from functools import partial

import streamlit as st

from components.account import linked_account, second_factor_forms, sign_in
from components.forms.action import act
from components.ui import cards
from components.ui import format as say
from components.ui.markup import said, tag
from portal_data.auth import sessions
from portal_data.auth.sessions import SignIn
from portal_data.business import organisation
from portal_data.clock import local_time, utc_now
from portal_data.scope import Scope, Staff
from portal_data.text.language import _, counted

_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
             ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
            ("Mac OS X", "Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip


def draw(who: Scope | Staff) -> None:
    """Draw the screen for the signed-in person."""
    cards.draw(
        cards.head(_("Security"), cards.sub(_("How you sign in, and where you are signed in.")))
    )
    left, right = st.columns([1, 1.2], gap="small")
    with left, st.container(key="card-signin-password", border=True):
        sign_in.change_password_form(who)
    with left:
        second_factor_forms.card(who)
        linked_account.card(who)
    with right, st.container(key="card-sign-ins", border=True):
        _sign_ins(who)


def browser_name(agent: str | None) -> str:
    """Return a browser's own long name for itself in a few words: Firefox on Windows."""
    agent = agent or ""
    name = next((name for mark, name in _BROWSERS if re.search(rf"{mark}\w*/", agent)), None)
    name = name or _("Browser")
    system = next((system for mark, system in _SYSTEMS if mark in agent), None)
    return _("{browser} on {system}", browser=name, system=system) if system else name


def _sign_ins(who: Scope | Staff) -> None:
    cards.draw(cards.title(_("Where you are signed in")))
    own = sessions.list_own(who, utc_now())
    business = organisation.get(who)
    for each in own:
        with st.container(horizontal=True, vertical_alignment="center", key=f"sign-in-{each.id}"):
            _describe(each, business)
            if not each.this_browser and st.button(_("Sign out"), key=f"end.{each.id}"):
                act(
                    _("That browser is signed out."),
                    partial(sessions.end_own, who, each.id, utc_now()),
                )
    if len(own) > 1 and st.button(
        _("Sign out everywhere else"), key="end.others", icon=":material/logout:"
    ):
        act(
            lambda ended: counted(
                ended,
                "Signed out of {count} other browser.",
                "Signed out of {count} other browsers.",
            ),
            lambda: sessions.end_others(who, utc_now()),
        )


def _describe(each: SignIn, business: organisation.Organisation) -> None:
    seen = local_time(each.last_seen_at, business.timezone)
    when = f"{say.day(seen.date(), business.locale)}, {seen:%H:%M}"
    where = f" · {each.address}" if each.address else ""
    state = _("This browser") if each.this_browser else _("Last used {moment}", moment=when)
    cards.draw(
        tag("b", browser_name(each.agent)),
        said(f"{state}{where}", "div", class_="pt-sub"),
    )
