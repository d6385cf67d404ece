"""Publisher: a thread that publishes the books for analysts after changes, and when staff want it.

It is not the worker's: publishing large books takes a while, and no mail shall wait for it.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from portal_data import store
from portal_data.analysts.published import PROGRESS, Published, latest
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.errors import NotFound, PortalError
from portal_data.ops.publish import changes, clean, publish

PAUSE = 2.0
"""Seconds between looks at whether anything is due."""
LOOK_EVERY = timedelta(minutes=1)
"""How often the store is asked whether it has changed; also the time a start is left in peace."""

log = logging.getLogger("portal.publisher")


class Publisher:
    """Publishes into a folder at most every so often, and only what has changed.

    Without `every` it does only when it is wanted.
    """

    def __init__(
        self, data: Path, every: timedelta | None, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._data = data
        self._every = every
        self._clock = clock
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._looked_at = clock()
        self._tried_at: datetime | None = None

    def start(self) -> None:
        """Start the thread; it stops with `stop` and never keeps the process from ending."""
        self._stopping.clear()
        clean(self._data, self._clock())
        self._thread = threading.Thread(target=self._run, name="portal-publisher", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop at the next step, leaving what was published before, and wait for it."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def tick(self, now: datetime) -> Published | None:
        """Publish if that is wanted or due at `now` (naive UTC); return what was published."""
        if not PROGRESS.wanted.is_set() and not self._due(now):
            return None
        self._tried_at = now
        PROGRESS.underway.set()
        PROGRESS.wanted.clear()
        PROGRESS.failure = ""
        try:
            done = publish(self._data, now=now, goes_on=lambda: not self._stopping.is_set())
        except Exception as error:
            known = isinstance(error, PortalError)
            PROGRESS.failure = str(error) if known else "Something went wrong. It is in the log."
            raise
        finally:
            PROGRESS.underway.clear()
        log.info("published", extra={"portal": {"version": done.version, "s": done.seconds}})
        return done

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.tick(self._clock())
            except PortalError as error:
                log.warning("not published: %s", error)
            except Exception:  # the thread outlives any one failure; it tries again later
                log.exception("publishing failed")
            self._stopping.wait(PAUSE)

    def _due(self, now: datetime) -> bool:
        if self._every is None or now - self._looked_at < LOOK_EVERY:
            return False
        self._looked_at = now
        shown = latest(self._data)
        last = max(
            (
                moment
                for moment in (
                    self._tried_at,
                    datetime.fromisoformat(shown.published_at) if shown else None,
                )
                if moment
            ),
            default=None,
        )
        if last is not None and now - last < self._every:
            return False
        try:
            with store.system_reading() as session:
                today = organisation.of_portal(session).today(now)
        except NotFound:
            return False  # nothing to publish yet
        # a new day makes other invoices overdue, whether or not anything else has changed
        return shown is None or shown.day != today.isoformat() or shown.changes != changes()
