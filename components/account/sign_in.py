"""Signing in and choosing passwords: streamlit-authenticator draws and validates the forms.

Of the library we use its forms, its order of checks and its validator's interface. What it keeps in
a dictionary, a script-readable cookie and one process's memory is replaced by `portal_data`: see
docs/decisions/0006. The names we override or set are checked by a test.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import streamlit as st
import streamlit_authenticator as stauth
from streamlit_authenticator.controllers import AuthenticationController
from streamlit_authenticator.models import AuthenticationModel
from streamlit_authenticator.utilities import Encryptor, LoginError, ResetError, Validator

from components import provider, session
from components.browser import bridge
from components.forms import fields
from components.forms.action import outcome
from components.ui import brand as branding
from components.ui import cards
from components.ui import format as say
from components.ui.markup import said, tag
from portal_data.auth import identity, openid, passwords
from portal_data.auth.challenges import Challenge, CodeNeeded
from portal_data.business import brand
from portal_data.clock import utc_now
from portal_data.errors import PortalError
from portal_data.scope import Scope, Staff
from portal_data.settings import load
from portal_data.text import language
from portal_data.text.language import N_, _

_SIGN_IN_FIELDS = {
    "Form name": N_("Sign in"),
    "Username": N_("E-mail"),
    "Password": N_("Password"),
    "Login": N_("Sign in"),
}
_PASSWORD_FIELDS = {
    "Form name": N_("Change password"),
    "Current password": N_("Current password"),
    "New password": N_("New password"),
    "Repeat password": N_("New password again"),
    "Reset": N_("Change password"),
}


_OF_LIBRARY = (
    N_("No new password provided"),
    N_("Passwords do not match"),
    N_("New and current passwords are the same"),
)
"""What the library itself says of a password that it does not pass on."""


class PasswordRules(Validator):  # type: ignore[misc]
    """The library's validator with the portal's own rules for passwords."""

    def __init__(self, *known: str) -> None:
        super().__init__()
        self._known = known

    def validate_password(self, password: str) -> bool:
        """Tell whether a new password is good enough."""
        return passwords.problem(password, *self._known) is None

    def diagnose_password(self, password: str) -> str:
        """Return why a new password is not good enough."""
        return passwords.problem(password, *self._known) or ""


class PortalModel(AuthenticationModel):  # type: ignore[misc]
    """The library's model, asking `identity` instead of its dictionary of users."""

    def __init__(self, who: Scope | Staff | None, validator: Validator) -> None:
        super().__init__({"usernames": {}}, auto_hash=False, validator=validator)
        self._who = who
        self.started: UUID | None = None
        """The sign-in that the form's last success made."""
        self.challenge: Challenge | None = None
        """What a right password still needs."""

    def login(self, username: str, password: str, *given: Any, **more: Any) -> bool | None:
        """Sign in as the library does, but say so when a field was left empty."""
        if not username or not password:
            raise LoginError(_("Enter your e-mail and your password."))
        done: bool | None = super().login(username, password, *given, **more)
        return done

    def check_credentials(self, username: str, password: str) -> bool:
        """Check e-mail and password. Raises LoginError with what the person may know."""
        try:
            self.started = identity.sign_in(username, password, session.browser(), utc_now())
        except CodeNeeded as needed:
            self.challenge = needed.challenge
        except PortalError as error:
            raise LoginError(str(error)) from error
        # the library goes on to read the user it found from here
        self.credentials["usernames"][username] = {"email": username}
        return True

    def reset_password(
        self, username: str, password: str, new_password: str, callback: Any = None
    ) -> bool:
        """Change the signed-in person's password. Raises ResetError with what they may know."""
        if self._who is None:
            raise ResetError(_("You are signed out. Sign in again."))
        try:
            self.started = identity.change_password(
                self._who, password, new_password, session.browser(), utc_now()
            )
        except PortalError as error:
            raise ResetError(str(error)) from error
        return True

    def _record_failed_login_attempts(self, username: str, reset: bool = False) -> None:
        """Nothing here: `identity` counts, in the store."""


class NoCookie:
    """Stands where the library sets its own cookie, which cannot be revoked."""

    def get_cookie(self) -> None:
        """No token: `session` has looked at the portal's own cookie already."""

    def set_cookie(self) -> None:
        """Nothing: `session` passes the browser a ticket."""

    def delete_cookie(self) -> None:
        """Nothing: signing out is `session.sign_out`."""


class PortalAuth(stauth.Authenticate):  # type: ignore[misc]
    """The library's forms. Its own set-up would mount its cookie component and is left out."""

    def __init__(self, who: Scope | Staff | None = None) -> None:
        known = (who.email, who.name) if who else ()
        validator = PasswordRules(*known)
        self.model = PortalModel(who, validator)
        self.api_key = self.path = None
        self.attrs = {"login_sleep_time": 0, "password_instructions": passwords.rules()}
        self.secret_key = secrets.token_hex()  # encrypts nothing: no captcha, no mailed codes
        self.encryptor = Encryptor(self.secret_key)
        self.cookie_controller = NoCookie()
        self.authentication_controller = AuthenticationController(
            {"usernames": {}}, validator, auto_hash=False, secret_key=self.secret_key
        )
        self.authentication_controller.authentication_model = self.model


@contextmanager
def card(title: str = "", text: str = "") -> Iterator[None]:
    """Draw the card of a signed-out screen: the business's name, what this is, then the form."""
    business = brand.current()
    with st.container(key="page-signin", horizontal_alignment="center"):
        named = "pt-business named" if business.logo and business.logo.wide else "pt-business"
        name = said(business.name, "h1")
        cards.draw(
            tag(
                "div",
                branding.mark(business),
                name,
                class_=named,
                data_language=language.current(),
                data_skip=_("Skip to the content"),
            )
        )
        with st.container(key="card-signin", border=True, width=420):
            if title:
                st.subheader(say.escape_markdown(title), anchor=False)
            if text:
                cards.draw(cards.sub(text))
            yield


def sign_in_form() -> None:
    """Draw the sign-in form; a success goes on at the address that was asked for."""
    auth = PortalAuth()
    messages = st.container(key="signin-messages")
    if session.refused_by_provider():
        messages.error(_(openid.REFUSED), icon=":material/error:")
    with st.container(key="signin-form"):
        try:
            auth.login(fields=_translated(_SIGN_IN_FIELDS), key="sign_in")
        except LoginError as error:
            messages.error(say.escape_markdown(error), icon=":material/error:")
    bridge.form_help("username", "current-password")
    if auth.model.challenge is not None:
        session.ask_for_code(auth.model.challenge)
    if auth.model.started is not None:
        session.begin(auth.model.started)


def provider_button() -> None:
    """Draw the way through the OpenID provider, where there is one."""
    offered = load().provider
    if offered is None:
        return
    name = say.escape_markdown(_("Continue with {name}", name=offered.name))
    if st.button(name, icon=":material/login:", width="stretch", key="provider"):
        provider.lead_there()


def change_password_form(who: Scope | Staff) -> None:
    """Draw the form that changes the person's password; this browser stays signed in."""
    auth = PortalAuth(who)
    messages = st.container(key="password-messages")
    with st.container(key="password-form"):
        try:
            fields = _translated(_PASSWORD_FIELDS)
            auth.reset_password(who.email, fields=fields, key="change_password")
        except ResetError as error:
            messages.error(say.escape_markdown(_of_library(error)), icon=":material/error:")
    bridge.form_help("current-password", "new-password", "new-password")
    if auth.model.started is not None:
        session.renew(
            auth.model.started,
            _("Your password is changed. Every other browser was signed out."),
        )


def _translated(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: _(words) for name, words in fields.items()}


def _of_library(error: ResetError) -> str:
    """Return a refusal of a new password; the library's own ones are translated only here."""
    words = str(error)
    return _(words) if words in _OF_LIBRARY else words


def new_password_form(label: str) -> str | None:
    """Draw the form of a first or forgotten password and return it once both fields agree."""
    with st.form("new_password", border=False):
        password = st.text_input(
            _("New password"),
            type="password",
            help=passwords.rules(),
            autocomplete="new-password",
            max_chars=passwords.MAX_BYTES,
        )
        again = st.text_input(
            _("New password again"),
            type="password",
            autocomplete="new-password",
            max_chars=passwords.MAX_BYTES,
        )
        sent = st.form_submit_button(label, type="primary", width="stretch")
    if not sent:
        return None
    if passwords.normalised(password) != passwords.normalised(again):
        fields.refused(_("The two passwords differ. Type the same one twice."))
        return None
    return password


def existing_password_form(label: str) -> str | None:
    """Draw the form that asks for the password a person has already, and return it."""
    with st.form("existing_password", border=False):
        password = st.text_input(
            _("Password"),
            type="password",
            autocomplete="current-password",
            max_chars=passwords.MAX_BYTES,
        )
        sent = st.form_submit_button(label, type="primary", width="stretch")
    return password if sent else None


def outcome_or_code(action: Callable[[], UUID]) -> tuple[UUID] | None:
    """Do what signs somebody in, and return its sign-in, alone in a tuple; None when refused.

    Where a second factor is needed besides, go on at the screen that asks for it.
    """
    needed: list[Challenge] = []

    def tried() -> UUID | None:
        try:
            return action()
        except CodeNeeded as refusal:
            needed.append(refusal.challenge)
            return None

    came = outcome(tried)
    if needed:
        session.ask_for_code(needed[0], at_first_page=True)
    return None if came is None or came[0] is None else (came[0],)
