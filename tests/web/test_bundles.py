"""Many documents as one zip: all of them, named apart, whatever is wrong with one."""

import asyncio
import io
import logging
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from pypdf import PdfReader
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal_data import store
from portal_data.errors import NotFound
from portal_data.output import document_views
from portal_data.scope import Scope
from portal_data.web import exports, zips
from tests.conftest import NOW, Cast
from tests.factories import make_invoice
from tests.web.conftest import as_person

Make = Callable[[], tuple[str, bytes]]


@pytest.fixture
def client(db: store.Store) -> Iterator[TestClient]:
    """The export routes alone, served over real HTTP semantics."""
    with TestClient(Starlette(routes=exports.ROUTES), base_url="https://portal.example") as made:
        yield made


def opened(content: bytes) -> zipfile.ZipFile:
    """Return a zip after checking every byte in it."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    return archive


def zipped(
    documents: list[tuple[str, Make]],
    left_out: list[str] | None = None,
    may_go_on: Callable[[], bool] = lambda: True,
) -> zipfile.ZipFile:
    """Return the zip of these documents."""
    parts = zips.zipped(documents, left_out or [], now=NOW, may_go_on=may_go_on)
    return opened(b"".join(parts))


def named(name: str, content: bytes = b"%PDF") -> tuple[str, Make]:
    """Return a document that is made without fail."""
    return name, lambda: (name, content)


def refused() -> tuple[str, bytes]:
    """Refuse as a noun does."""
    raise NotFound("There is no such invoice.")


def broken() -> tuple[str, bytes]:
    """Fail as nobody foresaw."""
    raise ZeroDivisionError("secret of the inside")


def test_every_document_is_in_the_zip(client: TestClient, cast: Cast) -> None:
    numbers = [f"A-{place}" for place in range(3)]
    for number in numbers:
        make_invoice(cast.alice, number=number)
    make_invoice(cast.alice, number="A-9", status="void")
    make_invoice(cast.charlie, number="B-1")
    answer = as_person(client, cast.alice).get("/exports/invoices.zip?status=unpaid&sort=oldest")
    assert answer.headers["content-type"] == "application/zip"
    assert ".zip" in answer.headers["content-disposition"]
    archive = opened(answer.content)
    assert archive.namelist() == [f"Invoice {number} Alder Ltd.pdf" for number in numbers]
    for number, name in zip(numbers, archive.namelist(), strict=True):
        assert number in PdfReader(archive.open(name)).pages[0].extract_text()


def test_what_is_too_much_for_one_file_is_named(
    client: TestClient, alice: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document_views, "AT_ONCE", 2)
    for place in range(4):
        make_invoice(alice, number=f"A-{place}")
    as_person(client, alice)
    archive = opened(client.get("/exports/invoices.zip?sort=number").content)
    assert archive.namelist() == [
        "Invoice A-3 Alder Ltd.pdf", "Invoice A-2 Alder Ltd.pdf", "Not included.txt",
    ]  # fmt: skip
    assert archive.read("Not included.txt").decode().splitlines() == [
        "One file holds 2 documents. Not in this one are:", "A-1", "A-0",
    ]  # fmt: skip


def test_a_document_that_fails_is_named_and_spoils_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR, logger="portal.bundles"):
        archive = zipped([named("1.pdf"), ("INV-2", broken), ("INV-3", refused), named("4.pdf")])
    assert archive.namelist() == ["1.pdf", "4.pdf", "Not included.txt"]
    assert archive.read("Not included.txt").decode().splitlines() == [
        "INV-2: this document could not be made.",
        "INV-3: There is no such invoice.",
    ]
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [
        ZeroDivisionError
    ]


def test_equal_names_are_told_apart() -> None:
    names = ["Invoice 1.pdf", "invoice 1.PDF", "Invoice 1.pdf", "請求書.pdf", "請求書.pdf"]
    assert zipped([named(name) for name in names]).namelist() == [
        "Invoice 1.pdf", "invoice 1 (2).PDF", "Invoice 1 (3).pdf", "請求書.pdf", "請求書 (2).pdf",
    ]  # fmt: skip


def test_a_sign_in_that_ends_ends_the_zip() -> None:
    goes_on = iter([True, True, False])
    documents = [named(f"{place}.pdf") for place in range(5)]
    archive = zipped(documents, ["Earlier."], lambda: next(goes_on))
    assert archive.namelist() == ["0.pdf", "1.pdf", "Not included.txt"]
    assert b"signed out" in archive.read("Not included.txt")


def test_a_revoked_sign_in_ends_a_zip_that_is_on_its_way(
    client: TestClient, alice: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in range(3):
        make_invoice(alice, number=f"A-{place}")
    as_person(client, alice)
    proved = exports.signed_in

    def revoked_after_the_first(request: object) -> object:
        who = proved(request)  # type: ignore[arg-type]
        with store.system_writing() as session:
            session.change(
                "update core.sign_ins set revoked_at = $now where id = $id",
                now=NOW,
                id=alice.sign_in_id,
            )
        return who

    monkeypatch.setattr(exports, "signed_in", revoked_after_the_first)
    archive = opened(client.get("/exports/invoices.zip").content)
    assert len(archive.namelist()) == 2
    assert archive.namelist()[1] == "Not included.txt"


def test_a_zip_is_sent_while_it_is_made() -> None:
    made: list[int] = []

    def document(place: int) -> tuple[str, bytes]:
        made.append(place)
        return f"{place}.pdf", bytes(10_000)

    documents = [(str(place), lambda place=place: document(place)) for place in range(4)]
    parts = zips.zipped(documents, [], now=NOW, may_go_on=lambda: True)
    assert next(parts)
    assert made == [0]
    assert next(parts)
    assert made == [0, 1]


def test_it_is_made_beside_the_event_loop_and_rests() -> None:
    async def both() -> tuple[bytes, int]:
        turns = 0

        async def others() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0.001)
                turns += 1

        beside = asyncio.create_task(others())
        parts = zips.zipped(
            [(str(place), lambda place=place: slow(place)) for place in range(5)],
            [],
            now=datetime(2026, 1, 1),
            may_go_on=lambda: True,
        )
        content = b"".join([part async for part in zips.unhurried(parts, "contact:1")])
        beside.cancel()
        return content, turns

    def slow(place: int) -> tuple[str, bytes]:
        sum(range(1_000_000))
        return f"{place}.pdf", b"%PDF"

    content, turns = asyncio.run(both())
    assert len(opened(content).namelist()) == 5
    assert turns > 5
