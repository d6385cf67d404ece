"""Run in a portal that was given delivery notes: they have all that other documents have."""

import io
from zipfile import ZipFile

import pytest
from pypdf import PdfReader
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal_data import lists, screens, settings
from portal_data.customers import documents
from portal_data.kinds import DELIVERY_NOTE
from portal_data.web import documents as document_routes
from portal_data.web import exports
from tests.conftest import Cast
from tests.factories import TODAY, insert
from tests.pages.conftest import Open
from tests.people import events
from tests.web.conftest import as_person


def test_a_new_kind_opens_everywhere(
    cast: Cast, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = {"date": TODAY, "status": "sent", "currency_code": "GBP", "total_minor": 12_300}
    for scope, number in ((cast.alice, "DN-1"), (cast.alice, "DN-2"), (cast.charlie, "DN-9")):
        own = {"customer_id": scope.customer_id, "number": number, "subject": "Two lawns"}
        first = insert("delivery_notes", **note, **own)
        if number == "DN-1":
            document_id = first
    # the screens of customers, with the tabs beside invoices
    assert screen(cast.alice, "delivery_notes").numbers() == ["DN-2", "DN-1"]
    assert screen(cast.alice, "delivery_notes", status="delivered").numbers() == []
    assert "Delivery notes" in screen(cast.alice, "invoices").html
    shown = screen(cast.alice, "delivery_note", number="DN-1").html
    assert "Delivery note" in shown
    assert "Goods sent" in shown
    assert events() == ["delivery_note.viewed"]
    assert "not found" in screen(cast.alice, "delivery_note", number="DN-9").html
    # the screens of staff
    assert "Two lawns" in screen(cast.owner, "delivery_note", number="DN-9").html
    given = {"id": cast.alice.customer_id, "today": TODAY, "filter": "delivery_note"}
    listed = lists.page(cast.owner, documents.LIST, **given)
    assert [(row.number, row.status) for row in listed.rows] == [
        ("DN-2", "on its way"), ("DN-1", "on its way"),
    ]  # fmt: skip
    assert documents.locate(cast.owner, DELIVERY_NOTE, "DN-9").customer_id == (
        cast.charlie.customer_id
    )
    assert {"delivery_note", "delivery_notes"} <= screens.OF_CUSTOMERS
    assert screens.of_document("delivery_note", "DN-1") == "delivery_note?number=DN-1"
    # files
    monkeypatch.setenv("PORTAL_BASE_URL", "https://portal.example")
    settings.load.cache_clear()
    app = Starlette(routes=[*document_routes.ROUTES, *exports.ROUTES])
    with TestClient(app, base_url="https://portal.example") as client:
        as_person(client, cast.alice)
        pdf = client.get(f"/documents/delivery_note/{document_id}.pdf").content
        assert "Delivery note\nDN-1" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
        csv = client.get("/exports/delivery_notes.csv?q=lawn").text
        assert "DN-1" in csv
        assert "DN-9" not in csv
        zipped = ZipFile(io.BytesIO(client.get("/exports/delivery_notes.zip").content))
        assert len(zipped.namelist()) == 2
