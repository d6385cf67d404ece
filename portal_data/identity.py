"""Identity: who is asking. The only maker of Scope and Staff, out of a sign-in that holds right now."""

from datetime import datetime, timedelta
from uuid import UUID

from portal_data import store, tokens
from portal_data.scope import Role, Scope, Staff
from portal_data.sign_ins import IDLE
from portal_data.store.engine import Row

_TOUCH_AFTER = timedelta(minutes=5)
"""How stale last_seen_at may grow: a click must not cost a write."""

_WHO = """
    select s.id as sign_in_id, s.last_seen_at, l.email,
        c.id as contact_id, c.customer_id, c.role, c.first_name, c.last_name,
        u.display_name as customer_name,
        f.id as staff_id, f.name as staff_name, f.role as staff_role
    from core.sign_ins s
    join core.logins l on l.id = s.login_id
    left join core.contacts c
        on c.id = s.contact_id and c.login_id = s.login_id and c.portal_status = 'active'
    left join core.customers u on u.id = c.customer_id and u.portal_enabled
    left join core.staff f
        on f.id = s.staff_id and f.login_id = s.login_id and f.status = 'active'
    where s.revoked_at is null and s.expires_at > $now and s.last_seen_at > $idle_since
"""
_BY_ID = _WHO + " and s.id = $id order by s.id"
_BY_TOKEN = _WHO + " and s.token_hash = $token_hash order by s.id"
_SIGN_IN_OF_TOKEN = """
    select s.id from core.sign_ins s
    where s.token_hash = $token_hash and s.revoked_at is null and s.expires_at > $now
        and s.last_seen_at > $idle_since
    order by s.id
"""
_TOUCH = """
    update core.sign_ins set last_seen_at = $now
    where id = $id and revoked_at is null and last_seen_at < $now
"""


def cookie_name(secure: bool) -> str:
    """Return the cookie's name; under https its prefix makes browsers insist on Secure and Path=/."""
    return "__Host-portal" if secure else "portal"


def resolve_cookie(token: str, now: datetime) -> UUID | None:
    """Return the live sign-in behind a cookie's token, or None."""
    with store.system_reading() as session:
        row = session.one(
            _SIGN_IN_OF_TOKEN,
            token_hash=tokens.digest(token),
            now=now,
            idle_since=now - IDLE,
        )
    return row["id"] if row else None


def scope_of(sign_in_id: UUID, now: datetime) -> Scope | Staff | None:
    """Return whom a sign-in belongs to, checked against the store this moment.

    None when it was revoked, grew old or idle, or the contact, its customer's portal or the member
    of staff has been disabled since.
    """
    with store.system_reading() as session:
        row = session.one(_BY_ID, id=sign_in_id, now=now, idle_since=now - IDLE)
    return _made(row, now)


def from_cookie(token: str, now: datetime) -> Scope | Staff | None:
    """Return whom a cookie's token belongs to, or None: `scope_of` for HTTP routes."""
    with store.system_reading() as session:
        row = session.one(
            _BY_TOKEN, token_hash=tokens.digest(token), now=now, idle_since=now - IDLE
        )
    return _made(row, now)


def _made(row: Row | None, now: datetime) -> Scope | Staff | None:
    if row is None:
        return None
    who: Scope | Staff
    if row["contact_id"] is not None and row["customer_name"] is not None:
        who = Scope(
            customer_id=row["customer_id"],
            contact_id=row["contact_id"],
            sign_in_id=row["sign_in_id"],
            role=Role(row["role"]),
            name=_person(row["first_name"], row["last_name"], row["email"]),
            email=row["email"],
            customer_name=row["customer_name"],
        )
    elif row["staff_id"] is not None:
        who = Staff(
            row["staff_id"],
            row["sign_in_id"],
            Role(row["staff_role"]),
            row["staff_name"],
            row["email"],
        )
    else:
        return None
    if now - row["last_seen_at"] >= _TOUCH_AFTER:
        with store.system_writing() as session:
            session.change(_TOUCH, id=row["sign_in_id"], now=now)
    return who


def _person(first: str | None, last: str | None, email: str) -> str:
    return " ".join(part for part in (first, last) if part) or email
