"""The second factor on screen: asked for when signing in, set up with an app, changed and kept."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components import session
from components.forms.action import act, outcome
from components.forms.dialog import dialog
from components.session import close_form, form, require_person
from components.ui import cards, qr
from components.ui import format as say
from components.ui.markup import tag
from portal_data.auth import passwords, second_factor, totp
from portal_data.auth.challenges import Challenge
from portal_data.auth.totp import CODE_LIMIT, Enrolment
from portal_data.business import brand, organisation
from portal_data.clock import utc_now
from portal_data.scope import Scope, Staff
from portal_data.text.language import N_, _, counted

_CODES = "second_factor.codes"
_SET_UP = "second_factor.set_up"


@dataclass(frozen=True, slots=True)
class _Made:
    """Recovery codes while they are on the screen, and the sign-in that waits for them."""

    codes: tuple[str, ...]
    sign_in_id: UUID | None = None


def heading(challenge: Challenge) -> tuple[str, str]:
    """Return the title of the card that asks for what a right password still needs, and a line."""
    if not challenge.enrols:
        return _("One more step"), _("Enter the code that your app shows, or a recovery code.")
    if _shown() is not None:
        return _("Keep your recovery codes"), ""
    words = _("Signing in here needs a code from an app on your telephone.")
    return _("Set up a second factor"), words


def ask(challenge: Challenge) -> None:
    """Draw the form that completes a sign-in, with a code or by setting up a second factor."""
    made = _shown()
    if made is not None and made.sign_in_id is not None:
        _recovery_codes(made.codes)
        if st.button(_("I have kept them"), type="primary", key="codes.kept", width="stretch"):
            session.begin(made.sign_in_id)
        return
    if challenge.enrols:
        _enrol(challenge)
    else:
        with st.form("code", border=False):
            code = _code()
            sent = st.form_submit_button(_("Sign in"), type="primary", width="stretch")
        if sent:
            came = outcome(
                lambda: second_factor.complete(challenge, code, session.browser(), utc_now())
            )
            if came is not None:
                session.begin(*came)
    if st.button(_("Sign in as somebody else"), type="tertiary", key="code.cancel"):
        session.forget_challenge()


def card(who: Scope | Staff) -> None:
    """Draw one's own second factor, and what may be done about it; nothing where none is wanted."""
    own = second_factor.status(who)
    offered = own.wanted is not own.wanted.OFF
    if own.since is None and not offered:
        return
    with st.container(key="card-second-factor", border=True, gap="small"):
        cards.draw(cards.title(_("Second factor")))
        if own.since is None:
            cards.draw(
                cards.sub(_("After your password, signing in asks for a code from an app on your "
                            "telephone: a stolen password alone opens nothing."))
            )  # fmt: skip
            if st.button(_("Set up"), icon=":material/phonelink_lock:", key="factor.set_up"):
                _anew()
                set_up()
            return
        business = organisation.get(who)
        since = say.day(business.day_of(own.since), business.locale)
        left = counted(
            own.codes_left,
            "Since {day}. {count} recovery code left to sign in with when your telephone is lost.",
            "Since {day}. {count} recovery codes left to sign in with when your telephone is lost.",
            day=since,
        )
        cards.draw(
            cards.pills([(_("On"), "green")]),
            cards.sub(left),
        )
        with st.container(horizontal=True, gap="small"):
            if st.button(_("New recovery codes"), key="factor.codes"):
                _anew()
                new_codes()
            if st.button(_("Turn off"), key="factor.off"):
                turn_off()


@dialog(N_("Set up a second factor"), icon=":material/phonelink_lock:")
def set_up() -> None:
    """Show the QR code, and take a code from the app with the password."""
    who = require_person()
    if _codes_shown():
        return
    given = _given(who.email)
    room = st.empty()
    with room.container():
        _scan(given)
        with st.form("set_up", border=False):
            password, code = _password(), _code()
            sent = st.form_submit_button(_("Turn on"), type="primary")
    if sent:
        _make(
            room,
            lambda: second_factor.set_up(who, given, password, code, session.browser(), utc_now()),
        )


@dialog(N_("New recovery codes"), icon=":material/key:")
def new_codes() -> None:
    """Replace one's recovery codes, with the password and a code."""
    who = require_person()
    if _codes_shown():
        return
    cards.draw(cards.sub(_("The codes from before open nothing any more.")))
    with st.form("codes", border=False):
        password, code = _password(), _code()
        sent = st.form_submit_button(_("Make new codes"), type="primary")
    if sent:
        _make(lambda: second_factor.renew_codes(who, password, code, session.browser(), utc_now()))


@dialog(N_("Turn off the second factor?"), icon=":material/lock_open:")
def turn_off() -> None:
    """Turn one's second factor off, with the password and a code."""
    who = require_person()
    wanted = second_factor.status(who).wanted
    words = _("Signing in asks for your password alone from then on.")
    if wanted is wanted.REQUIRED:
        words = _("This portal requires one: your next sign-in sets up another.")
    cards.draw(cards.sub(words))
    with st.form("turn_off", border=False):
        password, code = _password(), _code()
        sent = st.form_submit_button(_("Turn off"), type="primary")
    if sent:
        act(
            _("Your second factor is off."),
            lambda: second_factor.turn_off(who, password, code, session.browser(), utc_now()),
        )


def _enrol(challenge: Challenge) -> None:
    given = _given(challenge.login.email)
    _scan(given)
    with st.form("enrol", border=False):
        code = _code()
        sent = st.form_submit_button(_("Turn on and sign in"), type="primary", width="stretch")
    if not sent:
        return
    came = outcome(
        lambda: second_factor.enrol_and_complete(
            challenge, given, code, session.browser(), utc_now()
        )
    )
    if came is not None:
        sign_in_id, codes = came[0]
        _show(_Made(codes, sign_in_id))
        st.rerun()


def _given(email: str) -> Enrolment:
    """Return the secret of the form that is open: the same one however often it is drawn."""
    return form(_SET_UP, lambda: totp.enrolment(email, brand.current().name)).start


def _scan(given: Enrolment) -> None:
    cards.draw(
        tag(
            "div",
            tag("img", src=qr.picture(given.address), alt=_("QR code for your authenticator app")),
            cards.sub(_("Scan this with an authenticator app, or type the key into it:")),
            tag("code", given.shown, class_="pt-key"),
            class_="pt-scan",
        )
    )


def _code() -> str:
    return st.text_input(_("Code"), max_chars=CODE_LIMIT, autocomplete="one-time-code")


def _password() -> str:
    return st.text_input(
        _("Password"),
        type="password",
        autocomplete="current-password",
        max_chars=passwords.MAX_BYTES,
    )


def _make(room: DeltaGenerator, action: Callable[[], tuple[str, ...]]) -> None:
    """Do what makes recovery codes, and show them in the same dialog, in place of its form."""
    came = outcome(action)
    if came is not None:
        _show(_Made(came[0]))
        room.empty()
        _codes_shown()


def _anew() -> None:
    close_form(_CODES)
    close_form(_SET_UP)


def _show(made: _Made) -> None:
    _anew()
    form(_CODES, lambda: made)


def _shown() -> _Made | None:
    nothing: _Made | None = None
    return form(_CODES, lambda: nothing).start


def _codes_shown() -> bool:
    """Draw recovery codes that were just made; tell whether there are any."""
    made = _shown()
    if made is None:
        return False
    _recovery_codes(made.codes)
    if st.button(_("I have kept them"), type="primary", key="codes.kept"):
        _anew()
        st.rerun()
    return True


def _recovery_codes(codes: tuple[str, ...]) -> None:
    cards.draw(
        cards.sub(_("Each of these signs you in once without your telephone. They are not shown "
                    "again: keep them where you keep papers, or in a password manager."))
    )  # fmt: skip
    st.code("\n".join(codes), language=None)
    st.download_button(
        _("Download"),
        "\n".join(codes) + "\n",
        "recovery-codes.txt",
        "text/plain",
        icon=":material/download:",
        on_click="ignore",
        key="codes.download",
    )
