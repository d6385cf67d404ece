"""Two imports at the same moment: one waits for the other, and nobody reads a traceback."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import psycopg
import pytest

from portal_data import store
from portal_data.zoho.totals import control_totals
from tests.zoho.backup import TODAY, TOTALS, Backup

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.only_engine("postgres")
@pytest.mark.parametrize("migrated", [True, False])
def test_two_first_imports_at_once(
    store_url: str, backup: Backup, tmp_path: Path, migrated: bool
) -> None:
    if not migrated:
        with psycopg.connect(store_url, autocommit=True) as connection:
            connection.execute("drop schema core cascade; drop schema if exists mine cascade")
    path = backup.zip(tmp_path / "backup.zip")
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "portal_data", "import", str(path), "--organisation", name],
            cwd=ROOT,
            env={**os.environ, "PORTAL_DATABASE": store_url},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("Harbour Works", "Quay Works")
    ]
    said = []
    for process in running:
        out, err = process.communicate(timeout=300)
        assert (process.returncode, err) == (0, "")
        said.append(out.splitlines()[0])
    assert sorted(said) == [
        "backup.zip: imported.",
        "backup.zip: nothing new; the portal has all of it.",
    ]
    opened = store.install(store.open_store(store_url))
    try:
        assert control_totals(today=date.fromisoformat(TODAY))["all"] == TOTALS
        assert opened.check_integrity() == []
        with opened.system_reading() as session:
            businesses = session.value("select count(*)::bigint from core.organisation")
    finally:
        opened.close()
    assert businesses == 1
