"""kill -9 during an import, at random moments: the file holds all of the upload or nothing."""

import os
import random
import resource
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

from portal_data import store
from portal_data.zoho.totals import control_totals
from tests.zoho.backup import TODAY, Backup, invented

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = int(os.environ.get("PORTAL_CRASH_ROUNDS", "10"))
COPIES = 400  # of the largest invoice: an import long enough to be hit while it writes


def _larger(backup: Backup) -> Backup:
    """Add many invoices, so that most of the import's time is spent reading and writing."""
    pattern = [r for r in backup.files["Invoice00.csv"] if r["Invoice Number"] == "INV-102"]
    for n in range(COPIES):
        for row in pattern:
            copy = row | {"Invoice ID": f"40000010000000{n:05}", "Invoice Number": f"BIG-{n}"}
            copy |= {"Balance": "100.00", "Notes": "n" * 500}
            backup.files["Invoice00.csv"].append(copy)
    return backup


def _start(path: Path, database: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "portal_data", "import", str(path)],
        cwd=ROOT,
        env={**os.environ, "PORTAL_DATABASE": f"duckdb:///{database}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_a_killed_import_leaves_all_or_nothing(tmp_path: Path) -> None:
    path = _larger(invented()).zip(tmp_path / "backup.zip")
    whole = tmp_path / "whole.duckdb"
    began = time.monotonic()
    with _start(path, whole) as importer:
        assert importer.wait() == 0
    lasts = time.monotonic() - began
    expected = _totals(whole)
    assert expected["invoices"] == 7 + COPIES
    dice = random.Random(20240401)  # noqa: S311 - moments of a test, not secrets
    found = set()
    for n in range(ROUNDS):
        database = tmp_path / f"{n}.duckdb"
        with _start(path, database) as importer:
            # most moments in the second half, where the writing is
            time.sleep(lasts * (1 - dice.random() ** 2))
            importer.send_signal(signal.SIGKILL)
        totals = _totals(database)
        assert totals["invoices"] in (0, expected["invoices"])
        if totals["invoices"]:
            assert totals == expected
        else:
            assert totals["customers"] == totals["items"] == totals["payments"] == 0
        found.add(totals["invoices"])
        for file in tmp_path.glob(f"{n}.duckdb*"):
            file.unlink()
    assert 0 in found


def _totals(database: Path) -> dict[str, object]:
    """Open the store as the portal would, check it, and return its totals."""
    opened = store.install(store.open_store(f"duckdb:///{database}"))
    try:
        assert opened.check_integrity() == []
        figures: dict[str, object] = control_totals(today=date.fromisoformat(TODAY))["all"]
        return figures
    finally:
        opened.close()


def test_a_file_that_cannot_grow_is_named_and_stays_as_it_was(
    duckdb_template: Path, tmp_path: Path
) -> None:
    path = _larger(invented()).zip(tmp_path / "backup.zip")
    database = tmp_path / "portal.duckdb"
    database.write_bytes(duckdb_template.read_bytes())
    room = database.stat().st_size + 100_000
    done = subprocess.run(
        [sys.executable, "-m", "portal_data", "import", str(path)],
        cwd=ROOT,
        env={**os.environ, "PORTAL_DATABASE": f"duckdb:///{database}"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"{database} cannot grow: File too large." in done.stdout
    assert done.stderr == ""
    assert _totals(database)["invoices"] == 0
