"""Imports, sign-ins, loads and publishing, as text."""

from collections.abc import Iterator

from benchmarks.cold_load import BITS_A_SECOND, ROUND_TRIP, Load
from benchmarks.importing import Import
from benchmarks.publishing import Publishing
from benchmarks.report.markdown import row, rule
from benchmarks.signing_in import SigningIn

_MEGA = 1_000_000


def imported(measured: Import) -> Iterator[str]:
    """Yield the lines of the section."""
    yield (
        f"A Zoho backup of {measured.lines:,} invoice lines, beside DuckDB alone: unzipping, its "
        "CSV reader, inserts into the same tables with their keys, and a check of the sums. "
        "*Again* is the same backup once more, *later* one with twenty new and twenty changed "
        "invoices. Each runs in a process of its own, in turns."
    )
    yield ""
    heads = ("seconds", "× DuckDB", "processor s", "× DuckDB", "× fresh", "memory MB")
    yield row("", *heads)
    yield rule(1, len(heads))
    plain, fresh = measured.plain, measured.fresh
    for name, cost in (
        ("DuckDB alone", plain),
        ("fresh", fresh),
        ("again", measured.again),
        ("later", measured.later),
    ):
        yield row(
            name,
            f"{cost.seconds:.1f}",
            f"{cost.seconds / plain.seconds:.2f}",
            f"{cost.processor:.1f}",
            f"{cost.processor / plain.processor:.2f}",
            f"{cost.processor / fresh.processor:.2f}",
            f"{cost.memory / _MEGA:.0f}",
        )
    yield ""


def signing_in(measured: SigningIn) -> Iterator[str]:
    """Yield the lines of the section."""
    yield (
        f"With bcrypt at cost {measured.bcrypt_cost}: {measured.one_by_one:.1f} sign-ins a second "
        f"one by one, {measured.together:.1f} from {measured.threads} threads. Checking a sign-in, "
        f"which every run of a screen does: p50 {measured.check.p50:.1f} ms, p95 "
        f"{measured.check.p95:.1f} ms."
    )
    yield ""


def loads(measured: list[Load]) -> Iterator[str]:
    """Yield the lines of the section."""
    yield (
        f"What Chromium loads of the demo over a line of {BITS_A_SECOND / _MEGA:.1f} Mbit a second "
        f"with a round trip of {ROUND_TRIP} ms, one after the other in one browser: usable is a "
        "form that takes letters, or Home with its head; drawn is all of it, charts included. The "
        "websocket is not slowed down."
    )
    yield ""
    heads = ("usable, s", "drawn, s", "requests on the wire", "answers from the cache",
             "KB on the wire", "layout shift")  # fmt: skip
    yield row("Load", *heads)
    yield rule(1, len(heads))
    for each in measured:
        yield row(
            each.name,
            f"{each.usable:.1f}",
            f"{each.drawn:.1f}",
            f"{len(each.requests)}",
            f"{each.cached}",
            f"{each.size / 1000:,.0f}",
            f"{each.shift:.3f}",
        )
    yield ""


def published(measured: list[Publishing]) -> Iterator[str]:
    """Yield the lines of the section."""
    yield (
        "The whole of the books as a DuckDB file and as Parquet, with three lines an invoice. "
        "A writer beside it changes the books all the while: its longest write is the longest "
        "that anybody waits."
    )
    yield ""
    heads = ("seconds", "of it reading the store", "DuckDB MB", "Parquet MB", "memory MB",
             "writes meanwhile", "longest write, ms", "longest of 20 before, ms")  # fmt: skip
    yield row("Invoices", *heads)
    yield rule(1, len(heads))
    for each in measured:
        yield row(
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
    yield "The questions of [analysts](analysts.md), asked of that file in milliseconds (p50):"
    yield ""
    yield row("Question", *(f"{each.invoices:,}" for each in measured))
    yield rule(1, len(measured))
    for title in measured[0].questions:
        yield row(title, *(f"{each.questions[title]:,.0f}" for each in measured))
    yield ""
