"""The benchmarks measure what they say; how fast it is, no test asks."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import typer

from benchmarks import (
    books,
    capacity,
    cold_load,
    comparing_documents,
    comparing_exports,
    exporting,
    importing,
    paying,
    printing,
    publishing,
    queries,
    signing_in,
    webhooks,
)
from benchmarks.__main__ import main
from benchmarks.clockwork import timing
from benchmarks.comparing_documents import DOCUMENTS
from benchmarks.parts import ORDER
from benchmarks.report import files, payments, screens, work
from benchmarks.report.page import page, sections
from portal_data import store
from portal_data.settings import ROOT
from tests.benchmarks.conftest import INVOICES


def test_the_books_are_sound_and_as_many_as_asked(made: books.BenchBooks) -> None:
    opened = store.open_store(made.url)
    try:
        assert opened.check_integrity() == []
        with opened.system_reading() as session:
            counted = session.one(
                "select count(*)::bigint as invoices, count(distinct customer_id)::bigint"
                " as customers, sum(case when balance_minor > 0 then 1 else 0 end)::bigint as open"
                " from core.invoices order by 1"
            )
            lines = session.value("select count(*)::bigint as n from core.invoice_lines order by n")
    finally:
        opened.close()
    assert counted == {"invoices": INVOICES, "customers": 3, "open": INVOICES // 10}
    assert lines == 3 * INVOICES


def test_books_are_made_once(made: books.BenchBooks) -> None:
    before = made.path.stat().st_mtime_ns
    assert books.made(INVOICES) == made
    assert made.path.stat().st_mtime_ns == before


def test_everything_is_measured_and_told(
    made: books.BenchBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capacity, "BUSY", replace(capacity.BUSY, seconds=1))
    monkeypatch.setattr(queries, "ROUNDS", 2)
    read = queries.measure(made)
    imported = importing.measure(invoices=40)
    loaded = cold_load.Load("Home, warm", 1.2, 3.4, ["/"], 80, 5_000, 0.001)
    exported = exporting.measure(rows=50, documents=2, names=["invoices.xlsx", "statement.csv"])
    compared = comparing_exports.measure(rows=50, names=["project"])
    told = "\n".join(
        line
        for lines in (
            screens.reads([read, read]),
            screens.sessions([capacity.measure(made)], {"empty": 1_000_000}),
            work.imported(imported),
            work.signing_in(signing_in.measure(people=2, threads=2)),
            files.exported(exported),
            files.compared(compared),
            files.drawn(comparing_documents.measure(enough=0, names=DOCUMENTS[1:2])),
            work.loads([loaded]),
            files.printed(printing.measure(invoices=(2,), statements=(3,))),
            work.published([publishing.measure(made, rounds=1)]),
        )
        for line in lines
    )
    sizes = {each.name: each.size for each in exported}
    assert list(sizes) == ["invoices.xlsx", "statement.csv", "invoices.zip"]
    assert min(sizes.values()) > 1_000
    assert imported.lines == 40 * importing.LINES
    for words in (
        "| one invoice | ", "| empty | 1.00 |", "sign-ins a second",
        "| invoices.xlsx | 50 | ", "| statement | 3 | ",
        "| project | 50 | ", "| Home, warm | 1.2 | 3.4 | 1 | 80 | 5 | 0.001 |",
        f"| {made.invoices:,} | ",
        "| 14. How does one customer's account read? | ",
    ):  # fmt: skip
        assert words in told


def test_payments_are_settled_and_messages_kept_once(made: books.BenchBooks) -> None:
    before = made.path.read_bytes()
    paid = paying.measure(made, single=2, bulk=1)
    assert [timed["settle"].count for timed in (paid.single, paid.bulk)] == [2, 1]
    heard = webhooks.measure(made, senders=6, each=2)
    assert (heard.answers.count, heard.delivered, heard.kept) == (12, 12, 6)
    assert made.path.read_bytes() == before
    told = "\n".join([*payments.paid([paid]), *payments.messages([heard])])
    for words in ("| 300 | DuckDB | ", "begin, 100 invoices", " | 12 | 6 |"):
        assert words in told


def test_a_part_measured_alone_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "performance.md"
    target.write_text("# Old\n\n## Import\n\nas it was\n\n## Signing in\n\nslowly\n", "utf-8")
    monkeypatch.setattr(signing_in, "measure", partial(signing_in.measure, people=2, threads=2))
    main(sizes="1", rounds=1, sessions="1", only="signing-in", target=target, write=True)
    known = sections(target.read_text("utf-8"))
    assert list(known) == ["Import", "Signing in"]
    assert known["Import"] == "as it was"
    assert "sign-ins a second" in known["Signing in"]
    assert "load average" in known["Signing in"]
    with pytest.raises(typer.BadParameter, match="'nothing' is none of walk, crowd"):
        main(sizes="1", rounds=1, sessions="1", only="nothing", target=target, write=True)


def test_the_page_has_the_sections_of_parts_in_their_order() -> None:
    written = sections((ROOT / "docs" / "performance.md").read_text("utf-8"))
    assert list(written) == [heading for heading in ORDER if heading in written]
    assert sections(page(written, ORDER)) == written


def test_percentiles_are_of_the_nearest_rank() -> None:
    measured = timing([float(n) for n in range(1, 101)])
    assert (measured.p50, measured.p95, measured.count) == (51.0, 95.0, 100)


def test_the_measured_backup_adds_up(tmp_path: Path, db: store.Store) -> None:
    importing.write_backup(tmp_path / "backup.zip", invoices=30)
    from portal_data.zoho.importing import import_backup
    from tests.conftest import NOW

    outcome = import_backup(tmp_path / "backup.zip", now=NOW, strict=True)
    assert outcome.verdict == "imported"
    assert db.check_integrity() == []
