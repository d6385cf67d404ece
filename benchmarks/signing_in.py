"""Sign-ins a second: dominated on purpose by the password hash, which runs beside other work."""

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from benchmarks import books
from benchmarks.clockwork import Timing, timing
from portal_data import settings, store
from portal_data.auth import identity, passwords
from portal_data.auth.sessions import Browser
from portal_data.clock import utc_now

PEOPLE = 24

_LOGINS = """
    insert into core.logins (id, email, password_hash, password_changed_at, created_at)
    select uuid(), 'person' || n || '@bench.example', $hash, $now, $now
    from range(0, $people::bigint) made(n)
"""
_CONTACTS = """
    insert into core.contacts (id, customer_id, login_id, first_name, email, role, portal_status,
        created_at, updated_at)
    select uuid(), (select id from core.customers order by number limit 1), l.id, 'Person', l.email,
        'admin', 'active', $now, $now
    from core.logins l
    where l.email like 'person%'
"""


@dataclass(frozen=True, slots=True)
class SigningIn:
    """Sign-ins a second from one thread and from several, and what checking one costs a run."""

    bcrypt_cost: int
    one_by_one: float
    together: float
    threads: int
    check: Timing


def measure(people: int = PEOPLE, threads: int = 4) -> SigningIn:
    """Sign different people in, one after the other and then at once; check one many times."""
    books.FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=books.FOLDER) as folder:
        opened = store.install(store.open_store(f"duckdb:///{Path(folder) / 'people.duckdb'}"))
        try:
            _enrol(opened, people)
            alone = _rate(people, 1)
            together = _rate(people, threads)
            sign_in = _sign_in(0)
            return SigningIn(
                settings.load().bcrypt_cost, alone, together, threads, _checks(sign_in)
            )
        finally:
            opened.close()


def _enrol(opened: store.Store, people: int) -> None:
    now = utc_now() - timedelta(minutes=1)
    password_hash = passwords.make_hash(books.PASSWORD, settings.load().bcrypt_cost)
    books.fill(opened, books.PER_CUSTOMER)
    with opened.system_writing() as session:
        session.change(_LOGINS, people=people, hash=password_hash, now=now)
        session.change(_CONTACTS, now=now)


def _sign_in(number: int) -> UUID:
    email = f"person{number}@bench.example"
    return identity.sign_in(email, books.PASSWORD, Browser(), utc_now())


def _rate(people: int, threads: int) -> float:
    with ThreadPoolExecutor(threads) as pool:
        began = time.perf_counter()
        list(pool.map(_sign_in, range(people)))
        return people / (time.perf_counter() - began)


def _checks(sign_in: UUID, count: int = 200) -> Timing:
    samples = []
    for _ in range(count):
        began = time.perf_counter()
        if identity.scope_of(sign_in, utc_now()) is None:
            raise RuntimeError("The sign-in does not hold.")
        samples.append((time.perf_counter() - began) * 1000)
    return timing(samples)
