"""What documents take as PDF, and how big they are: invoices and statements of many lines."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from benchmarks import papers
from portal_data.clock import utc_now
from portal_data.output.documents import Look, render_paper, render_statement

_NOW = utc_now()
_LOOK = Look()
_MOST_ROUNDS = 30
_ENOUGH_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Printed:
    """One document of so many lines: processor seconds for one after the first, and its bytes."""

    name: str
    lines: int
    seconds: float
    size: int


def measure(
    invoices: tuple[int, ...] = (10, 1_000), statements: tuple[int, ...] = (100, 100_000)
) -> list[Printed]:
    """Draw each document some times, after one that loads the fonts."""
    render_paper(papers.invoice(1), _LOOK, now=_NOW)
    tasks: list[tuple[str, int, Callable[[], bytes]]] = [
        ("invoice", count, partial(render_paper, papers.invoice(count), _LOOK, now=_NOW))
        for count in invoices
    ]
    tasks += [
        ("statement", count, partial(render_statement, papers.statement(count), _LOOK, now=_NOW))
        for count in statements
    ]
    return [_drawn(name, lines, draw) for name, lines, draw in tasks]


def _drawn(name: str, lines: int, draw: Callable[[], bytes]) -> Printed:
    began = time.process_time()
    rounds, size = 0, 0
    while rounds < _MOST_ROUNDS and (not rounds or time.process_time() - began < _ENOUGH_SECONDS):
        size = len(draw())
        rounds += 1
    return Printed(name, lines, (time.process_time() - began) / rounds, size)
