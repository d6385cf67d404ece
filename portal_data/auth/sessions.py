"""Sign-ins: one row for each browser somebody is signed in with. Revoking it ends it at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from portal_data import store
from portal_data.auth import tokens
from portal_data.errors import NotFound
from portal_data.ids import new_id
from portal_data.scope import Scope, Staff, need_actor
from portal_data.store import OpenSession
from portal_data.store.engine import Row
from portal_data.text.language import _

IDLE = timedelta(hours=12)
"""A sign-in that nobody used for this long is over."""
ABSOLUTE = timedelta(days=14)
"""A sign-in is over after this long, used or not."""
KEEP = timedelta(days=90)
"""How long the row of an expired sign-in is kept, for questions about who was signed in."""
TICKET_LIFETIME = timedelta(seconds=60)
"""How long a browser has to swap its ticket for the cookie."""

_AGENT_LENGTH = 300

Method = Literal["password", "invitation", "switch", "openid", "link"]
"""How somebody came to be signed in: `switch` is from another customer of the same person,
`openid` by a provider, `link` by one from a mail."""

_START = """
    insert into core.sign_ins (id, login_id, contact_id, staff_id, created_at, last_seen_at,
        expires_at, address, user_agent, method)
    values ($id, $login_id, $contact_id, $staff_id, $now, $now, $expires_at, $address, $agent,
        $method)
"""
_ISSUE = """
    insert into core.sign_in_tickets (ticket_hash, sign_in_id, expires_at)
    values ($hash, $sign_in_id, $expires_at)
"""
_TICKET = """
    select sign_in_id, expires_at from core.sign_in_tickets
    where ticket_hash = $hash order by sign_in_id
"""
_SPEND = "delete from core.sign_in_tickets where ticket_hash = $hash"
_BIND = """
    update core.sign_ins set token_hash = $token_hash
    where id = $id and token_hash is null and revoked_at is null and expires_at > $now
"""
_REVOKE = """
    update core.sign_ins set revoked_at = $now, revoked_reason = $reason
    where id = $id and revoked_at is null
"""
_REVOKE_COOKIE = """
    update core.sign_ins set revoked_at = $now, revoked_reason = $reason
    where token_hash = $token_hash and revoked_at is null
"""
_REVOKE_LOGIN = """
    update core.sign_ins set revoked_at = $now, revoked_reason = $reason
    where login_id = $login_id and revoked_at is null
"""
_REVOKE_CONTACT = """
    update core.sign_ins set revoked_at = $now, revoked_reason = $reason
    where contact_id = $contact_id and revoked_at is null
"""
_REVOKE_CUSTOMER = """
    update core.sign_ins set revoked_at = $now, revoked_reason = $reason
    where contact_id in (select id from core.contacts where customer_id = $customer_id)
        and revoked_at is null
"""
_REVOKE_STAFF = """
    update core.sign_ins set revoked_at = $now, revoked_reason = $reason
    where staff_id = $staff_id and revoked_at is null
"""
_LIVE = """
    select s.id, s.created_at, s.last_seen_at, s.address, s.user_agent
    from core.sign_ins s
    join core.sign_ins own on own.login_id = s.login_id
    where own.id = $own and s.revoked_at is null and s.expires_at > $now
        and s.last_seen_at > $idle_since
    order by s.last_seen_at desc, s.id
"""
_OF_CONTACT = """
    select created_at, last_seen_at, expires_at, revoked_at, revoked_reason, method, address,
        user_agent
    from core.sign_ins where contact_id = $contact_id
    order by created_at, id
"""
_REVOKE_ONE_OWN = """
    update core.sign_ins set revoked_at = $now, revoked_reason = 'signed_out_elsewhere'
    where id = $id and revoked_at is null
        and login_id in (select login_id from core.sign_ins where id = $own)
"""
_FORGET_TICKETS = "delete from core.sign_in_tickets where expires_at < $now"
_FORGET = "delete from core.sign_ins where expires_at < $before"
_REVOKE_OTHERS = """
    update core.sign_ins set revoked_at = $now, revoked_reason = $reason
    where id <> $own and revoked_at is null
        and login_id in (select login_id from core.sign_ins where id = $own)
"""


@dataclass(frozen=True, slots=True)
class Browser:
    """What is known of a browser: its network address, how it names itself, its device token."""

    address: str | None = None
    agent: str | None = None
    device: str | None = None


@dataclass(frozen=True, slots=True)
class SignIn:
    """One of a person's own sign-ins; moments are naive UTC."""

    id: UUID
    created_at: datetime
    last_seen_at: datetime
    address: str | None
    agent: str | None
    this_browser: bool


def start(
    session: OpenSession,
    login_id: UUID,
    *,
    contact_id: UUID | None = None,
    staff_id: UUID | None = None,
    browser: Browser,
    now: datetime,
    method: Method = "password",
) -> UUID:
    """Store a sign-in of a contact or a member of staff and return its id; it has no cookie yet."""
    sign_in_id = new_id()
    session.change(
        _START,
        id=sign_in_id,
        login_id=login_id,
        contact_id=contact_id,
        staff_id=staff_id,
        now=now,
        expires_at=now + ABSOLUTE,
        address=browser.address,
        agent=(browser.agent or "")[:_AGENT_LENGTH] or None,
        method=method,
    )
    return sign_in_id


def issue_ticket(session: OpenSession, sign_in_id: UUID, now: datetime) -> str:
    """Return a ticket that a browser may swap, once and soon, for the cookie of this sign-in."""
    ticket = tokens.new_token()
    session.change(
        _ISSUE,
        hash=tokens.digest(ticket),
        sign_in_id=sign_in_id,
        expires_at=now + TICKET_LIFETIME,
    )
    return ticket


def redeem(session: OpenSession, ticket: str, now: datetime) -> str | None:
    """Spend a ticket and return the new cookie token of its sign-in.

    None when the ticket is unknown, spent or late, or its sign-in has a cookie already or is over.
    """
    hashed = tokens.digest(ticket)
    found = session.one(_TICKET, hash=hashed)
    if found is None or session.change(_SPEND, hash=hashed) != 1 or found["expires_at"] <= now:
        return None
    token = tokens.new_token()
    changed = session.change(
        _BIND, token_hash=tokens.digest(token), id=found["sign_in_id"], now=now
    )
    return token if changed == 1 else None


def revoke(session: OpenSession, sign_in_id: UUID, reason: str, now: datetime) -> int:
    """End one sign-in; return how many ended (0 when it was over already)."""
    return session.change(_REVOKE, id=sign_in_id, reason=reason, now=now)


def revoke_cookie(session: OpenSession, token: str, reason: str, now: datetime) -> int:
    """End the sign-in behind a cookie; return how many ended."""
    return session.change(_REVOKE_COOKIE, token_hash=tokens.digest(token), reason=reason, now=now)


def revoke_login(session: OpenSession, login_id: UUID, reason: str, now: datetime) -> int:
    """End every sign-in of a login; return how many ended."""
    return session.change(_REVOKE_LOGIN, login_id=login_id, reason=reason, now=now)


def revoke_contact(session: OpenSession, contact_id: UUID, reason: str, now: datetime) -> int:
    """End every sign-in of a contact; return how many ended."""
    return session.change(_REVOKE_CONTACT, contact_id=contact_id, reason=reason, now=now)


def revoke_customer(session: OpenSession, customer_id: UUID, reason: str, now: datetime) -> int:
    """End every sign-in of a customer's contacts; return how many ended."""
    return session.change(_REVOKE_CUSTOMER, customer_id=customer_id, reason=reason, now=now)


def revoke_staff(session: OpenSession, staff_id: UUID, reason: str, now: datetime) -> int:
    """End every sign-in of a member of staff; return how many ended."""
    return session.change(_REVOKE_STAFF, staff_id=staff_id, reason=reason, now=now)


def forget_old(session: OpenSession, now: datetime) -> int:
    """Delete late tickets and sign-ins that were over long ago; return how many sign-ins."""
    session.change(_FORGET_TICKETS, now=now)
    return session.change(_FORGET, before=now - KEEP)


def list_own(who: Scope | Staff, now: datetime) -> list[SignIn]:
    """Return the person's live sign-ins, last used first."""
    with store.system_reading() as session:
        rows = session.rows(_LIVE, own=who.sign_in_id, now=now, idle_since=now - IDLE)
    return [
        SignIn(
            row["id"],
            row["created_at"],
            row["last_seen_at"],
            row["address"],
            row["user_agent"],
            row["id"] == who.sign_in_id,
        )
        for row in rows
    ]


def of_contact(session: OpenSession, contact_id: UUID) -> list[Row]:
    """Return every sign-in of a contact that is still known, oldest first, without any secret."""
    return session.rows(_OF_CONTACT, contact_id=contact_id)


def end_own(who: Scope | Staff, sign_in_id: UUID, now: datetime) -> None:
    """End one of the person's own sign-ins.

    Raises NotFound when it is somebody else's, unknown or over, NotAllowed for staff who look.
    """
    need_actor(who)
    with store.system_writing() as session:
        if session.change(_REVOKE_ONE_OWN, id=sign_in_id, own=who.sign_in_id, now=now) != 1:
            raise NotFound(_("That sign-in is over already."))


def end_others(who: Scope | Staff, now: datetime) -> int:
    """End all of the person's sign-ins but this one; return how many ended.

    Raises NotAllowed for staff who look at what a customer sees.
    """
    need_actor(who)
    with store.system_writing() as session:
        return revoke_others(session, who.sign_in_id, "signed_out_everywhere", now)


def revoke_others(session: OpenSession, sign_in_id: UUID, reason: str, now: datetime) -> int:
    """End every sign-in of a person but one; return how many ended."""
    return session.change(_REVOKE_OTHERS, own=sign_in_id, reason=reason, now=now)
