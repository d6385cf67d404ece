"""Deadlines and bounds of connections, below the first line of a request.

Uvicorn waits for the rest of a half-sent request as long as the client likes, takes any number of
connections of one client, reads websocket messages of 200 MB, and parses all that one read brings
before anybody else has a turn: 256 kB of one-byte chunks or pings hold it for seconds. Streamlit
starts uvicorn itself, so the bounds are put into uvicorn's protocol classes; the names touched are
checked by a test.
"""

import asyncio
import sys
from collections import Counter
from functools import partial
from typing import Any

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from portal_data.auth import networks

REQUEST_SECONDS = 10.0
"""From a connection's beginning, or the end of its last answer, to the end of the next headers."""
MOST_OF_NETWORK = 500
"""Connections of one network, when no proxy stands between."""
READ_BYTES = 8 * 1024
"""Bytes that one read takes from a connection, and that are parsed at once."""
SOCKET_READ_BYTES = 512
"""The same of a websocket, whose smallest frames are six bytes: a hundred sockets are read in turn
before anybody else is."""
LIMITER = "portal.message_limit"
"""The extension of a websocket's scope that bounds its next message: a function of bytes."""
MOST_FRAMES = 200
"""Control frames and parts of messages on a websocket within `FRAME_SECONDS`; pages send few."""
FRAME_SECONDS = 10.0
_DESCRIPTORS = 65_536  # files and sockets of the process, where the system allows as many

_peers: Counter[str] = Counter()


def install(*, proxies: int, message_limit: int) -> None:
    """Bound all connections of this process from now on; once per process."""
    _raise_limit()
    if getattr(H11Protocol, "portal_bounds", None) is None:
        _bound_requests()
        _bound_websockets()
    H11Protocol.portal_bounds = (proxies, message_limit)  # type: ignore[attr-defined]


def _raise_limit() -> None:
    """Let the process have more sockets than one network may take of it."""
    if sys.platform == "win32":  # which has no such limit
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _DESCRIPTORS)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _bound_requests() -> None:
    begin, made, lost = (
        H11Protocol.__init__,
        H11Protocol.connection_made,
        H11Protocol.connection_lost,
    )
    received, answered = H11Protocol.data_received, H11Protocol.on_response_complete
    upgraded = H11Protocol.handle_websocket_upgrade

    def __init__(self: Any, config: Any, server_state: Any, *given: Any, **more: Any) -> None:
        config.ws_max_size = self.portal_bounds[1]
        # it believes X-Forwarded-For of any client on this machine; auth.networks decides
        if isinstance(config.loaded_app, ProxyHeadersMiddleware):
            config.loaded_app = config.loaded_app.app
        # who serves is nobody's business
        server_state.default_headers = [
            header for header in server_state.default_headers if header[0] != b"server"
        ]
        begin(self, config, server_state, *given, **more)
        self.portal_deadline = None
        self.portal_network = None

    def connection_made(self: Any, transport: asyncio.Transport) -> None:
        made(self, transport)
        transport.max_size = READ_BYTES  # type: ignore[attr-defined]
        _enter(self)
        if self.portal_bounds[0] == 0 and _peers[self.portal_network] > MOST_OF_NETWORK:
            transport.abort()
        else:
            _watch(self)

    def connection_lost(self: Any, exc: Exception | None) -> None:
        _stop(self)
        _leave(self)
        lost(self, exc)

    def data_received(self: Any, data: bytes) -> None:
        received(self, data)
        _watch(self)

    def on_response_complete(self: Any) -> None:
        answered(self)
        _watch(self)

    def handle_websocket_upgrade(self: Any, event: Any) -> None:
        _stop(self)
        self.portal_upgraded = True
        upgraded(self, event)
        self.transport.max_size = SOCKET_READ_BYTES
        protocol = self.transport.get_protocol()
        protocol.portal_network, self.portal_network = self.portal_network, None

    for method in (__init__, connection_made, connection_lost, data_received, on_response_complete,
                   handle_websocket_upgrade):  # fmt: skip
        setattr(H11Protocol, method.__name__, method)


def _bound_websockets() -> None:
    lost, connected = (
        WebSocketsSansIOProtocol.connection_lost,
        WebSocketsSansIOProtocol.handle_connect,
    )
    pinged, ponged = WebSocketsSansIOProtocol.handle_ping, WebSocketsSansIOProtocol.handle_pong
    continued = WebSocketsSansIOProtocol.handle_cont

    def connection_lost(self: Any, exc: Exception | None) -> None:
        _leave(self)
        lost(self, exc)

    def handle_connect(self: Any, event: Any) -> None:
        connected(self, event)
        if not self.close_sent:
            self.scope["extensions"][LIMITER] = partial(setattr, self.conn, "max_message_size")

    def handle_ping(self: Any) -> None:
        if _may_send(self):
            pinged(self)

    def handle_pong(self: Any, event: Any) -> None:
        if _may_send(self):
            ponged(self, event)

    def handle_cont(self: Any, event: Any) -> None:
        if _may_send(self):
            continued(self, event)

    for method in (connection_lost, handle_connect, handle_ping, handle_pong, handle_cont):
        setattr(WebSocketsSansIOProtocol, method.__name__, method)


def _may_send(protocol: Any) -> bool:
    """Count a frame; a websocket that has sent too many ends."""
    since, frames = getattr(protocol, "portal_frames", (protocol.loop.time(), 0))
    if protocol.loop.time() - since > FRAME_SECONDS:
        since, frames = protocol.loop.time(), 0
    protocol.portal_frames = (since, frames + 1)
    if frames >= MOST_FRAMES:
        protocol.transport.abort()
        return False
    return True


def _enter(protocol: Any) -> None:
    protocol.portal_network = networks.network(protocol.client[0] if protocol.client else None)
    _peers[protocol.portal_network] += 1


def _leave(protocol: Any) -> None:
    network = getattr(protocol, "portal_network", None)
    if network is not None:
        protocol.portal_network = None
        _peers[network] -= 1
        if _peers[network] <= 0:
            del _peers[network]


def _watch(protocol: Any) -> None:
    """Have a deadline while a request is awaited, and none while one is answered."""
    if getattr(protocol, "portal_upgraded", False) or protocol.transport.is_closing():
        return
    awaited = protocol.cycle is None or protocol.cycle.response_complete
    if not awaited:
        _stop(protocol)
    elif protocol.portal_deadline is None:
        protocol.portal_deadline = protocol.loop.call_later(
            REQUEST_SECONDS, protocol.transport.abort
        )


def _stop(protocol: Any) -> None:
    if protocol.portal_deadline is not None:
        protocol.portal_deadline.cancel()
        protocol.portal_deadline = None
