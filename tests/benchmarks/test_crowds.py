"""Walks and crowds are what they are said to be; how fast they are, no test asks."""

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import attempts, books, crowd, crowds, postgres_books, visitors, walking
from benchmarks.crowd import Click, Crowd, Plan
from benchmarks.report import crowds as crowds_report
from benchmarks.report import screens
from benchmarks.serving import Server, serving
from benchmarks.stream import ScreenFailed, Tab
from benchmarks.visitors import Visitor
from portal_data import store
from tests.benchmarks.conftest import INVOICES


@pytest.fixture(scope="module")
def own(made: books.BenchBooks, tmp_path_factory: pytest.TempPathFactory) -> books.BenchBooks:
    """A copy, which a server of this file has open."""
    path = tmp_path_factory.mktemp("own") / "books.duckdb"
    shutil.copy(made.path, path)
    return books.BenchBooks(made.invoices, f"duckdb:///{path}")


@pytest.fixture(scope="module")
def people(own: books.BenchBooks) -> list[Visitor]:
    """One of each customer, signed in before the server opens the books."""
    return visitors.of_books(own, 3)


@pytest.fixture(scope="module")
def server(own: books.BenchBooks, people: list[Visitor]) -> Iterator[Server]:
    """A server of the books, for people who are signed in."""
    with serving(own) as started:
        asyncio.run(crowd.warm_up(started, people[0]))
        yield started


def test_each_customer_has_somebody_signed_in_who_may_open_its_documents(
    made: books.BenchBooks,
) -> None:
    people = visitors.of_books(made, 7)
    assert len({each.customer_id for each in people[:3]}) == 3
    assert len({each.cookie for each in people}) == len({each.invoice for each in people}) == 7
    opened = store.open_store(made.url)
    try:
        with opened.system_reading() as session:
            owners = {
                (table, row["number"]): row["customer_id"]
                for table in ("invoices", "payments", "estimates")
                for row in session.rows(f"select number, customer_id from core.{table} order by 1")
            }
    finally:
        opened.close()
    for each in people:
        for name, table in (
            ("invoice", "invoices"),
            ("payment", "payments"),
            ("estimate", "estimates"),
        ):
            number = each.screens[name][1].removeprefix("number=")
            assert owners[table, number] == each.customer_id


def test_a_tab_moves_from_screen_to_screen_and_refuses_what_is_none(
    server: Server, people: list[Visitor]
) -> None:
    reader = people[0]

    async def visit() -> None:
        async with Tab(server.base, reader.cookie) as tab:
            sizes = {name: (await tab.visit(*place)).size for name, place in reader.screens.items()}
            assert min(sizes, key=lambda name: sizes[name]) == "empty"
            assert (await tab.visit("invoices")).size == pytest.approx(sizes["invoices"], rel=0.1)
            await tab.visit("statements")
            chosen = await tab.visit("statements", "period=last_month", fragment=True)
            assert chosen.size < sizes["statement"]
        async with Tab(server.base, reader.cookie) as tab:
            with pytest.raises(ScreenFailed, match="no screen"):
                await tab.visit("nowhere")
        async with Tab(server.base, "forged") as tab:
            with pytest.raises(ScreenFailed, match="not signed in"):
                await tab.visit("invoices")

    asyncio.run(visit())


def test_people_who_may_not_are_refused_what_they_try(
    server: Server, people: list[Visitor]
) -> None:
    reader = people[0]
    stranger = replace(reader, cookie="forged", email="nobody@bench.example")

    async def attempt() -> None:
        for each in (attempts.sign_in, attempts.download):
            assert len(await attempts.each_second(each, server, [reader])) == 1
            with pytest.raises(ScreenFailed):
                await each(server, stranger)

    asyncio.run(attempt())


def test_a_crowd_clicks_at_its_pace_and_its_failures_are_counted(
    server: Server, people: list[Visitor]
) -> None:
    plan = Plan(sessions=3, arriving=0.5, pause=0.5, seconds=2)

    def come(*visitors: Visitor) -> Crowd:
        return asyncio.run(crowd.gather([server], visitors, plan))

    came = come(*people)
    turned_away = come(replace(people[0], cookie="forged"))
    assert came.errors == []
    assert 3 <= len(came.clicks) <= 3 * 4
    assert came.timing().count == len(came.clicks)
    assert came.processor_a_run > 0 < came.share("driver")
    assert turned_away.clicks == []
    assert turned_away.errors
    assert all("not signed in" in error for error in turned_away.errors)


def test_what_a_crowd_met_with_is_counted_in_its_time() -> None:
    plan = Plan(sessions=4, arriving=2, pause=1, seconds=4)
    clicks = [Click(0.5, 100), Click(1.9, 200), Click(2.5, 300), Click(3.9, 400)]
    met = Crowd(plan, clicks, seconds=5, processor={"portal": 2.0, "driver": 0.5})
    assert met.runs_a_second == 1.0  # the second and the third are answered between 2 and 4
    assert met.processor_a_run == 500
    assert met.share("driver") == 0.1
    assert met.timing(2).count == 2
    assert met.timing(0, 2).p95 == 200


def test_walks_are_measured_and_told(
    made: books.BenchBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "WARM_UP", 1)
    (walks,) = walking.measure([made], rounds=2)
    (reader,) = visitors.of_books(made)
    assert walks.screens.keys() == {*reader.screens, walking.CHOICES}
    for name, screen in walks.screens.items():
        assert len(screen.first.milliseconds) == len(screen.again.milliseconds) == 2, name
    assert sum(len(each.new_tab.milliseconds) for each in walks.screens.values()) == 2
    told = "\n".join(screens.screens([walks, walks]))
    assert f"### {INVOICES} invoices" in told
    for name in walks.screens:
        assert f"| {name} | " in told


def test_crowds_are_measured_and_told(
    made: books.BenchBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowds, "STEADY", Plan(0, arriving=1, pause=0.5, seconds=2))
    monkeypatch.setattr(crowds, "BURST", Plan(0, arriving=0.5, pause=0.5, seconds=3))
    monkeypatch.setattr(crowds, "FIRST_SECONDS", 2)
    steady = crowds.steady(made, [2])
    (burst,) = crowds.bursts(made, [2])
    assert [each.plan.sessions for each in steady] == [2]
    assert [each.errors for each in (*steady, burst.crowd)] == [[], []]
    assert burst.sign_ins.count == burst.downloads.count == 2
    told = "\n".join(crowds_report.crowds(steady, [burst]))
    assert "| 2 | 4 | " in told


def test_a_crowd_on_postgresql_is_shared_by_two_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(books, "FOLDER", tmp_path / "bench")
    monkeypatch.setattr(crowds, "STEADY", Plan(0, arriving=1, pause=0.5, seconds=2))
    monkeypatch.setattr(crowds, "BUSY", Plan(2, arriving=0, pause=0, seconds=1))
    monkeypatch.setattr(crowds, "TURNS", 1)
    with postgres_books.serving(INVOICES) as made:
        opened = store.open_store(made.made.url)
        try:
            assert opened.check_integrity() == []
        finally:
            opened.close()
        one, two = crowds.on_postgres(made, sessions=2)
    assert [each.crowd.errors + each.busy[0].errors for each in (one, two)] == [[], []]
    assert one.busy[0].processor.keys() == {"portal", "PostgreSQL", "driver", "others"}
    assert min(two.busy[0].processor[each] for each in ("portal", "PostgreSQL", "driver")) > 0
    told = "\n".join(crowds_report.on_postgres([one, two]))
    assert "| 1.00 | " in told
