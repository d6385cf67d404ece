"""What is published, over HTTP: for staff alone, whole, answered by what can do nothing else."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal_data import settings, store
from portal_data.analysts import publications
from portal_data.analysts.published import FILE, PROGRESS, latest
from portal_data.analysts.questions import QUESTIONS
from portal_data.errors import NotFound, Unavailable
from portal_data.ops.publish import publish
from portal_data.store import answers
from portal_data.web import analytics as routes
from tests.conftest import NOW, Cast
from tests.factories import insert, make_invoice
from tests.ops.test_analysts_page import TEXT
from tests.web.conftest import as_person

pytestmark = pytest.mark.only_engine("duckdb")
PATHS = (
    "/analytics/analytics.duckdb",
    "/analytics/parquet.zip",
    *(f"/analytics/{slug}.csv" for slug in QUESTIONS),
)


@pytest.fixture(autouse=True)
def data(known_settings: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The portal's data folder."""
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path))
    settings.load.cache_clear()
    yield tmp_path
    settings.load.cache_clear()


@pytest.fixture
def client(db: store.Store) -> Iterator[TestClient]:
    """The routes alone, served over real HTTP semantics."""
    with TestClient(Starlette(routes=routes.ROUTES), base_url="https://portal.example") as made:
        yield made


def test_staff_alone_get_what_is_published(client: TestClient, cast: Cast, data: Path) -> None:
    make_invoice(cast.alice)
    publish(data, now=NOW)
    people = {
        "owner": cast.owner, "alice": cast.alice, "bob": cast.bob, "charlie": cast.charlie,
        "nobody": None,
    }  # fmt: skip
    for path in PATHS:
        statuses = {
            name: as_person(client, who).get(path).status_code for name, who in people.items()
        }
        assert statuses == {
            "owner": 200, "alice": 404, "bob": 404, "charlie": 404, "nobody": 401,
        }, path  # fmt: skip


def test_customers_reach_none_of_it_in_code_either(cast: Cast, data: Path) -> None:
    publish(data, now=NOW)
    for reach in (
        publications.state,
        publications.publish_now,
        publications.database,
        publications.parquet,
    ):
        with pytest.raises(TypeError, match="Only staff"):
            reach(cast.alice)  # type: ignore[operator]
    with pytest.raises(TypeError, match="Only staff"):
        publications.answer(cast.alice, "aging")  # type: ignore[arg-type]
    assert not PROGRESS.wanted.is_set()


def test_before_anything_is_published_there_is_nothing(client: TestClient, cast: Cast) -> None:
    for path in PATHS:
        got = as_person(client, cast.owner).get(path)
        assert (got.status_code, got.text) == (404, "Nothing is published yet."), path
    assert as_person(client, cast.owner).get("/analytics/nothing.csv").status_code == 404


def test_the_files_are_those_that_are_published(
    client: TestClient, cast: Cast, data: Path, tmp_path: Path
) -> None:
    make_invoice(cast.alice)
    done = publish(data, now=NOW)
    file = as_person(client, cast.owner).get("/analytics/analytics.duckdb")
    assert int(file.headers["content-length"]) == len(file.content) == done.database_bytes
    assert file.headers["cache-control"] == "private, no-store"
    (tmp_path / "taken.duckdb").write_bytes(file.content)
    with duckdb.connect(str(tmp_path / "taken.duckdb"), read_only=True) as taken:
        assert taken.execute("select version from about").fetchall() == [(done.version,)]
    zipped = client.get("/analytics/parquet.zip").content
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        assert archive.testzip() is None
        assert {name.removesuffix(".parquet") for name in archive.namelist()} == set(done.rows)
        with archive.open("invoices.parquet") as invoices:
            assert pyarrow.parquet.read_table(io.BytesIO(invoices.read())).num_rows == 1


def test_a_download_stays_whole_while_another_publication_takes_its_place(
    cast: Cast, data: Path
) -> None:
    first = publish(data, now=NOW)
    with publications.database(cast.owner) as file:
        begun = file.read(1000)
        make_invoice(cast.alice)
        publish(data, now=NOW + timedelta(hours=1))
        assert len(begun + file.read()) == first.database_bytes


def test_an_answer_as_csv_has_exact_amounts_and_inert_texts(
    client: TestClient, cast: Cast, data: Path
) -> None:
    """Two customers of one name stay two; what looks like a formula stays text."""
    for code, minor in (("GBP", 1_230), ("JPY", 500)):
        make_invoice(cast.alice, currency_code=code, total_minor=minor, due=NOW.date())
    for _ in range(2):
        twin = insert(
            "customers", display_name="=1+1", currency_code="GBP", created_at=NOW, updated_at=NOW
        )
        insert(
            "invoices", customer_id=twin, number=f"T-{twin}", date=NOW.date(),
            due_date=NOW.date(), status="sent", currency_code="GBP", subtotal_minor=100,
            total_minor=100, balance_minor=100, created_at=NOW, updated_at=NOW,
        )  # fmt: skip
    publish(data, now=NOW)
    text = as_person(client, cast.owner).get("/analytics/aging.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["Customer"], row["Currency"], row["Owed"]) for row in rows] == [
        ("Alder Ltd", "GBP", "12.30"),
        ("'=1+1", "GBP", "1.00"),
        ("'=1+1", "GBP", "1.00"),
        ("Alder Ltd", "JPY", "500"),
    ]


@pytest.mark.parametrize("slug", QUESTIONS)
def test_saved_questions_are_those_of_the_page(slug: str) -> None:
    question = QUESTIONS[slug]
    assert question.slug == slug
    assert f"{question.title}\n\n```sql\n{question.sql.rstrip()};\n```" in TEXT
    assert " ".join(question.note.split()) in " ".join(TEXT.split())


@pytest.mark.parametrize(
    "sql",
    [
        "copy about to '/tmp/out.csv'",
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('/etc/passwd')",
        "attach '/tmp/other.duckdb' as other",
        "set enable_external_access = true",
        "set memory_limit = '10GB'",
        "install httpfs",
        "load httpfs",
        "update about set organisation = 'Mine'",
        "create table books.mine as select 1",
        "drop table invoices",
    ],
)
def test_the_connection_that_answers_can_do_nothing_else(sql: str, cast: Cast, data: Path) -> None:
    publish(data, now=NOW)
    with pytest.raises((duckdb.Error, Unavailable)):
        answers.ask(data / FILE, sql)


def test_an_answer_that_takes_too_long_is_given_up(cast: Cast, data: Path) -> None:
    publish(data, now=NOW)
    endless = (
        "select count(*) from range(1000000000) a, range(1000000000) b where a.range <> b.range"
    )
    with pytest.raises(Unavailable, match="do not answer"):
        answers.ask(data / FILE, endless, seconds=0.2)
    assert len(answers.ask(data / FILE, "select * from range(20000)")) == answers.MOST_ROWS


def test_an_unknown_question_is_not_found(cast: Cast, data: Path) -> None:
    publish(data, now=NOW)
    assert latest(data) is not None
    with pytest.raises(NotFound, match="no such question"):
        publications.answer(cast.owner, "'; drop table invoices")
