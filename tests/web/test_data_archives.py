"""The file of all data over HTTP: whole, for whoever asked for it, and for nobody else."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal_data import settings, store
from portal_data.clock import utc_now
from portal_data.customers import data_archives
from portal_data.messaging import downloads
from portal_data.ops.archivist import Archivist
from portal_data.scope import Scope, Staff
from portal_data.web import exports
from tests.conftest import Cast
from tests.factories import make_invoice
from tests.people import events
from tests.web.conftest import as_person


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder."""
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path))
    settings.load.cache_clear()
    return tmp_path


@pytest.fixture
def client(db: store.Store) -> Iterator[TestClient]:
    """The export routes alone, served over real HTTP semantics."""
    with TestClient(Starlette(routes=exports.ROUTES), base_url="https://portal.example") as made:
        yield made


def _made(scope: Scope, data: Path) -> str:
    """Let a file be made, and return its address."""
    data_archives.ask(scope, utc_now())
    assert Archivist(data / "archives", data / "files").work(utc_now()) == 1
    archive = data_archives.latest(scope)
    assert archive is not None
    return f"/exports/data/{archive.id}.zip"


def test_it_comes_whole_and_is_saved(client: TestClient, cast: Cast, data: Path) -> None:
    make_invoice(cast.alice, number="I-1")
    address = _made(cast.alice, data)
    head = as_person(client, cast.alice).head(address)
    downloads.settled()
    assert "document.downloaded" not in events()
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''Data")
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-length"] == head.headers["content-length"]
    assert zipfile.ZipFile(io.BytesIO(answer.content)).testzip() is None
    assert "Lists/Invoices.csv" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    downloads.settled()
    assert events()[-1] == "document.downloaded"
    part = client.get(address, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"PK\x03\x04")


@pytest.mark.parametrize(
    ("who", "status"), [("bob", 404), ("charlie", 404), ("owner", 404), ("nobody", 401)]
)
def test_nobody_else_gets_it(
    who: str, status: int, client: TestClient, cast: Cast, data: Path
) -> None:
    address = _made(cast.alice, data)
    person: Scope | Staff | None = None if who == "nobody" else getattr(cast, who)
    answer = as_person(client, person).get(address)
    assert answer.status_code == status
    assert b"PK" not in answer.content


@pytest.mark.parametrize(
    "address", ["/exports/data/x.zip", f"/exports/data/{'0' * 32}.zip", "/exports/data/..zip"]
)
def test_what_is_no_file_is_not_found(
    address: str, client: TestClient, cast: Cast, data: Path
) -> None:
    assert as_person(client, cast.alice).get(address).status_code == 404


def test_a_file_that_is_not_whole_is_not_sent(client: TestClient, cast: Cast, data: Path) -> None:
    address = _made(cast.alice, data)
    (path,) = (data / "archives").iterdir()
    path.write_bytes(b"PK")
    answer = as_person(client, cast.alice).get(address)
    assert answer.status_code == 503
    assert b"PK" not in answer.content
