"""Threads that do what waits in the outbox, and clear away after it: worker and archivist."""

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar

from portal_data import store
from portal_data.clock import utc_now
from portal_data.messaging import outbox

CLEAN_EVERY = timedelta(minutes=10)


class OutboxLoop(ABC):
    """Does due rows one by one, at least once each: what died over one is done again."""

    name: ClassVar[str]
    """What the thread and its log are called."""
    waiting: ClassVar[threading.Event]
    """Set when there is something new to do."""
    archives: ClassVar[bool] = False
    """Which of the rows are its own: see `outbox.due`."""

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._cleaned_at: datetime | None = None

    @property
    def alive(self) -> bool:
        """True while the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Start the thread; it stops with `stop` and never keeps the process from ending."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name=f"portal-{self.name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop as soon as the row at hand allows, and wait for it."""
        self._stopping.set()
        self.waiting.set()
        if self._thread is not None:
            self._thread.join()

    def work(self, now: datetime) -> int:
        """Do what is due at `now` and return how many rows were done."""
        done = 0
        with store.system_reading() as session:
            rows = outbox.due(session, now, archives=self.archives)
        for row in rows:
            if self._stopping.is_set():
                break
            with store.system_writing() as session:
                claimed = outbox.claim(session, row, now)
            if claimed:
                done += self._handle(row, now)
        if self._cleaned_at is None or now - self._cleaned_at >= CLEAN_EVERY:
            self._cleaned_at = now
            self.clean(now)
        return done

    @abstractmethod
    def clean(self, now: datetime) -> None:
        """Clear away what expired by `now`."""

    @abstractmethod
    def _handle(self, row: outbox.Row, now: datetime) -> bool:
        """Do one row and say in the outbox what became of it; tell whether it was done."""

    @abstractmethod
    def _pause(self, done: int | None) -> float:
        """Return the seconds until the next look, where nothing new comes before.

        `done` are the rows that the last one did, None after one that failed.
        """

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.waiting.clear()  # before the look, so that what comes during it is not missed
            try:
                pause = self._pause(self.work(self._clock()))
            except Exception:  # the thread outlives any one failure; the row is tried again
                logging.getLogger(f"portal.{self.name}").exception("%s failed", self.name)
                pause = self._pause(None)
            if not self._stopping.is_set():
                self.waiting.wait(pause)
