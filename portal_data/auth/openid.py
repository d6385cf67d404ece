"""Signing in through an OpenID provider, which proves an e-mail once and a person ever after.

Streamlit and Authlib carry the proof here: `state`, `nonce`, the signature and who it is meant for
are checked by then, and what can be is checked again. All that comes of it is a sign-in of ours:
the provider's token goes no further, and its second factor counts for nothing here.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NoReturn
from uuid import UUID

from portal_data import security_log, settings, store
from portal_data.auth import challenges, identity, linked_accounts, logins, sealing, tokens
from portal_data.auth.challenges import Challenge, CodeNeeded
from portal_data.auth.linked_accounts import Proof
from portal_data.auth.sessions import Browser
from portal_data.errors import Conflict, Invalid, NotAllowed, Unavailable
from portal_data.text.emails import normalise
from portal_data.text.language import N_, _

REFUSED = N_(
    "That account opens nothing here. Use the one with the e-mail that we invited, or sign in with "
    "your password."
)
"""All that anybody learns, whatever was wrong: who may sign in is nobody else's business."""
CAME_BACK = ("sign_in", "refused")
"""The query with which somebody comes back from the provider whom its proof does not sign in."""
FRESH = timedelta(minutes=10)
"""How long ago a token may have been issued; clocks may differ by `SKEW`."""
SKEW = timedelta(minutes=2)
_LONGEST = 255  # characters of a subject (OpenID Connect Core, 2)


class Refused(NotAllowed):
    """A proof that signs nobody in."""

    def __init__(self) -> None:
        super().__init__(_(REFUSED))


def sign_in(claims: Mapping[str, object], browser: Browser, now: datetime) -> UUID:
    """Return a new sign-in of the person whom a provider's ID token names.

    An account that was used before is known by issuer and subject. Any other needs a verified
    e-mail of somebody with access, and is linked to that login. Raises Refused for everybody else,
    and CodeNeeded when a second factor is to be asked for.
    """
    proof = _proof(claims, now)
    try:
        with store.system_writing() as session:
            login = linked_accounts.login_of(session, proof)
            if login is None:
                login = logins.find(session, _verified_email(claims))
            if login is None:
                _refuse("unknown")
            logins.hold(session, login)
            if not linked_accounts.may_link(session, login, proof):
                _refuse("another account is linked", login=login.id)
            if not identity.has_access(session, login):
                _refuse("no access", login=login.id)
            challenge = challenges.of(session, login, now, proof)
            if challenge is None:
                return identity.begin(session, login, browser, now, proof)
    except Conflict:
        _refuse("changed meanwhile")
    raise CodeNeeded(challenge)


def cookie_name(secure: bool) -> str:
    """Return the name of the cookie of somebody whom a provider proved and a code is asked of."""
    return "__Host-portal-code" if secure else "portal-code"


def hand_over(challenge: Challenge) -> str:
    """Return a challenge as a browser may keep it: sealed, so that only the portal reads it."""
    login, proof = challenge.login, challenge.proof
    content = {
        "issued_at": challenge.issued_at.isoformat(),
        "password": tokens.digest(login.password_hash or ""),
        "proof": [proof.issuer, proof.subject] if proof else None,
    }
    return f"{login.id}.{sealing.seal(json.dumps(content), login.id)}"


def taken_over(given: str, now: datetime) -> Challenge | None:
    """Return the challenge that a browser kept; None for anything else, and for what is over."""
    owner, _dot, sealed = given.partition(".")
    try:
        login_id = UUID(owner)
        content = json.loads(sealing.opened(sealed, login_id))
    except (ValueError, Unavailable):
        return None
    with store.system_reading() as session:
        login = logins.by_id(session, login_id)
    if login is None or tokens.digest(login.password_hash or "") != content["password"]:
        return None
    proof = Proof(*content["proof"]) if content["proof"] else None
    issued_at = datetime.fromisoformat(content["issued_at"])
    challenge = Challenge(login, not login.has_second_factor, issued_at, proof)
    try:
        challenge.need(now)
    except Conflict:
        return None
    return challenge


def _proof(claims: Mapping[str, object], now: datetime) -> Proof:
    """Return what a token proves, checking again whose it is, whom it is for and its time."""
    provider = settings.load().provider
    issuer, subject, audience = claims.get("iss"), claims.get("sub"), claims.get("aud")
    meant = [audience] if isinstance(audience, str) else audience
    if provider is None or issuer != provider.issuer:
        _refuse("issuer")
    if not isinstance(meant, list) or provider.client_id not in meant:
        _refuse("audience")
    issued, expires = _moment(claims.get("iat")), _moment(claims.get("exp"))
    if issued is None or expires is None or expires <= now - SKEW:
        _refuse("expired")
    if not now - FRESH <= issued <= now + SKEW:
        _refuse("not fresh")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST:
        _refuse("subject")
    return Proof(provider.issuer, subject)


def _verified_email(claims: Mapping[str, object]) -> str:
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str):
        _refuse("e-mail not verified")
    try:
        return normalise(email)
    except Invalid:
        _refuse("e-mail")


def _moment(seconds: object) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    except (OverflowError, ValueError, OSError):
        return None


def _refuse(reason: str, login: UUID | None = None) -> NoReturn:
    security_log.event("sign_in.provider_refused", reason=reason, login=login)
    raise Refused
