"""What can be measured by itself: each part fills some sections of the page."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from benchmarks import (
    books,
    cold_load,
    comparing_documents,
    comparing_exports,
    exporting,
    importing,
    pages,
    printing,
    publishing,
    queries,
    signing_in,
)
from benchmarks.report import files, screens, work
from benchmarks.report.page import section


@dataclass(frozen=True, slots=True)
class Options:
    """How much is measured: sizes of the books, growing, and runs of each screen."""

    sizes: tuple[int, ...]
    rounds: int


@dataclass(frozen=True, slots=True)
class Part:
    """One measurement, and the headings of the sections that tell of it."""

    headings: tuple[str, ...]
    measure: Callable[[Options], Iterable[Iterator[str]]]
    """Measures, and returns the lines below each of the headings."""

    def sections(self, options: Options) -> dict[str, str]:
        """Measure, and return the sections by their headings."""
        load_before = os.getloadavg()[0]
        told = self.measure(options)
        return {
            heading: section(lines, load_before)
            for heading, lines in zip(self.headings, told, strict=True)
        }


def _screens(options: Options) -> list[Iterator[str]]:
    made = [books.made(size) for size in options.sizes]
    servings = [pages.measure(each, options.rounds) for each in made]
    reads = [queries.measure(each) for each in made]
    memory = pages.memory_a_session(made[0])
    return [screens.screens(servings), screens.reads(reads), screens.sessions(servings, memory)]


def _publishing(options: Options) -> list[Iterator[str]]:
    return [work.published([publishing.measure(books.made(size)) for size in options.sizes])]


PARTS: Mapping[str, Part] = {
    "screens": Part(
        (
            "Screens against an empty one",
            "One customer's reads in the store",
            "Start, capacity and memory",
        ),
        _screens,
    ),
    "import": Part(("Import",), lambda _: [work.imported(importing.measure())]),
    "signing-in": Part(("Signing in",), lambda _: [work.signing_in(signing_in.measure())]),
    "cold-load": Part(("Loads over a slow line",), lambda _: [work.loads(cold_load.measure())]),
    "exports": Part(("Files",), lambda _: [files.exported(exporting.measure())]),
    "exports-beside": Part(
        ("Files beside pandas and DuckDB",),
        lambda _: [files.compared(comparing_exports.measure())],
    ),
    "pdf": Part(("Documents as PDF",), lambda _: [files.printed(printing.measure())]),
    "pdf-beside": Part(
        ("Documents beside reportlab and typst",),
        lambda _: [files.drawn(comparing_documents.measure())],
    ),
    "publishing": Part(("Publishing for analysts",), _publishing),
}
"""Every part by its name on the command line, in the order of the page."""

ORDER = [heading for part in PARTS.values() for heading in part.headings]
"""All headings, in the order of the page."""
