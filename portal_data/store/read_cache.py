"""Answers cached for as long as nobody has changed the rows they were read from.

A click runs a whole screen again, and most of what it costs is planning the same queries. A read
that is asked again for the same customer and role with the same arguments is answered from here,
unless something in a table that it looked at, of this customer, has been committed meanwhile. The
row of a sign-in is kept in the same way until something is committed that could end it, or change
what its person may do.
"""

import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import NoneType
from typing import Any, TypeVar
from uuid import UUID

from portal_data.scope import Scope, Staff
from portal_data.store import read_set
from portal_data.store.engine import Engine
from portal_data.store.write_set import EVERYONE, PERSON, Changes

Answer = TypeVar("Answer")

_PLAIN = frozenset({NoneType, bool, bytes, date, datetime, Decimal, float, int, str, UUID})
"""Types of what holds nothing else; most of an answer is of them."""

MOST_BYTES = 32 * 1024**2
MOST_BYTES_OF_ONE = 1024**2
"""What all answers may take together, and one of them."""


_OF_PERSON = frozenset({PERSON})


@dataclass(frozen=True, slots=True)
class _Held:
    """An answer, the position of the books before it was read, and the tables that it is from."""

    since: int
    tables: frozenset[str]
    answer: Any
    size: int


class ReadCache:
    """The cached answers of one store, the least recently used ones forgotten first."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, _Held] = OrderedDict()
        self._bytes = 0

    def answer(self, who: Scope | Staff, key: Hashable, read: Callable[[], Answer]) -> Answer:
        """Return what `read` returned for this key when nothing has changed since, else read.

        Everybody of one customer in one role has the same answers. Raises RuntimeError while this
        thread writes: the read would not see what was written.
        """
        customer_id = who.customer_id if isinstance(who, Scope) else None
        return self._answer((customer_id, who.role, key), customer_id, read)

    def for_all(self, who: Scope | Staff, key: Hashable, read: Callable[[], Answer]) -> Answer:
        """Return what `read` returned for any customer, or for any member of staff, as `answer`."""
        return self._answer((type(who), key), EVERYONE if isinstance(who, Scope) else None, read)

    def _answer(
        self, key: Hashable, customer_id: UUID | None, read: Callable[[], Answer]
    ) -> Answer:
        changes = self._engine.changes
        if changes is None:
            return read()
        if self._engine.is_writing():
            raise RuntimeError("A cached read would not see what this transaction has written.")
        return self._kept(changes, key, customer_id, read)

    def of_sign_in(self, sign_in_id: UUID, read: Callable[[], Answer]) -> Answer:
        """Return what `read` returned of a sign-in while it and its person stand as they did.

        What grows old by itself is the caller's to judge, each time.
        """
        return self._of_person(sign_in_id, sign_in_id, read)

    def of_person(self, person: UUID, name: str, read: Callable[[], Answer]) -> Answer:
        """Return what `read` returned of one person's own rows while these stand as they did.

        `name` tells apart what is read of the same person.
        """
        return self._of_person(person, (person, name), read)

    def _of_person(self, person: UUID, key: Hashable, read: Callable[[], Answer]) -> Answer:
        changes = self._engine.changes
        if changes is None or self._engine.is_writing():
            return read()
        return self._kept(changes, key, person, read, _OF_PERSON)

    def _kept(
        self,
        changes: Changes,
        key: Hashable,
        whose: UUID | None,
        read: Callable[[], Answer],
        tables: frozenset[str] | None = None,
    ) -> Answer:
        """Return a held answer while it stands; it depends on what it was read from, or `tables`.

        An answer of which no table is known is read each time.
        """
        with self._lock:
            held = self._answers.get(key)
        if held is not None and changes.stand(held.since, whose, held.tables):
            with self._lock:
                if key in self._answers:
                    self._answers.move_to_end(key)
            read_set.note_tables(held.tables)
            answer: Answer = held.answer
            return answer
        since = changes.position()
        with read_set.recording() as recorded:
            found = read()
        if tables is None:
            tables = self._engine.tables_of(recorded.statements).union(recorded.tables)
        size = size_of(found)
        if tables and size <= MOST_BYTES_OF_ONE and changes.stand(since, whose, tables):
            with self._lock:
                self._hold(key, _Held(since, tables, found, size))
        return found

    def _hold(self, key: Hashable, held: _Held) -> None:
        replaced = self._answers.pop(key, None)
        if replaced is not None:
            self._bytes -= replaced.size
        self._answers[key] = held
        self._bytes += held.size
        while self._bytes > MOST_BYTES:
            _, oldest = self._answers.popitem(last=False)
            self._bytes -= oldest.size

    def forget(self) -> None:
        """Forget everything: the next answers are read."""
        with self._lock:
            self._answers.clear()
            self._bytes = 0


def size_of(found: object) -> int:
    """Return the bytes of an answer with all that it holds, up to `MOST_BYTES_OF_ONE` and a bit."""
    size, rest = sys.getsizeof(found), [found]
    while rest and size <= MOST_BYTES_OF_ONE:
        held = _held(rest.pop())
        size += sum(map(sys.getsizeof, held))
        rest += [each for each in held if type(each) not in _PLAIN]
    return size


def _held(each: object) -> Sequence[object]:
    if isinstance(each, dict):
        return [*each, *each.values()]
    if isinstance(each, list | tuple | set | frozenset):
        return tuple(each)
    return [getattr(each, name) for name in getattr(each, "__dataclass_fields__", ())]
