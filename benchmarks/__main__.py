"""`python -m benchmarks`: measure, and write docs/performance.md."""

from pathlib import Path
from typing import Annotated

import typer

from benchmarks import walking
from benchmarks.parts import ORDER, PARTS, Options
from benchmarks.report.page import page, sections
from portal_data.settings import ROOT

TARGET = ROOT / "docs" / "performance.md"


def main(
    sizes: Annotated[
        str, typer.Option(help="Invoices in the books, growing, with commas between.")
    ] = "1000,1000000",
    rounds: Annotated[int, typer.Option(help="Customers who walk.")] = walking.ROUNDS,
    sessions: Annotated[
        str, typer.Option(help="Sessions of crowds, growing, with commas between.")
    ] = "100,200,300",
    only: Annotated[
        str, typer.Option(help=f"Parts to measure, with commas between: {', '.join(PARTS)}.")
    ] = ",".join(PARTS),
    target: Annotated[
        Path, typer.Option(help="The page; sections that are not measured stay as they are.")
    ] = TARGET,
    write: Annotated[bool, typer.Option(help="Write the page; else print it.")] = True,
) -> None:
    """Measure screens, crowds, reads, imports, files and documents. Everything takes a while."""
    names = only.split(",")
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        raise typer.BadParameter(
            f"{unknown[0]!r} is none of {', '.join(PARTS)}.", param_hint="--only"
        )
    options = Options(_numbers(sizes), rounds, _numbers(sessions))
    known = sections(target.read_text(encoding="utf-8")) if target.exists() else {}
    for name in names:
        typer.echo(name, err=True)
        known |= PARTS[name].sections(options)
        if write:  # what has been measured stays, whatever happens to the next part
            target.write_text(page(known, ORDER), encoding="utf-8")
    typer.echo(f"written: {target}" if write else page(known, ORDER), err=write)


def _numbers(words: str) -> tuple[int, ...]:
    return tuple(map(int, words.split(",")))


if __name__ == "__main__":
    typer.run(main)
