"""Devices: browsers that have signed in to an account before, by a cookie that opens nothing.

All it does is let its browser sign in while guesses of strangers are being delayed: see `throttle`.
"""

from datetime import datetime, timedelta

from portal_data.auth import tokens
from portal_data.store import OpenSession

LIFETIME = timedelta(days=365)
"""How long a browser is remembered after it last signed in."""

_TOKEN_LENGTH = 43

_REMEMBER = """
    insert into core.known_devices (token_hash, login_id, expires_at)
    select $token_hash, s.login_id, $expires_at
    from core.sign_ins s where s.token_hash = $cookie_hash
    on conflict (token_hash, login_id) do update set expires_at = excluded.expires_at
"""
_KNOWN = """
    select d.login_id from core.known_devices d
    join core.logins l on l.id = d.login_id
    where d.token_hash = $token_hash and l.email = $email and d.expires_at > $now
    order by d.login_id
"""
_FORGET = "delete from core.known_devices where expires_at <= $now"
_FORGET_LOGIN = "delete from core.known_devices where login_id = $login_id"


def cookie_name(secure: bool) -> str:
    """Return the name of the cookie by which a browser is known that signed in before."""
    return "__Host-portal-device" if secure else "portal-device"


def remember(session: OpenSession, cookie: str, device: str | None, now: datetime) -> str:
    """Remember the browser that holds a sign-in's cookie, and return its device token.

    `device` is the token it has from before, or None.
    """
    token = device if device and len(device) == _TOKEN_LENGTH else tokens.new_token()
    session.change(
        _REMEMBER,
        token_hash=tokens.digest(token),
        cookie_hash=tokens.digest(cookie),
        expires_at=now + LIFETIME,
    )
    return token


def known(session: OpenSession, email: str, device: str | None, now: datetime) -> str | None:
    """Return the digest of a device token that has signed in to this e-mail's account, or None."""
    if not device or len(device) != _TOKEN_LENGTH:
        return None
    token_hash = tokens.digest(device)
    found = session.one(_KNOWN, token_hash=token_hash, email=email, now=now)
    return token_hash if found else None


def forget_login(session: OpenSession, login_id: object) -> None:
    """Forget all browsers of a login: its password was changed."""
    session.change(_FORGET_LOGIN, login_id=login_id)


def forget_old(session: OpenSession, now: datetime) -> int:
    """Delete what expired and return how many."""
    return session.change(_FORGET, now=now)
