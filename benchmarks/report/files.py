"""Files and documents, as text."""

from collections.abc import Iterator

from benchmarks.comparing_documents import Drawn
from benchmarks.comparing_exports import Compared
from benchmarks.exporting import Export
from benchmarks.printing import Printed
from benchmarks.report.markdown import row, rule

_COPIED = ("csv", "json", "parquet")
_COMPARED = {"csv": "CSV", "json": "JSON", "parquet": "Parquet", "xlsx": "Excel"}
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


def compared(measured: list[Compared]) -> Iterator[str]:
    """Yield the lines of the section."""
    yield (
        "Every list of a customer through the portal's own routes, in seconds of the processor, as "
        "multiples of what pandas takes (a query of the same rows as a frame, `to_csv` and so on) "
        "and DuckDB alone (`copy` of the query, which writes no workbooks). Only the portal makes "
        "what calculates inert, keeps decimals exact, adds totals, and asks who wants it."
    )
    yield ""
    heads = []
    for format, name in _COMPARED.items():
        heads += [f"{name} s", "× pandas", *(["× DuckDB"] if format in _COPIED else [])]
    yield row("List", "rows", *heads)
    yield rule(1, len(heads) + 1)
    for each in measured:
        ours, pandas, duckdb = (each.costs[way] for way in ("portal", "pandas", "duckdb"))
        cells = []
        for format in _COMPARED:
            rivals = [pandas, duckdb] if format in _COPIED else [pandas]
            if format not in ours:
                cells += [""] * (len(rivals) + 1)
                continue
            used = ours[format].processor
            cells += [f"{used:.2f}", *(f"{used / way[format].processor:.2f}" for way in rivals)]
        yield row(each.name, f"{each.rows:,}", *cells)
    yield ""


def drawn(measured: dict[str, dict[str, Drawn]]) -> Iterator[str]:
    """Yield the lines of the section."""
    yield (
        "Documents a second of one processor core, after the first, in processes of their own; "
        "what reportlab and typst draw has the same words, table and fonts, and no more. Memory is "
        "the process's peak; × is how many the portal draws for each of theirs."
    )
    yield ""
    ways = list(next(iter(measured.values())))
    yield row(
        "Document",
        *(f"{way}, a second" for way in ways),
        *(f"× {way}" for way in ways[1:]),
        *(f"{way}, {unit}" for way in ways for unit in ("KB", "MB of memory")),
    )
    yield rule(1, 4 * len(ways) - 1)
    for name, costs in measured.items():
        ours = costs[ways[0]].seconds
        yield row(
            name,
            *(_rate(1 / each.seconds) for each in costs.values()),
            *(f"{costs[way].seconds / ours:.2f}" for way in ways[1:]),
            *(
                f"{size:,.0f}"
                for each in costs.values()
                for size in (each.size / 1000, each.memory / _MEGA)
            ),
        )
    yield ""


def printed(measured: list[Printed]) -> Iterator[str]:
    """Yield the lines of the section."""
    yield "One document after the first, which loads the fonts, in seconds of the processor:"
    yield ""
    yield row("Document", "lines", "seconds", "a second", "KB")
    yield rule(1, 4)
    for each in measured:
        yield row(
            each.name,
            f"{each.lines:,}",
            f"{each.seconds:.2f}",
            _rate(1 / each.seconds),
            f"{each.size / 1000:,.0f}",
        )
    yield ""


def _rate(a_second: float) -> str:
    return f"{a_second:.0f}" if a_second >= 10 else f"{a_second:.2g}"
