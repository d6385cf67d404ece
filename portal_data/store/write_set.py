"""Whose rows of which tables have changed: what a cached answer is checked against.

Only an engine whose process is the only writer can know this; see docs/decisions/0009.
"""

import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from uuid import UUID

EVERYONE = UUID(int=0)
"""Stands for all customers where one is named."""

ANYTHING = ""
"""Stands for all tables where one is named."""

PERSON = "a person"
"""Stands for a sign-in, or for what one person alone has, where a table of a customer is named."""

FIRST_VIEW = "a first view"
"""Stands for the two columns of documents that say who looked first and when.

Opening a document writes them and no other column of its table, and hardly any read names them.
"""

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
_VIEWED = re.compile(
    r"update core\.[a-z_]+ set first_viewed_at = \$[a-z_]+, first_viewed_by = \$[a-z_]+"
    r" where [^;]*$"
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

    Of a statement that may write something in a way that is not known here the pair ("", ANYTHING)
    is part of it.
    """
    words = plain(sql)
    known = _KNOWN.findall(words)
    understood = len(_VERB.findall(words)) == len(known) and (known or _READS.match(words))
    return frozenset(known if understood else [*known, ("", ANYTHING)])


@lru_cache(maxsize=1024)
def plain(sql: str) -> str:
    """Return a statement in lower case on one line, without comments and with empty literals."""
    return " ".join(_LITERAL.sub(" '' ", sql).lower().split())


class WriteSet:
    """Whose rows of which tables one writing transaction has changed so far."""

    def __init__(self, customer_id: UUID | None) -> None:
        self._customer_id = customer_id
        self.tables: set[tuple[UUID, str]] = set()
        """Customers and tables of `core`."""
        self.persons: set[UUID] = set()
        """Ids of sign-ins, and of people of whose own rows something was written."""

    def by(self, sql: str, params: Mapping[str, Any]) -> None:
        """Note a statement: a customer's session and an insert name theirs, others may be any's."""
        for verb, table in writes(sql):
            if table == "sign_ins":
                self._sign_in(sql, params)
            elif table in OF_PERSON:
                self._of_person(sql, params)
            elif table in OF_IDENTITY or table == ANYTHING:
                self.persons.add(EVERYONE)
            named = params.get("customer_id") if verb == "insert into" else None
            self._rows(FIRST_VIEW if _VIEWED.match(plain(sql)) else table, named)

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
            self.persons.add(EVERYONE)

    def _of_person(self, sql: str, params: Mapping[str, Any]) -> None:
        """Note a write to rows of people: of one who is named, or of anybody."""
        named = params.get("recipient_id")
        one = isinstance(named, UUID) and _ONE_PERSON.match(plain(sql))
        self.persons.add(named if one and isinstance(named, UUID) else EVERYONE)

    def table(self, name: str, customer_id: UUID | str | None = None) -> None:
        """Note a write to a table, of a customer's rows where one is named."""
        if name in OF_IDENTITY or name in OF_PERSON or name == ANYTHING:
            self.persons.add(EVERYONE)
        self._rows(name, customer_id)

    def _rows(self, name: str, customer_id: UUID | str | None) -> None:
        of_one = name != ANYTHING and name not in OF_BUSINESS
        named = (self._customer_id or customer_id or EVERYONE) if of_one else EVERYONE
        try:
            whose = named if isinstance(named, UUID) else UUID(named)
        except ValueError:  # no customer: whose rows they are is anybody's guess
            whose = EVERYONE
        self.tables.add((whose, name))


class Changes:
    """Numbers the commits, and knows the last one that changed a customer's rows of a table."""

    MOST = 100_000
    """Customers' tables that are told apart; more of them count as changed all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._commits = 0
        self._all_before = 0
        """Up to this commit anything may have changed."""
        self._last: dict[tuple[UUID | None, str], int] = {}
        """The last commit by customer, None for any of them, and table."""
        self._underway: Counter[tuple[UUID | None, str]] = Counter()

    def position(self) -> int:
        """Return the number of the last commit: a read that begins now sees it."""
        with self._lock:
            return self._commits

    def stand(self, since: int, whose: UUID | None, tables: Iterable[str]) -> bool:
        """Tell whether a customer's rows (None: everybody's) of all tables are as they were.

        `since` is the position before they were read. They are not during a commit that may change
        one of them. A person's own rows are those of the "table" PERSON.
        """
        owners = (None,) if whose is None else (whose, EVERYONE)
        with self._lock:
            return self._all_before <= since and not any(
                self._last.get(each, 0) > since or self._underway.get(each)
                for table in (*tables, ANYTHING)
                for owner in owners
                for each in ((owner, table),)
            )

    @contextmanager
    def committing(self, write_set: WriteSet) -> Iterator[None]:
        """Number a commit, whether it succeeds or not."""
        changed: set[tuple[UUID | None, str]] = {(each, PERSON) for each in write_set.persons}
        for whose, table in write_set.tables:
            changed |= {(whose, table), (None, table)}
        if not changed:
            yield
            return
        with self._lock:
            self._underway.update(changed)
        try:
            yield
        finally:
            with self._lock:
                self._commits += 1
                self._underway.subtract(changed)
                self._underway = +self._underway
                if len(self._last) > self.MOST:
                    self._last.clear()
                    self._all_before = self._commits
                self._last.update(dict.fromkeys(changed, self._commits))
