"""kill -9 while writing, at random moments: the file opens, the books add up, nothing is lost."""

import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from portal_data import store
from tests.conftest import Cast
from tests.factories import make_invoice

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = int(os.environ.get("PORTAL_CRASH_ROUNDS", "10"))


def _killed_after(url: str, seconds: float) -> list[str]:
    """Kill the writer `seconds` after its first commit; return what it said it committed."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.data.crash_writer", url],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        assert writer.stdout is not None
        first = writer.stdout.readline()
        threading.Timer(seconds, writer.send_signal, (signal.SIGKILL,)).start()
        rest = writer.stdout.read()
    assert writer.returncode == -signal.SIGKILL, "the writer ended by itself"
    # the last line may have been cut; a whole one was committed before it was said
    return [line for line in (first + rest).splitlines(keepends=True) if line.endswith("\n")]


@pytest.mark.only_engine("duckdb")
def test_a_killed_writer_leaves_whole_transactions(
    store_url: str, db: store.Store, cast: Cast
) -> None:
    for _ in range(5):
        make_invoice(cast.alice, total_minor=100_000_000)
    db.close()
    dice = random.Random(20261120)  # noqa: S311 - moments of a test, not secrets
    committed: set[str] = set()
    for _ in range(ROUNDS):
        committed.update(line.strip() for line in _killed_after(store_url, dice.uniform(0.0, 0.6)))
        opened = store.open_store(store_url)
        assert opened.check_integrity() == []
        with opened.system_reading() as session:
            kept = {
                r["number"] for r in session.rows("select number from core.payments order by 1")
            }
        opened.close()
        assert committed <= kept, "a committed payment was lost"
    assert len(committed) > ROUNDS
