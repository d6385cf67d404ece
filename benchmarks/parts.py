"""What can be measured by itself: each part fills some sections of the page."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from benchmarks import (
    books,
    capacity,
    cold_load,
    comparing_documents,
    comparing_exports,
    crowds,
    exporting,
    importing,
    paying,
    postgres_books,
    printing,
    publishing,
    queries,
    signing_in,
    walking,
    webhooks,
)
from benchmarks.report import crowds as crowds_report
from benchmarks.report import files, payments, screens, work
from benchmarks.report.page import section


@dataclass(frozen=True, slots=True)
class Options:
    """How much is measured: sizes of the books, growing, walks, and sessions of crowds."""

    sizes: tuple[int, ...]
    rounds: int
    sessions: tuple[int, ...]


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


def _made(options: Options) -> list[books.BenchBooks]:
    return [books.made(size) for size in options.sizes]


def _walk(options: Options) -> list[Iterator[str]]:
    return [screens.screens(walking.measure(_made(options), options.rounds))]


def _reads(options: Options) -> list[Iterator[str]]:
    return [screens.reads([queries.measure(each) for each in _made(options)])]


def _capacity(options: Options) -> list[Iterator[str]]:
    made = _made(options)
    measured = [capacity.measure(each) for each in made]
    return [screens.sessions(measured, capacity.memory_a_session(made[0]))]


def _crowd(options: Options) -> list[Iterator[str]]:
    made = books.made(crowds.INVOICES)
    steady = crowds.steady(made, options.sessions)
    return [crowds_report.crowds(steady, crowds.bursts(made, options.sessions))]


def _crowd_on_postgres(options: Options) -> list[Iterator[str]]:
    with postgres_books.serving(crowds.INVOICES) as served:
        measured = crowds.on_postgres(served, options.sessions[-1])
    return [crowds_report.on_postgres(measured)]


def _publishing(options: Options) -> list[Iterator[str]]:
    return [work.published([publishing.measure(each) for each in _made(options)])]


def _payments(options: Options) -> list[Iterator[str]]:
    """Over each of the sizes in both engines; a server makes its books anew for each."""
    paid, delivered = [], []
    for made in _made(options):
        paid.append(paying.measure(made))
        delivered.append(webhooks.measure(made))
    for size in options.sizes:
        with postgres_books.serving(size) as served:
            paid.append(paying.measure(served.made))
            delivered.append(webhooks.measure(served.made))
    return [payments.paid(paid), payments.messages(delivered)]


PARTS: Mapping[str, Part] = {
    "walk": Part(("Screens against an empty one",), _walk),
    "crowd": Part(("A crowd of customers",), _crowd),
    "crowd-postgres": Part(("A crowd on PostgreSQL",), _crowd_on_postgres),
    "reads": Part(("One customer's reads in the store",), _reads),
    "capacity": Part(("Start, capacity and memory",), _capacity),
    "payments": Part(("Payments", "Messages of payment providers"), _payments),
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
