"""Sign-in links: a contact signs in by a link from a mail, without a password.

It is mailed as one to a new password is: see `mailed_links`. Opening it signs nobody in, since mail
scanners open links: its page has a button. A second factor is asked for as after a password.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from portal_data import security_log, store
from portal_data.auth import challenges, identity, logins, mailed_links, tokens
from portal_data.auth.challenges import CodeNeeded
from portal_data.auth.mailed_links import MailedLink
from portal_data.auth.sessions import Browser
from portal_data.business import preferences
from portal_data.errors import Conflict, NotFound
from portal_data.ids import new_id
from portal_data.messaging import templates
from portal_data.store import OpenSession
from portal_data.text import emails
from portal_data.text.language import N_, _

LIFETIME = timedelta(minutes=15)
KEEP = timedelta(days=90)
"""How long the row of a link is kept, for questions about who signed in."""

# staff see every customer's books: a mailbox alone does not lead there
_HAS_ACCESS = """
    select c.id from core.contacts c join core.customers u on u.id = c.customer_id
    where c.login_id = $login_id and c.portal_status = 'active' and u.portal_enabled
    order by c.id
    limit 1
"""
_RECENT = """
    select count(*)::bigint as n from core.login_links
    where login_id = $login_id and created_at > $since
    order by n
"""
_ADD = """
    insert into core.login_links (id, login_id, token_hash, created_at, expires_at)
    values ($id, $login_id, $token_hash, $now, $expires_at)
"""
_OPEN = """
    select k.id, l.email from core.login_links k
    join core.logins l on l.id = k.login_id
    where k.token_hash = $token_hash and k.used_at is null and k.revoked_at is null
        and k.expires_at > $now
        and exists (
            select 1 from core.contacts c join core.customers u on u.id = c.customer_id
            where c.login_id = l.id and c.portal_status = 'active' and u.portal_enabled
        )
    order by k.id
"""
_SPEND = """
    update core.login_links set used_at = $now
    where id = $id and used_at is null and revoked_at is null and expires_at > $now
"""
_REVOKE_OF_CUSTOMER = """
    update core.login_links set revoked_at = $now
    where login_id in (select login_id from core.contacts where customer_id = $customer_id)
        and used_at is null and revoked_at is null
"""
_FORGET = "delete from core.login_links where expires_at < $before"


LINK = MailedLink("login_link", "sign_in_link", "link", _RECENT, templates.login_link)


def offered() -> bool:
    """Tell whether the business lets people sign in by a link at all."""
    with store.system_reading() as session:
        return preferences.get(session).login_links


def request(email: str, browser: Browser, now: datetime) -> None:
    """Ask for a link. Silent about whether anybody has this e-mail.

    Raises Invalid for text that is no e-mail address, TooManyAttempts after several requests,
    NotFound when the business wants no such links.
    """
    email = emails.normalise(email)
    with store.system_writing() as session:
        _need_offered(session)
        mailed_links.request(session, LINK, email, browser, now)


def answer(session: OpenSession, request_id: UUID, email: str, now: datetime) -> bool:
    """Mail a link for a request when a contact with access has this e-mail; answers once."""
    login = logins.find(session, email)
    if login is None or login.staff_id is not None or not preferences.get(session).login_links:
        return False
    if session.value(_HAS_ACCESS, login_id=login.id) is None:
        return False
    token = mailed_links.mail(session, LINK, request_id, login, now)
    if token is not None:
        # those before stay: else a stranger who asks again and again would keep the owner out
        session.change(
            _ADD,
            id=new_id(),
            login_id=login.id,
            token_hash=tokens.digest(token),
            now=now,
            expires_at=now + LIFETIME,
        )
    return token is not None


def opened(token: str, now: datetime) -> str:
    """Return the e-mail behind an open link, which stays open.

    Raises NotFound when it holds no longer.
    """
    with store.system_reading() as session:
        row = session.one(_OPEN, token_hash=tokens.digest(token), now=now)
        wanted = preferences.get(session).login_links
    if row is None or not wanted:
        security_log.event("login_link.refused")
        raise NotFound(_(OVER))
    return str(row["email"])


def sign_in(token: str, browser: Browser, now: datetime) -> UUID:
    """Sign in with an open link and return the sign-in; all other links of the person end.

    Raises NotFound when the link holds no longer, Conflict when it was used at the same moment, and
    CodeNeeded when a second factor is to be asked for.
    """
    email = opened(token, now)
    with store.system_writing() as session:
        _need_offered(session)
        row = session.one(_OPEN, token_hash=tokens.digest(token), now=now)
        login = logins.find(session, email)
        if row is None or login is None or login.staff_id is not None:
            raise NotFound(_(OVER))
        logins.hold(session, login)
        if session.change(_SPEND, id=row["id"], now=now) != 1:
            raise Conflict(_(OVER))
        logins.revoke_links(session, login.id, now)
        challenge = challenges.of(session, login, now)
        if challenge is None:
            return identity.begin(session, login, browser, now, method="link")
    raise CodeNeeded(replace(challenge, method="link"))


def revoke_of_customer(session: OpenSession, customer_id: UUID, now: datetime) -> int:
    """Stop the open links of all contacts of a customer; return how many there were."""
    return session.change(_REVOKE_OF_CUSTOMER, customer_id=customer_id, now=now)


def forget_old(session: OpenSession, now: datetime) -> int:
    """Delete links that were over long ago; return how many."""
    return session.change(_FORGET, before=now - KEEP)


OVER = N_("This link is not valid any more. Ask for a new one.")


def _need_offered(session: OpenSession) -> None:
    if not preferences.get(session).login_links:
        raise NotFound(_("Sign in with your password: no links are mailed here."))
