"""`python -m benchmarks`: measure everything, and write docs/performance.md."""

import os
from typing import Annotated

import typer

from benchmarks import (
    books,
    exporting,
    importing,
    pages,
    printing,
    publishing,
    queries,
    signing_in,
)
from benchmarks.report import Results, page
from portal_data.settings import ROOT

TARGET = ROOT / "docs" / "performance.md"


def main(
    sizes: Annotated[
        str, typer.Option(help="Invoices in the books, growing, with commas between.")
    ] = "1000,1000000",
    rounds: Annotated[int, typer.Option(help="Runs of each screen.")] = pages.ROUNDS,
    write: Annotated[bool, typer.Option(help="Write docs/performance.md; else print.")] = True,
) -> None:
    """Measure screens, reads, memory, import and sign-ins. Takes some ten minutes."""
    load_before = os.getloadavg()[0]
    made = []
    for size in map(int, sizes.split(",")):
        _say(f"books with {size:,} invoices")
        made.append(books.made(size))
    servings, reads = [], []
    for each in made:
        _say(f"screens over {each.invoices:,} invoices")
        servings.append(pages.measure(each, rounds))
        _say(f"reads over {each.invoices:,} invoices")
        reads.append(queries.measure(each))
    _say("memory of a session")
    memory = pages.memory_a_session(made[0])
    _say("import")
    imported = importing.measure()
    _say("sign-ins")
    signed_in = signing_in.measure()
    _say("files")
    exported = exporting.measure()
    _say("documents")
    printed = printing.measure()
    published = []
    for each in made:
        _say(f"publishing {each.invoices:,} invoices")
        published.append(publishing.measure(each))
    results = Results(
        load_before, servings, reads, memory, imported, signed_in, exported, printed, published
    )
    if write:
        TARGET.write_text(page(results), encoding="utf-8")
        _say(f"written: {TARGET.relative_to(ROOT)}")
    else:
        typer.echo(page(results))


def _say(what: str) -> None:
    typer.echo(what, err=True)


if __name__ == "__main__":
    typer.run(main)
