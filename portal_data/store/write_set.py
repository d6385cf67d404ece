"""Whose books and whose sign-ins have changed: what a cached answer is checked against.

Only an engine whose process is the only writer can know this; see docs/decisions/0009.
"""

import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from uuid import UUID

EVERYONE = UUID(int=0)
"""Stands for all customers where one is named."""

UNSEEN = frozenset(
    {
        "activity_chains",
        "demo_gateway",
        "document_views",
        "import_blocks",
        "import_refs",
        "imports",
        "invitations",
        "known_devices",
        "login_identities",
        "logins",
        "migrations",
        "outbox",
        "password_resets",
        "recovery_codes",
        "sign_in_failures",
        "sign_in_tickets",
        "sign_ins",
        "view_texts",
    }
)
"""Tables of `core` that no cached read looks at; a write to any other one counts."""

OF_IDENTITY = frozenset({"contacts", "customers", "sign_ins", "staff"})
"""Tables of `core` that say who is signed in and what they may do."""

OF_PERSON = frozenset({"notifications"})
"""Tables of `core` whose rows are one person's, and read by what is kept for that person alone."""

OF_BUSINESS = frozenset({"organisation", "preferences"})
"""Tables of `core` whose rows are the same for all customers, whoever writes them."""

# an update of a sign-in by its key, and a new one, of which nothing can be cached
_ONE_SIGN_IN = re.compile(
    r"update core\.sign_ins set [a-z_$, =']+ where id = \$id(?: and (?!.*\bor\b)[^;]*)?$"
)
_NEW_SIGN_IN = re.compile(r"insert into core\.sign_ins (?!.*\bon conflict\b)[^;]*$")
# a new row of a person's, and an update of one person's rows
_ONE_PERSON = re.compile(
    r"(?:insert into core\.[a-z_]+ (?!.*\bon conflict\b)[^;]*"
    r"|update core\.[a-z_]+ set [a-z_$, =]+ where recipient_id = \$recipient_id"
    r"(?: and (?!.*\bor\b)[^;]*)?)$"
)
# how many rows the last of several changed, or a row that comes back, is not what was changed
_UNCOUNTED = re.compile(r";(?! *$)|\breturning\b")
_LITERAL = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)
# what may change something, besides the lock of a row that is read and the end of an upsert
_VERB = re.compile(
    r"(?<!for )(?<!do )\b(?:insert|update|delete|merge|replace(?! *\()|truncate|alter|create|drop"
    r"|copy|attach|detach|call|execute|import|load|install|set(?= +(?:global|variable|session)))\b"
)
_KNOWN = re.compile(r"\b(insert into|update|delete from) +core\.([a-z_]+)")
_READS = re.compile(r"(?:select|with|describe|explain|values|from)\b")


@lru_cache(maxsize=1024)
def writes(sql: str) -> frozenset[tuple[str, str]]:
    """Return what a statement writes, as pairs of verb and `core` table.

    Of a statement that may write something in a way that is not known here the pair ("", "") is
    part of it: anything may have changed.
    """
    words = plain(sql)
    known = _KNOWN.findall(words)
    understood = len(_VERB.findall(words)) == len(known) and (known or _READS.match(words))
    return frozenset(known if understood else [*known, ("", "")])


@lru_cache(maxsize=1024)
def plain(sql: str) -> str:
    """Return a statement in lower case on one line, without comments and with empty literals."""
    return " ".join(_LITERAL.sub(" '' ", sql).lower().split())


class WriteSet:
    """Whose books one writing transaction has write_set so far."""

    def __init__(self, customer_id: UUID | None) -> None:
        self._customer_id = customer_id
        self.customers: set[UUID] = set()
        self.persons: set[UUID] = set()
        """Ids of sign-ins, and of people of whose own rows something was written."""

    def by(self, sql: str, params: Mapping[str, Any]) -> None:
        """Note a statement: a customer's session and an insert name theirs, others may be any's."""
        for verb, table in writes(sql):
            if table == "sign_ins":
                self._sign_in(sql, params)
                continue
            if table in OF_PERSON:
                self._of_person(sql, params)
                continue
            named = params.get("customer_id") if verb == "insert into" else None
            self.table(table, named)

    def changed(self, sql: str, params: Mapping[str, Any], counted: tuple[Any, ...] | None) -> None:
        """Note a statement that has run, unless it is one that is known to have changed no row."""
        if counted != (0,) or _UNCOUNTED.search(plain(sql)):
            self.by(sql, params)

    def _sign_in(self, sql: str, params: Mapping[str, Any]) -> None:
        """Note a write to `sign_ins`: an update by its key is of one, a new one is nobody's yet."""
        named, words = params.get("id"), plain(sql)
        if isinstance(named, UUID) and _ONE_SIGN_IN.match(words):
            self.persons.add(named)
        elif not _NEW_SIGN_IN.match(words):
            self.table("sign_ins")

    def _of_person(self, sql: str, params: Mapping[str, Any]) -> None:
        """Note a write to rows of people: of one who is named, or of anybody."""
        named = params.get("recipient_id")
        one = isinstance(named, UUID) and _ONE_PERSON.match(plain(sql))
        self.persons.add(named if one and isinstance(named, UUID) else EVERYONE)

    def table(self, name: str, customer_id: UUID | str | None = None) -> None:
        """Note a write to a table, unless no cached read looks at it."""
        if name in OF_IDENTITY or name in OF_PERSON or not name:
            self.persons.add(EVERYONE)
        if name in UNSEEN or name in OF_PERSON:
            return
        of_one = name and name not in OF_BUSINESS
        named = (self._customer_id or customer_id or EVERYONE) if of_one else EVERYONE
        try:
            self.customers.add(named if isinstance(named, UUID) else UUID(named))
        except ValueError:  # no customer: whose books it is in is anybody's guess
            self.customers.add(EVERYONE)


class Changes:
    """Counts the commits that each customer, and each sign-in or person, could notice."""

    _MOST_PERSONS = 10_000

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[UUID] = Counter()
        self._persons: Counter[UUID] = Counter()
        self._total = 0
        self._underway = 0

    def mark(self, customer_id: UUID | None) -> tuple[int, int] | None:
        """Return where a customer's books stand (None: all books), or None during a commit.

        Two equal marks, one before and one after a read, prove that nothing was committed between.
        """
        with self._lock:
            if self._underway:
                return None
            if customer_id is None:
                return self._total, 0
            return self._counts[EVERYONE], self._counts.get(customer_id, 0)

    def mark_of_person(self, person: UUID) -> tuple[int, int] | None:
        """Return where a sign-in, or what one person alone has, stands, as `mark` for books."""
        with self._lock:
            if self._underway:
                return None
            return self._persons[EVERYONE], self._persons.get(person, 0)

    @contextmanager
    def committing(self, write_set: WriteSet) -> Iterator[None]:
        """Count a commit, whether it succeeds or not."""
        if not write_set.customers and not write_set.persons:
            yield
            return
        with self._lock:
            self._underway += 1
        try:
            yield
        finally:
            with self._lock:
                self._underway -= 1
                self._total += 1
                self._counts.update(write_set.customers)
                if len(self._persons) > self._MOST_PERSONS:  # as if all had changed
                    self._persons = Counter({EVERYONE: self._persons.total()})
                self._persons.update(write_set.persons)
