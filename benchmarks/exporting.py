"""How long a customer's whole list takes as a file, in how much memory, and who waits meanwhile.

Each file is asked for in a process of its own (`python -m benchmarks.exporting`), from the portal's
own routes. Beside it the event loop is asked to wake up every few milliseconds: how late it does is
what everybody else waits.
"""

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from benchmarks import books, visitors
from benchmarks.asking import ask
from benchmarks.clockwork import timing
from portal_data import store
from portal_data.output.exports import Format
from portal_data.settings import ROOT

ROWS = 100_000
DOCUMENTS = 200
NAMES = tuple(f"{name}.{format}" for name in ("invoices", "statement") for format in Format)
"""The lists in every format."""
_BEAT = 0.005


@dataclass(frozen=True, slots=True)
class Export:
    """One file of so many rows or documents: seconds, bytes, and bytes of memory it took at most;
    milliseconds that the event loop woke up late."""

    name: str
    rows: int
    seconds: float
    size: int
    memory: int
    late_p95: float
    late_most: float


def measure(
    rows: int = ROWS, documents: int = DOCUMENTS, names: Iterable[str] = NAMES
) -> list[Export]:
    """Measure lists of a customer with `rows` invoices, and a zip of `documents` PDFs."""
    books.FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=books.FOLDER) as folder:
        many, few = (_books(Path(folder), count) for count in (rows, documents))
        return [
            *(_in_a_process(many, name, rows) for name in names),
            _in_a_process(few, "invoices.zip", documents),
        ]


def _books(folder: Path, invoices: int) -> Path:
    path = folder / f"{invoices}.duckdb"
    opened = store.open_store(f"duckdb:///{path}")
    books.fill(opened, invoices, per_customer=invoices)
    opened.close()
    return path


def _in_a_process(path: Path, name: str, rows: int) -> Export:
    own = Path(shutil.copy(path, path.with_suffix(".copy")))
    command = [sys.executable, "-m", "benchmarks.exporting", str(own), name, str(rows)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)  # noqa: S603 - ourselves
    return Export(**json.loads(done.stdout))


def main(path: str, name: str, rows: str) -> None:
    """Ask for one file, and print what it cost as JSON."""
    opened = store.install(store.open_store(f"duckdb:///{path}"))
    token = visitors.sign_in(opened)[0].cookie
    before = _memory()
    began = time.perf_counter()
    size, late, most = asyncio.run(_ask(name, token))
    seconds = time.perf_counter() - began
    woke = timing(late)
    told = Export(name, int(rows), seconds, size, most - before, woke.p95, max(late))
    sys.stdout.write(json.dumps(asdict(told)))
    opened.close()


async def _ask(name: str, token: str) -> tuple[int, list[float], int]:
    """Return the bytes of the answer, by how many milliseconds each beat was late, and the most
    memory that any of them saw."""
    late: list[float] = []
    most = 0

    async def beat() -> None:
        nonlocal most
        while True:
            most = max(most, _memory())
            began = time.perf_counter()
            await asyncio.sleep(_BEAT)
            late.append((time.perf_counter() - began - _BEAT) * 1000)

    beating = asyncio.create_task(beat())
    size = await ask(name, "first=2000-01-01", token)
    beating.cancel()
    return size, late, most


def _memory() -> int:
    return int(psutil.Process().memory_info().rss)


if __name__ == "__main__":
    main(*sys.argv[1:])
