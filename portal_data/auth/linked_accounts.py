"""Linked accounts: who somebody is to an OpenID provider, bound to one login on first use.

The provider's issuer and its subject for the person are the key. An e-mail may be changed there, or
be given to somebody else: it finds a login once, and never again.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal_data import settings, store
from portal_data.auth import logins
from portal_data.auth.logins import Login
from portal_data.errors import Conflict, NotFound
from portal_data.ids import new_id
from portal_data.messaging import activity, events, outbox, templates
from portal_data.scope import Scope, Staff, need_actor
from portal_data.store import OpenSession
from portal_data.text import language
from portal_data.text.language import _

_OF_PAIR = """
    select login_id from core.login_identities
    where issuer = $issuer and subject = $subject order by login_id
"""
_OF_LOGIN = """
    select issuer, subject, created_at, last_used_at from core.login_identities
    where login_id = $login_id order by created_at, issuer, subject
"""
_SUBJECTS = """
    select subject from core.login_identities
    where issuer = $issuer and login_id = $login_id order by subject
"""
_LINK = """
    insert into core.login_identities (issuer, subject, login_id, created_at, last_used_at)
    values ($issuer, $subject, $login_id, $now, $now)
    on conflict (issuer, subject) do nothing
"""
_USE = """
    update core.login_identities set last_used_at = $now
    where issuer = $issuer and subject = $subject and login_id = $login_id
"""
_UNLINK = "delete from core.login_identities where login_id = $login_id"
_CONTACTS = """
    select distinct c.id from core.contacts c
    join core.login_identities i on i.login_id = c.login_id
    where c.customer_id = $customer_id
    order by c.id
"""
_MEMBERS = """
    select distinct f.id from core.staff f
    join core.login_identities i on i.login_id = f.login_id
    order by f.id
"""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a provider has proved: its own name, and its name for the person."""

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True)
class LinkedAccount:
    """One's own account at a provider; moments are naive UTC."""

    issuer: str
    created_at: datetime
    last_used_at: datetime | None


def login_of(session: OpenSession, proof: Proof) -> Login | None:
    """Return the login that an account is linked to, or None."""
    found = session.one(_OF_PAIR, issuer=proof.issuer, subject=proof.subject)
    return logins.by_id(session, found["login_id"]) if found else None


def may_link(session: OpenSession, login: Login, proof: Proof) -> bool:
    """Tell whether an account is this login's, or may become so.

    A login has one account of a provider: whoever gets the e-mail of another person there later
    gets none of that person's here.
    """
    subjects = session.rows(_SUBJECTS, issuer=proof.issuer, login_id=login.id)
    return not subjects or proof.subject in {row["subject"] for row in subjects}


def use(session: OpenSession, login: Login, proof: Proof, now: datetime) -> bool:
    """Note that an account has signed its login in; tell whether it was linked by that.

    Then its owner is mailed. The login's row is held. Raises Conflict when the account is another
    login's, or the login has another account there.
    """
    key = {"issuer": proof.issuer, "subject": proof.subject, "login_id": login.id, "now": now}
    if session.change(_USE, **key) == 1:
        return False
    if not may_link(session, login, proof) or session.change(_LINK, **key) != 1:
        raise Conflict(_("That account opens another sign-in. Sign in again."))
    provider = settings.load().provider
    with language.reading(logins.language_of(session, login)):
        letter = templates.account_linked(
            login.email,
            templates.business_name(session),
            provider.name if provider else proof.issuer,
        )
    outbox.enqueue(
        session,
        "mail.account_linked",
        dedup_key=f"account_linked:{new_id()}",
        payload=letter,
        now=now,
    )
    return True


def list_own(who: Scope | Staff) -> list[LinkedAccount]:
    """Return the person's own linked accounts, oldest first."""
    with store.system_reading() as session:
        login = logins.of_sign_in(session, who.sign_in_id)
        found = session.rows(_OF_LOGIN, login_id=login.id) if login else []
    return [LinkedAccount(row["issuer"], row["created_at"], row["last_used_at"]) for row in found]


def of_customer(staff: Staff, customer_id: UUID) -> set[UUID]:
    """Return the contacts of a customer who have a linked account."""
    with store.staff_reading(staff) as session:
        return {row["id"] for row in session.rows(_CONTACTS, customer_id=customer_id)}


def of_team(staff: Staff) -> set[UUID]:
    """Return the members of staff who have a linked account."""
    with store.staff_reading(staff) as session:
        return {row["id"] for row in session.rows(_MEMBERS)}


def unlink_own(who: Scope | Staff, now: datetime) -> None:
    """Unlink one's own accounts; signing in with one again links it anew.

    Raises Conflict when there is none, NotAllowed for staff who look at what a customer sees.
    """
    need_actor(who)
    with store.system_writing() as session:
        login = logins.of_sign_in(session, who.sign_in_id)
        if login is None:
            raise NotFound(_("You are signed out. Sign in again."))
        logins.hold(session, login)
        _remove(session, login)
        kind = "staff" if isinstance(who, Staff) else "contact"
        activity.record(session, who, events.UNLINKED_ACCOUNT[kind], now=now)


def unlink_contact(staff: Staff, contact_id: UUID, now: datetime) -> None:
    """Unlink a contact's accounts, as an owner who knows that they are not theirs any more.

    Raises NotAllowed for ordinary staff, NotFound for an unknown contact, Conflict for one without.
    """
    staff.need_owner()
    _unlink(staff, "contact", contact_id, now)


def unlink_member(staff: Staff, staff_id: UUID, now: datetime) -> None:
    """Unlink a colleague's accounts as an owner; raises as `unlink_contact`."""
    staff.need_owner()
    _unlink(staff, "staff", staff_id, now)


def _unlink(staff: Staff, kind: str, person_id: UUID, now: datetime) -> None:
    with store.staff_writing(staff) as session:
        row, login = logins.held_of(session, kind, person_id)
        _remove(session, login)
        activity.record(
            session,
            staff,
            events.TOOK_AWAY_ACCOUNT[kind],
            now=now,
            customer_id=row["customer_id"],
            subject_kind=kind,
            subject_id=person_id,
            subject_number=row["name"],
        )


def _remove(session: OpenSession, login: Login) -> None:
    if session.change(_UNLINK, login_id=login.id) == 0:
        raise Conflict(_("No account is linked any more."))
