"""Killed at any moment, publishing leaves what was there or what is new, and no litter for long."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from portal_data import store
from portal_data.analysts.published import CURRENT, FILE, FOLDER, latest
from portal_data.ops import publish as publishing
from portal_data.ops.publish import publish
from portal_data.ops.publisher import LOOK_EVERY, Publisher
from portal_data.settings import ROOT
from tests.conftest import NOW, Cast
from tests.factories import make_invoice
from tests.ops.conftest import Query

KILLS = int(os.environ.get("PORTAL_KILLS", "6"))

_PUBLISH = """
import sys
from datetime import timedelta
from pathlib import Path
from portal_data import store
from portal_data.ops.publish import publish
from tests.conftest import NOW
url, data = sys.argv[1:]
store.install(store.open_store(url))
print("opened", flush=True)
for number in range(1000):
    publish(Path(data), now=NOW + timedelta(seconds=number))
    print("published", flush=True)
"""


def _litter(data: Path) -> list[str]:
    """Return what lies in the folder and is neither a publication nor the publisher's own."""
    own = {publishing._LOCK, CURRENT}
    return [
        path.name
        for path in (data / FOLDER).iterdir()
        if path.name not in own and publishing._made_at(path.name) is None
    ] + [path.name for path in data.iterdir() if path.name == publishing._NEXT]


def test_kills_leave_whole_publications_and_no_litter(
    published_demo: Path, tmp_path: Path, ask: Query
) -> None:
    shutil.copy(published_demo / "portal.duckdb", tmp_path / "portal.duckdb")
    url = f"duckdb:///{tmp_path / 'portal.duckdb'}"
    moments = random.Random(7)  # noqa: S311 - moments to kill at, the same in every run
    for _ in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", _PUBLISH, url, str(tmp_path)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            process.stdout.readline()
            time.sleep(moments.random())
            process.send_signal(signal.SIGKILL)
        done = latest(tmp_path)
        assert done is not None
        assert ask(tmp_path, "select version from about") == [{"version": done.version}]
        for table, rows in done.rows.items():
            assert ask(tmp_path, f"select count(*) as n from {table}") == [{"n": rows}], table
        publishing.clean(tmp_path, NOW)
        assert _litter(tmp_path) == []
    opened = store.install(store.open_store(url))
    try:
        done = publish(tmp_path, now=NOW + timedelta(days=1))
        publishing.clean(tmp_path, NOW + timedelta(days=2))
    finally:
        opened.close()
    names = {path.name for path in (tmp_path / FOLDER).iterdir()}
    assert names == {publishing._LOCK, CURRENT, done.version}


@pytest.mark.only_engine("duckdb")
def test_what_was_made_and_never_shown_is_removed_and_made_again(
    db: store.Store, cast: Cast, tmp_path: Path, ask: Query
) -> None:
    """The process died between its last file and the rename of the link."""
    first = publish(tmp_path, now=NOW)
    make_invoice(cast.alice)
    second = publish(tmp_path, now=NOW + timedelta(hours=1))
    link = tmp_path / FOLDER / CURRENT
    link.unlink()
    link.symlink_to(first.version)
    shutil.copy((tmp_path / FOLDER / second.version / FILE), link / FILE)
    publisher = Publisher(tmp_path, timedelta(minutes=15), clock=lambda: NOW)
    done = publisher.tick(NOW + timedelta(hours=1) + LOOK_EVERY)
    assert done is not None, "the books have changed since what is shown"
    assert ask(tmp_path, "select count(*) as n from invoices") == [{"n": 1}]
    assert not (tmp_path / FOLDER / second.version).exists()


@pytest.mark.only_engine("duckdb")
def test_without_its_file_nothing_counts_as_published(
    db: store.Store, cast: Cast, tmp_path: Path
) -> None:
    publish(tmp_path, now=NOW)
    (tmp_path / FILE).unlink()
    assert latest(tmp_path) is None
    assert Publisher(tmp_path, timedelta(minutes=15), clock=lambda: NOW).tick(NOW + LOOK_EVERY)


@pytest.mark.only_engine("duckdb")
def test_a_file_of_an_older_portal_is_replaced_by_the_link(
    db: store.Store, cast: Cast, tmp_path: Path, ask: Query
) -> None:
    (tmp_path / FILE).write_bytes(b"an older file")
    (tmp_path / FOLDER / ".unfinished-20260101T000000.000000Z-abcdef").mkdir(parents=True)
    publish(tmp_path, now=NOW)
    assert (tmp_path / FILE).is_symlink()
    assert ask(tmp_path, "select count(*) as n from about") == [{"n": 1}]
    assert _litter(tmp_path) == []
