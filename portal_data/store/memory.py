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

MOST_ANSWERS = 2_000
MOST_LINES = 1_000
"""How many answers are held, and how many lines or rows one of them may have."""


class Memory:
    """The remembered answers of one store, the least recently used ones forgotten first."""

    def __init__(self, changes: Changes | None) -> None:
        self._changes = changes
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, tuple[tuple[int, int], Any]] = OrderedDict()

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
        if _lines(found) <= MOST_LINES and self._changes.mark(customer_id) == before:
            with self._lock:
                self._answers[key] = (before, found)
                self._answers.move_to_end(key)
                while len(self._answers) > MOST_ANSWERS:
                    self._answers.popitem(last=False)
        return found

    def forget(self) -> None:
        """Forget everything: the next answers are read."""
        with self._lock:
            self._answers.clear()


def _lines(found: object) -> int:
    if isinstance(found, list):
        return len(found)
    return max(len(getattr(found, name, ())) for name in ("lines", "rows"))
