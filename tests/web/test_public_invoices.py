"""The routes of a public link that pays: the PDF, the way to the provider, and back without one."""

import io
import json
import logging
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from pypdf import PdfReader
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from portal_data import store
from portal_data.billing import pay_links
from portal_data.business import preferences
from portal_data.clock import utc_now
from portal_data.ids import new_id
from portal_data.output import public_invoices
from portal_data.payments import collecting
from portal_data.payments.collecting import Collector
from portal_data.payments.provider import State
from portal_data.payments.providers import Providers
from portal_data.scope import Staff
from portal_data.web import documents
from portal_data.web import payments as routes
from portal_data.web.middleware import Guard
from tests.conftest import Cast
from tests.factories import make_invoice
from tests.payments.scripted import Scripted
from tests.people import rows, token_of, value
from tests.web.conftest import as_person
from tools.browser import Portal

ORIGIN = "https://portal.example"
PDF, START, BACK = "/documents/public/invoice.pdf", "/pay_link/start", "/pay_link/return"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """What takes the payments."""
    made = Scripted()
    collector = Collector(Providers([made]), ORIGIN)
    monkeypatch.setattr(collecting, "current", lambda: collector)
    return made


@pytest.fixture
def client(db: store.Store) -> Iterator[TestClient]:
    """The routes behind the guard, as the portal has them."""
    guard = Middleware(Guard, content_security_policy="", origin=ORIGIN, proxies=0)
    app = Starlette(routes=[*documents.ROUTES, *routes.ROUTES], middleware=[guard])
    made = TestClient(app, base_url=ORIGIN, client=("198.51.100.7", 1), follow_redirects=False)
    with made as client:
        yield client


@pytest.fixture
def tokens(cast: Cast, sam: Staff, provider: Scripted) -> tuple[str, str]:
    """Links of two invoices of Alice's."""
    now = utc_now()
    preferences.change(cast.owner, now=now, public_pay_links=True, pay_online=True)
    until = now.date() + timedelta(days=3)
    made = []
    for number in ("INV-1", "INV-2"):
        make_invoice(cast.alice, number=number, total_minor=10_000)
        made.append(token_of(pay_links.create(sam, number, until, key=new_id(), now=now)))
    return made[0], made[1]


def _begin(token: str) -> UUID:
    key, now = new_id(), utc_now()
    seen = public_invoices.opened(token, address=None, now=now).payable.version
    public_invoices.begin(token, 10_000, seen=seen, key=key, address=None, now=now)
    return key


def test_a_link_fetches_its_own_pdf_without_a_cookie(
    client: TestClient, tokens: tuple[str, str]
) -> None:
    first, second = (client.get(PDF, params={"token": each}) for each in tokens)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content != second.content
    assert first.headers["referrer-policy"] == "no-referrer"
    assert first.headers["cache-control"] == "private, no-store"
    beside = {"token": tokens[0], "number": "INV-2"}
    for answer in (first, client.get(PDF, params=beside)):
        words = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
        assert "INV-1" in words
        assert "INV-2" not in words
    invoice_id = value("select id from core.invoices where number = 'INV-1'")
    path = f"/documents/invoice/{invoice_id}.pdf"
    assert client.get(path, params={"token": tokens[0]}).status_code == 401


def test_the_way_to_the_provider_and_back(
    client: TestClient, tokens: tuple[str, str], provider: Scripted
) -> None:
    attempt = _begin(tokens[0])
    answer = client.get(START, params={"token": tokens[0], "attempt": str(attempt)})
    assert (answer.status_code, answer.headers["location"]) == (
        303, f"https://provider.example/{attempt}",
    )  # fmt: skip
    assert answer.headers["referrer-policy"] == "no-referrer"
    kept = answer.headers["set-cookie"]
    for words in (f"pay-{attempt.hex}=", "HttpOnly", "Path=/pay_link/return", "Secure", "lax"):
        assert words in kept
    (request,) = provider.requests
    assert tokens[0] not in repr(request)
    provider.becomes(f"pay_{attempt}", State.SUCCEEDED)
    came = client.get(BACK, params={"attempt": str(attempt)})
    assert (came.status_code, came.headers["location"]) == (303, f"/pay_link?token={tokens[0]}")
    assert came.headers["referrer-policy"] == "no-referrer"
    assert value("select balance_minor from core.invoices where number = 'INV-1'") == 0


def test_who_comes_back_elsewhere_sees_nothing_and_the_money_counts(
    client: TestClient, tokens: tuple[str, str], provider: Scripted
) -> None:
    attempt = _begin(tokens[0])
    client.get(START, params={"token": tokens[0], "attempt": str(attempt)})
    client.cookies.clear()
    provider.becomes(f"pay_{attempt}", State.SUCCEEDED)
    answer = client.get(BACK, params={"attempt": str(attempt)})
    assert answer.headers["location"] == "/pay_link?back=1"
    assert value("select balance_minor from core.invoices where number = 'INV-1'") == 10_000
    collecting.current().reconcile(utc_now())
    assert value("select balance_minor from core.invoices where number = 'INV-1'") == 0


def test_a_colleague_who_went_on_with_it_comes_back_to_its_screen(
    client: TestClient, cast: Cast, tokens: tuple[str, str]
) -> None:
    attempt = _begin(tokens[0])
    answer = as_person(client, cast.alice).get(BACK, params={"attempt": str(attempt)})
    assert answer.headers["location"] == f"/payment?attempt={attempt}"


def test_the_routes_check_whose_payment_it_is(
    client: TestClient, tokens: tuple[str, str], provider: Scripted
) -> None:
    attempt = _begin(tokens[0])
    for token in (tokens[1], "", "made up", "\0", tokens[0][:-1]):
        answer = client.get(START, params={"token": token, "attempt": str(attempt)})
        assert answer.status_code == 404
        assert "set-cookie" not in answer.headers
    for attempt_id in (str(new_id()), "x", ""):
        answer = client.get(START, params={"token": tokens[0], "attempt": attempt_id})
        assert answer.status_code == 404
    for path in ("/pay/start", "/pay/return"):
        params = {"token": tokens[0], "attempt": str(attempt)}
        assert client.get(path, params=params).status_code == 401
    client.cookies.set(f"pay-{attempt.hex}", tokens[1])  # another link in the cookie
    assert client.get(BACK, params={"attempt": str(attempt)}).status_code == 303
    assert provider.requests == []
    assert value("select status from core.payment_attempts") == "created"


def test_a_token_stands_in_no_log_and_in_no_row(
    client: TestClient,
    tokens: tuple[str, str],
    provider: Scripted,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        attempt = _begin(tokens[0])
        client.get(PDF, params={"token": tokens[0]})
        client.get(START, params={"token": tokens[0], "attempt": str(attempt)})
        client.get(BACK, params={"attempt": str(attempt)})
    ours = [each for each in caplog.records if each.name.startswith("portal")]
    assert ours
    assert tokens[0] not in json.dumps([each.__dict__ for each in ours], default=str)
    for table in ("activity", "payment_attempts", "outbox", "document_links", "security_events"):
        known = rows(
            "select table_name from information_schema.tables where table_schema = 'core'"
            " and table_name = $table",
            table=table,
        )
        if known:
            assert tokens[0] not in str(rows(f"select * from core.{table}"))


def test_a_network_that_guesses_waits(client: TestClient, tokens: tuple[str, str]) -> None:
    said = set()
    for tried in range(30):
        answer = client.get(PDF, params={"token": f"{tried}".rjust(43, "x")})
        said.add((answer.status_code, answer.text))
    assert said == {(404, pay_links.OVER)}
    assert client.get(PDF, params={"token": tokens[0]}).status_code == 403
    assert client.get(BACK, params={"attempt": str(new_id())}).status_code == 303


def test_browsers_tell_nobody_of_the_page_of_a_link(portal: Portal) -> None:
    with urllib.request.urlopen(portal.url + "/pay_link?token=x") as answer:
        assert answer.headers.get_all("referrer-policy") == ["no-referrer"]
