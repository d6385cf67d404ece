"""The benchmarks measure what they say; how fast it is, no test asks."""

import asyncio
from pathlib import Path

import pytest

from benchmarks import (
    books,
    exporting,
    importing,
    pages,
    printing,
    publishing,
    queries,
    report,
    signing_in,
)
from benchmarks.clockwork import timing
from benchmarks.serving import serving
from benchmarks.stream import Tab
from portal_data import store

INVOICES = 300


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> books.BenchBooks:
    """Small books in a folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(books, "FOLDER", tmp_path_factory.mktemp("bench"))
        yield books.made(INVOICES)


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


def test_a_tab_draws_screens_and_refuses_what_is_none(made: books.BenchBooks) -> None:
    async def visit() -> None:
        async with Tab(server.base, server.cookie, "invoices") as tab:
            first, second = await tab.run(), await tab.run()
            assert min(first.size, second.size) > 1_000
        async with Tab(server.base, server.cookie, "nowhere") as tab:
            with pytest.raises(RuntimeError, match="no screen"):
                await tab.run()
        async with Tab(server.base, "forged", "invoices") as tab:
            with pytest.raises(RuntimeError, match="not signed in"):
                await tab.run()

    with serving(made) as server:
        asyncio.run(visit())


def test_everything_is_measured_and_told(
    made: books.BenchBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "BUSY_SECONDS", 1.0)
    monkeypatch.setattr(queries, "ROUNDS", 2)
    served = pages.measure(made, rounds=2)
    assert served.screens.keys() == {
        "empty", "home", "invoices", "invoice", "statement", "statement, its choices alone",
        "payments", "account",
    }  # fmt: skip
    assert served.screens["invoices"].again.size > served.screens["empty"].again.size
    results = report.Results(
        load_before=0.5,
        servings=[served, served],
        reads=[queries.measure(made)] * 2,
        memory={"empty": 1_000_000},
        imported=importing.measure(invoices=40),
        signing_in=signing_in.measure(people=2, threads=2),
        exported=exporting.measure(rows=50, documents=2),
        printed=printing.measure(invoices=(2,), statements=(3,)),
        published=[publishing.measure(made)],
    )
    files = {each.name: each.size for each in results.exported}
    assert len(files) == 9
    assert min(files.values()) > 1_000
    assert results.imported.lines == 40 * importing.LINES
    told = report.page(results)
    for words in (
        "| home | ", "| one invoice | ", "| empty | 1.00 |", "sign-ins a second",
        "| invoices.xlsx | 50 | ", "| statement | 3 | ", f"| {made.invoices:,} | ",
    ):  # fmt: skip
        assert words in told


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
