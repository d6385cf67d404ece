"""Invitations: how a contact gets into the portal. A mailed link works once, for 72 hours."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from uuid import UUID

from portal_data import security_log, settings, store
from portal_data.auth import (
    challenges,
    identity,
    logins,
    passwords,
    sessions,
    throttle,
    tokens,
)
from portal_data.auth.sessions import Browser
from portal_data.errors import Conflict, Invalid, NotFound
from portal_data.ids import new_id
from portal_data.messaging import activity, events, outbox, templates
from portal_data.scope import Scope, Staff
from portal_data.store import OpenSession
from portal_data.store.engine import Row
from portal_data.text import emails, language
from portal_data.text.language import N_, _

LIFETIME = timedelta(hours=72)

_ID_LENGTH = 32  # a link begins with the invitation's id in hexadecimal digits; the rest is secret

_CONTACT = """
    select id, customer_id, first_name, last_name, email, portal_status, language
    from core.contacts where id = $id order by id
"""
_CUSTOMER = "select display_name, language from core.customers where id = $id order by id"
_OPEN_PORTAL = """
    update core.customers set version = version + 1, portal_enabled = true, updated_at = $now
    where id = $id and not portal_enabled
"""
_SET_INVITED = """
    update core.contacts set version = version + 1, portal_status = 'invited', updated_at = $now
    where id = $id and portal_status in ('not_invited', 'invited', 'disabled')
"""
_REVOKE = """
    update core.invitations set revoked_at = $now
    where contact_id = $contact_id and accepted_at is null and revoked_at is null
"""
_ADD = """
    insert into core.invitations (id, customer_id, contact_id, token_hash, created_at, created_by,
        created_by_kind, expires_at)
    values ($id, $customer_id, $contact_id, $token_hash, $now, $created_by, $created_by_kind,
        $expires_at)
"""
_OPEN = """
    select i.id, i.token_hash, i.contact_id, i.customer_id, c.first_name, c.last_name, c.email,
        u.display_name as customer_name
    from core.invitations i
    join core.contacts c on c.customer_id = i.customer_id and c.id = i.contact_id
        and c.portal_status = 'invited'
    join core.customers u on u.id = i.customer_id and u.portal_enabled
    where i.id = $id and i.accepted_at is null and i.revoked_at is null
        and i.expires_at > $now
    order by i.id
"""
_SPEND = """
    update core.invitations set accepted_at = $now
    where id = $id and accepted_at is null and revoked_at is null and expires_at > $now
"""
_ACTIVATE = """
    update core.contacts set version = version + 1,
        portal_status = 'active', login_id = $login_id, updated_at = $now
    where id = $id and portal_status = 'invited' and email = $email
"""


@dataclass(frozen=True, slots=True)
class Invitation:
    """An open invitation, as its page greets the person who holds the link."""

    email: str
    name: str
    customer_name: str
    has_password: bool
    """The person has a login already: the invitation is accepted with its existing password."""


def invite(staff: Staff, contact_id: UUID, now: datetime) -> str:
    """Invite a contact, or invite it again, and return the link that was mailed."""
    with store.staff_writing(staff) as session:
        return issue(session, staff, contact_id, now)


def issue(session: OpenSession, who: Scope | Staff | None, contact_id: UUID, now: datetime) -> str:
    """Invite a contact inside a transaction and return the link; an older link stops working.

    The customer's portal is switched on with it, but not by a colleague (`colleagues` has asked
    whether that one may invite). Raises NotFound for an unknown contact, Invalid without a usable
    e-mail, Conflict when the contact has access already or the e-mail belongs to a member of staff:
    a colleague does not hear of that, and the invitation, which could not be accepted, is not
    mailed.
    """
    colleague = who if isinstance(who, Scope) else None
    found = session.locked(_CONTACT, id=contact_id)
    if not found:
        raise NotFound(_("There is no such contact."))
    contact = found[0]
    name = _name(contact)
    if not contact["email"]:
        raise Invalid(
            _("{name} has no e-mail address. Add one first.", name=name or _("This contact"))
        )
    email = emails.normalise(contact["email"])
    login = logins.find(session, email)
    of_staff = login is not None and login.staff_id is not None
    if of_staff and not colleague:
        raise Conflict(f"{email} signs in as staff. Use another e-mail for the contact.")
    if session.change(_SET_INVITED, id=contact_id, now=now) != 1:
        raise Conflict(_("{name} has access already.", name=name or email))
    customer_id = contact["customer_id"]
    if not colleague:
        session.change(_OPEN_PORTAL, id=customer_id, now=now)
    session.change(_REVOKE, contact_id=contact_id, now=now)
    invitation_id = new_id()
    token = f"{invitation_id.hex}{tokens.new_token()}"
    session.change(
        _ADD,
        id=invitation_id,
        customer_id=customer_id,
        contact_id=contact_id,
        token_hash=_bound(token, email),
        now=now,
        created_by=_author(who),
        created_by_kind=("contact" if colleague else "staff") if who else None,
        expires_at=now + LIFETIME,
    )
    link = templates.address("accept", token)
    if not of_staff:
        customer = session.one(_CUSTOMER, id=customer_id) or {}
        with language.reading(language.best(contact["language"], customer["language"])):
            letter = templates.invitation(
                email,
                name or email,
                templates.business_name(session),
                customer["display_name"],
                link,
                colleague.name if colleague else None,
            )
        outbox.enqueue(
            session,
            "mail.invitation",
            dedup_key=f"invitation:{invitation_id}",
            payload=letter,
            customer_id=customer_id,
            now=now,
        )
    activity.record(
        session,
        who,
        events.CONTACT_INVITED_COLLEAGUE if colleague else events.CONTACT_INVITED,
        now=now,
        customer_id=customer_id,
        subject_kind="contact",
        subject_id=contact_id,
        subject_number=name or email,
    )
    return link


def opened(token: str, now: datetime) -> Invitation:
    """Return the open invitation behind a link. Raises NotFound when it holds no longer."""
    with store.system_reading() as session:
        row, login = _open(session, token, now)
    return Invitation(
        row["email"],
        _name(row),
        row["customer_name"],
        login is not None and login.password_hash is not None,
    )


def accept(token: str, password: str, browser: Browser, now: datetime) -> UUID:
    """Accept an invitation with a new password, or with the one the person's login has already.

    Returns a new sign-in. Raises NotFound when the link holds no longer, Invalid for a bad new or
    a wrong existing password, TooManyAttempts after several wrong ones, Conflict when the same
    link was used at the same moment, and CodeNeeded when it is accepted but signing in needs a
    second factor.
    """
    cost = settings.load().bcrypt_cost
    with store.system_writing() as session:
        row, login = _open(session, token, now)
        existing = login.password_hash if login else None
        counters: list[throttle.Counter] = []
        if existing:
            counters = identity.attempt(session, row["email"], browser, now)
        else:
            passwords.require_good(password, row["email"], _name(row), row["customer_name"])
    if existing and not passwords.matches(password, existing, cost):
        security_log.event("sign_in.failed", login=login.id if login else None)
        raise Invalid(_("The password is wrong. Use the one you already sign in with."))
    new_hash = None if existing else passwords.make_hash(password, cost)
    with store.system_writing() as session:
        if session.change(_SPEND, id=row["id"], now=now) != 1:
            raise Conflict(_("This invitation was accepted already. Sign in."))
        login_id = _login(session, login, row["email"], new_hash, now)
        activated = session.change(
            _ACTIVATE, id=row["contact_id"], login_id=login_id, email=row["email"], now=now
        )
        if activated != 1:
            raise Conflict(_(_OVER))
        throttle.succeeded(session, counters)
        started = sessions.start(
            session,
            login_id,
            contact_id=row["contact_id"],
            browser=browser,
            now=now,
            method="invitation",
        )
        who = identity.within(session, started, now)
        if who is None:
            raise Conflict(_(_OVER))
        activity.record(
            session,
            who,
            events.CONTACT_ACCEPTED_INVITATION,
            now=now,
            subject_kind="contact",
            subject_id=row["contact_id"],
        )
        made = logins.find(session, row["email"])
        challenge = challenges.of(session, made, now) if made else None
        if challenge is None:
            return started
        sessions.revoke(session, started, "code_needed", now)
    raise challenges.CodeNeeded(challenge)


def revoke(session: OpenSession, contact_id: UUID, now: datetime) -> int:
    """Stop the open links of a contact and return how many there were."""
    return session.change(_REVOKE, contact_id=contact_id, now=now)


_OVER = N_("This invitation is not valid any more. Ask us for a new one.")


def _open(session: OpenSession, token: str, now: datetime) -> tuple[Row, logins.Login | None]:
    try:
        invitation_id = UUID(token[:_ID_LENGTH])
    except ValueError as error:
        raise NotFound(_(_OVER)) from error
    row = session.one(_OPEN, id=invitation_id, now=now)
    if row is None or not compare_digest(row["token_hash"], _bound(token, row["email"])):
        raise NotFound(_(_OVER))
    login = logins.find(session, row["email"])
    if login is not None and login.staff_id is not None:
        raise NotFound(_(_OVER))
    # a login found now may be what the same link has just made: then the link is spent
    if login is not None and session.one(_OPEN, id=invitation_id, now=now) is None:
        raise NotFound(_(_OVER))
    return row, login


def _bound(token: str, email: str) -> str:
    """Return the digest of a link for one e-mail: it opens nothing once the contact has another."""
    return tokens.digest(f"{token} {email}")


def _login(
    session: OpenSession,
    login: logins.Login | None,
    email: str,
    new_hash: str | None,
    now: datetime,
) -> UUID:
    """Return the login the contact gets: the existing one, or one with the new password."""
    if login is None:
        return logins.create(session, email, new_hash, now).id
    if new_hash is None:
        logins.hold(session, login)
    else:
        logins.set_hash(session, login, new_hash, now)
    return login.id


def _author(who: Scope | Staff | None) -> UUID | None:
    if isinstance(who, Scope):
        return who.contact_id
    return who.staff_id if who else None


def _name(row: Row) -> str:
    return " ".join(part for part in (row["first_name"], row["last_name"]) if part)
