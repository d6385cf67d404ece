"""Turns: how many screens run at once, and which is next when more are wanted.

Runs share one interpreter: twenty at once are each twenty times slower, and whoever came first
waits for whoever came last. A few at once, in the order in which they were asked for, are as fast
together, and the first of a burst is answered at once.
"""

import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

PATIENCE = 1.0
"""Seconds after which a run no longer counts: it waits for something, or is not like the others."""


class Turns:
    """Places for runs; whoever finds none waits in line."""

    def __init__(self, places: int, patience: float = PATIENCE) -> None:
        self._places, self._patience = places, patience
        self._lock = threading.Lock()
        self._running: dict[int, float] = {}
        self._waiting: deque[tuple[int, threading.Event]] = deque()
        self._asked = 0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a place, and hold it while the block runs, or for `patience` seconds."""
        own = threading.Event()
        with self._lock:
            self._asked += 1
            number = self._asked
            self._waiting.append((number, own))
            self._let_in()
        try:
            while not own.wait(self._patience):
                with self._lock:
                    self._let_in()
            yield
        finally:
            with self._lock:
                self._running.pop(number, None)
                if not own.is_set():  # interrupted while it waited
                    self._waiting.remove((number, own))
                self._let_in()

    def _let_in(self) -> None:
        now = monotonic()
        while self._waiting:
            if len(self._running) >= self._places:
                longest = next(iter(self._running))
                if now - self._running[longest] < self._patience:
                    return
                del self._running[longest]
            number, event = self._waiting.popleft()
            self._running[number] = now
            event.set()


of_people = Turns((os.cpu_count() or 1) + 1)
of_nobody = Turns((os.cpu_count() or 1) + 1)
"""Whoever signs in does not wait behind those who have: two lines."""
