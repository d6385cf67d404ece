"""What every list costs as a file, beside pandas and DuckDB's own `copy` over the same books.

Each list and each way to write it has a process of its own, which writes every format once, after
one of no rows that loads what it needs. The portal is asked through its own routes: who asks,
totals and inert cells are included.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from benchmarks import books, export_books, visitors
from benchmarks.asking import ask
from benchmarks.cost import Cost, measured
from benchmarks.export_books import PROJECT, TIMESHEET
from benchmarks.plain_exports import QUERIES
from portal_data import store
from portal_data.output.exports import Format
from portal_data.settings import ROOT

ROWS = 100_000
WAYS = ("portal", "pandas", "duckdb")
WORKBOOK = "invoices"
"""The list that is a workbook too: these take longest, and are written alike for all lists."""
MANY = 10**9
_COPY = {
    "csv": "format csv, header",
    "parquet": "format parquet, compression zstd",
    "json": "format json, array true",
}


@dataclass(frozen=True, slots=True)
class Compared:
    """One list of so many rows: its cost by way and format. DuckDB alone writes no workbooks."""

    name: str
    rows: int
    costs: Mapping[str, Mapping[str, Cost]]


def measure(rows: int = ROWS, names: Iterable[str] = QUERIES) -> list[Compared]:
    """Write lists in every way, in turns."""
    books.FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=books.FOLDER) as folder:
        path = export_books.make(Path(folder) / "books.duckdb", rows)
        return [
            Compared(name, _rows(path, name), {way: _in_a_process(way, path, name) for way in WAYS})
            for name in names
        ]


def _rows(path: Path, name: str) -> int:
    with duckdb.connect(str(path), read_only=True) as connection:
        (count,) = connection.sql(f"select count(*) from ({QUERIES[name]})").fetchall()[0]
    return int(count)


def _in_a_process(way: str, path: Path, name: str) -> dict[str, Cost]:
    command = [sys.executable, "-m", "benchmarks.comparing_exports", way, str(path), name]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)  # noqa: S603 - ourselves
    return {format: Cost(**cost) for format, cost in json.loads(done.stdout).items()}


def main(way: str, path: str, name: str) -> None:
    """Write one list in every format, and print what each cost as JSON."""
    costs = {"portal": _portal, "pandas": _pandas, "duckdb": _duckdb}[way](Path(path), name)
    sys.stdout.write(json.dumps({format: asdict(cost) for format, cost in costs.items()}))


def _costs(formats: Iterable[str], write: Callable[[str, bool], None]) -> dict[str, Cost]:
    """Return what each format costs; `write` takes it, and whether it shall be without rows."""
    costs = {}
    for format in formats:
        write(format, True)
        with measured() as cost:
            write(format, False)
        costs[format] = cost
    return costs


def _formats(name: str) -> list[str]:
    return [f.value for f in Format if f is not Format.XLSX or name == WORKBOOK]


def _portal(path: Path, name: str) -> dict[str, Cost]:
    opened = store.install(store.open_store(f"duckdb:///{path}"))
    token = visitors.sign_in(opened)[0].cookie
    one = {"project": f"id={PROJECT}", "timesheet": f"id={TIMESHEET}"}.get(name, "")

    def write(format: str, empty: bool) -> None:
        nothing = "&q=nothing+has+this&last=1999-01-01" if empty else ""
        asyncio.run(ask(f"{name}.{format}", f"first=1990-01-01&{one}{nothing}", token))

    try:
        return _costs(_formats(name), write)
    finally:
        opened.close()


def _pandas(path: Path, name: str) -> dict[str, Cost]:
    connection = duckdb.connect(str(path), read_only=True)

    def write(format: str, empty: bool) -> None:
        frame = connection.sql(f"select * from ({QUERIES[name]}) limit {0 if empty else MANY}").df()
        target = path.with_suffix(f".{format}")
        if format == "csv":
            frame.to_csv(target, index=False)
        elif format == "xlsx":
            frame.to_excel(target, index=False, engine="xlsxwriter")
        elif format == "parquet":
            frame.to_parquet(target, compression="zstd")
        else:
            frame.to_json(target, orient="records", date_format="iso")

    return _costs(_formats(name), write)


def _duckdb(path: Path, name: str) -> dict[str, Cost]:
    connection = duckdb.connect(str(path), read_only=True)

    def write(format: str, empty: bool) -> None:
        query = f"select * from ({QUERIES[name]}) limit {0 if empty else MANY}"
        target = path.with_suffix(f".{format}")
        connection.execute(f"copy ({query}) to '{target}' ({_COPY[format]})")

    return _costs(_COPY, write)


if __name__ == "__main__":
    main(*sys.argv[1:])
