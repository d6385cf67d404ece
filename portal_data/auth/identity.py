"""Identity: who is asking. The only maker of Scope and Staff, out of a sign-in that holds now."""

from datetime import datetime, timedelta
from uuid import UUID

from portal_data import security_log, settings, store
from portal_data.auth import (
    challenges,
    devices,
    linked_accounts,
    logins,
    passwords,
    sessions,
    throttle,
    tokens,
)
from portal_data.auth.linked_accounts import Proof
from portal_data.auth.sessions import IDLE, Browser
from portal_data.errors import Invalid, NotAllowed, NotFound
from portal_data.ids import BUSINESS
from portal_data.messaging import activity, events, outbox, templates
from portal_data.messaging.event import Event
from portal_data.scope import Role, Scope, Staff, need_actor
from portal_data.store import OpenSession
from portal_data.store.engine import Row
from portal_data.text import language
from portal_data.text.language import _

_TOUCH_AFTER = timedelta(minutes=5)
"""How stale last_seen_at may grow: a click must not cost a write."""
_EMAIL_READ = 320  # characters; no address is longer

# One row by its key: no order to state. Conditions are left to `_made`, which halves the time.
_CONTACT = """
    select s.id as sign_in_id, s.last_seen_at, s.expires_at, s.revoked_at,
        c.id as contact_id, c.customer_id, c.role, c.first_name, c.last_name, c.email,
        u.display_name as customer_name, c.language, u.language as customer_language,
        c.portal_status = 'active' and u.portal_enabled and c.login_id = s.login_id as allowed
    from core.sign_ins s
    join core.contacts c on c.id = s.contact_id
    join core.customers u on u.id = c.customer_id
"""
_STAFF = """
    select s.id as sign_in_id, s.last_seen_at, s.expires_at, s.revoked_at,
        f.id as staff_id, f.role, f.name, f.email,
        f.status = 'active' and f.login_id = s.login_id as allowed
    from core.sign_ins s
    join core.staff f on f.id = s.staff_id
"""
_BY_ID = "where s.id = $key"
_BY_COOKIE = "where s.token_hash = $key"
_TOUCH = """
    update core.sign_ins set last_seen_at = $now
    where id = $id and revoked_at is null and last_seen_at < $now
"""

_CUSTOMER = "select display_name, language from core.customers where id = $id order by id"
_ACTIVE_STAFF = """
    select id from core.staff where login_id = $login_id and status = 'active' order by id
"""


def cookie_name(secure: bool) -> str:
    """Return the cookie's name; its prefix under https makes browsers insist on Secure, Path=/."""
    return "__Host-portal" if secure else "portal"


def resolve_cookie(token: str, now: datetime) -> UUID | None:
    """Return the live sign-in behind a cookie's token, or None."""
    who = from_cookie(token, now)
    return who.sign_in_id if who else None


def scope_of(sign_in_id: UUID, now: datetime) -> Scope | Staff | None:
    """Return whom a sign-in belongs to, as the store has it at this moment.

    None when it was revoked, grew old or idle, or the contact, its customer's portal or the member
    of staff has been disabled since.
    """
    cache = store.current().read_cache
    return _found(cache.of_sign_in(sign_in_id, lambda: _read(_BY_ID, sign_in_id)), now)


def from_cookie(token: str, now: datetime) -> Scope | Staff | None:
    """Return whom a cookie's token belongs to, or None: `scope_of` for HTTP routes."""
    return _found(_read(_BY_COOKIE, tokens.digest(token)), now)


def within(session: OpenSession, sign_in_id: UUID, now: datetime) -> Scope | Staff | None:
    """Return whom a sign-in belongs to, as `scope_of`, inside a transaction that just made it."""
    return _made(_row(session, _BY_ID, sign_in_id), now)


def sign_in(email: str, password: str, browser: Browser, now: datetime) -> UUID:
    """Check a password and return the id of a new sign-in.

    It begins at the customer the person was with last. Raises TooManyAttempts while the account or
    the address waits, Invalid alike for an unknown account and a wrong password, NotAllowed when
    the password is right but nothing is open to this person, and CodeNeeded when a second factor is
    to be asked for.
    """
    email = email[:_EMAIL_READ].strip().lower()
    with store.system_writing() as session:
        counters = attempt(session, email, browser, now)
        login = logins.find(session, email)
    stored = login.password_hash if login else None
    cost = settings.load().bcrypt_cost
    right = passwords.matches(password, stored, cost)
    if login is None or not right:
        security_log.event("sign_in.failed", login=login.id if login else None)
        raise Invalid(_("The e-mail or the password is wrong."))
    outdated = stored is not None and passwords.outdated(stored, cost)
    new_hash = passwords.make_hash(password, cost) if outdated else None
    with store.system_writing() as session:
        logins.hold(session, login)
        if new_hash is not None:
            logins.renew_hash(session, login, new_hash)
            login = logins.find(session, email) or login
        throttle.succeeded(session, counters)
        challenge = challenges.of(session, login, now)
        if challenge is None:
            return begin(session, login, browser, now)
    raise challenges.CodeNeeded(challenge)


def attempt(
    session: OpenSession, email: str, browser: Browser, now: datetime, purpose: str | None = None
) -> list[throttle.Counter]:
    """Count an attempt at an account's password, and return the counters for its success.

    With a `purpose` it is an attempt at something else of the account, and counted apart.

    Raises TooManyAttempts while the browser's device, its network or the account waits.
    """
    device = devices.known(session, email, browser.device, now)
    counters = (
        throttle.of_device(email, device)
        if device
        else throttle.of_stranger(email, browser.address)
    )
    if purpose:
        counters = [throttle.named(each, purpose) for each in counters]
    try:
        throttle.charge(session, counters, now)
    except throttle.TooManyAttempts:
        security_log.event("sign_in.delayed", known_device=device is not None)
        raise
    return counters


def ticket(sign_in_id: UUID, now: datetime) -> str:
    """Return a ticket that a browser may swap for the cookie of this sign-in, once and soon."""
    with store.system_writing() as session:
        return sessions.issue_ticket(session, sign_in_id, now)


def redeem(ticket: str, before: str | None, now: datetime) -> str | None:
    """Swap a ticket for the token of its sign-in's cookie, or return None when it cannot be.

    The sign-in behind `before`, the browser's cookie until now, ends: a browser has one.
    """
    with store.system_writing() as session:
        token = sessions.redeem(session, ticket, now)
        if token is not None and before:
            sessions.revoke_cookie(session, before, "replaced", now)
    return token


def remember_device(token: str, device: str | None, now: datetime) -> str:
    """Remember the browser that has just got a sign-in's cookie; return its device token."""
    with store.system_writing() as session:
        return devices.remember(session, token, device, now)


def sign_out_cookie(token: str, now: datetime) -> None:
    """End the sign-in behind a cookie's token, if it is one."""
    with store.system_writing() as session:
        sessions.revoke_cookie(session, token, "signed_out", now)


def sign_out(sign_in_id: UUID, now: datetime) -> None:
    """End a sign-in; ending it again changes nothing."""
    with store.system_writing() as session:
        sessions.revoke(session, sign_in_id, "signed_out", now)


def view_as_customer(staff: Staff, customer_id: UUID) -> Scope:
    """Return what staff read one customer's documents with: all that its contacts see.

    It allows no action, and what it opens is not viewed by the customer. Raises NotFound when there
    is no such customer.
    """
    with store.staff_reading(staff) as session:
        return _of_customer(
            session, customer_id, staff.staff_id, staff.sign_in_id, Role.STAFF, staff.name,
            staff.email,
        )  # fmt: skip


def customer_as_portal(session: OpenSession, customer_id: UUID) -> Scope:
    """Return what the portal itself reads one customer's documents with, to send them.

    As `view_as_customer`, it allows no action. Raises NotFound when there is no such customer.
    """
    return _of_customer(session, customer_id, BUSINESS, BUSINESS, Role.STAFF, "The portal", "")


def holder_of_link(
    session: OpenSession, role: Role, link_id: UUID, customer_id: UUID, name: str, email: str,
    address: str | None,
) -> Scope:  # fmt: skip
    """Return what somebody who holds a public link acts as: the caller has checked the link.

    It allows to do what the link's role is for, with what the link is of, and each action looks at
    the link again. `name` and
    `email` are what the person says. Raises NotFound when there is no such customer.
    """
    link = (link_id, link_id, role)
    return _of_customer(session, customer_id, *link, name, email, address=address)


def _of_customer(
    session: OpenSession, customer_id: UUID, person_id: UUID, sign_in_id: UUID, role: Role,
    name: str, email: str, *, address: str | None = None,
) -> Scope:  # fmt: skip
    """Return a scope of somebody who is no contact. Raises NotFound without the customer."""
    customer = session.one(_CUSTOMER, id=customer_id)
    if customer is None:
        raise NotFound(_("There is no such customer."))
    written = language.best(customer["language"])
    named = (name, email, customer["display_name"], written)
    return Scope(customer_id, person_id, sign_in_id, role, *named, address)


def change_password(
    who: Scope | Staff, current: str, new: str, browser: Browser, now: datetime
) -> UUID:
    """Replace the person's own password and return a new sign-in for this browser; all others end.

    Raises Invalid for a wrong current or a bad new password, TooManyAttempts after several wrong
    ones, Conflict when the password was changed meanwhile, NotAllowed for staff who look at what a
    customer sees.
    """
    need_actor(who)
    with store.system_writing() as session:
        login = logins.of_sign_in(session, who.sign_in_id)
        if login is None:
            raise NotFound(_("You are signed out. Sign in again."))
        passwords.require_good(new, login.email, who.name)
        counters = attempt(session, login.email, browser, now)
    cost = settings.load().bcrypt_cost
    if not passwords.matches(current, login.password_hash, cost):
        security_log.event("password_change.failed", actor=who)
        raise Invalid(_("The current password is wrong."))
    if passwords.normalised(new) == passwords.normalised(current):
        raise Invalid(_("Choose a password that differs from the current one."))
    new_hash = passwords.make_hash(new, cost)
    with store.system_writing() as session:
        replace_password(session, login, new_hash, now)
        throttle.succeeded(session, counters)
        started = sessions.start(
            session,
            login.id,
            contact_id=who.contact_id if isinstance(who, Scope) else None,
            staff_id=who.staff_id if isinstance(who, Staff) else None,
            browser=browser,
            now=now,
        )
        kind = "staff" if isinstance(who, Staff) else "contact"
        _record(session, started, events.CHANGED_PASSWORD[kind], now)
    return started


def replace_password(
    session: OpenSession, login: logins.Login, new_hash: str, now: datetime
) -> None:
    """Store a new hash, end the login's sign-ins and open resets, and tell its owner by mail."""
    logins.set_hash(session, login, new_hash, now)
    sessions.revoke_login(session, login.id, "password_changed", now)
    logins.revoke_resets(session, login.id, now)
    logins.revoke_links(session, login.id, now)
    devices.forget_login(session, login.id)
    throttle.clear_account(session, login.email)
    with language.reading(logins.language_of(session, login)):
        letter = templates.password_changed(login.email, templates.business_name(session))
    outbox.enqueue(
        session,
        "mail.password_changed",
        dedup_key=f"password_changed:{login.id}:{now.isoformat()}",
        payload=letter,
        now=now,
    )


def has_access(session: OpenSession, login: logins.Login) -> bool:
    """Tell whether anything is open to a login."""
    is_staff = session.value(_ACTIVE_STAFF, login_id=login.id) is not None
    return is_staff or logins.latest_contact(session, login.id) is not None


def begin(
    session: OpenSession, login: logins.Login, browser: Browser, now: datetime,
    proof: Proof | None = None, method: sessions.Method = "password",
) -> UUID:  # fmt: skip
    """Store a new sign-in of somebody who has proved who they are, and return its id.

    With a provider's `proof` that account is the login's from now on. Raises NotAllowed when
    nothing is open to this person, Conflict when the account is somebody else's.
    """
    staff_id = session.value(_ACTIVE_STAFF, login_id=login.id)
    latest = None if staff_id else logins.latest_contact(session, login.id)
    if staff_id is None and latest is None:
        raise NotAllowed(_("Your access to this portal is switched off. Please contact us."))
    started = sessions.start(
        session,
        login.id,
        staff_id=staff_id,
        contact_id=latest["contact_id"] if latest else None,
        browser=browser,
        now=now,
        method="openid" if proof else method,
    )
    _record(session, started, events.STAFF_SIGNED_IN if staff_id else events.CONTACT_SIGNED_IN, now)
    if proof and linked_accounts.use(session, login, proof, now):
        _record(session, started, events.LINKED_ACCOUNT["staff" if staff_id else "contact"], now)
    return started


def _record(session: OpenSession, sign_in_id: UUID, event: Event, now: datetime) -> None:
    activity.record(session, within(session, sign_in_id, now), event, now=now)


def _read(where: str, key: UUID | str) -> Row | None:
    with store.system_reading() as session:
        return _row(session, where, key)


def _found(row: Row | None, now: datetime) -> Scope | Staff | None:
    who = _made(row, now)
    if who is not None and row is not None and now - row["last_seen_at"] >= _TOUCH_AFTER:
        with store.system_writing() as session:
            session.change(_TOUCH, id=who.sign_in_id, now=now)
    return who


def _row(session: OpenSession, where: str, key: UUID | str) -> Row | None:
    return session.one(_CONTACT + where, key=key) or session.one(_STAFF + where, key=key)


def _made(row: Row | None, now: datetime) -> Scope | Staff | None:
    if row is None or not row["allowed"] or row["revoked_at"] is not None:
        return None
    if row["expires_at"] <= now or row["last_seen_at"] <= now - IDLE:
        return None
    return _scope(row) if "contact_id" in row else _staff(row)


def _scope(row: Row) -> Scope:
    name = " ".join(part for part in (row["first_name"], row["last_name"]) if part)
    own = (row["customer_id"], row["contact_id"], row["sign_in_id"], Role(row["role"]))
    written = language.of_contact(row)
    return Scope(*own, name or row["email"], row["email"], row["customer_name"], written)


def _staff(row: Row) -> Staff:
    return Staff(row["staff_id"], row["sign_in_id"], Role(row["role"]), row["name"], row["email"])
