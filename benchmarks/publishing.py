"""How long publishing for analysts takes, how long writers wait meanwhile, and analysts afterwards.

It runs in a process of its own (`python -m benchmarks.publishing`) over a copy of the books, as the
portal's worker does it, while a writer beside it changes an invoice again and again.
"""

import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
import psutil

from benchmarks import books
from portal_data import store
from portal_data.analysts.published import FILE
from portal_data.clock import utc_now
from portal_data.ops import publish
from portal_data.settings import ROOT

_WATCH = 0.02
ROUNDS = 5
"""How often each question is asked."""
_QUESTION = re.compile(r"^### (\d+\. [^\n]*)\n\n```sql\n(.*?);\n```", re.DOTALL | re.MULTILINE)
_CHANGE = "update core.organisation set phone = $phone"


@dataclass(frozen=True, slots=True)
class Publishing:
    """One publication: seconds of all and of reading the store, bytes of the files, bytes of memory
    it took at most, and milliseconds that writers needed, at most and while nobody published.

    `questions` are the milliseconds that each question of docs/analysts.md takes, by its title."""

    invoices: int
    seconds: float
    reading: float
    database: int
    parquet: int
    memory: int
    writes: int
    longest_write: float
    usual_write: float
    questions: dict[str, float]


def measure(made: books.BenchBooks, rounds: int = ROUNDS) -> Publishing:
    """Publish a copy of these books in a new process."""
    with tempfile.TemporaryDirectory(dir=books.FOLDER) as folder:
        copied = shutil.copy(made.path, Path(folder) / "books.duckdb")
        words = [copied, str(made.invoices), str(rounds)]
        command = [sys.executable, "-m", "benchmarks.publishing", *words]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)  # noqa: S603 - ourselves
    return Publishing(**json.loads(done.stdout))


def main(path: str, invoices: str, rounds: str) -> None:
    """Publish once, and print what it cost as JSON."""
    opened = store.install(store.open_store(f"duckdb:///{path}"))
    usual = max(_write(number) for number in range(20))
    ended, writes, peak = threading.Event(), [], 0
    before = _memory()

    def write() -> None:
        while not ended.is_set():
            writes.append(_write(len(writes)))

    def watch() -> None:
        nonlocal peak
        while not ended.wait(_WATCH):
            peak = max(peak, _memory())

    threads = [threading.Thread(target=each) for each in (write, watch)]
    for thread in threads:
        thread.start()
    try:
        done = publish.publish(Path(path).parent / "published", now=utc_now())
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    told = Publishing(
        invoices=int(invoices),
        seconds=done.seconds,
        reading=done.copied_in,
        database=done.database_bytes,
        parquet=done.parquet_bytes,
        memory=peak - before,
        writes=len(writes),
        longest_write=max(writes),
        usual_write=usual,
        questions=_asked(Path(path).parent / "published" / FILE, int(rounds)),
    )
    sys.stdout.write(json.dumps(asdict(told)))
    opened.close()


def _asked(file: Path, rounds: int) -> dict[str, float]:
    """Ask each question of docs/analysts.md, and return its median of milliseconds by title."""
    page = (ROOT / "docs" / "analysts.md").read_text("utf-8")
    taken = {}
    with duckdb.connect(str(file), read_only=True) as published:
        for title, sql in _QUESTION.findall(page):
            times = []
            for _ in range(rounds):
                began = time.perf_counter()
                published.execute(sql).fetchall()
                times.append((time.perf_counter() - began) * 1000)
            taken[title] = statistics.median(times)
    return taken


def _write(number: int) -> float:
    """Write a little and return the milliseconds it took, waiting for its turn included."""
    began = time.perf_counter()
    with store.system_writing() as session:
        session.change(_CHANGE, phone=str(number))
    return (time.perf_counter() - began) * 1000


def _memory() -> int:
    return int(psutil.Process().memory_info().rss)


if __name__ == "__main__":
    main(*sys.argv[1:])
