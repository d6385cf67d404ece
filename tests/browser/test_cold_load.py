"""What a first visit loads: everything compressed and kept, nothing that is not drawn."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import brotli
import httpx2 as httpx
import pytest
import streamlit
from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tools.browser import Portal, settle

CLIENT = Path(streamlit.__file__).parent / "static"
SCRIPTS = sorted((CLIENT / "static").rglob("*.js"))
DECODED = {"br": brotli.decompress, "gzip": gzip.decompress}
SIGN_IN_BYTES, HOME_BYTES = 750_000, 1_350_000
"""What a cold sign-in form, and then a first Home with its charts, may take of the network."""

Open = Callable[..., Window]


def _raw(portal: Portal, path: str, accept: str) -> tuple[httpx.Headers, bytes]:
    """Return the headers and the body as they came over the wire."""
    headers = {"Accept-Encoding": accept}
    # the first one to ask waits until it is compressed, which takes seconds on a busy machine
    with httpx.stream("GET", portal.url + path, headers=headers, timeout=60) as answer:
        assert answer.status_code == 200, path
        return answer.headers, b"".join(answer.iter_raw())


@pytest.mark.parametrize("coding", DECODED)
@pytest.mark.parametrize("name", ["index", "protobuf", "PlotlyChart", "react-dom"])
def test_scripts_come_compressed_and_may_be_kept(portal: Portal, name: str, coding: str) -> None:
    file = next(each for each in SCRIPTS if each.name.startswith(f"{name}."))
    headers, body = _raw(portal, f"/{file.relative_to(CLIENT).as_posix()}", f"x, {coding}")
    assert headers["content-encoding"] == coding
    assert headers["cache-control"] == "public, immutable, max-age=31536000"
    assert headers["vary"] == "accept-encoding"
    assert len(body) < file.stat().st_size * 0.4
    assert DECODED[coding](body) == file.read_bytes()


def test_who_accepts_no_coding_gets_the_file(portal: Portal) -> None:
    file = next(each for each in SCRIPTS if each.name.startswith("react-dom."))
    for accept in ("identity", "br;q=0, gzip;q=0.0"):
        headers, body = _raw(portal, f"/{file.relative_to(CLIENT).as_posix()}", accept)
        assert "content-encoding" not in headers
        assert body == file.read_bytes()


def test_no_path_leads_out_of_the_folders(portal: Portal) -> None:
    for path in ("/static/../index_page.py", "/app/static/%2e%2e/shell.py", "/static/%2e%2e/a.js"):
        answer = httpx.get(portal.url + path)
        assert answer.status_code >= 400 or answer.headers["content-type"].startswith("text/html")
        assert "import " not in answer.text


@pytest.mark.parametrize("path", ["/", "/invoices", "/invoice?number=INV-000001"])
def test_the_page_is_the_portals_and_not_sent_twice(portal: Portal, path: str) -> None:
    answer = httpx.get(portal.url + path)
    assert "SourceSans" not in answer.text
    assert "<title>Customer portal</title>" in answer.text
    assert "data-signed-in" not in answer.text
    known = {"If-None-Match": answer.headers["etag"]}
    assert httpx.get(portal.url + path, headers=known).status_code == 304
    signed_in = httpx.get(portal.url + path, headers=known, cookies={"portal": "x"})
    assert signed_in.status_code == 200
    assert "data-signed-in" in signed_in.text
    for address in re.findall(r'(?:href|src)="\./([^"]+)"', answer.text):
        found = httpx.get(f"{portal.url}/{address}")
        assert found.status_code == 200, address
        assert not found.headers["content-type"].startswith("text/html"), address


def _taken(page: Page) -> tuple[list[int], list[str]]:
    """Begin to note what a page takes of the network: bytes on the wire, and addresses."""
    sizes: list[int] = []
    addresses: list[str] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.responseReceived", lambda e: addresses.append(e["response"]["url"]))
    session.on("Network.loadingFinished", lambda e: sizes.append(int(e["encodedDataLength"])))
    return sizes, addresses


def test_bytes_of_a_cold_load(window: Open, portal: Portal) -> None:
    opened = window()
    page = opened.context.new_page()
    sizes, addresses = _taken(page)
    page.goto(portal.url)
    settle(page)
    expect(page.get_by_label("E-mail")).to_be_visible()
    assert 100_000 < sum(sizes) < SIGN_IN_BYTES
    assert not [each for each in addresses if re.search(r"SourceSans|/MaterialSymbols-", each)]
    sizes.clear()
    page.get_by_label("E-mail").fill("imogen@brackenridge.example")
    page.get_by_label("Password").first.fill(portal.logins.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    settle(page)
    assert sum(sizes) < HOME_BYTES


def test_a_warm_load_asks_for_the_page_and_the_server_alone(window: Open) -> None:
    opened = window(fresh=True)
    page = opened.open_as("imogen@brackenridge.example")
    asked: dict[str, str] = {}
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on(
        "Network.responseReceived",
        lambda e: (
            e["response"].get("fromDiskCache")
            or asked.update({e["requestId"]: urlsplit(e["response"]["url"]).path})
        ),
    )
    cached: set[str] = set()
    session.on("Network.requestServedFromCache", lambda e: cached.add(e["requestId"]))
    page.goto(f"{opened.portal.url}/invoices")
    settle(page)
    page.reload()
    settle(page)
    over_the_wire = {
        path
        for request, path in asked.items()
        if request not in cached and not path.startswith("http")  # a blob holds an address
    }
    assert over_the_wire == {"/invoices", "/_stcore/health", "/_stcore/host-config"}


def test_a_deep_link_asks_for_nothing_in_vain(window: Open) -> None:
    opened = window()
    page = opened.context.new_page()
    failed: list[str] = []
    page.on("response", lambda answer: answer.status >= 400 and failed.append(answer.url))
    page.goto(f"{opened.portal.url}/invoices?status=overdue")
    settle(page)
    expect(page.get_by_label("E-mail")).to_be_visible()
    assert failed == []
