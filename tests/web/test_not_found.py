"""Addresses that there are not: one answer for everybody, which tells nothing of the books."""

import ast
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from portal_data import screens
from portal_data.kinds import KINDS
from portal_data.web.prefix import Prefix
from tests.web import wire
from tools.browser import ROOT, Portal

CALLUM, INES = "callum@brackenridge.example", "ines@larkspur.example"
UNKNOWN = (
    "/nonsense", "/Invoices", "/invoices/x", "/a/b/c", "/index.html", "/static/none.js", "/.env",
    "/exports", "/sign_in", "/staff/team", "/missing",
)  # fmt: skip


@pytest.fixture(scope="module")
def cookies(portal: Portal) -> list[str | None]:
    """The cookies of nobody, a customer's contact and a member of staff, and one made up."""
    return [None, wire.signed_in(portal, CALLUM), wire.signed_in(portal, INES), "made-up"]


@pytest.mark.parametrize("path", UNKNOWN)
def test_an_unknown_address_is_not_found_whoever_asks(
    portal: Portal, cookies: list[str | None], path: str
) -> None:
    answers = [wire.request(portal, "GET", path, cookie=cookie) for cookie in cookies]
    status, headers, body = answers[0]
    assert status == 404
    assert headers["Content-Type"].startswith("text/html")
    assert headers["Cache-Control"] == "no-store"
    assert b"Page not found" in body
    assert b"Larkspur &amp; Vane" in body
    assert b"<script" not in body
    assert {(answer[0], answer[2]) for answer in answers} == {(404, body)}


def test_the_page_is_in_the_language_that_the_browser_asks_for(portal: Portal) -> None:
    for wishes, expected in (("fr-CA,fr;q=0.9", b"fr"), ("pt,it;q=0.5", b"en")):
        _, _, body = wire.request(portal, "GET", "/nonsense", Accept_Language=wishes)
        assert body.startswith(b'<!doctype html><html lang="' + expected + b'">')


def test_what_an_address_says_is_not_repeated(portal: Portal) -> None:
    _, _, body = wire.request(portal, "GET", "/zzqx%3Cimg%20src=x%3E?q=zzqx")
    assert b"zzqx" not in body


def test_every_known_address_has_a_screen(portal: Portal) -> None:
    for name in screens.ADDRESSES:
        status, _, body = wire.request(portal, "GET", f"/{name}")
        assert status == 200, name
        assert b'id="root"' in body, name


def test_the_navigation_has_a_screen_for_each_known_address_and_no_other() -> None:
    navigation = ast.parse(Path(ROOT, "components/navigation.py").read_text("utf-8"))
    paths = [
        node.args[2]
        for node in ast.walk(navigation)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "page"
        and len(node.args) > 2
    ]  # fmt: skip
    given = {path.value for path in paths if isinstance(path, ast.Constant)}
    # `kind.path` and `kind.key`, of every kind of document
    told = {path.attr for path in paths if isinstance(path, ast.Attribute)}
    assert told == {"path", "key"}
    given |= {getattr(kind, name) for kind in KINDS.values() for name in told}
    assert given == screens.ADDRESSES


def test_a_slash_too_many_leads_to_the_screen_and_nowhere_else(portal: Portal) -> None:
    status, headers, _ = wire.request(portal, "GET", "/invoice/?number=INV-1&q=%2F")
    assert (status, headers["Location"]) == (308, "/invoice?number=INV-1&q=%2F")
    for path in ("//evil.example/", "/nonsense/", "//", "/%2Fevil.example/"):
        _, headers, _ = wire.request(portal, "GET", path)
        assert not headers.get("Location", "/x").startswith(("//", "http")), path


async def _echo(scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer with the path that arrives."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


@pytest.mark.parametrize(
    ("given", "arrives"),
    [
        ("/portal/", "/"),
        ("/portal/invoices", "/invoices"),
        ("/portal/documents/a%20b", "/documents/a b"),
        ("/portal/portal/x", "/portal/x"),
        # a proxy that has taken the path off before
        ("/", "/"),
        ("/invoices", "/invoices"),
        ("/portalx", "/portalx"),
    ],
)
def test_the_portals_own_path_is_taken_off(given: str, arrives: str) -> None:
    client = TestClient(Prefix(_echo, "/portal"))
    assert client.get(given).text == arrives
    assert TestClient(Prefix(_echo, "")).get(given).text == given.replace("%20", " ")


def test_an_address_of_an_earlier_portal_leads_where_it_is_now(portal: Portal) -> None:
    for old in ("/statement", "/statement/"):
        status, headers, _ = wire.request(portal, "GET", f"{old}?period=last_year&currency=EUR")
        assert (status, headers["Location"]) == (308, "/statements?period=last_year&currency=EUR")
    assert set(screens.MOVED.values()) <= screens.ADDRESSES
    assert not set(screens.MOVED) & screens.ADDRESSES


def test_the_portals_own_path_without_its_slash_leads_there() -> None:
    client = TestClient(Prefix(_echo, "/portal"), follow_redirects=False)
    answer = client.get("/portal?a=b")
    assert (answer.status_code, answer.headers["location"]) == (308, "/portal/?a=b")
