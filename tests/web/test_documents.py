"""Documents by HTTP: the cookie decides, a foreign document is an unknown one, names are safe."""

import hashlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import pytest
from PIL import Image
from pypdf import PdfReader
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal_data import settings, store
from portal_data.auth import sessions
from portal_data.ids import new_id
from portal_data.messaging import downloads
from portal_data.scope import Scope
from portal_data.web import documents
from tests.conftest import NOW, Cast
from tests.factories import (
    TODAY,
    insert,
    make_credit_note,
    make_estimate,
    make_invoice,
    make_payment,
    make_retainer,
)
from tests.people import events, rows
from tests.web.conftest import as_person


@pytest.fixture
def client(db: store.Store) -> Iterator[TestClient]:
    """The document routes alone, served over real HTTP semantics."""
    with TestClient(Starlette(routes=documents.ROUTES), base_url="https://portal.example") as made:
        yield made


def _shared(scope: Scope, folder: Path, name: str, media_type: str, content: bytes) -> UUID:
    key = str(new_id())
    folder.mkdir(exist_ok=True)
    (folder / key).write_bytes(content)
    return insert(
        "files",
        customer_id=scope.customer_id,
        subject_kind="customer",
        subject_id=scope.customer_id,
        name=name,
        media_type=media_type,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        storage_key=key,
        uploaded_by_kind="staff",
        uploaded_by=new_id(),
        visible=True,
        created_at=NOW,
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The uploads folder of this test."""
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path))
    settings.load.cache_clear()
    return tmp_path / "files"


def test_the_cookie_decides_who_gets_an_invoice(client: TestClient, cast: Cast) -> None:
    invoice = make_invoice(cast.alice, number="A-1", subject="Garden plan")
    address = f"/documents/invoice/{invoice}.pdf"
    answers = {
        name: as_person(client, who).get(address)
        for name, who in {
            "alice": cast.alice,
            "bob": cast.bob,
            "charlie": cast.charlie,
            "staff": cast.owner,
            "nobody": None,
        }.items()
    }
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "alice": 200,
        "bob": 200,
        "charlie": 404,
        "staff": 404,
        "nobody": 401,
    }
    text = PdfReader(io.BytesIO(answers["alice"].content)).pages[0].extract_text()
    assert "A-1" in text
    assert "Garden plan" in text
    assert answers["alice"].headers["cache-control"] == "private, no-store"


def test_foreign_unknown_draft_and_nonsense_look_the_same(client: TestClient, cast: Cast) -> None:
    theirs = make_invoice(cast.charlie)
    draft = make_invoice(cast.alice, status="draft")
    as_person(client, cast.alice)
    answers = {
        (answer.status_code, answer.text)
        for answer in (
            client.get(f"/documents/invoice/{name}.pdf") for name in (theirs, draft, new_id())
        )
    }
    assert len(answers) == 1
    assert client.get("/documents/invoice/..%2f..%2fetc.pdf").status_code == 404
    assert client.get("/documents/invoice/x.pdf").status_code == 404


def test_a_revoked_session_gets_nothing_at_once(client: TestClient, cast: Cast) -> None:
    invoice = make_invoice(cast.alice)
    as_person(client, cast.alice)
    assert client.get(f"/documents/invoice/{invoice}.pdf").status_code == 200
    with store.system_writing() as session:
        session.change(
            "update core.sign_ins set revoked_at = $now where id = $id",
            now=NOW,
            id=cast.alice.sign_in_id,
        )
    assert client.get(f"/documents/invoice/{invoice}.pdf").status_code == 401


def test_a_statement_holds_the_customers_own_rows(client: TestClient, cast: Cast) -> None:
    make_invoice(cast.alice, number="A-1")
    make_invoice(cast.charlie, number="B-1")
    address = f"/documents/statement/GBP/2026-11-01/{TODAY}.pdf"
    answer = as_person(client, cast.alice).get(address)
    text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(answer.content)).pages)
    assert "A-1" in text
    assert "B-1" not in text
    assert as_person(client, None).get(address).status_code == 401


@pytest.mark.parametrize(
    ("path", "status"),
    [("GBP/2026-11-30/2026-11-01", 400), ("ZZQ/2026-11-01/2026-11-30", 404), ("GBP/x/y", 404)],
)
def test_a_statement_of_nonsense_is_refused(
    client: TestClient, cast: Cast, path: str, status: int
) -> None:
    assert (
        as_person(client, cast.alice).get(f"/documents/statement/{path}.pdf").status_code == status
    )


def test_a_shared_file_is_its_customers_alone(client: TestClient, cast: Cast, folder: Path) -> None:
    file = _shared(cast.alice, folder, "Plan ünder\r\nX: 1.txt", "text/plain", b"hello")
    answer = as_person(client, cast.alice).get(f"/documents/file/{file}")
    assert (answer.status_code, answer.content) == (200, b"hello")
    assert quote("Plan ünder\r\nX: 1.txt", safe="") in answer.headers["content-disposition"]
    assert "x" not in answer.headers
    assert as_person(client, cast.charlie).get(f"/documents/file/{file}").status_code == 404
    assert as_person(client, None).get(f"/documents/file/{file}").status_code == 401


def test_a_file_that_could_run_is_only_ever_downloaded(
    client: TestClient, cast: Cast, folder: Path
) -> None:
    file = _shared(cast.alice, folder, "x.html", "text/html", b"<script>alert(1)</script>")
    answer = as_person(client, cast.alice).get(f"/documents/file/{file}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")


@pytest.mark.parametrize("media_type", ["application/pdf", "image/png", "text/plain"])
def test_what_people_upload_is_saved_and_runs_nowhere(
    client: TestClient, cast: Cast, folder: Path, media_type: str
) -> None:
    file = _shared(cast.alice, folder, "a", media_type, b"<script>alert(1)</script>")
    for who, address in ((cast.alice, "documents/file"), (cast.owner, "documents/staff/file")):
        answer = as_person(client, who).get(f"/{address}/{file}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        assert answer.headers["cache-control"] == "private, no-store"
    for who in (cast.alice, cast.charlie, None):
        answer = as_person(client, who).get(f"/documents/staff/file/{file}")
        assert answer.status_code == (401 if who is None else 404)
    assert as_person(client, cast.owner).get(f"/documents/file/{file}").status_code == 404


def test_a_missing_or_changed_file_is_said_to_be_unavailable(
    client: TestClient, cast: Cast, folder: Path
) -> None:
    file = _shared(cast.alice, folder, "a.txt", "text/plain", b"hello")
    stored = next(folder.iterdir())
    stored.write_bytes(b"other")
    assert as_person(client, cast.alice).get(f"/documents/file/{file}").status_code == 503
    stored.unlink()
    assert client.get(f"/documents/file/{file}").status_code == 503


def test_an_idle_session_has_ended(client: TestClient, cast: Cast) -> None:
    invoice = make_invoice(cast.alice)
    as_person(client, cast.alice)
    with store.system_writing() as session:
        session.change(
            "update core.sign_ins set last_seen_at = $then where id = $id",
            then=NOW - sessions.IDLE,
            id=cast.alice.sign_in_id,
        )
    assert client.get(f"/documents/invoice/{invoice}.pdf").status_code == 401


def _payment(scope: Scope, number: str, status: str = "succeeded") -> UUID:
    return make_payment(
        scope, {make_invoice(scope): 5_000}, number=number, unused_minor=250, status=status
    )


def _credit_note(scope: Scope, number: str, status: str = "open") -> UUID:
    return make_credit_note(scope, number=number, status=status)


def _retainer(scope: Scope, number: str, status: str = "sent") -> UUID:
    return make_retainer(scope, number=number, status=status)


each_kind = pytest.mark.parametrize(
    ("kind", "make", "words"),
    [
        ("payment", _payment, ["Payment receipt D-1", "£52.50", "Unused amount £2.50"]),
        ("credit_note", _credit_note, ["Credit note D-1", "Credits remaining £50.00"]),
        ("retainer", _retainer, ["Retainer invoice D-1", "Retainer for the season", "£100.00"]),
    ],
)


@each_kind
def test_the_cookie_decides_who_gets_a_document(
    client: TestClient, cast: Cast, kind: str, make: Callable[..., UUID], words: list[str]
) -> None:
    address = f"/documents/{kind}/{make(cast.alice, 'D-1')}.pdf"
    people = (cast.alice, cast.bob, cast.charlie, cast.owner, None)
    answers = [as_person(client, who).get(address) for who in people]
    assert [answer.status_code for answer in answers] == [200, 200, 404, 404, 401]
    text = " ".join(PdfReader(io.BytesIO(answers[0].content)).pages[0].extract_text().split())
    for expected in (*words, "Alder Ltd"):
        assert expected in text
    assert answers[0].headers["cache-control"] == "private, no-store"
    assert "D-1" in answers[0].headers["content-disposition"]


@each_kind
def test_foreign_unknown_and_draft_documents_look_the_same(
    client: TestClient, cast: Cast, kind: str, make: Callable[..., UUID], words: list[str]
) -> None:
    theirs, draft = make(cast.charlie, "D-2"), make(cast.alice, "D-3", status="draft")
    as_person(client, cast.alice)
    answers = {
        (answer.status_code, answer.text)
        for answer in (
            client.get(f"/documents/{kind}/{name}.pdf") for name in (theirs, draft, new_id())
        )
    }
    assert len(answers) == 1
    assert client.get(f"/documents/{kind}/x.pdf").status_code == 404


@pytest.mark.parametrize(
    ("kind", "make", "table"),
    [
        ("credit_note", make_credit_note, "credit_notes"),
        ("retainer", make_retainer, "retainer_invoices"),
    ],
)
def test_the_pdf_of_a_document_is_a_view_of_it(
    client: TestClient, cast: Cast, kind: str, make: Callable[..., UUID], table: str
) -> None:
    document = make(cast.alice)
    address = f"/documents/{kind}/{document}.pdf"
    viewed_by = f"select first_viewed_by from core.{table} where id = $id order by 1"
    for who, viewer in ((cast.owner, None), (cast.charlie, None), (cast.bob, cast.bob.contact_id)):
        as_person(client, who).get(address)
        with store.system_reading() as session:
            assert session.value(viewed_by, id=document) == viewer


@pytest.mark.parametrize(("kind", "make"), [("estimate", make_estimate), ("invoice", make_invoice)])
def test_opening_a_pdf_is_a_view_of_its_customer_alone(
    client: TestClient, cast: Cast, kind: str, make: Callable[..., UUID]
) -> None:
    document = make(cast.alice, number="A-1", subject="Garden plan")
    address = f"/documents/{kind}/{document}.pdf"
    for who in (cast.owner, cast.charlie, None):
        assert as_person(client, who).get(address).status_code in (401, 404)
    assert as_person(client, cast.alice).head(address).status_code == 200
    assert events() == []
    for who in (cast.bob, cast.alice, cast.bob):
        answer = as_person(client, who).get(address)
        assert answer.status_code == 200
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert "A-1" in text
    assert "Garden plan" in text
    assert events() == [f"{kind}.viewed", "document.viewed"]  # of one person, then of another
    assert rows("select contact_name, views from core.document_views order by contact_name") == [
        {"contact_name": "Alice Test", "views": 1},
        {"contact_name": "Bob Test", "views": 1},
    ]


@pytest.mark.parametrize("kind", ["invoice", "estimate", "payment", "credit_note", "retainer"])
def test_staff_get_every_kind_and_it_is_not_viewed(
    kind: str, client: TestClient, cast: Cast
) -> None:
    invoice = make_invoice(cast.alice, number="N-1", total_minor=500)
    make_payment(cast.alice, {invoice: 100}, number="N-1")
    make_credit_note(cast.alice, number="N-1")
    make_estimate(cast.alice, number="N-1")
    make_retainer(cast.alice, number="N-1")
    address = f"/documents/staff/{kind}.pdf"
    answers = {
        name: as_person(client, who).get(address, params={"number": "N-1"})
        for name, who in {"staff": cast.owner, "alice": cast.alice, "nobody": None}.items()
    }
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "staff": 200,
        "alice": 404,
        "nobody": 401,
    }
    assert "N-1" in PdfReader(io.BytesIO(answers["staff"].content)).pages[0].extract_text()
    assert rows("select 1 as one from core.document_views order by 1") == []
    assert events() == []


def test_staff_get_no_draft_and_nothing_unknown(client: TestClient, cast: Cast) -> None:
    make_invoice(cast.alice, number="D-1", status="draft")
    as_person(client, cast.owner)
    for kind, number in (("invoice", "D-1"), ("invoice", "X"), ("invoice", ""), ("pen", "D-1")):
        found = client.get(f"/documents/staff/{kind}.pdf", params={"number": number})
        assert found.status_code == 404, (kind, number)


def _pictures(answer: bytes) -> int:
    return len(PdfReader(io.BytesIO(answer)).pages[0].images)


def test_documents_bear_the_logo(
    client: TestClient, alice: Scope, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = make_invoice(alice)
    as_person(client, alice)
    assert _pictures(client.get(f"/documents/invoice/{invoice}.pdf").content) == 0
    Image.new("RGB", (300, 100), "navy").save(tmp_path / "logo.png")
    monkeypatch.setenv("PORTAL_LOGO", str(tmp_path / "logo.png"))
    settings.load.cache_clear()
    assert _pictures(client.get(f"/documents/invoice/{invoice}.pdf").content) == 1


def test_a_lost_logo_keeps_nobody_from_an_invoice(
    client: TestClient, alice: Scope, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = make_invoice(alice)
    monkeypatch.setenv("PORTAL_LOGO", str(tmp_path / "nowhere.png"))
    settings.load.cache_clear()
    as_person(client, alice)
    assert client.get(f"/documents/invoice/{invoice}.pdf").status_code == 200


def _downloads() -> list[tuple[str, str | None]]:
    downloads.settled()
    found = rows(
        "select subject_number, subject_kind from core.activity"
        " where event = 'document.downloaded' order by happened_at, sequence"
    )
    return [(row["subject_number"], row["subject_kind"]) for row in found]


def test_what_a_contact_takes_is_in_the_activity_once(
    client: TestClient, cast: Cast, folder: Path
) -> None:
    invoice = make_invoice(cast.alice, number="A-1")
    file = _shared(cast.alice, folder, "Plan.txt", "text/plain", b"hello")
    as_person(client, cast.alice)
    addresses = [
        f"/documents/invoice/{invoice}.pdf",
        f"/documents/file/{file}",
        f"/documents/statement/GBP/2026-11-01/{TODAY}.pdf",
    ]
    for address in addresses:
        for headers in ({}, {"Range": "bytes=0-9"}, {"If-None-Match": "*"}):
            assert client.get(address, headers=headers).status_code == 200
    (statement,) = (each for each in _downloads() if each[1] is None)
    assert statement[0].startswith("Statement")
    assert {("A-1", "invoice"), ("Plan.txt", "file")} < set(_downloads())
    assert len(_downloads()) == 3


def test_what_nobody_got_is_no_download(client: TestClient, cast: Cast, folder: Path) -> None:
    invoice = make_invoice(cast.alice, number="A-1")
    address = f"/documents/invoice/{invoice}.pdf"
    assert as_person(client, cast.alice).head(address).status_code == 200
    assert as_person(client, cast.charlie).get(address).status_code == 404
    assert as_person(client, cast.owner).get("/documents/staff/invoice.pdf?number=A-1").is_success
    assert _downloads() == []
