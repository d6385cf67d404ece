"""What was measured, as the page docs/performance.md: ratios first, times after."""

import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version

import psutil

from benchmarks.exporting import Export
from benchmarks.importing import Import
from benchmarks.pages import EMPTY, Serving
from benchmarks.printing import Printed
from benchmarks.publishing import Publishing
from benchmarks.queries import Reads
from benchmarks.signing_in import SigningIn

_MEGA = 1_000_000


@dataclass(frozen=True, slots=True)
class Results:
    """All measurements of one run; servings and reads by growing size of the books."""

    load_before: float
    servings: list[Serving]
    reads: list[Reads]
    memory: dict[str, int]
    imported: Import
    signing_in: SigningIn
    exported: list[Export]
    printed: list[Printed]
    published: list[Publishing]


def page(results: Results) -> str:
    """Return the whole page as Markdown."""
    return "\n".join(
        [
            *_head(results),
            *_screens(results.servings),
            *_reads(results.reads),
            *_sessions(results),
            *_import(results.imported),
            *_signing_in(results.signing_in),
            *_exports(results.exported),
            *_printed(results.printed),
            *_published(results.published),
        ]
    )


def _head(results: Results) -> Iterator[str]:
    memory = round(psutil.virtual_memory().total / 1024**3)
    yield "# Performance"
    yield ""
    yield (
        "Written by `python -m benchmarks` (`make bench`); nothing here is asserted by a test. The "
        "books it makes stay in `data/bench`, or the folder that `PORTAL_BENCH_DIR` names."
    )
    yield ""
    yield (
        f"Machine: {os.cpu_count()} vCPU, {memory} GB, {platform.system()}; Python "
        f"{platform.python_version()}, Streamlit {version('streamlit')}, DuckDB "
        f"{version('duckdb')}; the measuring process runs beside the server. Load average before "
        f"the start: {results.load_before:.1f}."
    )
    yield ""
    yield (
        "Books: made up, a hundred invoices of three lines for each customer, nine of ten paid. "
        "p50 is the median, p95 the 95th percentile. Screens run in turns, so what else the "
        "machine does hits them alike: compare ratios rather than times."
    )
    yield ""


def _screens(servings: list[Serving]) -> Iterator[str]:
    yield "## Screens against an empty one"
    yield ""
    yield (
        "One whole run of a screen on the server, asked over its websocket, divided by that of an "
        "empty screen in the same frame, by the clock (p50). *First* is after a change of the "
        "customer's books, when everything is read from the store; *again* is while nothing has "
        "changed since. Growth is the largest books' multiple over the smallest's: 1.00 is flat."
    )
    yield ""
    heads = [f"{each.invoices:,}: {what} ×" for each in servings for what in ("first", "again")]
    yield _row("Screen", *heads, "growth, first", "growth, again")
    yield _rule(1, len(heads) + 2)
    for name in servings[0].screens:
        if name != EMPTY:
            multiples = [_multiples(serving, name) for serving in servings]
            growth = [multiples[-1][way] / multiples[0][way] for way in (0, 1)]
            cells = [each for pair in multiples for each in pair] + growth
            yield _row(name, *(f"{each:.2f}" for each in cells))
    yield ""
    for serving in servings:
        yield f"### {serving.invoices:,} invoices"
        yield ""
        yield "Milliseconds p50 / p95 on the clock, and of the processor:"
        yield ""
        yield _row("Screen", "first", "first, CPU", "again", "again, CPU", "new tab", "KB sent")
        yield _rule(1, 6)
        for name, runs in serving.screens.items():
            opened = serving.first_runs.get(name)
            cells = []
            for screen in (runs.first, runs.again):
                cells += [
                    f"{screen.timing.p50:.0f} / {screen.timing.p95:.0f}",
                    f"{screen.processor:.0f}",
                ]
            yield _row(
                name,
                *cells,
                f"{opened:.0f}" if opened else "",
                f"{runs.again.size / 1000:.0f}",
            )
        yield ""


def _multiples(serving: Serving, name: str) -> tuple[float, float]:
    """Return a screen's median times, first and again, as multiples of the empty screen's."""
    runs, empty = serving.screens[name], serving.screens[EMPTY]
    return (
        runs.first.timing.p50 / empty.first.timing.p50,
        runs.again.timing.p50 / empty.again.timing.p50,
    )


def _reads(reads: list[Reads]) -> Iterator[str]:
    yield "## One customer's reads in the store"
    yield ""
    sizes = [each.invoices for each in reads]
    yield _row("Read", *(f"{size:,}: p50 / p95 ms" for size in sizes), "largest / smallest")
    yield _rule(1, len(sizes) + 1)
    for name in reads[0].timings:
        timings = [each.timings[name] for each in reads]
        yield _row(
            name,
            *(f"{timing.p50:.1f} / {timing.p95:.1f}" for timing in timings),
            f"{timings[-1].p50 / timings[0].p50:.2f}",
        )
    yield ""


def _sessions(results: Results) -> Iterator[str]:
    yield "## Start, capacity and memory"
    yield ""
    yield _row("", *(f"{each.invoices:,} invoices" for each in results.servings))
    yield _rule(1, len(results.servings))
    yield _row("start to first answer, s", *(f"{s.started_in:.1f}" for s in results.servings))
    yield _row(
        "runs a second, eight busy tabs", *(f"{s.runs_a_second:.0f}" for s in results.servings)
    )
    yield _row(
        "memory after start, MB", *(f"{s.memory_started / _MEGA:.0f}" for s in results.servings)
    )
    yield ""
    yield "Memory that one more open session costs, by its screen:"
    yield ""
    yield _row("Screen", "MB a session")
    yield _rule(1, 1)
    for name, size in results.memory.items():
        yield _row(name, f"{size / _MEGA:.2f}")
    yield ""


def _import(imported: Import) -> Iterator[str]:
    yield "## Import"
    yield ""
    yield (
        f"A Zoho backup of {imported.lines:,} invoice lines, beside DuckDB alone: unzipping, its "
        "CSV reader, inserts into the same tables with their keys, and a check of the sums. "
        "*Again* is the same backup once more, *later* one with twenty new and twenty changed "
        "invoices. Each runs in a process of its own, in turns."
    )
    yield ""
    heads = ("seconds", "× DuckDB", "processor s", "× DuckDB", "× fresh", "memory MB")
    yield _row("", *heads)
    yield _rule(1, len(heads))
    plain, fresh = imported.plain, imported.fresh
    for name, cost in (
        ("DuckDB alone", plain),
        ("fresh", fresh),
        ("again", imported.again),
        ("later", imported.later),
    ):
        yield _row(
            name,
            f"{cost.seconds:.1f}",
            f"{cost.seconds / plain.seconds:.2f}",
            f"{cost.processor:.1f}",
            f"{cost.processor / plain.processor:.2f}",
            f"{cost.processor / fresh.processor:.2f}",
            f"{cost.memory / _MEGA:.0f}",
        )
    yield ""


def _signing_in(measured: SigningIn) -> Iterator[str]:
    yield "## Signing in"
    yield ""
    yield (
        f"With bcrypt at cost {measured.bcrypt_cost}: {measured.one_by_one:.1f} sign-ins a second "
        f"one by one, {measured.together:.1f} from {measured.threads} threads. Checking a sign-in, "
        f"which every run of a screen does: p50 {measured.check.p50:.1f} ms, p95 "
        f"{measured.check.p95:.1f} ms."
    )
    yield ""


def _exports(exported: list[Export]) -> Iterator[str]:
    yield "## Files"
    yield ""
    yield (
        "Everything of one customer as a file, read and written while the event loop goes on: what "
        "it takes, and how late the loop wakes up meanwhile. A zip rests after each document."
    )
    yield ""
    yield _row("file", "rows", "seconds", "MB", "MB of memory", "late, p95 ms", "late, most ms")
    yield _rule(1, 6)
    for each in exported:
        yield _row(
            each.name,
            f"{each.rows:,}",
            f"{each.seconds:.1f}",
            f"{each.size / _MEGA:.1f}",
            f"{each.memory / _MEGA:.0f}",
            f"{each.late_p95:.1f}",
            f"{each.late_most:.0f}",
        )
    yield ""


def _printed(printed: list[Printed]) -> Iterator[str]:
    yield "## Documents as PDF"
    yield ""
    yield "One document after the first, which loads the fonts:"
    yield ""
    yield _row("Document", "lines", "seconds", "a second", "KB")
    yield _rule(1, 4)
    for each in printed:
        yield _row(
            each.name,
            f"{each.lines:,}",
            f"{each.seconds:.2f}",
            f"{1 / each.seconds:.2g}",
            f"{each.size / 1000:,.0f}",
        )
    yield ""


def _published(published: list[Publishing]) -> Iterator[str]:
    yield "## Publishing for analysts"
    yield ""
    yield (
        "The whole of the books as a DuckDB file and as Parquet, with three lines an invoice. "
        "A writer beside it changes the books all the while: its longest write is the longest "
        "that anybody waits."
    )
    yield ""
    heads = ("seconds", "of it reading", "DuckDB MB", "Parquet MB", "memory MB", "writes meanwhile",
             "longest write, ms", "longest of 20 before, ms")  # fmt: skip
    yield _row("Invoices", *heads)
    yield _rule(1, len(heads))
    for each in published:
        yield _row(
            f"{each.invoices:,}",
            f"{each.seconds:.1f}",
            f"{each.reading:.1f}",
            f"{each.database / _MEGA:,.0f}",
            f"{each.parquet / _MEGA:,.1f}",
            f"{each.memory / _MEGA:,.0f}",
            f"{each.writes:,}",
            f"{each.longest_write:.0f}",
            f"{each.usual_write:.0f}",
        )
    yield ""


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(texts: int, numbers: int) -> str:
    return _row(*["---"] * texts, *["---:"] * numbers)
