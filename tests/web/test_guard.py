"""Attacks on a running portal over plain HTTP and over bare connections."""

import re
import socket
from contextlib import ExitStack, suppress

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import InvalidStatus

from portal_data.web import deadlines, uploads
from tests.web import wire
from tools.browser import Portal

CALLUM = "callum@brackenridge.example"
MULTIPART = "multipart/form-data; boundary=x"


def _multipart(content: bytes) -> bytes:
    head = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.bin"\r\n\r\n'
    return head + content + b"\r\n--x--\r\n"


def _xsrf(portal: Portal) -> str:
    _, headers, _ = wire.request(portal, "GET", "/_stcore/health")
    found = re.search(r"_streamlit_xsrf=([^;]+)", headers["Set-Cookie"])
    assert found
    return found[1]


def _upload(
    portal: Portal, session: str, content: bytes, cookie: str | None, name: str = "f", **more: str
) -> int:
    """Upload a file as Streamlit's page does and return the status."""
    token = _xsrf(portal)
    cookies = f"_streamlit_xsrf={token}" + (f"; portal={cookie}" if cookie else "")
    status, _, _ = wire.request(
        portal, "PUT", f"{uploads.PREFIX}{session}/{name}", _multipart(content),
        **{"Content_Type": MULTIPART, "X_Xsrftoken": token, "Origin": portal.url,
           "Cookie": cookies, **more},
    )  # fmt: skip
    return status


def test_a_stranger_uploads_nothing(portal: Portal) -> None:
    with wire.socket_to(portal) as tab:
        tab.rerun()
        assert _upload(portal, tab.session_id, b"x" * 1000, None) == 401
        assert _upload(portal, tab.session_id, b"x" * 1000, "made-up") == 401


def test_contacts_who_may_share_files_upload_one_at_a_time(portal: Portal) -> None:
    cookie = wire.signed_in(portal, "tom@brackenridge.example")
    with wire.socket_to(portal, cookie=cookie) as tab:
        tab.rerun()
        assert _upload(portal, tab.session_id, b"x" * 1000, cookie) == 204
        with suppress(ConnectionError):  # it may end before all was sent
            assert _upload(portal, tab.session_id, b"x" * 6_000_000, cookie) == 413


def test_who_may_share_no_files_uploads_none(portal: Portal) -> None:
    cookie = wire.signed_in(portal, CALLUM)
    with wire.socket_to(portal, cookie=cookie) as tab:
        tab.rerun()
        assert _upload(portal, tab.session_id, b"x" * 1000, cookie) == 403


def test_staff_upload_within_a_quota(portal: Portal) -> None:
    cookie = wire.signed_in(portal, "ines@larkspur.example")
    other = wire.signed_in(portal, "rowan@larkspur.example")
    with wire.socket_to(portal, cookie=cookie) as tab, wire.socket_to(portal, cookie=other) as two:
        tab.rerun()
        two.rerun()
        nine = b"x" * 9_000_000
        statuses = [_upload(portal, tab.session_id, nine, cookie, f"f{n}") for n in range(5)]
        assert statuses == [204, 204, 204, 413, 413]
        assert _upload(portal, two.session_id, b"x", other) == 204
        with suppress(ConnectionError):  # it may end before all was sent
            assert _upload(portal, two.session_id, b"x" * 13_000_000, other) == 413
        assert _upload(portal, two.session_id, b"x", other, Origin="https://evil.example") == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/", "/auth/session", "/auth/logout", "/invoices"])
@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://localhost:1"])
def test_only_a_page_of_the_portal_changes_anything(
    portal: Portal, method: str, path: str, origin: str | None
) -> None:
    headers = {"X_Portal": "1"} | ({"Origin": origin} if origin is not None else {})
    assert wire.request(portal, method, path, b"", **headers)[0] == 403


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics", "/_stcore/metrics?families=cache_memory_bytes",
        "/_stcore/agent/openapi.json", "/_stcore/agent/interact", "/_stcore/agent/mcp",
        "/_stcore/script-health-check", "/component/streamlit_authenticator/index.html",
        "/oauth2callback", "/auth/login", "/auth/logout", "/_stcore/bidi-components",
    ],
)  # fmt: skip
def test_what_the_page_needs_not_is_not_there(portal: Portal, path: str) -> None:
    status, headers, body = wire.request(portal, "GET", path)
    assert (status, body) == (404, b"Not found.")
    assert "Link" not in headers


def test_answers_tell_nothing_of_the_server(portal: Portal) -> None:
    status, headers, body = wire.request(portal, "GET", "/readyz")
    assert (status, body) == (200, b'{"ok":true}')
    for path in ("/", "/readyz", "/nothing/here", "/_stcore/health", "/documents/x/y.pdf"):
        _, headers, _ = wire.request(portal, "GET", path)
        assert "Server" not in headers
        assert "base-uri 'none'" in headers["Content-Security-Policy"]
    _, _, body = wire.request(portal, "GET", "/_stcore/host-config")
    assert b'"allowedOrigins":[]' in body


def test_a_page_under_another_name_says_where_the_portal_is(portal: Portal) -> None:
    status, _, body = wire.request(portal, "GET", "/", Host="127.0.0.1:1", Accept="text/html")
    assert status == 421
    assert portal.url.encode() in body
    assert b"PORTAL_BASE_URL" in body


HALF_SENT = [
    b"",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTT",
    b"POST /auth/logout HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc",
]


def test_half_sent_and_dripping_requests_do_not_stay(portal: Portal) -> None:
    with ExitStack() as stack:
        waiting = [
            stack.enter_context(wire.raw(portal, half, "127.0.0.4"))
            for half in HALF_SENT
            for _ in range(50)
        ]
        assert wire.request(portal, "GET", "/healthz")[0] == 200
        with wire.raw(portal, b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ") as slow:
            assert _ends_while_dripping(slow), "the server took one byte after the other"
        for each in waiting:
            assert _ended(each), "the server still waits"


def test_one_network_has_so_many_connections(portal: Portal) -> None:
    with ExitStack() as stack:
        for _ in range(deadlines.MOST_OF_NETWORK):
            stack.enter_context(wire.raw(portal, b"", "127.0.0.3"))
        with wire.raw(portal, b"", "127.0.0.3") as beyond:
            assert _ended(beyond)
        assert wire.request(portal, "GET", "/healthz", source="127.0.0.2")[0] == 200


def test_long_and_odd_requests_are_refused(portal: Portal) -> None:
    many = b"".join(b"X-%d: %s\r\n" % (n, b"y" * 1000) for n in range(200))
    for data in (
        b"GET /" + b"x" * 200_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + many + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /auth/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ):
        with wire.raw(portal, data, "127.0.0.3") as opened:
            answer = opened.recv(100)
            assert answer == b"" or answer.split()[1] in (b"400", b"403", b"413", b"431")
    assert wire.request(portal, "GET", "/healthz")[0] == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_body_in_chunks_is_not_read(portal: Portal, method: str) -> None:
    """Each chunk takes a step to parse: a hundred thousand of one byte kept everybody waiting."""
    head = f"{method} /healthz HTTP/1.1\r\nHost: localhost\r\nOrigin: {portal.url}\r\n"
    chunks = b"1\r\na\r\n" * 100_000
    with wire.raw(portal, f"{head}Transfer-Encoding: chunked\r\n\r\n".encode()) as opened:
        with suppress(ConnectionError):
            opened.sendall(chunks)
        with suppress(ConnectionError):
            answer = opened.recv(65536)
            assert answer.split()[1] == b"411"
            assert b"connection: close" in answer.lower()
        assert _ended(opened)


def test_the_access_log_says_who_and_from_where(portal: Portal) -> None:
    cookie = wire.signed_in(portal, CALLUM)
    wire.request(portal, "GET", "/exports/invoices.csv?q=secret", cookie=cookie, source="127.0.0.2")
    line = wire.logged(portal, "portal.access", path="/exports/invoices.csv", status=200)
    assert line["address"] == "127.0.0.2"
    assert str(line["actor"]).startswith("contact:")
    assert "secret" not in str(line)


def test_nobody_says_where_they_come_from(portal: Portal) -> None:
    """Without a declared proxy, whatever a client on this very machine adds."""
    for name in ("X_Forwarded_For", "X_Real_Ip", "Forwarded", "Client_Ip"):
        forged = {name: "192.0.2.77"}
        wire.request(portal, "GET", f"/documents/{name}", source="127.0.0.2", **forged)
        line = wire.logged(portal, "portal.access", path=f"/documents/{name}")
        assert line["address"] == "127.0.0.2"
    forged = {"X_Forwarded_For": "192.0.2.77", "X_Forwarded_Proto": "https"}
    with wire.socket_to(portal, source="127.0.0.2", **forged) as tab:
        tab.rerun()
        wire.submit(tab, "nobody@x.example", "wrong horse battery")
    line = wire.logged(portal, "portal.security", event="sign_in.failed", address="127.0.0.2")
    assert line["login"] is None


@pytest.mark.parametrize("path", ["/app/static/", "/static/", "/media/", "/", "/app/static/brand/"])
def test_names_longer_than_any_file_are_nowhere(portal: Portal, path: str) -> None:
    assert wire.request(portal, "GET", f"{path}{'x' * 300}.png")[0] == 404


def test_errors_that_somebody_makes_fill_no_disk(portal: Portal) -> None:
    cookie = wire.signed_in(portal, CALLUM)
    log = portal.data / "server.log"
    with wire.socket_to(portal, cookie=cookie, source="127.0.0.2") as tab:
        tab.rerun("invoices")
        broken = [
            WidgetState(id=each, json_value="{")
            for each in (*tab.widgets.values(), *tab.components)
        ]
        before = log.stat().st_size
        for _ in range(60):
            tab.page_hash = ""
            drawn = wire.texts(tab.rerun("invoices", *broken))
        assert "Something went wrong" in drawn
    assert 0 < log.stat().st_size - before < 600_000


def test_refusals_leave_a_line(portal: Portal) -> None:
    with pytest.raises(InvalidStatus), wire.socket_to(portal, origin="https://evil.example"):
        pass
    wire.request(portal, "POST", "/auth/session", b"x", Origin="https://evil.example")
    assert wire.logged(portal, "portal.security", event="websocket.refused", reason="origin")
    assert wire.logged(portal, "portal.security", event="request.refused", path="/auth/session")


def _ends_while_dripping(connection: socket.socket) -> bool:
    connection.settimeout(0.5)
    for _ in range(200):
        try:
            connection.sendall(b"a")
            if not connection.recv(1):
                return True
        except TimeoutError:
            continue
        except ConnectionError:
            return True
    return False


def _ended(connection: socket.socket) -> bool:
    """Read until the server ends the connection; False when it does not."""
    try:
        while connection.recv(65536):
            pass
    except TimeoutError:
        return False
    except ConnectionError:
        return True
    return True
