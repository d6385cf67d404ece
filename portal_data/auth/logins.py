"""Logins: one person's e-mail and password, whichever customers they act for."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal_data.errors import Conflict, NotFound
from portal_data.ids import new_id
from portal_data.store import OpenSession
from portal_data.store.engine import Row
from portal_data.text import language
from portal_data.text.language import N_, _

_COLUMNS = """
    select l.id, l.email, l.password_hash, f.id as staff_id,
        l.totp_confirmed_at is not null as has_second_factor
    from core.logins l
    left join core.staff f on f.login_id = l.id
"""
_BY_EMAIL = _COLUMNS + "where l.email = $email order by l.id"
_BY_ID = _COLUMNS + "where l.id = $id order by l.id"
_HOLD = "select password_hash from core.logins where id = $id order by id"
_BY_SIGN_IN = (
    _COLUMNS + "where l.id = (select login_id from core.sign_ins where id = $id) order by l.id"
)
_CREATE = """
    insert into core.logins (id, email, password_hash, password_changed_at, created_at)
    values ($id, $email, $password_hash, $changed_at, $now)
"""
_OF_CONTACT = """
    select l.email, c.customer_id, concat_ws(' ', c.first_name, c.last_name) as name
    from core.contacts c join core.logins l on l.id = c.login_id
    where c.id = $id
    order by c.id
"""
_OF_MEMBER = """
    select l.email, null as customer_id, f.name
    from core.staff f join core.logins l on l.id = f.login_id
    where f.id = $id
    order by f.id
"""
_CONTACTS = """
    select c.id as contact_id, u.display_name as customer_name, c.role,
        (select max(s.last_seen_at) from core.sign_ins s where s.contact_id = c.id) as used_at
    from core.contacts c
    join core.customers u on u.id = c.customer_id
    where c.login_id = $login_id and c.portal_status = 'active' and u.portal_enabled
    order by used_at desc nulls last, u.display_name, c.id
"""
# An absent hash is compared as an empty one: no hash is empty.
_SET_HASH = """
    update core.logins
    set password_hash = $new_hash, password_changed_at = $now, must_change_password = false
    where id = $id and coalesce(password_hash, '') = $old_hash
"""
_RENEW_HASH = """
    update core.logins set password_hash = $new_hash where id = $id and password_hash = $old_hash
"""
_REVOKE_RESETS = """
    update core.password_resets set revoked_at = $now
    where login_id = $login_id and used_at is null and revoked_at is null
"""
_REVOKE_LINKS = """
    update core.login_links set revoked_at = $now
    where login_id = $login_id and used_at is null and revoked_at is null
"""
_LANGUAGES = """
    select c.id, c.language, u.language as customer_language,
        (select max(s.last_seen_at) from core.sign_ins s where s.contact_id = c.id) as used_at
    from core.contacts c
    join core.customers u on u.id = c.customer_id
    where c.login_id = $id
    order by used_at desc nulls last, c.id
    limit 1
"""
_CHANGED = N_("The password was changed at the same moment. Sign in again.")


@dataclass(frozen=True, slots=True)
class Login:
    """A stored login. Never shown, never logged."""

    id: UUID
    email: str
    password_hash: str | None
    staff_id: UUID | None
    has_second_factor: bool = False

    def __repr__(self) -> str:
        return f"Login({self.id})"


def find(session: OpenSession, email: str) -> Login | None:
    """Return the login of an e-mail in lower case, or None."""
    return _login(session.one(_BY_EMAIL, email=email))


def by_id(session: OpenSession, login_id: UUID) -> Login | None:
    """Return a login by its id, or None."""
    return _login(session.one(_BY_ID, id=login_id))


def of_sign_in(session: OpenSession, sign_in_id: UUID) -> Login | None:
    """Return the login behind a sign-in, or None."""
    return _login(session.one(_BY_SIGN_IN, id=sign_in_id))


def held_of(session: OpenSession, kind: str, person_id: UUID) -> tuple[Row, Login]:
    """Return the customer and name of a contact, or of a member of staff, and hold their login.

    Raises NotFound when there is nobody such who signs in.
    """
    row = session.one(_OF_MEMBER if kind == "staff" else _OF_CONTACT, id=person_id)
    login = find(session, row["email"]) if row else None
    if row is None or login is None:
        raise NotFound("There is nobody who signs in.")
    hold(session, login)
    return row, login


def contacts(session: OpenSession, login_id: UUID) -> list[Row]:
    """Return the contacts that are open to a login, the one used last first."""
    return session.rows(_CONTACTS, login_id=login_id)


def latest_contact(session: OpenSession, login_id: UUID) -> Row | None:
    """Return the contact that is open to a login and was used last, or None."""
    return session.one(_CONTACTS, login_id=login_id)


def language_of(session: OpenSession, login: Login) -> str | None:
    """Return the language to write to somebody in: of the contact that was used last.

    None is for staff, who read English.
    """
    latest = None if login.staff_id else session.one(_LANGUAGES, id=login.id)
    return language.of_contact(latest) if latest else None


def create(session: OpenSession, email: str, password_hash: str | None, now: datetime) -> Login:
    """Store a login, with or without a password yet. Raises Conflict when the e-mail has one."""
    login_id = new_id()
    session.change(
        _CREATE,
        id=login_id,
        email=email,
        password_hash=password_hash,
        changed_at=now if password_hash else None,
        now=now,
    )
    return Login(login_id, email, password_hash, None)


def set_hash(session: OpenSession, login: Login, new_hash: str, now: datetime) -> None:
    """Replace the hash that `login` was read with. Raises Conflict when it changed meanwhile."""
    changed = session.change(
        _SET_HASH, id=login.id, old_hash=login.password_hash or "", new_hash=new_hash, now=now
    )
    if changed != 1:
        raise Conflict(_(_CHANGED))


def renew_hash(session: OpenSession, login: Login, new_hash: str) -> None:
    """Keep the same password under a newer kind of hash, unless it was changed meanwhile."""
    session.change(_RENEW_HASH, id=login.id, old_hash=login.password_hash, new_hash=new_hash)


def hold(session: OpenSession, login: Login) -> None:
    """Keep the login as it was read until the transaction ends.

    Raises Conflict when its password was changed meanwhile.
    """
    rows = session.locked(_HOLD, id=login.id)
    if [row["password_hash"] for row in rows] != [login.password_hash]:
        raise Conflict(_(_CHANGED))


def revoke_resets(session: OpenSession, login_id: UUID, now: datetime) -> int:
    """Stop a login's open links that set a new password; return how many there were."""
    return session.change(_REVOKE_RESETS, login_id=login_id, now=now)


def revoke_links(session: OpenSession, login_id: UUID, now: datetime) -> int:
    """Stop a login's open links that sign in without its password; return how many there were."""
    return session.change(_REVOKE_LINKS, login_id=login_id, now=now)


def _login(row: Row | None) -> Login | None:
    return Login(**row) if row else None
