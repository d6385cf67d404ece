"""Attacks on a running portal over its websocket, by whoever is not signed in and by others."""

import struct
from collections.abc import Callable
from contextlib import suppress

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import ConnectionClosed, InvalidStatus

from portal_data.web import sockets
from tests.web import wire
from tools.browser import Portal

CALLUM = "callum@brackenridge.example"
MAELLE = "maelle@cote.example"

Origins = Callable[[Portal], str | list[str] | None]


def _port(portal: Portal) -> str:
    return portal.url.rpartition(":")[2]


@pytest.mark.parametrize(
    "origin",
    [
        lambda portal: None,
        lambda portal: "",
        lambda portal: "null",
        lambda portal: "https://evil.example",
        lambda portal: "http://localhost:1",
        lambda portal: "http://localhost",
        lambda portal: f"http://127.0.0.1:{_port(portal)}",
        lambda portal: f"http://[::1]:{_port(portal)}",
        lambda portal: f"https://localhost:{_port(portal)}",
        lambda portal: f"{portal.url}.evil.example",
        lambda portal: f"{portal.url}/",
        lambda portal: f"{portal.url}@evil.example",
        lambda portal: "http://[",
        lambda portal: [portal.url, "https://evil.example"],
        lambda portal: ["https://evil.example", portal.url],
    ],
)
def test_only_a_page_of_the_portal_opens_a_websocket(portal: Portal, origin: Origins) -> None:
    with pytest.raises(InvalidStatus), wire.socket_to(portal, origin=origin(portal)):
        pass


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("portal-upstream:8501", "own", b"101"),  # as a proxy may name us
        ("evil.example", "https://evil.example", b"403"),  # a name that leads here
        ("192.0.2.1:8501", "http://192.0.2.1:8501", b"403"),
    ],
)
def test_the_host_that_is_asked_proves_nothing(
    portal: Portal, host: str, origin: str, status: bytes
) -> None:
    lines = [
        "GET /_stcore/stream HTTP/1.1", f"Host: {host}", "Connection: Upgrade",
        "Upgrade: websocket", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol: streamlit",
        f"Origin: {portal.url if origin == 'own' else origin}", "", "",
    ]  # fmt: skip
    with wire.raw(portal, "\r\n".join(lines).encode()) as opened:
        assert opened.recv(100).split()[1] == status


def test_nothing_outside_is_asked_for_anything(portal: Portal) -> None:
    """Streamlit would ask public services for its own address: at the start, and for handshakes."""
    for origin in ("https://evil.example", "http://192.0.2.1"):
        with pytest.raises(InvalidStatus), wire.socket_to(portal, origin=origin):
            pass
    with wire.socket_to(portal) as tab:
        tab.rerun()
    observed = (portal.data / "connections.log").read_text("utf-8").splitlines()
    assert observed, "the observer has seen nothing, not even the start"
    assert [line for line in observed if not line.startswith("start")] == []


@pytest.mark.parametrize(
    "kind",
    ["load_git_info", "clear_cache", "set_run_on_save", "debug_disconnect_websocket",
     "debug_shutdown_runtime", "file_urls_request", "backend_operation_request"],
)  # fmt: skip
def test_strangers_send_what_their_page_sends_and_no_more(portal: Portal, kind: str) -> None:
    message = BackMsg()
    if kind == "file_urls_request":
        message.file_urls_request.file_names.append("a.pdf")
    elif kind == "backend_operation_request":
        message.backend_operation_request.request_id = "1"
    else:
        setattr(message, kind, True)
    assert message.WhichOneof("type") == kind
    with wire.socket_to(portal) as tab:
        tab.send(message)
        answered = tab.kinds_until_acknowledged()
        assert not answered & {
            "git_info_changed",
            "file_urls_response",
            "backend_operation_response",
        }
        with pytest.raises(ConnectionClosed):
            for _ in range(50):
                tab.send(message)
                tab.send(BackMsg(app_heartbeat=True))
            while True:
                tab.answer()
    lines = [
        line for line in wire.log_lines(portal, "portal.security") if line.get("reason") == kind
    ]
    assert len(lines) == 1, "one line for a connection, however much it sends"
    assert str(lines[0]["address"]).startswith("127.")


def test_a_git_repository_is_told_to_nobody(portal: Portal) -> None:
    cookie = wire.signed_in(portal, CALLUM)
    with wire.socket_to(portal, cookie=cookie) as tab:
        tab.send(BackMsg(load_git_info=True))
        assert "git_info_changed" not in tab.kinds_until_acknowledged()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("text", 1008),
        (b"\xff" * 100, 1008),
        (b"", 1008),
        (b"x" * (sockets.STRANGER_MESSAGE_LIMIT + 1), 1009),
        (b"x" * (sockets.MESSAGE_LIMIT + 1), 1009),
        (b"x" * 5_000_000, 1009),
    ],
    ids=["text", "garbage", "empty", "large", "larger", "huge"],
)
def test_what_is_no_message_ends_the_connection(
    portal: Portal, data: bytes | str, code: int
) -> None:
    with wire.socket_to(portal) as tab:
        with suppress(ConnectionClosed):
            tab.send(data)
        assert tab.closed() in (code, 1006)


@pytest.mark.parametrize(
    "beginning",
    [struct.pack("!BBH", 0x82, 0xFE, 8193),  # one frame of so many bytes
     struct.pack("!BBH", 0x02, 0xFE, 8192) + bytes(4 + 8192) + struct.pack("!BB", 0x00, 0x81)],
    ids=["frame", "parts"],
)  # fmt: skip
def test_no_more_is_read_of_a_strangers_message_than_it_may_have(
    portal: Portal, beginning: bytes
) -> None:
    """A hundred half-sent messages of 256 kB each waited in memory for their ends."""
    with wire.socket_to(portal) as stranger:
        stranger.raw(beginning)
        assert stranger.closed() == 1009
    cookie = wire.signed_in(portal, CALLUM)
    with wire.socket_to(portal, cookie=cookie) as customer:
        customer.rerun("invoices")
        long = WidgetState(id="nothing", string_value="x" * 100_000)
        assert "INV-" in wire.texts(customer.rerun("invoices", long))


def test_a_flood_waits_and_others_do_not(portal: Portal) -> None:
    beats = 2000
    with wire.socket_to(portal, source="127.0.0.9") as flood, wire.socket_to(portal) as other:
        for _ in range(beats):
            flood.send(BackMsg(app_heartbeat=True))
        assert "E-mail" in wire.texts(other.rerun())
        assert flood.received() < beats


@pytest.mark.parametrize(
    "frames",
    [b"\x89\x80\0\0\0\0" * 100_000, b"\x8a\x80\0\0\0\0" * 100_000,
     b"\x02\x80\0\0\0\0" + b"\x00\x80\0\0\0\0" * 100_000],
    ids=["pings", "pongs", "parts"],
)  # fmt: skip
def test_frames_that_carry_nothing_end_the_connection(portal: Portal, frames: bytes) -> None:
    """A hundred thousand pings in one read kept everybody waiting for seconds."""
    with wire.socket_to(portal, source="127.0.0.10") as tab:
        with suppress(OSError):
            tab.raw(frames)
        tab.closed()
    with wire.socket_to(portal) as other:
        assert "E-mail" in wire.texts(other.rerun())


def test_one_network_has_so_many_tabs_of_strangers(portal: Portal) -> None:
    opened = [wire.socket_to(portal, source="127.0.0.8") for _ in range(sockets.MOST_OF_NETWORK)]
    try:
        for each in opened:
            each.__enter__()
        with pytest.raises(InvalidStatus), wire.socket_to(portal, source="127.0.0.8"):
            pass
        with wire.socket_to(portal, source="127.0.0.7") as tab:
            assert "E-mail" in wire.texts(tab.rerun())
    finally:
        for each in opened:
            each.__exit__(None, None, None)


@pytest.mark.parametrize("attacker", [None, MAELLE])
@pytest.mark.parametrize("gone", [False, True])
def test_the_id_of_a_session_opens_nothing(
    portal: Portal, attacker: str | None, gone: bool
) -> None:
    """With another's session id, no cookie or another's: neither their rows nor their tab."""
    cookie = wire.signed_in(portal, attacker) if attacker else None
    victim = wire.signed_in(portal, CALLUM)
    with wire.socket_to(portal, cookie=victim) as tab:
        assert "INV-" in wire.texts(tab.rerun("invoices"))
        stolen = tab.session_id
        if not gone:
            _attack(portal, stolen, cookie)
            assert "INV-" in wire.texts(tab.rerun("invoices"))
    if gone:
        _attack(portal, stolen, cookie)
        # their own browser finds the session again
        with wire.socket_to(portal, cookie=victim, session=stolen) as again:
            assert "INV-" in wire.texts(again.rerun("invoices"))
            assert again.session_id == stolen


@pytest.mark.parametrize("attacker", [None, MAELLE])
def test_a_session_that_signed_in_itself_is_no_other_browsers(
    portal: Portal, attacker: str | None
) -> None:
    cookie = wire.signed_in(portal, attacker) if attacker else None
    with wire.socket_to(portal) as tab:
        tab.rerun()
        wire.submit(tab, CALLUM, portal.logins.password)
        assert "INV-" in wire.texts(tab.rerun("invoices"))
        stolen = tab.session_id
        _attack(portal, stolen, cookie)
    _attack(portal, stolen, cookie)


def _attack(portal: Portal, session: str, cookie: str | None) -> None:
    with wire.socket_to(portal, cookie=cookie, session=session) as tab:
        drawn = wire.texts(tab.rerun("invoices"))
        assert tab.session_id != session
        assert "Brackenridge" not in drawn
        assert ("E-mail" in drawn) is (cookie is None)


def test_what_only_signed_in_people_send_ends_with_the_sign_in(portal: Portal) -> None:
    cookie = wire.signed_in(portal, CALLUM)
    message = BackMsg()
    message.file_urls_request.file_names.append("a.pdf")
    with wire.socket_to(portal, cookie=cookie) as tab:
        tab.rerun()
        tab.send(message)
        assert "file_urls_response" in tab.kinds_until_acknowledged()
        ended = wire.request(
            portal, "POST", "/auth/logout", b"", cookie=cookie, Origin=portal.url, X_Portal="1"
        )
        assert ended[0] == 204
        tab.send(message)
        assert "file_urls_response" not in tab.kinds_until_acknowledged()


def test_headers_of_our_own_are_not_taken_from_clients(portal: Portal) -> None:
    victim = wire.signed_in(portal, CALLUM)
    with wire.socket_to(portal, cookie=victim) as tab:
        tab.rerun()
        forged = {
            "X_Portal_Sign_In": "x",
            "X_Portal_Connection": "x",
            "X_Portal_Address": "9.9.9.9",
        }
        with wire.socket_to(portal, **forged) as stranger:
            assert "E-mail" in wire.texts(stranger.rerun("invoices"))


def test_a_failed_sign_in_leaves_a_line_without_what_was_typed(portal: Portal) -> None:
    with wire.socket_to(portal, source="127.0.0.6") as tab:
        tab.rerun()
        assert "wrong" in wire.texts(wire.submit(tab, CALLUM, "my secret passphrase"))
        tab.rerun()
        assert "wrong" in wire.texts(wire.submit(tab, "my secret passphrase", CALLUM))
    lines = [
        line for line in wire.log_lines(portal, "portal.security")
        if line["event"] == "sign_in.failed" and line["address"] == "127.0.0.6"
    ]  # fmt: skip
    known, unknown = lines
    assert str(known["login"])
    assert unknown["login"] is None
    log = (portal.data / "server.log").read_text("utf-8", "replace")
    assert "my secret passphrase" not in log


@pytest.mark.parametrize("marks", [78_000, 25_000, 6_000])
def test_a_sign_in_with_very_long_text_is_just_wrong(portal: Portal, marks: int) -> None:
    text = "a" + "\u0301" * (marks // 4) + "\u0323" * (marks // 4)
    with wire.socket_to(portal, source="127.0.0.5") as tab:
        tab.rerun()
        try:
            assert "wrong" in wire.texts(wire.submit(tab, CALLUM, text))
        except ConnectionClosed:
            assert len(text.encode()) > sockets.STRANGER_MESSAGE_LIMIT
