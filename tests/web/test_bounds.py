"""What bounds rest on: rates, logs, settings, and the private names that they touch."""

import asyncio
import inspect
import logging
import sys
import time
from asyncio import selector_events

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send
from streamlit import net_util
from streamlit.web.server import server_util
from streamlit.web.server.starlette import starlette_websocket
from uvicorn.protocols.http import auto
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from portal_data import settings
from portal_data.errors import Invalid
from portal_data.web import deadlines, logs, sockets
from portal_data.web.middleware import Guard
from portal_data.web.rates import Rate, Rates


def test_a_rate_lets_a_burst_through_and_then_makes_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    rates = Rates(Rate(2, burst=10))
    assert [rates.take("a") for _ in range(10)] == [0.0] * 10
    assert rates.take("a") == pytest.approx(0.5)
    assert rates.take("a") == pytest.approx(1.0)
    assert rates.take("b") == 0.0
    now += 1.0
    assert rates.delay("a") == 0.0
    now += 100.0
    assert [rates.take("a") for _ in range(10)] == [0.0] * 10  # and no more than a burst
    assert rates.take("a") > 0
    assert asyncio.run(rates.turn("a", longest=0.1)) is False
    for number in range(20_000):
        rates.take(str(number))
    assert len(rates._full_at) <= 10_000


def _https(request: Request) -> Response:
    response = PlainTextResponse("ok")
    response.headers.append("Set-Cookie", "_streamlit_xsrf=2|x; Path=/; SameSite=Lax")
    response.headers.append("Set-Cookie", "__Host-portal=x; Path=/; Secure")
    return response


@pytest.mark.parametrize("origin", ["https://portal.example", "http://portal.example"])
def test_under_https_cookies_are_secure_and_browsers_stay_there(origin: str) -> None:
    app = Guard(Starlette(routes=[Route("/", _https)]), "base-uri 'none'", origin, 0)
    answer = TestClient(app, base_url=origin).get("/")
    cookies = answer.headers.get_list("set-cookie")
    secure = origin.startswith("https")
    assert [cookie.count("Secure") for cookie in cookies] == [int(secure), 1]
    expected = "max-age=31536000; includeSubDomains" if secure else None
    assert answer.headers.get("strict-transport-security") == expected


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        (["203.0.113.5"], "203.0.113.5"),
        (["1.1.1.1", "203.0.113.5"], "203.0.113.5"),
        (["203.0.113.5:1"], ""),
        ([], ""),
    ],
)
def test_behind_a_proxy_its_own_entry_is_the_client(lines: list[str], address: str) -> None:
    """The test client is no network address, so nothing is left where no entry is believed."""

    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept", "subprotocol": "streamlit"})
        headers = Headers(scope=scope)
        found = "|".join(headers.getlist(sockets.ADDRESS_HEADER))
        session = headers.get("sec-websocket-protocol", "").count(",")
        await send({"type": "websocket.send", "text": f"{found} {session}"})

    policy = sockets.Policy("https://portal.example", True, 1, lambda data: None)
    client = TestClient(sockets.SocketGuard(told, policy), base_url="https://portal.example")
    headers = [("origin", "https://portal.example"), ("x-portal-address", "9.9.9.9")]
    headers += [("x-forwarded-for", line) for line in lines]
    with client.websocket_connect(
        sockets.PATH, ["streamlit", "token", "session"], headers=httpx2.Headers(headers)
    ) as socket:
        assert socket.receive_text() == f"{address} 1"


def test_of_the_same_line_only_some_are_logged(capsys: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("portal.bounds")
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logs.JsonLines())
    handler.addFilter(logs.Bounded())
    logger.addHandler(handler)
    try:
        for number in range(1000):
            try:
                raise ValueError(number)
            except ValueError:
                logger.exception("A widget was tampered with: %s", number)
            if number < 5:
                logger.error("another line")
    finally:
        logger.removeHandler(handler)
    written = capsys.readouterr().out.splitlines()
    assert 5 < len(written) <= 30
    assert sum("another line" in line for line in written) == 5


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://localhost:8501", "http://localhost:8501"),
        ("https://Portal.Example/", "https://portal.example"),
        ("https://portal.example:443", "https://portal.example"),
        ("http://portal.example:80", "http://portal.example"),
        ("https://portal.example:8443", "https://portal.example:8443"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("http://[::1]:8501", "http://[::1]:8501"),
        ("http://192.0.2.1:8501", "http://192.0.2.1:8501"),
    ],
)
def test_the_origin_is_as_browsers_write_it(url: str, origin: str) -> None:
    assert settings.Settings(base_url=url).origin == origin


@pytest.mark.parametrize(
    "url", ["portal.example", "ftp://x", "https://", "http://a:b@c", "http://a:x"]
)
def test_an_address_no_browser_has_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("PORTAL_BASE_URL", url)
    settings.load.cache_clear()
    with pytest.raises(Invalid, match="PORTAL_BASE_URL"):
        settings.load()


@pytest.mark.parametrize(
    ("url", "said", "fills"),
    [
        ("http://localhost:8501", None, True),
        ("http://127.0.0.1:9000", None, True),
        ("https://portal.example", None, False),
        ("http://192.168.1.20:8501", None, False),
        ("https://localhost.example", None, False),
        ("https://portal.example", True, True),
        ("http://localhost:8501", False, False),
    ],
)
def test_public_sign_ins_fill_a_portal_at_localhost_only(
    url: str, said: bool | None, fills: bool
) -> None:
    assert settings.Settings(base_url=url, demo=said).fills_with_demo is fills


def test_names_of_uvicorn_that_are_touched_are_there() -> None:
    assert auto.AutoHTTPProtocol is H11Protocol, "another protocol would have no deadlines"
    for method in ("connection_made", "connection_lost", "data_received", "on_response_complete",
                   "handle_websocket_upgrade"):  # fmt: skip
        assert callable(getattr(H11Protocol, method))
    begin = inspect.signature(H11Protocol.__init__).parameters
    assert list(begin)[:3] == ["self", "config", "server_state"]
    source = inspect.getsource(H11Protocol) + inspect.getsource(RequestResponseCycle)
    for name in ("self.cycle", "self.response_complete", "self.client", "default_headers"):
        assert name in source
    for method in ("handle_ping", "handle_pong", "handle_cont", "connection_lost"):
        assert callable(getattr(WebSocketsSansIOProtocol, method))
    assert "recv(self.max_size)" in inspect.getsource(selector_events)
    assert "config.ws_max_size" in inspect.getsource(WebSocketsSansIOProtocol)
    assert callable(deadlines.install)


def test_names_of_streamlit_that_are_touched_are_there() -> None:
    assert callable(net_util.get_external_ip)
    assert "net_util.get_external_ip" in inspect.getsource(server_util.is_url_from_allowed_origins)
    source = inspect.getsource(starlette_websocket)
    for name in ("gather_user_info", "existing_session_id", "origin_host == host"):
        assert name in source
