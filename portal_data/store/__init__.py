"""The store: the portal's books in DuckDB or PostgreSQL, and the only way to them.

A customer's session sees the `mine` views of that customer; staff and system sessions see `core`.
Whoever opens `staff_*` or `system_*` is crossing customers on purpose, and is easy to find.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

from portal_data.errors import Invalid, Unavailable
from portal_data.scope import Scope, Staff, need_actor
from portal_data.settings import ROOT
from portal_data.store.duckdb_engine import DuckDBEngine
from portal_data.store.engine import Engine, Visibility
from portal_data.store.migrate import HERE, migrate
from portal_data.store.postgres_engine import PostgresEngine
from portal_data.store.read_cache import ReadCache
from portal_data.store.session import OpenSession, ScopedSession, Session
from portal_data.text.language import _

__all__ = [
    "OpenSession",
    "ScopedSession",
    "Session",
    "Store",
    "cached",
    "cached_for_all",
    "current",
    "install",
    "open_store",
    "reading",
    "resolved",
    "staff_reading",
    "staff_writing",
    "system_reading",
    "system_writing",
    "writing",
]


Read = TypeVar("Read", bound=Callable[..., Any])


class Store:
    """One opened store."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.read_cache = ReadCache(engine)

    @property
    def written_here_alone(self) -> bool:
        """Whether no other process can write to it."""
        return self.engine.changes is not None

    @contextmanager
    def reading(self, scope: Scope) -> Iterator[Session]:
        """Read as one customer."""
        with self.engine.reading(Visibility.MINE, scope.customer_id) as transaction:
            yield ScopedSession(transaction, scope.customer_id)

    @contextmanager
    def writing(self, scope: Scope, *, by_link: bool = False) -> Iterator[Session]:
        """Write as one customer, in one transaction.

        Raises NotAllowed for staff who look at what the customer sees: they can never act as it.
        So it does for who holds a public link, unless this is what may be done `by_link`.
        """
        need_actor(scope, by_link=by_link)
        with self.engine.writing(Visibility.MINE, scope.customer_id) as transaction:
            locks = self.engine.row_lock(), self.engine.turn_lock()
            session = ScopedSession(transaction, scope.customer_id, *locks)
            yield session
        session.committed()

    @contextmanager
    def system_reading(self) -> Iterator[OpenSession]:
        """Read over all customers, as the portal itself."""
        with self.engine.reading(Visibility.ALL, None) as transaction:
            yield OpenSession(transaction)

    @contextmanager
    def system_writing(self) -> Iterator[OpenSession]:
        """Write over all customers, as the portal itself, in one transaction."""
        with self.engine.writing(Visibility.ALL, None) as transaction:
            session = OpenSession(transaction, self.engine.row_lock(), self.engine.turn_lock())
            yield session
        session.committed()

    def check_integrity(self) -> list[str]:
        """Return one sentence for each broken rule of the books; none when all hold."""
        problems = []
        with self.system_reading() as session:
            for query in (HERE / "integrity.sql").read_text("utf-8").split(";\n"):
                if query.strip():
                    for row in session.rows(query):
                        problems.append(f"{row['problem']}: {row['row_id']}")
        return problems

    def backup(self, target: Path) -> None:
        """Write a consistent copy to the file `target` (DuckDB only)."""
        self.engine.backup(str(target))

    def close(self) -> None:
        """Close the store."""
        self.engine.close()


def open_store(url: str) -> Store:
    """Open `duckdb:///relative`, `duckdb:////absolute`, `duckdb://:memory:` or `postgresql://…`.

    Brings the schema up to date. Raises Invalid for another kind of address, Unavailable when the
    store cannot be opened.
    """
    engine = _engine(url)
    try:
        migrate(engine)
    except BaseException:
        engine.close()
        raise
    return Store(engine)


def resolved(url: str) -> str:
    """Return a store's address with the path of a file made absolute."""
    kind, _, rest = url.partition(":///")
    return f"{kind}:///{(ROOT / rest).absolute()}" if kind == "duckdb" else url


def _engine(url: str) -> Engine:
    kind, _, rest = url.partition("://")
    if kind in ("postgresql", "postgres"):
        return PostgresEngine(url)
    if kind != "duckdb" or not rest:
        raise Invalid(
            "PORTAL_DATABASE must start with duckdb:/// or postgresql://, for example "
            "duckdb:///data/portal.duckdb."
        )
    if rest == ":memory:":
        return DuckDBEngine(rest)
    return DuckDBEngine(resolved(url).removeprefix("duckdb:///"))


_current: Store | None = None


def install(opened: Store) -> Store:
    """Make `opened` the store of this process and return it."""
    global _current
    _current = opened
    return opened


def current() -> Store:
    """Return the store of this process. Raises Unavailable before one is installed."""
    if _current is None:
        raise Unavailable(_("The portal is starting. Try again in a moment."))
    return _current


def cached(read: Read) -> Read:
    """Answer a noun's read again from memory while the books it was read from stand as they did.

    Everybody of one customer and role gets the same answer, so it may depend on no more of `who`.
    Its arguments must be hashable, and nobody may change what it returns.
    """

    return _through(ReadCache.answer, read)


def cached_for_all(read: Read) -> Read:
    """Answer a read from memory as `cached` does, and give all customers the same answer.

    For what belongs to the business: what it returns may depend on no customer.
    """

    return _through(ReadCache.for_all, read)


def _through(cache: Callable[..., Any], read: Read) -> Read:
    @wraps(read)
    def answer(who: Scope | Staff, *args: Any, **kwargs: Any) -> Any:
        key = (read, args, tuple(sorted(kwargs.items())))
        return cache(current().read_cache, who, key, lambda: read(who, *args, **kwargs))

    return cast(Read, answer)


def reading(scope: Scope) -> AbstractContextManager[Session]:
    """Open a session that reads as one customer."""
    return current().reading(scope)


def writing(scope: Scope, *, by_link: bool = False) -> AbstractContextManager[Session]:
    """Open a session that writes as one customer, in one transaction; see `Store.writing`."""
    return current().writing(scope, by_link=by_link)


def staff_reading(staff: Staff) -> AbstractContextManager[OpenSession]:
    """Open a session that reads over all customers, for a member of staff."""
    _must_be_staff(staff)
    return current().system_reading()


def staff_writing(staff: Staff) -> AbstractContextManager[OpenSession]:
    """Open a session that writes over all customers, for a member of staff."""
    _must_be_staff(staff)
    return current().system_writing()


def system_reading() -> AbstractContextManager[OpenSession]:
    """Open a session that reads over all customers, for the portal's own work."""
    return current().system_reading()


def system_writing() -> AbstractContextManager[OpenSession]:
    """Open a session that writes over all customers, for the portal's own work."""
    return current().system_writing()


def _must_be_staff(staff: Staff) -> None:
    if not isinstance(staff, Staff):
        raise TypeError("Only staff may cross customers.")
