"""Screens, reads and memory, as text."""

from collections.abc import Iterator
from operator import attrgetter

from benchmarks.capacity import Capacity
from benchmarks.queries import Reads
from benchmarks.report.markdown import row, rule
from benchmarks.visitors import EMPTY
from benchmarks.walking import Walks

_MEGA = 1_000_000
_WAYS = ("first", "again")


def screens(walks: list[Walks]) -> Iterator[str]:
    """Yield the lines of the section."""
    yield (
        "Different customers walk through the portal, one after the other: each opens every screen "
        "in one tab, moving from screen to screen as a browser does, and then every one again. A "
        "visit is one whole run on the server, asked over the websocket, by the clock. It is "
        "divided by a visit of an empty screen in the same frame, which the same customers open "
        "within the same walk. *First* is a customer's first visit, *again* the second, while "
        "nothing has changed. Growth is the largest books' multiple over the smallest's, p50: 1.00 "
        "is flat."
    )
    yield ""
    heads = [f"{each.invoices:,}: {way} ×" for each in walks for way in _WAYS]
    yield row("Screen, p50 / p95", *heads, "growth, first", "growth, again")
    yield rule(1, len(heads) + 2)
    for name in walks[0].screens:
        if name != EMPTY:
            multiples = [_multiples(each, name, way) for each in walks for way in _WAYS]
            growth = [multiples[way - 2][0] / multiples[way][0] for way in (0, 1)]
            yield row(
                name,
                *(f"{p50:.2f} / {p95:.2f}" for p50, p95 in multiples),
                *(f"{each:.2f}" for each in growth),
            )
    yield ""
    for each in walks:
        yield f"### {each.invoices:,} invoices"
        yield ""
        yield (
            "Milliseconds p50 / p95 on the clock, and of the processor; *new tab* is a tab that "
            "opens on the screen (p50), after the walk:"
        )
        yield ""
        yield row("Screen", "first", "first, CPU", "again", "again, CPU", "new tab", "KB sent")
        yield rule(1, 6)
        for name, screen in each.screens.items():
            cells = []
            for visits in (screen.first, screen.again):
                cells += [
                    f"{visits.timing.p50:.0f} / {visits.timing.p95:.0f}",
                    f"{visits.mean_processor:.0f}",
                ]
            opened = f"{screen.new_tab.timing.p50:.0f}" if screen.new_tab.milliseconds else ""
            yield row(name, *cells, opened, f"{screen.again.size / 1000:.0f}")
        yield ""


def _multiples(walks: Walks, name: str, way: str) -> tuple[float, float]:
    """Return p50 and p95 of a screen's visits, as multiples of the empty screen's."""
    timed = attrgetter(f"{way}.timing")
    screen, empty = timed(walks.screens[name]), timed(walks.screens[EMPTY])
    return screen.p50 / empty.p50, screen.p95 / empty.p95


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


def sessions(measured: list[Capacity], memory: dict[str, int]) -> Iterator[str]:
    """Yield the lines of the section."""
    yield row("", *(f"{each.invoices:,} invoices" for each in measured))
    yield rule(1, len(measured))
    yield row("start to first answer, s", *(f"{each.started_in:.1f}" for each in measured))
    yield row("runs a second, eight busy tabs", *(f"{s.runs_a_second:.0f}" for s in measured))
    yield row("memory after start, MB", *(f"{s.memory_started / _MEGA:.0f}" for s in measured))
    yield ""
    yield "Memory that one more open session costs, by its screen:"
    yield ""
    yield row("Screen", "MB a session")
    yield rule(1, 1)
    for name, size in memory.items():
        yield row(name, f"{size / _MEGA:.2f}")
    yield ""
