"""Throttle: failures counted, with a delay that grows.

Guesses from one network at one account delay that network alone, so that nobody can keep an
account's owner out; guesses at one account from many networks delay strangers, but no browser that
has signed in to it before, which has a count of its own (OWASP, device cookies).

An attempt is counted before it is checked and given back when it succeeds, so attempts made at the
same moment cannot all slip through. Counts are stored: a restart forgets nothing.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal_data.auth import networks
from portal_data.errors import NotAllowed
from portal_data.store import OpenSession
from portal_data.text.language import counted

FORGET_AFTER = timedelta(hours=24)
"""A count starts anew this long after the last failure."""
LONGEST_DELAY = timedelta(minutes=15)

_FREE_OF_ACCOUNT = 5  # from one network
_FREE_ANYWHERE = 100  # at one account, from all networks together
_FREE_OF_ADDRESS = 30  # many people may share an office's address
_FREE_OF_SITE = 300  # the /48 of an IPv6 address: some have 65,536 networks to guess from
_FREE_OF_DEVICE = 10
_READ = 320  # characters of an e-mail; no address is longer

_MAKE = """
    insert into core.sign_in_failures (key, failures, last_failed_at)
    values ($key, 0, $now) on conflict (key) do nothing
"""
_GET = """
    select failures, last_failed_at, locked_until from core.sign_in_failures
    where key = $key order by key
"""
_SET = """
    update core.sign_in_failures
    set failures = $failures, last_failed_at = $now, locked_until = $locked_until
    where key = $key
"""
_CLEAR = "delete from core.sign_in_failures where key = $key"
_CLEAR_ACCOUNT = "delete from core.sign_in_failures where starts_with(key, $prefix)"
_GIVE_BACK = """
    update core.sign_in_failures
    set failures = case when failures > 0 then failures - 1 else 0 end, locked_until = null
    where key = $key
"""
_FORGET = "delete from core.sign_in_failures where last_failed_at < $before"


class TooManyAttempts(NotAllowed):
    """Refused without a look at the password; the message says how long to wait."""


@dataclass(frozen=True, slots=True)
class Counter:
    """What failures are counted by. The key is a digest: passwords get typed into wrong fields."""

    key: str
    free: int


def of_account(email: str, address: str | None) -> Counter:
    """Return the counter of an account, known or not, as one network asks for it."""
    return Counter(f"{_account(email)}@{_digest(networks.network(address))}", _FREE_OF_ACCOUNT)


def of_address(address: str | None) -> Counter:
    """Return the counter of a network: an IPv4 address, or the /64 of an IPv6 one.

    All whose address is unknown share one.
    """
    return Counter("address:" + _digest(networks.network(address)), _FREE_OF_ADDRESS)


def of_stranger(email: str, address: str | None) -> list[Counter]:
    """Return what a sign-in from a browser that never signed in to the account is counted by."""
    anywhere = Counter(f"{_account(email)}*", _FREE_ANYWHERE)
    site = networks.site(address)
    wider = [Counter("site:" + _digest(site), _FREE_OF_SITE)] if site else []
    return [*wider, of_address(address), of_account(email, address), anywhere]


def of_device(email: str, device_hash: str) -> list[Counter]:
    """Return what a sign-in from a browser that has signed in to the account is counted by."""
    return [Counter(f"{_account(email)}#{device_hash}", _FREE_OF_DEVICE)]


def named(counter: Counter, purpose: str) -> Counter:
    """Return a counter of the same account or address for another purpose than signing in."""
    return Counter(f"{purpose}:{counter.key}", counter.free)


def refuse(session: OpenSession, counters: list[Counter], now: datetime) -> None:
    """Count nothing. Raises TooManyAttempts when one of the counters is waiting."""
    for counter in counters:
        row = session.one(_GET, key=counter.key)
        if row is not None and row["locked_until"] is not None and row["locked_until"] > now:
            raise TooManyAttempts(_refusal(row["locked_until"] - now))


def charge(session: OpenSession, counters: list[Counter], now: datetime) -> None:
    """Count one attempt on each counter. Raises TooManyAttempts when one of them is waiting."""
    for counter in counters:
        session.change(_MAKE, key=counter.key, now=now)
        row = session.locked(_GET, key=counter.key)[0]
        if row["locked_until"] is not None and row["locked_until"] > now:
            raise TooManyAttempts(_refusal(row["locked_until"] - now))
        recent = row["last_failed_at"] > now - FORGET_AFTER
        failures = (row["failures"] if recent else 0) + 1
        session.change(
            _SET,
            key=counter.key,
            failures=failures,
            now=now,
            locked_until=_locked_until(failures, counter.free, now),
        )


def succeeded(session: OpenSession, counters: list[Counter]) -> None:
    """Take back the attempt just counted, and what its network or device had failed before.

    What others failed at the account, and this network at other accounts, stays counted.
    """
    for counter in counters:
        own = counter.free in (_FREE_OF_ACCOUNT, _FREE_OF_DEVICE)
        session.change(_CLEAR if own else _GIVE_BACK, key=counter.key)


def clear_account(session: OpenSession, email: str) -> None:
    """Forget all failures at an account whose owner has proved to be its owner."""
    session.change(_CLEAR_ACCOUNT, prefix=_account(email))


def forget_old(session: OpenSession, now: datetime) -> int:
    """Delete counts that expired and return how many."""
    return session.change(_FORGET, before=now - FORGET_AFTER)


def _locked_until(failures: int, free: int, now: datetime) -> datetime | None:
    if failures < free:
        return None
    doublings = min(failures - free, 10)
    return now + min(timedelta(minutes=2**doublings), LONGEST_DELAY)


def _refusal(left: timedelta) -> str:
    minutes = -(-int(left.total_seconds()) // 60)
    return counted(
        max(minutes, 1),
        "Too many attempts. Try again in a minute.",
        "Too many attempts. Try again in {count} minutes.",
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _account(email: str) -> str:
    return "account:" + _digest(email[:_READ].strip().lower())
