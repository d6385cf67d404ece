"""Copies of a DuckDB file beside its writers, of which this process reads nothing.

DuckDB writes what is committed into a log, and into the file only when the log is taken over or
many rows come at once. A file that stood still while it was copied is therefore, with the log as it
stands afterwards, the books of that later moment.
"""

import shutil
import subprocess
import threading
import time
from contextlib import nullcontext
from pathlib import Path

from portal_data.errors import Unavailable

_TICK = 0.02
"""Seconds within which two writes may bear the same time: the system's clock is no finer."""
_TRIES = 3
_ROOM = 2
"""Times the size of a file that must be free on the disk for its copy and what is made of it."""


def copy(path: Path, target: Path, writing: threading.Lock) -> None:
    """Copy the file and its log; who holds the lock `writing` may change them, and nobody else.

    Writers wait while the log is copied, 16 MB at most, and only where they keep changing the file
    itself while that is copied too. Raises Unavailable without room for the copy, and when the file
    never stands still.
    """
    _need_room(path, target.parent)
    for attempt in range(1, _TRIES + 1):
        alone = attempt == _TRIES
        with writing if alone else nullcontext():
            seen = _state(path)
            time.sleep(_TICK)  # what is written at the moment that was seen is copied
            _copied(path, target)
            with nullcontext() if alone else writing:
                if _state(path) == seen:
                    log = Path(f"{path}.wal")
                    if log.exists():  # DuckDB locks the file alone, so this one is copied here
                        shutil.copyfile(log, f"{target}.wal")
                    return
    raise Unavailable(f"{path} changed while it was copied. Try again.")


def _copied(path: Path, target: Path) -> None:
    """Have another process copy: closing the file here would end DuckDB's lock on it."""
    command = ["cp", "--", str(path), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - paths of ours
    if done.returncode:
        raise Unavailable(f"{path} could not be copied: {done.stderr.strip()}")


def _state(path: Path) -> tuple[int, int]:
    told = path.stat()
    return told.st_mtime_ns, told.st_size


def _need_room(path: Path, folder: Path) -> None:
    needed, free = path.stat().st_size * _ROOM, shutil.disk_usage(folder).free
    if free < needed:
        raise Unavailable(
            f"The disk of {folder} has {free >> 20:,} MB left, and {needed >> 20:,} MB are needed "
            "for a moment. Make room on it, and do this again."
        )
