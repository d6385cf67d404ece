"""The routes that set and drop the cookie: once, for our own pages only, out of scripts' reach."""

from http.cookies import Morsel, SimpleCookie

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal_data import settings, store
from portal_data.auth import devices, identity
from portal_data.clock import utc_now
from portal_data.scope import Scope
from portal_data.web import sessions
from tests.conftest import PASSWORD
from tests.people import BROWSER

ORIGIN = "https://portal.example"
OURS = {"X-Portal": "1", "Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def client() -> TestClient:
    """The routes behind https, as a browser sees them."""
    return TestClient(Starlette(routes=sessions.ROUTES), base_url=ORIGIN)


def _ticket(scope: Scope) -> str:
    now = utc_now()
    return identity.ticket(identity.sign_in(scope.email, PASSWORD, BROWSER, now), now)


def _cookie(answer: httpx2.Response, name: str) -> Morsel[str]:
    """Return the cookie of this name that an answer sets."""
    jars = [SimpleCookie(line) for line in answer.headers.get_list("set-cookie")]
    return next(jar[name] for jar in jars if name in jar)


def test_a_ticket_is_swapped_for_a_cookie(client: TestClient, alice: Scope) -> None:
    ticket = _ticket(alice)
    answer = client.post("/auth/session", content=ticket, headers=OURS)
    assert (answer.status_code, answer.text) == (204, "")
    assert answer.headers["cache-control"] == "no-store"
    cookie = _cookie(answer, "__Host-portal")
    assert cookie["httponly"] is True
    assert cookie["secure"] is True
    assert cookie["samesite"] == "lax"
    assert cookie["path"] == "/"
    assert cookie["domain"] == ""
    assert ticket not in answer.headers["set-cookie"]
    who = identity.from_cookie(cookie.value, utc_now())
    assert isinstance(who, Scope)
    assert who.contact_id == alice.contact_id
    again = client.post("/auth/session", content=ticket, headers=OURS)
    assert again.status_code == 400
    assert "set-cookie" not in again.headers


def test_a_browser_that_signed_in_is_known_again(client: TestClient, alice: Scope) -> None:
    answer = client.post("/auth/session", content=_ticket(alice), headers=OURS)
    device = client.cookies.get("__Host-portal-device")
    assert device is not None
    cookie = _cookie(answer, "__Host-portal-device")
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "lax")
    client.post("/auth/logout", headers=OURS)
    assert client.cookies.get("__Host-portal") is None
    assert client.cookies.get("__Host-portal-device") == device
    now = utc_now()
    with store.system_reading() as session:
        assert devices.known(session, alice.email, device, now) is not None
        for unknown in (None, "", "x" * 43, device + "x", device[:-1]):
            assert devices.known(session, alice.email, unknown, now) is None
        assert devices.known(session, "bob@alder.example", device, now) is None
    assert identity.from_cookie(device, now) is None  # it opens nothing
    client.post("/auth/session", content=_ticket(alice), headers=OURS)
    assert client.cookies.get("__Host-portal-device") == device


def test_without_https_the_cookie_has_its_plain_name(
    alice: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_BASE_URL", "http://localhost:8501")
    settings.load.cache_clear()
    client = TestClient(Starlette(routes=sessions.ROUTES), base_url="http://localhost:8501")
    headers = {**OURS, "Origin": "http://localhost:8501"}
    answer = client.post("/auth/session", content=_ticket(alice), headers=headers)
    cookie = _cookie(answer, "portal")
    assert cookie["secure"] == ""
    assert cookie["httponly"] is True


@pytest.mark.parametrize(
    "changed",
    [
        {"X-Portal": ""},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "https://portal.example.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
@pytest.mark.parametrize("path", ["/auth/session", "/auth/logout"])
def test_other_sites_get_nothing_done(
    client: TestClient, alice: Scope, path: str, changed: dict[str, str]
) -> None:
    now = utc_now()
    token = identity.redeem(_ticket(alice), None, now)
    assert token is not None
    client.cookies.set("__Host-portal", token)
    ticket = _ticket(alice)
    answer = client.post(path, content=ticket, headers={**OURS, **changed})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert identity.from_cookie(token, now) is not None
    assert identity.redeem(ticket, None, now) is not None


@pytest.mark.parametrize("body", ["", "made up", "x" * 10_000, "ünïcödé"])
def test_what_is_no_ticket_is_refused(client: TestClient, alice: Scope, body: str) -> None:
    answer = client.post("/auth/session", content=body.encode(), headers=OURS)
    assert answer.status_code == 400
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/auth/session", "/auth/logout"])
def test_a_link_cannot_do_it(client: TestClient, alice: Scope, path: str) -> None:
    assert client.get(path, headers=OURS).status_code == 405


def test_signing_out_ends_the_sign_in_and_drops_the_cookie(
    client: TestClient, alice: Scope
) -> None:
    now = utc_now()
    token = identity.redeem(_ticket(alice), None, now)
    assert token is not None
    client.cookies.set("__Host-portal", token)
    answer = client.post("/auth/logout", headers=OURS)
    assert answer.status_code == 204
    dropped = SimpleCookie("; ".join(answer.headers.get_list("set-cookie")))
    for name in ("__Host-portal", "__Host-portal-code"):
        assert (dropped[name].value, dropped[name]["max-age"]) == ("", "0")
    assert identity.from_cookie(token, now) is None
    client.cookies.clear()
    assert client.post("/auth/logout", headers=OURS).status_code == 204


def test_a_new_sign_in_replaces_the_browsers_old_one(
    client: TestClient, alice: Scope, bob: Scope
) -> None:
    now = utc_now()
    token = identity.redeem(_ticket(alice), None, now)
    assert token is not None
    client.cookies.set("__Host-portal", token)
    assert client.post("/auth/session", content=_ticket(bob), headers=OURS).status_code == 204
    assert identity.from_cookie(token, now) is None
