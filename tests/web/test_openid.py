"""The way to a real OpenID provider and back, over HTTP: only an honest one signs anybody in."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urljoin, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from portal_data.auth import sealing
from portal_data.clock import utc_now
from portal_data.web import openid
from tests.web import wire
from tools.browser import Portal, demo_portal
from tools.provider import OpenIdProvider, serve

ALICE = "imogen@brackenridge.example"
CLIENT = "portal"


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenIdProvider]:
    """A provider that has verified Alice's e-mail."""
    with serve() as serving:
        serving.person("alice", email=ALICE, email_verified=True)
        yield serving


@pytest.fixture(scope="module")
def portal(provider: OpenIdProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal under a path that offers it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PORTAL_OIDC_ISSUER", provider.issuer)
        patch.setenv("PORTAL_OIDC_CLIENT_ID", CLIENT)
        patch.setenv("PORTAL_OIDC_CLIENT_SECRET", "secret")
        with demo_portal(tmp_path_factory.mktemp("portal"), path="/billing") as serving:
            yield serving


@pytest.fixture
def visitor() -> Iterator[httpx2.Client]:
    """A browser without a script: it keeps cookies and follows nothing by itself."""
    with _client() as client:
        yield client


def _client() -> httpx2.Client:
    """Return a client at an address of its own: how often one may come is counted by network."""
    return httpx2.Client(
        transport=httpx2.HTTPTransport(local_address=next(wire.SOURCES)), timeout=wire.PATIENCE
    )


def _to_provider(
    portal: Portal, visitor: httpx2.Client, referer: str = "/invoices?status=overdue"
) -> httpx2.URL:
    """Begin as the button does, and return the address that the browser is sent to."""
    claims = {"provider": "default", "exp": int(utc_now().timestamp()) + 86_400}
    key = OctKey.import_key(sealing.derived("sign-in through a provider"))
    there = visitor.get(
        f"{portal.url}/auth/login",
        params={"provider": jwt.encode({"alg": "HS256"}, claims, key)},
        headers={"Referer": referer if "://" in referer else portal.url + referer},
    )
    assert there.status_code == 303
    return httpx2.URL(there.headers["location"])


def _come_back(
    visitor: httpx2.Client, there: httpx2.URL, subject: str = "alice"
) -> httpx2.Response:
    """Sign in at the provider, and return the portal's answer to what it sends back."""
    answer = visitor.post(there, data={"sub": subject})
    assert answer.status_code == 302, answer.text
    return visitor.get(answer.headers["location"])


def _refused(answer: httpx2.Response, address: str = "/billing/invoices?status=overdue&") -> None:
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{address}sign_in=refused"
    assert "portal=" not in answer.headers.get("set-cookie", "")


def _changed(there: httpx2.URL, **more: str) -> httpx2.URL:
    return there.copy_merge_params(more)


def test_an_honest_visitor_is_signed_in_where_they_were(
    portal: Portal, visitor: httpx2.Client
) -> None:
    answer = _come_back(visitor, _to_provider(portal, visitor))
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/billing/invoices?status=overdue",
    )
    kept = {cookie.name for cookie in visitor.cookies.jar}
    assert {"portal", "portal-device"} <= kept
    assert not [name for name in kept if "user" in name or "return" in name]
    for line in answer.headers.get_list("set-cookie"):
        assert "httponly" in line.lower(), line
    assert visitor.get(f"{portal.url}/exports/invoices.csv").status_code == 200


def test_what_came_back_once_signs_in_once(portal: Portal, visitor: httpx2.Client) -> None:
    answer = visitor.post(_to_provider(portal, visitor), data={"sub": "alice"})
    back = answer.headers["location"]
    held = dict(visitor.cookies)
    assert "portal" in visitor.get(back).headers["set-cookie"]
    with _client() as thief:
        thief.cookies.update(held)  # all that the visitor had on the way
        _refused(thief.get(back))


def test_a_way_back_that_somebody_else_began_is_refused(
    portal: Portal, visitor: httpx2.Client
) -> None:
    with _client() as other:
        back = other.post(_to_provider(portal, other), data={"sub": "alice"}).headers["location"]
    _refused(visitor.get(back), "/billing/?")


@pytest.mark.parametrize("what", ["state", "nonce", "client_id", "redirect_uri"])
def test_a_forged_way_there_is_refused(portal: Portal, visitor: httpx2.Client, what: str) -> None:
    there = _to_provider(portal, visitor)
    forged = {"redirect_uri": f"{portal.url}/oauth2callback?x=1"}.get(what, "forged")
    _refused(_come_back(visitor, _changed(there, **{what: forged})))


@pytest.mark.parametrize("query", ["", "code=x", "state=x&code=x", "error=access_denied&state=x"])
def test_a_way_back_from_nowhere_is_refused(
    portal: Portal, visitor: httpx2.Client, query: str
) -> None:
    _refused(visitor.get(f"{portal.url}/oauth2callback?{query}"), "/billing/?")


def test_who_says_no_at_the_provider_is_back_where_they_were(
    portal: Portal, visitor: httpx2.Client
) -> None:
    answer = visitor.post(_to_provider(portal, visitor), data={"action": "deny"})
    _refused(visitor.get(answer.headers["location"]))


@pytest.mark.parametrize(
    ("subject", "claims"),
    [
        ("unverified", {"email": ALICE, "email_verified": False}),
        ("in words", {"email": ALICE, "email_verified": "true"}),
        ("unsaid", {"email": ALICE}),
        ("unknown", {"email": "nobody@nowhere.example", "email_verified": True}),
        ("second", {"email": ALICE, "email_verified": True}),
    ],
)
def test_people_without_access_are_refused_alike(
    portal: Portal,
    visitor: httpx2.Client,
    provider: OpenIdProvider,
    subject: str,
    claims: dict[str, object],
) -> None:
    with _client() as alice:  # so that her account is linked
        assert "portal" in _come_back(alice, _to_provider(portal, alice)).headers["set-cookie"]
    provider.person(subject, **claims)
    _refused(_come_back(visitor, _to_provider(portal, visitor), subject))


@pytest.mark.parametrize(
    "referer",
    [
        "https://evil.example/billing/invoices", "/../..", "//evil.example", "", "/" + "a" * 2000,
        "/oauth2callback?state=x",
    ],
)  # fmt: skip
def test_nobody_is_led_anywhere_else(portal: Portal, visitor: httpx2.Client, referer: str) -> None:
    answer = _come_back(visitor, _to_provider(portal, visitor, referer))
    landed = urlsplit(urljoin(f"{portal.url}/", answer.headers["location"]))
    assert landed.netloc == urlsplit(portal.url).netloc
    assert landed.path.startswith("/billing/")
    assert "oauth2callback" not in landed.path


@pytest.mark.parametrize(
    "forged",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nX: 1", "/../x", "x"],
)
def test_a_cookie_of_somebody_elses_making_leads_nowhere_else(
    portal: Portal, visitor: httpx2.Client, forged: str
) -> None:
    kept = {"Cookie": f"portal-return={quote(forged, safe='')}"}
    _refused(visitor.get(f"{portal.url}/oauth2callback", headers=kept), "/billing/?")


def test_only_what_the_portal_signed_begins_a_way_there(
    portal: Portal, visitor: httpx2.Client
) -> None:
    forged = jwt.encode({"alg": "HS256"}, {"provider": "default"}, OctKey.import_key("x" * 32))
    for token in ("", "x", forged):
        answer = visitor.get(f"{portal.url}/auth/login", params={"provider": token})
        _refused(answer, "/billing/?")
    assert visitor.post(f"{portal.url}/auth/login").status_code == 403


def test_too_many_ways_back_at_once_are_refused(portal: Portal, visitor: httpx2.Client) -> None:
    count = openid.RATE.burst + 12  # five of which wait for their turn
    with ThreadPoolExecutor(count) as threads:
        asked = (visitor.get for _ in range(count))
        answers = threads.map(lambda get: get(f"{portal.url}/oauth2callback").status_code, asked)
    assert set(answers) == {303, 429}


def test_no_secret_of_the_way_is_logged(portal: Portal, visitor: httpx2.Client) -> None:
    answer = visitor.post(_to_provider(portal, visitor), data={"sub": "alice"})
    code = httpx2.URL(answer.headers["location"]).params["code"]
    visitor.get(answer.headers["location"])
    log = (portal.data / "server.log").read_text("utf-8")
    assert "/oauth2callback" in log
    assert code not in log
