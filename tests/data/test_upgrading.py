"""A store of an older portal becomes one of this one, whole or not at all, to the penny."""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from portal_data import store
from portal_data.billing import ledger
from portal_data.ids import BUSINESS
from portal_data.messaging import chain
from portal_data.store.migrate import HERE
from portal_data.zoho.totals import control_totals
from tests.conftest import NOW
from tests.data.old_books import LAST, fill

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = int(os.environ.get("PORTAL_CRASH_ROUNDS", "4"))
_APPLIED = "select version from core.migrations order by version"
_VERSIONS = [int(file.name[:4]) for file in sorted((HERE / "migrations").glob("[0-9]*.sql"))]


@pytest.fixture
def old_url(store_url: str, engine: str, tmp_path: Path) -> str:
    """The address of a store as an older portal left it."""
    if engine == "duckdb":
        Path(store_url.removeprefix("duckdb:///")).unlink()
    else:
        with psycopg.connect(store_url, autocommit=True) as connection:
            connection.execute("drop schema core cascade; drop schema mine cascade")
    fill(store_url, tmp_path / "older")
    return store_url


def _older_totals(url: str) -> dict[str, Any]:
    """Control totals of a store that is not migrated, as it stands."""
    opened = store.install(store.Store(store._engine(url)))
    try:
        return control_totals(today=NOW.date())
    finally:
        opened.close()


def _totals(url: str) -> dict[str, Any]:
    """Open a store, which brings it up to date, check it, and return its control totals."""
    opened = store.install(store.open_store(url))
    try:
        assert opened.check_integrity() == []
        with opened.system_reading() as session:
            assert [row["version"] for row in session.rows(_APPLIED)] == _VERSIONS
            assert chain.verify(session) == []
        return control_totals(today=NOW.date())
    finally:
        opened.close()


def test_an_older_store_keeps_every_control_total(old_url: str) -> None:
    before = _older_totals(old_url)
    assert before["all"]["invoices"] > 100
    assert _totals(old_url) == before
    opened = store.install(store.open_store(old_url))
    try:
        with opened.system_writing() as session:
            assert ledger.post(session, NOW) == 0
            assert session.value("select count(*)::bigint as n from core.ledger_entries") > 300
            rung = session.one(
                "select count(*)::bigint as n, count(distinct activity_id)::bigint as activities"
                " from core.notifications"
            )
            assert rung is not None
            assert rung["n"] >= rung["activities"] > 0
            for table in ("activity", "outbox", "import_refs"):
                (own,) = session.rows(
                    f"select count(*)::bigint as n from core.{table} where customer_id = $business",
                    business=BUSINESS,
                )
                assert own["n"] == 1, table
    finally:
        opened.close()


def test_a_killed_upgrade_is_done_again(old_url: str, engine: str, tmp_path: Path) -> None:
    expected = _older_totals(old_url)
    path = Path(old_url.removeprefix("duckdb:///"))
    original = tmp_path / "original.duckdb"
    if engine == "duckdb":
        shutil.copy(path, original)
    dice = random.Random(20261127)  # noqa: S311 - moments of a test, not secrets
    lasts, outcomes = _whole_upgrade(old_url, engine, original, path), []
    for n in range(ROUNDS):
        _put_back(old_url, engine, original, path, tmp_path / str(n))
        _killed(old_url, dice.uniform(0.05, lasts))
        outcomes.append(_applied(old_url)[-1])
        assert outcomes[-1] in (LAST, *(v for v in _VERSIONS if v > LAST))
        assert _totals(old_url) == expected
    assert LAST in outcomes, "no upgrade was killed before its end"


def _put_back(url: str, engine: str, original: Path, path: Path, folder: Path) -> None:
    if engine == "duckdb":
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()
        shutil.copy(original, path)
        return
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop schema core cascade; drop schema mine cascade")
    fill(url, folder)


def _whole_upgrade(url: str, engine: str, original: Path, path: Path) -> float:
    """Return how many seconds the upgrade takes from its first word on."""
    with _started(url) as process:
        began = time.monotonic()
        assert process.wait() == 0
    return time.monotonic() - began


def _started(url: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.data.old_books", url],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "opening\n"
    return process


def _killed(url: str, seconds: float) -> None:
    with _started(url) as process:
        timer = threading.Timer(seconds, process.send_signal, (signal.SIGKILL,))
        timer.start()
        process.wait()
        timer.cancel()


def _applied(url: str) -> list[int]:
    """Versions that a store says it has, without bringing it up to date."""
    opened = store.Store(store._engine(url))
    try:
        with opened.system_reading() as session:
            return [row["version"] for row in session.rows(_APPLIED)]
    finally:
        opened.close()
