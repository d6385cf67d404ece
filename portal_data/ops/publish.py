"""Publishing: the books as a DuckDB file and Parquet files that analysts query as they like.

What is published is made beside what is there and put in its place whole: `analytics.duckdb` by one
rename, the Parquet files as a new folder to which the link `analytics/current` is turned by one
rename. Whoever has the old ones open keeps reading them. `analytics/tables.sql` beside this module
lists what may be published.
"""

import hashlib
import json
import secrets
import shutil
import stat
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from portal_data import money, organisation, store
from portal_data.errors import Unavailable
from portal_data.store import snapshot

FILE = "analytics.duckdb"
FOLDER = "analytics"
CURRENT = "current"
MANIFEST = "manifest.json"
KEPT_FOR = timedelta(hours=1)
"""How long the Parquet files of an older publication stay for those who are reading them."""
ABANDONED_AFTER = timedelta(days=1)
"""What was begun and not finished for so long was left behind by a process that died."""

_HERE = Path(__file__).parent / "analytics"
_UNFINISHED = ".unfinished-"
_MOMENT = "%Y%m%dT%H%M%S.%fZ"
# readable by the portal's group, writable by nobody: who opens it to write is refused by the system
_FILE_MODE, _FOLDER_MODE = 0o440, 0o750
_one_at_a_time = threading.Lock()

_CURRENCIES = """
    select distinct currency_code from (
        select currency_code from stored.organisation
        union all select currency_code from stored.customers
        union all select currency_code from stored.items
        union all select currency_code from stored.estimates
        union all select currency_code from stored.invoices
        union all select currency_code from stored.retainer_invoices
        union all select currency_code from stored.credit_notes
        union all select currency_code from stored.payments
        union all select currency_code from stored.refunds
        union all select currency_code from stored.projects
        union all select currency_code from stored.activity
    ) used
    where currency_code is not null
    order by currency_code
"""
_CURRENCY = "insert into stored.currencies (currency_code, unit) values ($code, $unit)"
_PUBLISHED = """
    insert into stored.published (version, published_at, day) values ($version, $now, $day)
"""
_VIEWS = """
    select view_name from duckdb_views() where schema_name = 'main' and not internal
    order by view_name
"""


@dataclass(frozen=True, slots=True)
class Published:
    """One publication: its name, the moment the books were read (UTC), and rows by view.

    `copied_in` is how long the store was read, `seconds` the whole; `changes` is what `changes` of
    this module said just before.
    """

    version: str
    published_at: str
    day: str
    changes: str
    rows: dict[str, int]
    copied_in: float
    seconds: float
    database_bytes: int
    parquet_bytes: int


def publish(data: Path, *, now: datetime, goes_on: Callable[[], bool] = lambda: True) -> Published:
    """Publish the books of this process's store into the folder `data`, and return what was done.

    `now` is naive UTC. `goes_on` is asked between steps. Raises NotFound before the portal has an
    organisation, Unavailable when told to stop; what was published before then stays.
    """
    with _one_at_a_time:
        folder = data / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(_FOLDER_MODE)
        data.chmod(
            data.stat().st_mode | stat.S_IXGRP
        )  # the group passes through, and lists nothing
        clean(data, now)
        version = _named(now)
        work = folder / f"{_UNFINISHED}{version}"
        work.mkdir(mode=0o700)
        try:
            done = _make(work, version, now, goes_on)
            _show(data, work, version)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return done


def changes() -> str:
    """Return a word that is another one as soon as the books have changed."""
    with store.system_reading() as session:
        seen = [
            (row["of"], row["n"], str(row["latest"]))
            for row in session.rows((_HERE / "changes.sql").read_text("utf-8"))
        ]
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def latest(data: Path) -> Published | None:
    """Return what is published in the folder `data`, or None when nothing (readable) is."""
    try:
        told = (data / FOLDER / CURRENT / MANIFEST).read_text("utf-8")
        return Published(**json.loads(told))
    except (OSError, ValueError, TypeError):
        return None


def clean(data: Path, now: datetime) -> None:
    """Remove publications that were replaced long ago, and what was begun and never finished."""
    folder = data / FOLDER
    if not folder.is_dir():
        return
    moment = now.replace(tzinfo=UTC)
    made = {each: when for each in folder.iterdir() if (when := _made_at(each.name)) is not None}
    finished = sorted((when, each) for each, when in made.items() if each.name[0] != ".")
    for (_, each), (replaced_at, _) in pairwise(finished):
        if moment - replaced_at > KEPT_FOR and each.name != _current(folder):
            shutil.rmtree(each, ignore_errors=True)
    for each, when in made.items():
        if each.name.startswith(_UNFINISHED) and moment - when > ABANDONED_AFTER:
            shutil.rmtree(each, ignore_errors=True)


def _make(work: Path, version: str, now: datetime, goes_on: Callable[[], bool]) -> Published:
    """Make the file and a folder of Parquet files, named by the version, inside `work`."""
    began, before = time.perf_counter(), changes()
    with store.system_reading() as session:
        day = organisation.of_portal(session).today(now)
    file, folder = work / FILE, work / version
    snapshot.copy(store.current().engine, file, (_HERE / "tables.sql").read_text("utf-8"), goes_on)
    copied_in = time.perf_counter() - began
    folder.mkdir(mode=_FOLDER_MODE)
    rows = {}
    with snapshot.opened(file) as session:
        for views in sorted((_HERE / "views").glob("*.sql")):
            session.run(views.read_text("utf-8"))
        for row in session.rows(_CURRENCIES):
            code = row["currency_code"]
            session.change(_CURRENCY, code=code, unit=Decimal(1).scaleb(-money.exponent(code)))
        session.change(_PUBLISHED, version=version, now=now, day=day)
        for row in session.rows(_VIEWS):
            if not goes_on():
                raise Unavailable("The portal is stopping.")
            view = row["view_name"]
            rows[view] = session.export(view, folder / f"{view}.parquet")
    done = Published(
        version=version,
        published_at=now.isoformat(),
        day=day.isoformat(),
        changes=before,
        rows=rows,
        copied_in=round(copied_in, 3),
        seconds=round(time.perf_counter() - began, 3),
        database_bytes=file.stat().st_size,
        parquet_bytes=sum(each.stat().st_size for each in folder.iterdir()),
    )
    (folder / MANIFEST).write_text(json.dumps(asdict(done), indent=1), "utf-8")
    for each in (file, *folder.iterdir()):
        each.chmod(_FILE_MODE)
    folder.chmod(_FOLDER_MODE)
    return done


def _show(data: Path, work: Path, version: str) -> None:
    """Put what was made in its place: each of the three renames is whole or not at all."""
    folder = data / FOLDER
    (work / version).replace(folder / version)
    link = work / CURRENT
    link.symlink_to(version, target_is_directory=True)
    link.replace(folder / CURRENT)
    # left by somebody who opened the old file to write: it does not belong to the new one
    (data / f"{FILE}.wal").unlink(missing_ok=True)
    (work / FILE).replace(data / FILE)


def _named(now: datetime) -> str:
    """Return a version's name: its moment, and a few letters against two in one moment."""
    return f"{now:{_MOMENT}}-{secrets.token_hex(3)}"


def _made_at(name: str) -> datetime | None:
    """Return when a folder of that name was made, or None when it is none of ours."""
    try:
        moment = name.removeprefix(_UNFINISHED).rpartition("-")[0]
        return datetime.strptime(moment, _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None


def _current(folder: Path) -> str:
    link = folder / CURRENT
    return link.readlink().name if link.is_symlink() else ""
