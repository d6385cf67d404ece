"""Links that whoever is not signed in asks for by e-mail: to a new password, or to sign in.

Asking does the same for every e-mail, known or not: it leaves a request in the outbox. Only the
worker looks whether anybody is behind it, so neither the answer nor its time tells.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from portal_data import security_log
from portal_data.auth import throttle, tokens
from portal_data.auth.logins import Login, language_of
from portal_data.auth.sessions import Browser
from portal_data.ids import new_id
from portal_data.messaging import outbox, templates
from portal_data.store import OpenSession
from portal_data.text import language

_WITHIN = timedelta(hours=1)
_MOST = 5
"""Links of a kind that are mailed to one person within that time."""


@dataclass(frozen=True, slots=True)
class MailedLink:
    """A kind of link: its `name` in the outbox, the `page` it opens and the `letter` it is in.

    `counter` is what tries are counted under, `recent` the query that counts a login's links.
    """

    name: str
    page: str
    counter: str
    recent: str
    letter: Callable[[str, str, str], dict[str, Any]]

    @property
    def requested(self) -> str:
        """The kind of outbox row that asks for one."""
        return f"{self.name}.requested"


def request(
    session: OpenSession, kind: MailedLink, email: str, browser: Browser, now: datetime
) -> None:
    """Ask for a link for an e-mail in its one spelling. Raises TooManyAttempts after several."""
    counters = (
        throttle.of_address(browser.address),
        throttle.of_account(email, browser.address),
    )
    security_log.event(kind.requested)
    throttle.charge(session, [throttle.named(each, kind.counter) for each in counters], now)
    outbox.enqueue(
        session,
        kind.requested,
        dedup_key=f"{kind.name}_requested:{new_id()}",
        payload={"email": email},
        now=now,
    )


def mail(
    session: OpenSession, kind: MailedLink, request_id: UUID, login: Login, now: datetime
) -> str | None:
    """Mail a link for a request and return its token, which the caller stores; answers once.

    None when it was answered already, and to whom many links were mailed of late: those hold still,
    and whoever asks for more floods somebody's mailbox.
    """
    if session.value(kind.recent, login_id=login.id, since=now - _WITHIN) >= _MOST:
        return None
    token = tokens.new_token()
    with language.reading(language_of(session, login)):
        business, link = templates.business_name(session), templates.address(kind.page, token)
        letter = kind.letter(login.email, business, link)
    mailed = outbox.enqueue(
        session,
        f"mail.{kind.name}",
        dedup_key=f"{kind.name}:{request_id}",
        payload=letter,
        now=now,
    )
    return token if mailed else None
