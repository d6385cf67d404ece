"""Forgotten passwords: a link by mail that works once, for one hour; see `mailed_links`."""

from datetime import datetime, timedelta
from uuid import UUID

from portal_data import security_log, settings, store
from portal_data.auth import identity, logins, mailed_links, passwords, tokens
from portal_data.auth.mailed_links import MailedLink
from portal_data.auth.sessions import Browser
from portal_data.errors import Conflict, NotFound
from portal_data.ids import new_id
from portal_data.messaging import activity, events, templates
from portal_data.store import OpenSession
from portal_data.text import emails
from portal_data.text.language import N_, _

LIFETIME = timedelta(hours=1)

_HAS_ACCESS = """
    select l.id from core.logins l
    where l.id = $login_id and (
        exists (
            select 1 from core.contacts c join core.customers u on u.id = c.customer_id
            where c.login_id = l.id and c.portal_status = 'active' and u.portal_enabled
        )
        or exists (select 1 from core.staff f where f.login_id = l.id and f.status = 'active')
    )
    order by l.id
"""
_RECENT = """
    select count(*)::bigint as n from core.password_resets
    where login_id = $login_id and created_at > $since
    order by n
"""
_ADD = """
    insert into core.password_resets (id, login_id, token_hash, created_at, expires_at)
    values ($id, $login_id, $token_hash, $now, $expires_at)
"""
_OPEN = """
    select r.id, l.email from core.password_resets r
    join core.logins l on l.id = r.login_id
    where r.token_hash = $token_hash and r.used_at is null and r.revoked_at is null
        and r.expires_at > $now
    order by r.id
"""
_SPEND = """
    update core.password_resets set used_at = $now
    where id = $id and used_at is null and revoked_at is null and expires_at > $now
"""
_NAMES = """
    select concat_ws(' ', c.first_name, c.last_name) as name
    from core.contacts c where c.login_id = $login_id
    union all
    select u.display_name as name
    from core.contacts c join core.customers u on u.id = c.customer_id where c.login_id = $login_id
    union all
    select f.name from core.staff f where f.login_id = $login_id
    order by name
"""
_OWNERS = """
    select 'contact' as kind, c.id, c.customer_id, c.email as name
    from core.contacts c where c.login_id = $login_id and c.portal_status = 'active'
    union all
    select 'staff' as kind, f.id, null as customer_id, f.name
    from core.staff f where f.login_id = $login_id
    order by kind, id
"""


LINK = MailedLink("password_reset", "reset_password", "reset", _RECENT, templates.password_reset)


def request(email: str, browser: Browser, now: datetime) -> None:
    """Ask for a reset link. Silent about whether anybody has this e-mail.

    Raises Invalid for text that is no e-mail address, TooManyAttempts after several requests.
    """
    email = emails.normalise(email)
    with store.system_writing() as session:
        mailed_links.request(session, LINK, email, browser, now)


def answer(session: OpenSession, request_id: UUID, email: str, now: datetime) -> bool:
    """Mail a link for a request when somebody with access has this e-mail; answers once."""
    login = logins.find(session, email)
    if login is None or session.value(_HAS_ACCESS, login_id=login.id) is None:
        return False
    token = mailed_links.mail(session, LINK, request_id, login, now)
    if token is not None:
        _store(session, login, token, now, LIFETIME)
    return token is not None


def issue(
    session: OpenSession, login: logins.Login, now: datetime, lifetime: timedelta = LIFETIME
) -> str:
    """Return a link with which the login's password can be set; older ones stop working."""
    token = tokens.new_token()
    _store(session, login, token, now, lifetime)
    return templates.address("reset_password", token)


def opened(token: str, now: datetime) -> str:
    """Return the e-mail behind an open link. Raises NotFound when it holds no longer."""
    with store.system_reading() as session:
        row = session.one(_OPEN, token_hash=tokens.digest(token), now=now)
    if row is None:
        security_log.event("password_reset.refused")
        raise NotFound(_(_OVER))
    return str(row["email"])


def reset(token: str, password: str, now: datetime) -> None:
    """Set a new password with an open link, and sign the person out everywhere.

    Raises NotFound when the link holds no longer, Invalid for a bad password (the person's own name
    is one), Conflict when the link was used at the same moment.
    """
    email = opened(token, now)
    with store.system_reading() as session:
        login = logins.find(session, email)
        names = session.rows(_NAMES, login_id=login.id) if login else []
    passwords.require_good(password, email, *(row["name"] for row in names))
    new_hash = passwords.make_hash(password, settings.load().bcrypt_cost)
    with store.system_writing() as session:
        row = session.one(_OPEN, token_hash=tokens.digest(token), now=now)
        login = logins.find(session, email)
        if row is None or login is None or session.change(_SPEND, id=row["id"], now=now) != 1:
            raise Conflict(_(_OVER))
        identity.replace_password(session, login, new_hash, now)
        for owner in session.rows(_OWNERS, login_id=login.id):
            activity.record(
                session,
                None,
                events.RESET_PASSWORD[owner["kind"]],
                now=now,
                customer_id=owner["customer_id"],
                subject_kind=owner["kind"],
                subject_id=owner["id"],
                subject_number=owner["name"],
            )


_OVER = N_("This link is not valid any more. Ask for a new one.")


def _store(
    session: OpenSession, login: logins.Login, token: str, now: datetime, lifetime: timedelta
) -> None:
    logins.revoke_resets(session, login.id, now)
    session.change(
        _ADD,
        id=new_id(),
        login_id=login.id,
        token_hash=tokens.digest(token),
        now=now,
        expires_at=now + lifetime,
    )
