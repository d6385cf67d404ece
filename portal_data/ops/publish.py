"""Publishing: the books as a DuckDB file and Parquet files that analysts query as they like.

What is published is made in a folder of its own and shown by turning one link, so it takes the
place of what was there whole or not at all. Whoever has the old files open keeps reading them.
`analytics/sources.sql` beside this module lists what may be published.
"""

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from portal_data import __version__, money, store
from portal_data.analysts.published import CURRENT, FILE, FOLDER, MANIFEST, Published
from portal_data.business import organisation
from portal_data.business.organisation import Organisation
from portal_data.errors import Unavailable
from portal_data.store import OpenSession, snapshot
from portal_data.store.snapshot import GoesOn, Snapshot

KEPT_FOR = timedelta(hours=1)
"""How long the Parquet files of an older publication stay for those who are reading them."""

_OPENED_WITHIN = timedelta(minutes=5)
"""How long the way from the link to a replaced DuckDB file may take; who has it open keeps it."""

_HERE = Path(__file__).parent / "analytics"
_UNFINISHED = ".unfinished-"
_NEXT = ".next"
_LOCK = ".lock"
_MOMENT = "%Y%m%dT%H%M%S.%fZ"
_PAUSE = 0.1
_NICE = 10
# readable by the portal's group, writable by nobody: who opens it to write is refused by the system
_FILE_MODE, _FOLDER_MODE = 0o440, 0o750

_UNDATED = (
    "allocations", "approval_entries", "credit_applications", "credit_note_lines", "disputes",
    "estimate_lines", "invoice_lines", "payment_promise_items", "payment_promises", "people",
    "project_people", "refunds",
    "retainer_applications", "tasks",
)  # fmt: skip
"""Tables whose rows do not say when they changed."""

_CURRENCY = "insert into currencies (currency_code, unit) values ($code, $unit)"
_DISPUTED = """
    select distinct l.id, l.position, l.name
    from core.disputes d
    join core.invoice_lines l on l.id = d.invoice_line_id and l.customer_id = d.customer_id
    order by l.id
"""
_DISPUTED_LINE = "insert into disputed_lines (id, position, name) values ($id, $position, $name)"
_MOMENTS = "select id, opened_at, decided_at from core.disputes order by id"
_DISPUTE_DAYS = """
    insert into dispute_days (id, opened_on, decided_on)
    select unnest($ids::uuid[]), unnest($opened::date[]), unnest($decided::date[])
"""
_PUBLICATION = """
    insert into publication (version, published_at, day, books_changed_at, portal_version,
        base_decimals)
    values ($version, $now, $day, $changed, $portal, $decimals)
"""
_ABOUT = "select backup, backup_imported_at from about"
_DICTIONARY = """
    select table_name, column_name, description from dictionary
    where kind <> 'macro'
    order by table_name, position
"""


def publish(data: Path, *, now: datetime, goes_on: GoesOn = lambda: True) -> Published:
    """Publish the books of this process's store into the folder `data`, and return what was done.

    `now` is naive UTC. `goes_on` is asked between steps. Waits while another process publishes.
    Raises NotFound before the portal has an organisation, Unavailable when told to stop; what was
    published before then stays.
    """
    folder = data / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(_FOLDER_MODE)
    # the group passes through, and lists nothing
    data.chmod(data.stat().st_mode | stat.S_IXGRP)
    with ThreadPoolExecutor(1, "publishing", initializer=_stand_back) as thread:
        return thread.submit(_publish, data, now, goes_on).result()


def _publish(data: Path, now: datetime, goes_on: GoesOn) -> Published:
    folder = data / FOLDER
    with _locked(folder) as locked:
        while not locked():
            if not goes_on():
                raise Unavailable("The portal is stopping.")
            time.sleep(_PAUSE)
        _clean(data, now)
        version = f"{now:{_MOMENT}}-{secrets.token_hex(3)}"
        work = folder / f"{_UNFINISHED}{version}"
        work.mkdir(mode=0o700)
        try:
            done = _make(work, version, now, goes_on)
            work.chmod(_FOLDER_MODE)
            work.replace(folder / version)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        _show(data, version)
        return done


def _stand_back() -> None:
    """Let this thread, and those it starts, work while the processors have nothing else to do.

    Where the system cannot do that for one thread, nothing is changed.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


def changes() -> str:
    """Return a word that is another one as soon as the books have changed."""
    with store.system_reading() as session:
        return _changes(session)[0]


def clean(data: Path, now: datetime) -> None:
    """Remove what killed processes left and what was replaced long ago; not while one publishes."""
    folder = data / FOLDER
    if folder.is_dir():
        with _locked(folder) as locked:
            if locked():
                _clean(data, now)


@contextmanager
def _locked(folder: Path) -> Iterator[Callable[[], bool]]:
    """Yield what tries to get the lock of those who publish; it ends with the process at last."""
    handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)

    def locked() -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    try:
        yield locked
    finally:
        os.close(handle)


def _changes(session: OpenSession) -> tuple[str, datetime | None]:
    """Return a word for the state of the books, and when they last changed (naive UTC)."""
    rows = session.rows((_HERE / "changes.sql").read_text("utf-8"))
    seen = [(row["of"], row["n"], str(row["latest"])) for row in rows]
    contents = [(table, session.digest(table)) for table in _UNDATED]
    latest = max((row["latest"] for row in rows if row["latest"]), default=None)
    return hashlib.sha256(repr((seen, contents)).encode()).hexdigest(), latest


def _clean(data: Path, now: datetime) -> None:
    """Remove everything but what is shown and what was until lately; the lock is ours."""
    folder = data / FOLDER
    link = folder / CURRENT
    shown = link.readlink().name if link.is_symlink() else ""
    for left in (*folder.glob(f"{_UNFINISHED}*"), folder / _NEXT, data / _NEXT):
        if left.is_symlink():
            left.unlink()
        else:
            shutil.rmtree(left, ignore_errors=True)
            # a copy that a killed process had begun may have opened its one file in between
            shutil.rmtree(left, ignore_errors=True)
    shown_at = _made_at(shown)
    made = sorted((when, each) for each in folder.iterdir() if (when := _made_at(each.name)))
    for (_, each), (replaced_at, _) in pairwise(made):
        if each.name != shown and now - replaced_at > KEPT_FOR:
            shutil.rmtree(each, ignore_errors=True)
        elif each.name != shown and now - replaced_at > _OPENED_WITHIN:
            (each / FILE).unlink(missing_ok=True)
    for when, each in made:
        if shown_at is None or when > shown_at:  # its process died before it could show it
            shutil.rmtree(each, ignore_errors=True)


def _make(work: Path, version: str, now: datetime, goes_on: GoesOn) -> Published:
    """Make the DuckDB file, the Parquet files and the manifest inside `work`."""
    began = time.perf_counter()
    file = work / FILE
    with snapshot.making(file, goes_on) as made:
        for definitions in ("setup.sql", "sources.sql"):
            made.prepare((_HERE / definitions).read_text("utf-8"))
        with made.books_of(store.current().engine) as books:
            state, changed_at = _changes(books)
            business = organisation.of_portal(books)
            currencies = books.rows((_HERE / "currencies.sql").read_text("utf-8"))
            made.vocabulary("currency_word", [row["currency_code"] for row in currencies])
            words: dict[str, list[str]] = {}
            for row in books.rows((_HERE / "repeated.sql").read_text("utf-8")):
                found = words.setdefault(row["type"], [])
                if row["word"] is not None:
                    found.append(row["word"])
            for name, found in words.items():
                made.vocabulary(name, found)
            for row in currencies:
                code = row["currency_code"]
                made.change(_CURRENCY, code=code, unit=Decimal(1).scaleb(-money.exponent(code)))
            for line in books.rows(_DISPUTED):
                made.change(_DISPUTED_LINE, **line)
            _keep_dispute_days(made, books, business)
            made.change(
                _PUBLICATION,
                version=version,
                now=now,
                day=business.today(now),
                changed=changed_at,
                portal=__version__,
                decimals=money.exponent(business.currency_code),
            )
            for script in sorted((_HERE / "tables").glob("*.sql")):
                made.run(script.read_text("utf-8"))
        (about,) = made.rows(_ABOUT)
        rows = _export(made, work, version)
    imported_at = about["backup_imported_at"]
    done = Published(
        version=version,
        published_at=now.isoformat(),
        day=business.today(now).isoformat(),
        books_changed_at=changed_at.isoformat() if changed_at else None,
        backup=about["backup"],
        backup_imported_at=imported_at.isoformat() if imported_at else None,
        changes=state,
        rows=rows,
        copied_in=round(made.read_for, 3),
        seconds=round(time.perf_counter() - began, 3),
        database_bytes=file.stat().st_size,
        parquet_bytes=sum(each.stat().st_size for each in work.glob("*.parquet")),
    )
    (work / MANIFEST).write_text(json.dumps(asdict(done), indent=1), "utf-8")
    for each in work.iterdir():
        each.chmod(_FILE_MODE)
    return done


def _keep_dispute_days(made: Snapshot, books: OpenSession, business: Organisation) -> None:
    """Tell the snapshot the days of disputes, which its SQL has no time zone to reckon with."""
    held = books.rows(_MOMENTS)
    made.change(
        _DISPUTE_DAYS,
        ids=[row["id"] for row in held],
        opened=[business.day_of(row["opened_at"]) for row in held],
        decided=[row["decided_at"] and business.day_of(row["decided_at"]) for row in held],
    )


def _export(made: Snapshot, work: Path, version: str) -> dict[str, int]:
    """Write each table as Parquet, with its comments in the file, and return rows by table."""
    described: dict[str, dict[str | None, str]] = {}
    for row in made.rows(_DICTIONARY):
        described.setdefault(row["table_name"], {})[row["column_name"]] = row["description"]
    rows = {}
    for table, columns in described.items():
        about = {
            "version": version,
            "description": columns.pop(None),
            "columns": json.dumps(columns, ensure_ascii=False),
        }
        rows[table] = made.export(table, work / f"{table}.parquet", about)
    return rows


def _show(data: Path, version: str) -> None:
    """Show the publication of this name: one rename, whole or not at all."""
    folder = data / FOLDER
    link = folder / CURRENT
    _turn(link, Path(version))
    if not (data / FILE).is_symlink():
        # left by somebody who opened an older file to write: it does not belong to the new one
        (data / f"{FILE}.wal").unlink(missing_ok=True)
        _turn(data / FILE, Path(FOLDER) / CURRENT / FILE)


def _turn(link: Path, target: Path) -> None:
    following = link.with_name(_NEXT)
    following.symlink_to(target)
    following.replace(link)


def _made_at(name: str) -> datetime | None:
    """Return when a publication of that name was made (naive UTC), or None when it is none."""
    try:
        return datetime.strptime(name.rpartition("-")[0], _MOMENT)  # noqa: DTZ007 - naive UTC, as everywhere
    except ValueError:
        return None
