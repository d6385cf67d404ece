"""Throttle: failures counted per account and per network address, with a delay that grows.

An attempt is counted before it is checked and given back when it succeeds, so attempts made at the
same moment cannot all slip through. Counts are stored: a restart forgets nothing.
"""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal_data.errors import NotAllowed
from portal_data.store import OpenSession

FORGET_AFTER = timedelta(hours=24)
"""A count starts anew this long after the last failure."""
LONGEST_DELAY = timedelta(minutes=15)

_FREE_OF_ACCOUNT = 5
_FREE_OF_ADDRESS = 30  # many people may share an office's address

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
_CLEAR = """
    update core.sign_in_failures set failures = 0, locked_until = null where key = $key
"""
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


def of_account(email: str) -> Counter:
    """Return the counter of an account, known or not."""
    return Counter("account:" + _digest(email.strip().lower()), _FREE_OF_ACCOUNT)


def of_address(address: str | None) -> Counter | None:
    """Return the counter of a network address (IPv6: of its /64 network), or None without one."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return None
    if parsed.version == 6:
        parsed = ipaddress.ip_network((parsed, 64), strict=False).network_address
    return Counter("address:" + _digest(str(parsed)), _FREE_OF_ADDRESS)


def named(counter: Counter, purpose: str) -> Counter:
    """Return a counter of the same account or address for another purpose than signing in."""
    return Counter(f"{purpose}:{counter.key}", counter.free)


def charge(session: OpenSession, counters: list[Counter | None], now: datetime) -> None:
    """Count one attempt on each counter. Raises TooManyAttempts when one of them is waiting."""
    for counter in counters:
        if counter is None:
            continue
        session.change(_MAKE, key=counter.key, now=now)
        row = session.locked(_GET, key=counter.key)[0]
        if row["locked_until"] is not None and row["locked_until"] > now:
            raise TooManyAttempts(
                f"Too many attempts. Try again in {_wait(row['locked_until'] - now)}."
            )
        recent = row["last_failed_at"] > now - FORGET_AFTER
        failures = (row["failures"] if recent else 0) + 1
        session.change(
            _SET,
            key=counter.key,
            failures=failures,
            now=now,
            locked_until=_locked_until(failures, counter.free, now),
        )


def clear(session: OpenSession, account: Counter) -> None:
    """Forget the failures of an account whose owner has proved to be its owner."""
    session.change(_CLEAR, key=account.key)


def give_back(session: OpenSession, address: Counter | None) -> None:
    """Take back the attempt just counted: it succeeded."""
    if address is not None:
        session.change(_GIVE_BACK, key=address.key)


def forget_old(session: OpenSession, now: datetime) -> int:
    """Delete counts that expired and return how many."""
    return session.change(_FORGET, before=now - FORGET_AFTER)


def _locked_until(failures: int, free: int, now: datetime) -> datetime | None:
    if failures < free:
        return None
    doublings = min(failures - free, 10)
    return now + min(timedelta(minutes=2**doublings), LONGEST_DELAY)


def _wait(left: timedelta) -> str:
    minutes = -(-int(left.total_seconds()) // 60)
    return "a minute" if minutes <= 1 else f"{minutes} minutes"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
