"""Helpers of the tests about people: more contacts, what is stored, and doing things at once."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pyotp
import pytest

from portal_data import store
from portal_data.auth import identity, second_factor, totp
from portal_data.auth.challenges import CodeNeeded
from portal_data.auth.sessions import Browser
from portal_data.errors import PortalError
from portal_data.scope import Scope
from tests.conftest import NOW
from tests.factories import insert

BROWSER = Browser("203.0.113.7", "Mozilla/5.0 Chrome/156")


def make_contact(scope: Scope, email: str | None, **more: Any) -> UUID:
    """Store a contact of the scope's customer who has no access yet."""
    values = {"first_name": "Dora", "last_name": "New", "email": email, **more}
    return insert(
        "contacts", customer_id=scope.customer_id, created_at=NOW, updated_at=NOW, **values
    )


def token_of(link: str) -> str:
    """Return the token that a mailed link carries."""
    return parse_qs(urlsplit(link).query)["token"][0]


def sign_in_enrolling(email: str, password: str, now: datetime) -> UUID:
    """Sign in for the first time where a second factor is required: set it up on the way."""
    with pytest.raises(CodeNeeded) as needed:
        identity.sign_in(email, password, BROWSER, now)
    given = totp.enrolment(email, "Test")
    code = pyotp.TOTP(given.secret).at(now.replace(tzinfo=UTC))
    challenge = needed.value.challenge
    started, _ = second_factor.enrol_and_complete(challenge, given, code, BROWSER, now)
    return started


def rows(sql: str, **params: Any) -> list[dict[str, Any]]:
    """Return rows of the store, over all customers."""
    with store.system_reading() as session:
        return session.rows(sql, **params)


def value(sql: str, **params: Any) -> Any:
    """Return one value of the store, over all customers."""
    with store.system_reading() as session:
        return session.value(sql, **params)


def events() -> list[str]:
    """Return the recorded events, oldest first."""
    return [r["event"] for r in rows("select event from core.activity order by happened_at, id")]


def mails(kind: str) -> list[dict[str, Any]]:
    """Return the payloads of outbox rows of a kind, oldest first."""
    found = rows("select payload from core.outbox where kind = $kind order by id", kind=kind)
    return [json.loads(row["payload"]) for row in found]


def at_once(act: Callable[[int], Any], times: int = 16) -> tuple[list[Any], list[PortalError]]:
    """Do something in many threads at one moment; return results and expected refusals."""
    ready = Barrier(times)

    def one(number: int) -> Any:
        ready.wait()
        try:
            return act(number)
        except PortalError as error:
            return error

    with ThreadPoolExecutor(times) as threads:
        outcomes = list(threads.map(one, range(times)))
    refused = [outcome for outcome in outcomes if isinstance(outcome, PortalError)]
    return [outcome for outcome in outcomes if not isinstance(outcome, PortalError)], refused
