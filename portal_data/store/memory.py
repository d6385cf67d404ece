"""Answers remembered for as long as nobody has changed the books they were read from.

A click runs a whole screen again, and most of what it costs is planning the same queries. A read
that is asked again by the same sign-in with the same arguments is answered from here, unless
something that this customer can see has been committed meanwhile. Who somebody is, and what they
may do, is never remembered: `identity` asks the store each time.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from portal_data.scope import Scope, Staff
from portal_data.store.changes import Changes

Answer = TypeVar("Answer")

MOST_LINES = 20_000
MOST_LINES_OF_ONE = 500
"""How many lines or rows all answers may have together, and how many one of them."""


class Memory:
    """The remembered answers of one store, the least recently used ones forgotten first."""

    def __init__(self, changes: Changes | None) -> None:
        self._changes = changes
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, tuple[tuple[int, int], Any]] = OrderedDict()
        self._lines = 0

    def answer(self, who: Scope | Staff, key: Hashable, read: Callable[[], Answer]) -> Answer:
        """Return what `read` returned for this key when nothing has changed since, else read."""
        customer_id = who.customer_id if isinstance(who, Scope) else None
        before = self._changes.mark(customer_id) if self._changes else None
        if self._changes is None or before is None:
            return read()
        key = (who, key)
        with self._lock:
            held = self._answers.get(key)
            if held is not None and held[0] == before:
                self._answers.move_to_end(key)
                answer: Answer = held[1]
                return answer
        found = read()
        if _lines(found) <= MOST_LINES_OF_ONE and self._changes.mark(customer_id) == before:
            with self._lock:
                self._hold(key, before, found)
        return found

    def _hold(self, key: Hashable, mark: tuple[int, int], found: object) -> None:
        replaced = self._answers.pop(key, None)
        if replaced is not None:
            self._lines -= _lines(replaced[1])
        self._answers[key] = (mark, found)
        self._lines += _lines(found)
        while self._lines > MOST_LINES:
            _, (_, forgotten) = self._answers.popitem(last=False)
            self._lines -= _lines(forgotten)

    def forget(self) -> None:
        """Forget everything: the next answers are read."""
        with self._lock:
            self._answers.clear()
            self._lines = 0


def _lines(found: object) -> int:
    """Return how big an answer is: its lines or rows, and one for the answer itself."""
    listed = len(found) if isinstance(found, list) else 0
    return 1 + listed + sum(len(getattr(found, name, ())) for name in ("lines", "rows"))
