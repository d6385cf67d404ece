"""The session: who is asking, in this tab, right now. The only user of Streamlit's session state.

A tab holds the id of its sign-in, never the cookie's token. Every run and every rerun of a fragment
asks `identity` again, so a sign-in that ended anywhere has ended here.
"""

import secrets
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NoReturn, TypeVar
from uuid import UUID

import streamlit as st
from streamlit import runtime

from components.browser import bridge
from components.ui import format as say
from portal_data import security_log, settings
from portal_data.auth import connections, devices, identity, openid, switching
from portal_data.auth.challenges import Challenge
from portal_data.auth.connections import Connection
from portal_data.auth.sessions import TICKET_LIFETIME, Browser
from portal_data.clock import utc_now
from portal_data.errors import PortalError
from portal_data.scope import Scope, Staff
from portal_data.text import language
from portal_data.text.language import _

_SIGN_IN = "portal.sign_in"
_CHALLENGE = "portal.challenge"
_REFUSED = "portal.refused"
_ORDER = "portal.order"
_FLASH = "portal.flash"
_OTHERS = "portal.others"
_SCREEN = "portal.screen"
_FORMS = "portal.forms"
_FORM_COUNT = "portal.form_count"
_known: ContextVar[Scope | Staff | None] = ContextVar("known", default=None)


Start = TypeVar("Start")


@dataclass(frozen=True, slots=True)
class Form(Generic[Start]):
    """A form while it is open: what it began with, and what its widgets' keys begin with."""

    start: Start
    key: str


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An order for the browser, given again on every run until it is stale."""

    order: bridge.Order
    number: str
    ticket: str | None
    given_at: datetime


def current() -> Scope | Staff | None:
    """Return who is signed in, for the frame around every screen; call it once, first.

    Also passes waiting orders to the browser and shows the message of the last action.
    """
    who = _who()
    _pass_order()
    message = st.session_state.pop(_FLASH, None)
    if message:
        st.toast(say.escape_markdown(message), icon=":material/check_circle:")
    return who


def is_of_person(state: Container[str]) -> bool:
    """Tell whether a tab's state is one of somebody who was signed in when it last ran."""
    return _SIGN_IN in state


@contextmanager
def known(who: Scope | Staff | None) -> Iterator[None]:
    """Run a screen as somebody who was asked for in this run: its guard need not ask again.

    A fragment that runs alone runs outside of this, and asks.
    """
    before = _known.set(who)
    try:
        yield
    finally:
        _known.reset(before)


def require_scope() -> Scope:
    """Return the signed-in contact, or end the run: the first statement of customer screens."""
    who = _known.get() or _who()
    if not isinstance(who, Scope):
        _refuse(who)
    return who


def require_staff() -> Staff:
    """Return the signed-in member of staff, or end the run: first statement of staff screens."""
    who = _known.get() or _who()
    if not isinstance(who, Staff):
        _refuse(who)
    return who


def require_person() -> Scope | Staff:
    """Return whoever is signed in, or end the run: first statement of what both have."""
    who = _known.get() or _who()
    if who is None:
        _refuse(who)
    return who


def browser() -> Browser:
    """Return the network address and name of this tab's browser, as far as they can be trusted."""
    agent = st.context.headers.get("User-Agent")
    device = st.context.cookies.get(devices.cookie_name(settings.load().secure))
    return Browser(
        _address(),
        agent if isinstance(agent, str) else None,
        device if isinstance(device, str) else None,
    )


def begin(sign_in_id: UUID) -> NoReturn:
    """Be signed in from now on, in this tab and by cookie in this browser; go on where one was."""
    _hold(sign_in_id)
    st.rerun()


def ask_for_code(challenge: Challenge, *, at_first_page: bool = False) -> NoReturn:
    """Go on at the sign-in screen, which asks for what a right password still needs."""
    st.session_state[_CHALLENGE] = challenge
    if at_first_page:
        st.switch_page(first_page())
    st.rerun()


def challenge() -> Challenge | None:
    """Return what this tab's right password, or a provider's proof, still needs; or None."""
    waiting: Challenge | None = st.session_state.get(_CHALLENGE)
    if waiting is None:
        kept = st.context.cookies.get(openid.cookie_name(settings.load().secure))
        waiting = openid.taken_over(kept, utc_now()) if isinstance(kept, str) else None
    return waiting


def refused_by_provider() -> bool:
    """Tell whether this tab came back from a provider whose proof signs nobody in."""
    name, value = openid.CAME_BACK
    if st.query_params.get(name) == value:
        del st.query_params[name]  # and from the address, or a bookmark would say it again
        st.session_state[_REFUSED] = True
    return bool(st.session_state.get(_REFUSED))


def forget_challenge() -> NoReturn:
    """Begin signing in anew."""
    from_provider = _CHALLENGE not in st.session_state
    st.session_state.clear()
    if from_provider:
        _order("leave")  # its cookie would begin the same again
    st.rerun()


def begin_at_home(sign_in_id: UUID) -> NoReturn:
    """Be signed in from now on, and go Home: for screens that only nobody sees."""
    here = first_page()
    _hold(sign_in_id)
    st.switch_page(here)


def renew(sign_in_id: UUID, message: str) -> NoReturn:
    """Go on under a new sign-in after the old one was ended on purpose, and say so."""
    _hold(sign_in_id)
    flash(message)
    st.rerun()


def sign_out() -> NoReturn:
    """End the sign-in in every tab of this browser, forget everything held here, and leave."""
    sign_in_id = st.session_state.get(_SIGN_IN)
    if sign_in_id is not None:
        identity.sign_out(sign_in_id, utc_now())
    st.session_state.clear()
    _order("leave")
    st.rerun()


def other_customers(who: Scope) -> dict[UUID, str]:
    """Return the other customers this person may act for: names by contact id."""
    held = st.session_state.get(_OTHERS)
    if held is None or held[0] != who.sign_in_id:
        others = {
            choice.contact_id: choice.customer_name
            for choice in switching.choices(who)
            if not choice.current
        }
        held = st.session_state[_OTHERS] = (who.sign_in_id, others)
    return dict(held[1])


def switch_customer(contact_id: UUID) -> NoReturn:
    """Act for another customer of this person from now on, beginning at its Home."""
    who = require_scope()
    try:
        sign_in_id = switching.switch(who, contact_id, browser(), utc_now())
    except PortalError as error:
        st.session_state.pop(_OTHERS, None)
        flash(str(error))
        st.rerun()
    _hold(sign_in_id)
    st.switch_page("../pages/home.py")


def entered(screen: str) -> None:
    """Close the forms of another screen; call it before a screen runs, with its address."""
    if st.session_state.get(_SCREEN) != screen:
        st.session_state[_SCREEN] = screen
        st.session_state[_FORMS] = {}


def screen() -> str:
    """Return the address of the screen that runs, such as `invoice`; empty on the first one."""
    here: str = st.session_state.get(_SCREEN, "")
    return here


def form(name: str, read: Callable[[], Start]) -> Form[Start]:
    """Return an open form, which begins with what `read` returns and is read only once.

    So a form knows what its editor saw, however often the screen runs, until it is closed.
    """
    forms: dict[str, Form[Start]] = st.session_state.setdefault(_FORMS, {})
    if name not in forms:
        count = st.session_state[_FORM_COUNT] = st.session_state.get(_FORM_COUNT, 0) + 1
        forms[name] = Form(read(), f"{name}.{count}")
    return forms[name]


def close_form(name: str) -> None:
    """Let a form begin anew, with what is stored and nothing of what was typed."""
    st.session_state.setdefault(_FORMS, {}).pop(name, None)


def flash(message: str) -> None:
    """Show a message once, on the next full run."""
    st.session_state[_FLASH] = message


def _who() -> Scope | Staff | None:
    """Return who is asking, and let the rest of the run write in their language."""
    who = _proved()
    if who is None:
        language.use(language.of_browser(st.context.headers.get("Accept-Language")))
    else:
        language.use(who.language if isinstance(who, Scope) else None)
    return who


def _proved() -> Scope | Staff | None:
    connection = _connection()
    security_log.came_from(_address())
    held = st.session_state.get(_SIGN_IN)
    if held is not None:
        # the server's session is found by an id that is no secret of the person's
        proved = connection is None or connection.sign_in_id == held
        who = identity.scope_of(held, utc_now()) if proved else None
        if not proved:
            security_log.event("session.refused", reason="another sign-in")
        if who is None:  # ended elsewhere: nothing of it may stay in this tab
            st.session_state.clear()
            _order("reload")
            return None
    else:
        token = st.context.cookies.get(identity.cookie_name(settings.load().secure))
        who = identity.from_cookie(token, utc_now()) if isinstance(token, str) else None
        if who is None:
            return None
        st.session_state[_SIGN_IN] = who.sign_in_id
    if connection is not None:
        connection.acts_as(who)
    security_log.acts_as(who)
    # streamlit-authenticator asks for this before it draws its form for a new password
    st.session_state["authentication_status"] = True
    return who


def first_page() -> str:
    """Return the script of the screen that somebody, or nobody, begins with."""
    who = _who()
    if who is None:
        return "../pages/sign_in.py"
    return "../pages/home.py" if isinstance(who, Scope) else "../pages/staff/customers.py"


def _refuse(who: Scope | Staff | None) -> NoReturn:
    if who is None:
        _pass_order()
        st.info(_("You are signed out. Sign in to see this."), icon=":material/lock:")
    else:
        security_log.event("screen.refused", actor=who)
        st.info(_("This is not available to you."), icon=":material/lock:")
    st.stop()


def _hold(sign_in_id: UUID) -> None:
    now = utc_now()
    connection = _connection()
    if connection is not None:
        connection.sign_in_id = sign_in_id
    st.session_state.clear()
    st.session_state[_SIGN_IN] = sign_in_id
    _order("keep", identity.ticket(sign_in_id, now))


def _order(order: bridge.Order, ticket: str | None = None) -> None:
    number = secrets.token_hex(8)
    st.session_state[_ORDER] = _Waiting(order, number, ticket, utc_now())


def _pass_order() -> None:
    waiting: _Waiting | None = st.session_state.get(_ORDER)
    if waiting is None:
        return
    if utc_now() - waiting.given_at > TICKET_LIFETIME:
        del st.session_state[_ORDER]
        return
    bridge.give(waiting.order, waiting.number, waiting.ticket)


def _connection() -> Connection | None:
    """Return the websocket that this run draws for; None in tests that have none.

    Ends the run when it has gone meanwhile: nobody would see what it draws.
    """
    if type(runtime.get_instance()) is not runtime.Runtime:
        return None  # streamlit.testing has a stand-in for the server, and no websocket
    name = st.context.headers.get(connections.HEADER)
    connection = connections.find(name) if name else None
    if connection is None:
        st.stop()
    return connection


def _address() -> str | None:
    connection = _connection()
    return connection.address if connection else None
