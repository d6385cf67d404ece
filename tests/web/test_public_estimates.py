"""The PDF of a public link over HTTP, and what browsers are told about its address."""

import urllib.request
from collections.abc import Iterator
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from portal_data import store
from portal_data.billing import estimate_links
from portal_data.business import preferences
from portal_data.clock import utc_now
from portal_data.ids import new_id
from portal_data.kinds import ESTIMATE
from portal_data.output import document_pdfs
from portal_data.scope import Staff
from portal_data.web import documents
from portal_data.web.middleware import Guard
from tests.conftest import Cast
from tests.factories import make_estimate, make_invoice
from tests.people import rows, token_of, value
from tools.browser import Portal

ORIGIN = "https://portal.example"
PATH = "/documents/public/estimate.pdf"


@pytest.fixture
def client(db: store.Store) -> Iterator[TestClient]:
    """The document routes behind the guard, as the portal has them."""
    guard = Middleware(Guard, content_security_policy="", origin=ORIGIN, proxies=0)
    app = Starlette(routes=documents.ROUTES, middleware=[guard])
    with TestClient(app, base_url=ORIGIN, client=("198.51.100.7", 1)) as made:
        yield made


@pytest.fixture
def token(cast: Cast, sam: Staff) -> str:
    """A link of Alice's open estimate."""
    now = utc_now()
    preferences.change(cast.owner, now=now, answer_estimates_by_link=True)
    make_estimate(cast.alice, number="E-1", day=now.date())
    make_invoice(cast.alice, number="INV-1")
    until = now.date() + timedelta(days=3)
    return token_of(estimate_links.create(sam, "E-1", until, key=new_id(), now=now))


def test_a_link_fetches_its_pdf_without_a_cookie(
    client: TestClient, cast: Cast, token: str
) -> None:
    answer = client.get(PATH, params={"token": token})
    assert answer.status_code == 200
    assert (
        answer.content == document_pdfs.document_pdf(cast.alice, ESTIMATE, "E-1", now=utc_now())[1]
    )
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "private, no-store"


def test_following_a_link_answers_nothing(client: TestClient, token: str) -> None:
    for method in ("GET", "HEAD"):
        assert client.request(method, PATH, params={"token": token}).status_code == 200
    for method in ("POST", "PUT", "DELETE"):
        answer = client.request(method, PATH, params={"token": token}, headers={"Origin": ORIGIN})
        assert answer.status_code == 405
    assert value("select status from core.estimates") == "sent"


def test_a_link_opens_no_other_route_and_nothing_beside_it(
    client: TestClient, cast: Cast, token: str
) -> None:
    ids = {
        "estimate": value("select id from core.estimates"),
        "invoice": value("select id from core.invoices"),
    }
    for kind, document_id in ids.items():
        path = f"/documents/{kind}/{document_id}.pdf"
        assert client.get(path, params={"token": token}).status_code == 401
    assert client.get(f"/documents/staff/estimate.pdf?number=E-1&token={token}").status_code == 401
    # whatever else stands in the address, the token decides
    answer = client.get(PATH, params={"token": token, "number": "INV-1", "id": str(ids["invoice"])})
    assert answer.content == client.get(PATH, params={"token": token}).content


def test_a_network_that_guesses_waits(client: TestClient, token: str) -> None:
    said = set()
    for tried in range(30):
        answer = client.get(PATH, params={"token": f"{tried}".rjust(43, "x")})
        said.add((answer.status_code, answer.text))
    assert said == {(404, estimate_links.OVER)}
    assert client.get(PATH, params={"token": token}).status_code == 403
    (counted,) = rows("select key, failures from core.sign_in_failures")
    assert counted["key"].startswith("link:address:")
    assert "198.51" not in counted["key"]


@pytest.mark.parametrize("tried", ["", "\0", "%00", "x" * 50_000, "' or 1=1 --", "\u202e"])
def test_odd_tokens_open_nothing(client: TestClient, token: str, tried: str) -> None:
    assert client.get(PATH, params={"token": tried[:5_000]}).status_code == 404
    assert client.get(PATH).status_code == 404


def test_browsers_tell_nobody_of_the_page_of_a_link(portal: Portal) -> None:
    for path, policy in (("/offer?token=x", "no-referrer"), ("/", "same-origin")):
        with urllib.request.urlopen(portal.url + path) as answer:
            assert answer.headers.get_all("referrer-policy") == [policy]
