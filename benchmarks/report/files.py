"""Files and documents, as text."""

from collections.abc import Iterator

from benchmarks.exporting import Export
from benchmarks.printing import Printed
from benchmarks.report.markdown import row, rule

_MEGA = 1_000_000


def exported(measured: list[Export]) -> Iterator[str]:
    """Yield the lines of the section."""
    yield (
        "Everything of one customer as a file, read and written while the event loop goes on: what "
        "it takes, and how late the loop wakes up meanwhile. A zip rests after each document."
    )
    yield ""
    yield row("file", "rows", "seconds", "MB", "MB of memory", "late, p95 ms", "late, most ms")
    yield rule(1, 6)
    for each in measured:
        yield row(
            each.name,
            f"{each.rows:,}",
            f"{each.seconds:.1f}",
            f"{each.size / _MEGA:.1f}",
            f"{each.memory / _MEGA:.0f}",
            f"{each.late_p95:.1f}",
            f"{each.late_most:.0f}",
        )
    yield ""


def printed(measured: list[Printed]) -> Iterator[str]:
    """Yield the lines of the section."""
    yield "One document after the first, which loads the fonts:"
    yield ""
    yield row("Document", "lines", "seconds", "a second", "KB")
    yield rule(1, 4)
    for each in measured:
        yield row(
            each.name,
            f"{each.lines:,}",
            f"{each.seconds:.2f}",
            f"{1 / each.seconds:.2g}",
            f"{each.size / 1000:,.0f}",
        )
    yield ""
