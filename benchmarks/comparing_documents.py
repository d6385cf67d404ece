"""What documents cost as PDF, beside reportlab and typst: each way in a process of its own.

Numbers differ from document to document, so that nobody has the answer ready.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass

from benchmarks import papers
from benchmarks.cost import measured
from portal_data.clock import utc_now
from portal_data.output.documents import Look, render_paper, render_statement
from portal_data.settings import ROOT

WAYS = ("portal", "reportlab", "typst")
DOCUMENTS = ("invoice, 10 lines", "invoice, 10 lines in Japanese", "statement, 1,000 lines")
ENOUGH_SECONDS = 2.0
"""Processor time that each document is drawn for."""
_MOST = 300

Draw = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One document in one way: processor seconds for each after the first, bytes, and the peak of
    memory of the process in bytes."""

    seconds: float
    size: int
    memory: int


def measure(
    enough: float = ENOUGH_SECONDS, names: Iterable[str] = DOCUMENTS
) -> dict[str, dict[str, Drawn]]:
    """Draw documents in every way, in turns; return them by document and way."""
    return {name: {way: _in_a_process(way, name, enough) for way in WAYS} for name in names}


def _in_a_process(way: str, name: str, enough: float) -> Drawn:
    command = [sys.executable, "-m", "benchmarks.comparing_documents", way, name, str(enough)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)  # noqa: S603 - ourselves
    return Drawn(**json.loads(done.stdout))


def main(way: str, name: str, enough: str) -> None:
    """Draw one document again and again, and print what one costs as JSON."""
    draw = _ways(way)[name]
    size, rounds = len(draw(0)), 0
    began = time.process_time()
    with measured() as cost:
        while rounds < 3 or (rounds < _MOST and time.process_time() - began < float(enough)):
            rounds += 1
            draw(rounds)
    drawn = Drawn(cost.processor / rounds, size, cost.memory)
    sys.stdout.write(json.dumps(asdict(drawn)))


def _ways(way: str) -> Mapping[str, Draw]:
    def invoice(words: tuple[str, str]) -> Callable[[int], papers.Paper]:
        return lambda turn: papers.invoice(10, words, f"INV-{turn:06d}")

    def statement(turn: int) -> papers.Statement:
        return papers.statement(1_000, turn)

    if way == "portal":
        look, now = Look(), utc_now()
        draws: tuple[Draw, ...] = (
            lambda turn: render_paper(invoice(papers.WORDS)(turn), look, now=now),
            lambda turn: render_paper(invoice(papers.JAPANESE)(turn), look, now=now),
            lambda turn: render_statement(statement(turn), look, now=now),
        )
    else:
        from benchmarks.plain_documents import ReportLab, Typst, invoice_parts, statement_parts

        drawer = ReportLab() if way == "reportlab" else Typst()
        draws = (
            lambda turn: drawer.draw(invoice_parts(invoice(papers.WORDS)(turn))),
            lambda turn: drawer.draw(invoice_parts(invoice(papers.JAPANESE)(turn))),
            lambda turn: drawer.draw(statement_parts(statement(turn))),
        )
    return dict(zip(DOCUMENTS, draws, strict=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
