"""Archivist: one thread that makes the files of all data that contacts asked for, one by one.

They take minutes, so mails do not wait for them. A file is written beside its name, and gets it
once it is whole; the row that lets it be downloaded follows. What died half way is made anew.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from portal_data import store
from portal_data.auth import identity
from portal_data.clock import utc_now
from portal_data.customers import data_archives
from portal_data.customers.data_archives import Whose
from portal_data.errors import NotFound
from portal_data.messaging import outbox
from portal_data.ops.outbox_loop import OutboxLoop
from portal_data.output import data_archive
from portal_data.text import language

PAUSE = 10.0
"""Seconds between looks for work that another process may have left, and after a failure."""
KEEP_EVERY = 20.0
"""Seconds after which it says again that it works, and asks whether anybody still wants it."""
ORPHANED_AFTER = timedelta(hours=1)
"""A file that no row names, and nobody wrote to for this long, is of an attempt that died."""
_REST = 0.5
"""Rest after each part, as a share of the time it took: screens want the processor, too."""

log = logging.getLogger("portal.archivist")


class Stopped(Exception):
    """The portal stops, or another process has taken the work."""


class Archivist(OutboxLoop):
    """Makes archives into `folder`; `files` has what people uploaded.

    It stops between two parts of a file, which is made anew later.
    """

    name = "archivist"
    waiting = outbox.ARCHIVES_WAITING
    archives = True

    def __init__(self, folder: Path, files: Path, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__(clock)
        self._folder, self._files = folder, files

    def clean(self, now: datetime) -> None:
        """End files whose time is over, and delete all that no row names any more."""
        with store.system_writing() as session:
            kept = data_archives.expire(session, now)
        if not self._folder.is_dir():
            return
        for path in self._folder.iterdir():
            if path.name not in kept and _age(path) > ORPHANED_AFTER.total_seconds():
                path.unlink(missing_ok=True)

    def _pause(self, done: int | None) -> float:
        return PAUSE

    def _handle(self, row: outbox.Row, now: datetime) -> bool:
        archive_id = UUID(row.payload["archive_id"])
        try:
            return self._make(row, archive_id, now)
        except Stopped:
            self._failed(row, archive_id, "stopped", now, permanent=False)
        except NotFound as error:  # whoever asked has no access any more
            self._failed(row, archive_id, str(error), now, permanent=True)
        except Exception as error:  # unknown, so worth another try; the log has the rest
            log.exception("archive failed", extra={"portal": {"archive_id": str(archive_id)}})
            self._failed(row, archive_id, type(error).__name__, now, permanent=False)
        return False

    def _make(self, row: outbox.Row, archive_id: UUID, now: datetime) -> bool:
        with store.system_writing() as session:
            whose = data_archives.begin(session, row.customer_id, archive_id, row.attempts)
            if whose is None:
                outbox.mark_sent(session, row, now)
                return False
        key = f"{archive_id.hex}-{row.attempts}.zip"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path, part = self._folder / key, self._folder / f"{key}.part"
        try:
            left_out = self._write(part, row, whose, now)
            part.rename(path)
            size = path.stat().st_size
            with store.system_writing() as session:
                finished = self._clock()
                if not outbox.keep(session, row, finished) or not data_archives.finish(
                    session, whose, key, size, left_out, finished
                ):
                    raise Stopped
                outbox.mark_sent(session, row, finished)
        except BaseException:
            for left in (part, path):
                left.unlink(missing_ok=True)
            raise
        return True

    def _write(self, part: Path, row: outbox.Row, whose: Whose, now: datetime) -> int:
        with store.system_reading() as session:
            scope = identity.customer_as_portal(session, whose.customer_id)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file, language.reading(whose.language):
            between = _Pace(self._stopping, self._clock, row, whose)
            left_out = data_archive.write(
                scope, whose, file, folder=self._files, now=now, between=between
            )
            file.flush()
            os.fsync(file.fileno())
        return left_out

    def _failed(
        self, row: outbox.Row, archive_id: UUID, error: str, now: datetime, *, permanent: bool
    ) -> None:
        log.warning("archive not made: %s", error)
        with store.system_writing() as session:
            outbox.mark_failed(session, row, error, now, permanent=permanent)
            if permanent or row.is_last:
                data_archives.fail(session, row.customer_id, archive_id, now)


class _Pace:
    """What is done between two parts: rest, say that one works, and see whether to go on."""

    def __init__(
        self,
        stopping: threading.Event,
        clock: Callable[[], datetime],
        row: outbox.Row,
        whose: Whose,
    ) -> None:
        self._stopping, self._clock, self._row, self._whose = stopping, clock, row, whose
        self._went_on = self._kept = time.monotonic()

    def __call__(self) -> None:
        took = time.monotonic() - self._went_on
        if self._stopping.wait(min(took * _REST, 1.0)):
            raise Stopped
        if time.monotonic() - self._kept > KEEP_EVERY:
            self._kept = time.monotonic()
            with store.system_writing() as session:
                if not outbox.keep(session, self._row, self._clock()):
                    raise Stopped
                if not data_archives.still(session, self._whose):
                    raise NotFound("Whoever asked has no such access any more.")
        self._went_on = time.monotonic()


def _age(path: Path) -> float:
    """Return for how many seconds nobody has written to a file; 0 for one that is gone."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
