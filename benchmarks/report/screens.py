"""Screens, reads and memory, as text."""

from collections.abc import Iterator

from benchmarks.pages import EMPTY, Serving
from benchmarks.queries import Reads
from benchmarks.report.markdown import row, rule

_MEGA = 1_000_000


def screens(servings: list[Serving]) -> Iterator[str]:
    """Yield the lines of the section."""
    yield (
        "One whole run of a screen on the server, asked over its websocket, divided by that of an "
        "empty screen in the same frame, by the clock (p50). *First* is after a change of the "
        "customer's books, when everything is read from the store; *again* is while nothing has "
        "changed since. Growth is the largest books' multiple over the smallest's: 1.00 is flat."
    )
    yield ""
    heads = [f"{each.invoices:,}: {what} ×" for each in servings for what in ("first", "again")]
    yield row("Screen", *heads, "growth, first", "growth, again")
    yield rule(1, len(heads) + 2)
    for name in servings[0].screens:
        if name != EMPTY:
            multiples = [_multiples(serving, name) for serving in servings]
            growth = [multiples[-1][way] / multiples[0][way] for way in (0, 1)]
            cells = [each for pair in multiples for each in pair] + growth
            yield row(name, *(f"{each:.2f}" for each in cells))
    yield ""
    for serving in servings:
        yield f"### {serving.invoices:,} invoices"
        yield ""
        yield "Milliseconds p50 / p95 on the clock, and of the processor:"
        yield ""
        yield row("Screen", "first", "first, CPU", "again", "again, CPU", "new tab", "KB sent")
        yield rule(1, 6)
        for name, runs in serving.screens.items():
            opened = serving.first_runs.get(name)
            cells = []
            for screen in (runs.first, runs.again):
                cells += [
                    f"{screen.timing.p50:.0f} / {screen.timing.p95:.0f}",
                    f"{screen.processor:.0f}",
                ]
            yield row(
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


def reads(measured: list[Reads]) -> Iterator[str]:
    """Yield the lines of the section."""
    sizes = [each.invoices for each in measured]
    yield row("Read", *(f"{size:,}: p50 / p95 ms" for size in sizes), "largest / smallest")
    yield rule(1, len(sizes) + 1)
    for name in measured[0].timings:
        timings = [each.timings[name] for each in measured]
        yield row(
            name,
            *(f"{timing.p50:.1f} / {timing.p95:.1f}" for timing in timings),
            f"{timings[-1].p50 / timings[0].p50:.2f}",
        )
    yield ""


def sessions(servings: list[Serving], memory: dict[str, int]) -> Iterator[str]:
    """Yield the lines of the section."""
    yield row("", *(f"{each.invoices:,} invoices" for each in servings))
    yield rule(1, len(servings))
    yield row("start to first answer, s", *(f"{s.started_in:.1f}" for s in servings))
    yield row("runs a second, eight busy tabs", *(f"{s.runs_a_second:.0f}" for s in servings))
    yield row("memory after start, MB", *(f"{s.memory_started / _MEGA:.0f}" for s in servings))
    yield ""
    yield "Memory that one more open session costs, by its screen:"
    yield ""
    yield row("Screen", "MB a session")
    yield rule(1, 1)
    for name, size in memory.items():
        yield row(name, f"{size / _MEGA:.2f}")
    yield ""
