"""The hosted pages of the demo gateway over the wire: drawn, sent, replayed, forged."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from components import demo_gateway_page
from portal_data import demo, store
from portal_data.clock import utc_now
from portal_data.payments.demo_gateway import records, rows
from portal_data.payments.provider import Line, State
from portal_data.payments.providers.demo import Demo
from portal_data.web import demo_gateway
from portal_data.web.middleware import Guard
from tests.catalogues import Translate
from tests.conftest import Cast
from tests.payments.paying import BOTH, CANCEL, RETURN, payer, token, wanted
from tests.people import at_once, value
from tests.people import rows as stored
from tests.web import wire
from tools.browser import Portal, demo_portal

ORIGIN = "https://portal.example"
OURS = {"Origin": ORIGIN}
HOSTILE = "<script>alert(1)</script>\"'&\u202eesrever"


@pytest.fixture
def client(db: store.Store) -> Iterator[TestClient]:
    """The routes behind the guard, as the portal has them."""
    routes = demo_gateway.routes(demo_gateway_page.page, "/")
    guard = Middleware(Guard, content_security_policy="", origin=ORIGIN, proxies=0)
    app = Starlette(routes=routes, middleware=[guard])
    with TestClient(app, base_url=ORIGIN, follow_redirects=False) as opened:
        yield opened


@pytest.fixture
def provider(db: store.Store) -> Demo:
    """The provider."""
    return Demo()


def expiring(cast: Cast, **more: object) -> tuple[str, str]:
    """Reference and path of a page to pay on, which can be used for an hour from now."""
    until = utc_now() + records.VERIFIED_WITHIN
    started = Demo().start(wanted(cast.alice, **{"expires_at": until, **more}))
    assert started.url is not None
    return started.reference, started.url.removeprefix(ORIGIN)


def step_of(page: str) -> str:
    """The step of the form on a page."""
    found = re.search(r'name="step" value="(\d+)"', page)
    assert found
    return found[1]


def offered(page: str) -> list[str]:
    """The scenarios that a page offers, in order."""
    return re.findall(r'name="scenario" value="(\w+)"', page)


def test_following_the_address_shows_and_changes_nothing(client: TestClient, cast: Cast) -> None:
    _, path = expiring(cast)
    before = stored("select * from core.demo_gateway order by reference")
    for method in ("GET", "HEAD"):
        answer = client.request(method, path, params={"scenario": "card", "step": "1"})
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers.get_list("referrer-policy") == ["same-origin"]
        assert "set-cookie" not in answer.headers
    page = unescape(client.get(path).text)
    assert "no money moves" in page
    for said in ("Pay £123.45", "Alder Ltd", "alice@alder.example", "Invoice INV-1", "£100.00"):
        assert said in page
    assert f'href="{CANCEL}"' in page
    assert 'name="save"' not in page
    assert offered(page) == [
        "card", "card_declined", "card_secure", "bank", "bank_refused", "bank_returned"
    ]  # fmt: skip
    assert stored("select * from core.demo_gateway order by reference") == before


def test_a_choice_is_made_once_and_leads_back(
    client: TestClient, cast: Cast, provider: Demo
) -> None:
    reference, path = expiring(cast)
    for _ in range(2):
        answer = client.post(path, data={"step": "1", "scenario": "card"}, headers=OURS)
        assert (answer.status_code, answer.headers["location"]) == (303, RETURN)
    again = client.post(path, data={"step": "2", "scenario": "card_declined"}, headers=OURS)
    assert (again.status_code, again.headers["location"]) == (303, RETURN)
    assert provider.status(reference).state is State.SUCCEEDED
    assert len(stored("select id from core.outbox order by id")) == 1
    page = client.get(path).text
    assert "This page is finished" in page
    assert offered(page) == []


def test_a_card_is_confirmed_in_a_second_step(
    client: TestClient, cast: Cast, provider: Demo
) -> None:
    reference, path = expiring(cast)
    answer = client.post(path, data={"step": "1", "scenario": "card_secure"}, headers=OURS)
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    page = client.get(path).text
    assert 'name="confirmed" value="yes"' in page
    sent = {"step": step_of(page), "confirmed": "no"}
    assert client.post(path, data=sent, headers=OURS).headers["location"] == RETURN
    assert provider.status(reference).failure_code == "authentication_failed"
    page = client.get(path).text
    assert "was not confirmed" in page
    sent = {"step": step_of(page), "scenario": "bank"}
    assert client.post(path, data=sent, headers=OURS).headers["location"] == RETURN
    assert provider.status(reference).state is State.PENDING


def test_an_account_is_verified_by_what_arrived(
    client: TestClient, cast: Cast, provider: Demo
) -> None:
    started = provider.start_saving(payer(cast.alice), "GBP", BOTH, RETURN)
    assert started.url is not None
    path = started.url.removeprefix(ORIGIN)
    page = client.get(path).text
    assert "refunds_fail" not in page
    assert "bank_refused" not in offered(page)
    sent = {"step": step_of(page), "scenario": "bank_deposits"}
    assert client.post(path, data=sent, headers=OURS).headers["location"] == path
    page = client.get(path).text
    found = re.search(r"paid in (\d+) and (\d+) cents", page)
    assert found
    assert "10 tries are left" in page
    wrong = {"step": step_of(page), "first": "0", "second": "0"}
    assert client.post(path, data=wrong, headers=OURS).headers["location"] == path
    page = client.get(path).text
    assert "9 tries are left" in page
    right = {"step": step_of(page), "first": found[1], "second": found[2]}
    assert client.post(path, data=right, headers=OURS).headers["location"] == RETURN
    method = provider.saved(started.reference)
    assert method is not None
    assert method.verified is True


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff", b"=&=", b"scenario=card", b"step=x&scenario=card", b"step=1&scenario=cash",
     b"step=1", b"step=1&scenario=bank_deposits", b"&".join([b"a=b"] * 21),
     b"step=" + b"9" * 5_000, b"step=1&scenario=" + b"x" * 60_000],
)  # fmt: skip
def test_what_is_no_form_of_the_page_is_refused(
    client: TestClient, cast: Cast, provider: Demo, body: bytes
) -> None:
    reference, path = expiring(cast)
    answer = client.post(path, content=body, headers=OURS)
    assert answer.status_code == 400
    assert "Pay £123.45" in answer.text
    assert provider.status(reference).state is State.CREATED


@pytest.mark.parametrize("headers", [{}, {"Origin": "null"}, {"Origin": "https://else.example"}])
def test_only_the_page_itself_sends_its_form(
    client: TestClient, cast: Cast, provider: Demo, headers: dict[str, str]
) -> None:
    reference, path = expiring(cast)
    answer = client.post(path, data={"step": "1", "scenario": "card"}, headers=headers)
    assert answer.status_code == 403
    assert provider.status(reference).state is State.CREATED


def test_addresses_that_are_not_ours_are_all_the_same(client: TestClient, cast: Cast) -> None:
    reference, path = expiring(cast)
    unknown = f"/demo-gateway/{token(rows.address('demo_pi_nobodys'))}"
    unsaved = f"/demo-gateway/{token(rows.address('demo_si_nobodys'))}"
    wrong = [path[:-1], f"/demo-gateway/{reference}", "/demo-gateway/x", unknown, unsaved]
    answers = [client.get(each) for each in wrong]
    answers += [client.post(each, data={"step": "1"}, headers=OURS) for each in wrong]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert client.put(path, headers=OURS).status_code == 405


def test_of_many_who_send_a_page_one_wins(client: TestClient, cast: Cast, provider: Demo) -> None:
    reference, path = expiring(cast)
    scenarios = ("card", "card_declined", "bank", "bank_returned")

    def send(number: int) -> int:
        data = {"step": "1", "scenario": scenarios[number % 4], "save": "on"}
        return client.post(path, data=data, headers=OURS).status_code

    assert at_once(send) == ([303] * 16, [])
    assert value("select version from core.demo_gateway where kind = 'payment'") == 2
    state = provider.status(reference).state
    assert state in (State.SUCCEEDED, State.FAILED, State.PENDING)


def test_words_of_people_are_text(client: TestClient, cast: Cast) -> None:
    who = payer(cast.alice)
    hostile = type(who)(who.customer_id, HOSTILE, HOSTILE, None)
    _, path = expiring(
        cast, payer=hostile, lines=(Line(HOSTILE, 5),), cancel_url=f"{CANCEL}&x=\"'><script>"
    )
    page = client.get(path).text
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 3
    assert page.count('dir="auto"') >= 3


def test_what_may_be_used_is_offered(client: TestClient, cast: Cast) -> None:
    _, path = expiring(cast, kinds=frozenset({"bank"}), save_method=True)
    page = client.get(path).text
    assert offered(page) == ["bank", "bank_refused", "bank_returned"]
    assert 'value="bank" checked="checked"' in page
    assert 'name="save" checked="checked"' in page


def test_the_page_is_in_the_language_of_the_browser(
    client: TestClient, cast: Cast, translated: Translate
) -> None:
    _, path = expiring(cast, save_method=True)
    german = {"Accept-Language": "de-AT,de;q=0.9"}
    page = client.get(path, headers=german).text
    assert page.startswith('<!doctype html><html lang="de">')
    assert "de‹The card is declined›" in page
    assert "123,45" in page
    unmarked = re.sub(r"\w\w‹[^›]*›", "", unescape(page))
    for words in ("Leave", "Save this", "Customer", "By card", "For experts", "Lose"):
        assert words not in unmarked


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[Portal]:
    """A running portal with the demo organisation, whose books this file changes."""
    with demo_portal(tmp_path) as serving:
        yield serving


def test_a_payment_in_the_running_portal(apart: Portal) -> None:
    """Its payer goes to the gateway's page and back, and its event comes over the wire."""
    attempt = next(
        row
        for row in demo.compose(utc_now(), "no hash").tables["payment_attempts"]
        if row["status"] == "requires_action"
    )
    cookie = wire.signed_in(apart, "sian@sian.example")

    def go(path: str) -> tuple[int, str, str]:
        status, headers, body = wire.request(apart, "GET", path, cookie=cookie)
        return status, headers["Location"] or "", body.decode()

    status, page, _ = go(f"/pay/start?attempt={attempt['id']}")
    assert status == 303
    path = page.removeprefix(apart.url)
    assert path.startswith("/demo-gateway/")
    status, headers, body = wire.request(apart, "GET", path)
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert b"<script" not in body
    form = urlencode({"step": step_of(body.decode()), "confirmed": "yes"}).encode()
    as_form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert wire.request(apart, "POST", path, form, **as_form)[0] == 403
    status, headers, _ = wire.request(apart, "POST", path, form, Origin=apart.url, **as_form)
    back = f"{apart.url}/pay/return?attempt={attempt['id']}"
    assert (status, headers["Location"]) == (303, back)
    wire.logged(apart, "portal.access", method="POST", path="/webhooks/demo", status=200)
    status, result, _ = go(back.removeprefix(apart.url))
    assert (status, result) == (303, f"/payment?attempt={attempt['id']}")
    assert attempt["provider_reference"] in go("/exports/payments.csv")[2]
    assert "This page is finished" in go(path)[2]
    assert wire.request(apart, "GET", path[:-1])[0] == 404
