"""Before Streamlit's websocket: whose page opens it, what it may send, how much and how often.

A handshake must come from a page at the portal's own address: browsers say so in Origin, so that
no other page can use a visitor's cookie. A session in the server is found again by its id alone, so
that id is passed on only together with a cookie, and Streamlit takes it only for the sign-in that
the session began with (`server.trustedUserHeaders`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal_data import security_log
from portal_data.auth import connections, identity, networks
from portal_data.auth.connections import Connection
from portal_data.clock import utc_now
from portal_data.web import deadlines
from portal_data.web.rates import Rate, Rates

PATH = "/_stcore/stream"
SIGN_IN_HEADER = "x-portal-sign-in"
ADDRESS_HEADER = "x-portal-address"
FOR_EVERYBODY = frozenset({"rerun_script", "stop_script", "app_heartbeat"})
"""Kinds of messages that a page sends whoever looks at it."""
FOR_SIGNED_IN = FOR_EVERYBODY | {"file_urls_request", "backend_operation_request"}
MESSAGE_LIMIT = 256 * 1024
"""Bytes of a message of somebody signed in; the server reads no longer ones."""
STRANGER_MESSAGE_LIMIT = 8 * 1024
"""Bytes of a stranger's message, and of what is read of one: of a network, less than a megabyte."""
MOST_OF_PERSON = 50
"""Websockets, that is tabs, of one person."""
MOST_OF_NETWORK = 100
"""Websockets of one network's strangers."""
HANDSHAKES = Rate(5, burst=100)
"""New websockets of one network's strangers."""
OF_STRANGERS = Rate(10, burst=120)
"""Messages of one network's strangers."""
OF_PEOPLE = Rate(5, burst=40)
"""Messages of one person, over all tabs; a run of a screen takes some hundredths of a second."""

_LONGEST_WAIT = 5.0  # seconds until a handshake is refused instead
_REFUSALS = 20  # messages of kinds nobody's page sends, until the connection ends
_POLICY, _TOO_BIG = 1008, 1009  # close codes of RFC 6455


@dataclass(frozen=True, slots=True)
class Policy:
    """What the guard of websockets needs to know of the installation."""

    origin: str
    secure: bool
    proxies: int
    kind_of: Callable[[bytes], str | None]
    """Names the kind of one of Streamlit's messages; None for what is none."""


class SocketGuard:
    """Pure ASGI, websockets only."""

    def __init__(self, app: ASGIApp, policy: Policy) -> None:
        self._app, self._policy = app, policy
        self._handshakes = Rates(HANDSHAKES)
        self._of_strangers = Rates(OF_STRANGERS)
        self._of_people = Rates(OF_PEOPLE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a handshake and its messages, or refuse them."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        peer = scope["client"][0] if scope.get("client") else None
        headers = Headers(scope=scope)
        address = networks.client(peer, headers.getlist("x-forwarded-for"), self._policy.proxies)
        security_log.came_from(address)
        connection = await self._admitted(scope["path"], headers, address)
        if connection is None:
            await receive()
            await send({"type": "websocket.close", "code": _POLICY})
            return
        try:
            # our own server has it; under another one messages are measured once they are read
            limit = scope.get("extensions", {}).get(deadlines.LIMITER, lambda _: None)
            messages = _Messages(self, connection, receive, send, limit)
            await self._app(self._rewritten(scope, headers, connection), messages, send)
        finally:
            connections.closed(connection)

    async def _admitted(
        self, path: str, headers: Headers, address: str | None
    ) -> Connection | None:
        network = networks.network(address)
        if path != PATH or headers.getlist("origin") != [self._policy.origin]:
            _refused("origin" if path == PATH else "path", origin=headers.get("origin", "")[:200])
            return None
        if self._handshakes.delay(network) > _LONGEST_WAIT:
            _refused("rate")
            return None
        token = cookie_parser(headers.get("cookie", "")).get(
            identity.cookie_name(self._policy.secure)
        )
        who = await run_in_threadpool(identity.from_cookie, token, utc_now()) if token else None
        if who is None and not await self._handshakes.turn(network, longest=_LONGEST_WAIT):
            _refused("rate")
            return None
        person = who.person if who else None
        if connections.count(person, network) >= (MOST_OF_PERSON if who else MOST_OF_NETWORK):
            _refused("too many", actor=who)
            return None
        return connections.opened(address, who)

    def _rewritten(self, scope: Scope, headers: Headers, connection: Connection) -> Scope:
        """Return the handshake as Streamlit may see it: with what we found, under our own names."""
        own = {connections.HEADER: connection.id, ADDRESS_HEADER: connection.address or ""}
        if connection.sign_in_id:
            own[SIGN_IN_HEADER] = str(connection.sign_in_id)
        # the origin was checked, exactly; a proxy may have changed the host, which is compared next
        own["host"] = urlsplit(self._policy.origin).netloc
        protocols = [each.strip() for each in headers.get("sec-websocket-protocol", "").split(",")]
        # the third is the id of the session to go on with
        own["sec-websocket-protocol"] = ", ".join(protocols[: 3 if connection.sign_in_id else 2])
        dropped = {*own, SIGN_IN_HEADER}
        kept = [(k, v) for k, v in scope["headers"] if k.decode("latin-1").lower() not in dropped]
        added = [(k.encode(), v.encode("latin-1")) for k, v in own.items()]
        return {**scope, "headers": kept + added}

    async def wait_for_turn(self, connection: Connection) -> None:
        """Wait until the connection's person, or its network's strangers, may send again."""
        if connection.person is None:
            await self._of_strangers.turn(connection.network, longest=float("inf"))
        else:
            await self._of_people.turn(connection.person, longest=float("inf"))

    def kind_of(self, data: bytes) -> str | None:
        """Return the kind of a message."""
        return self._policy.kind_of(data)


class _Messages:
    """What one connection receives: the messages that may pass, each in its turn.

    While it waits nothing more is read from the socket, so a flood stays with its sender.
    """

    def __init__(
        self,
        guard: SocketGuard,
        connection: Connection,
        receive: Receive,
        send: Send,
        limit: Callable[[int], None],
    ) -> None:
        self._guard, self._connection = guard, connection
        self._receive, self._send, self._limit = receive, send, limit
        self._refused = 0

    async def __call__(self) -> Message:
        """Return the next message that may pass, or the connection's end."""
        while True:
            self._limit(self._most())
            message = await self._receive()
            if message["type"] != "websocket.receive":
                return message
            await self._guard.wait_for_turn(self._connection)
            reason = await self._reason(message)
            if reason is None:
                return message
            self._refused += 1
            if self._refused == 1:
                _refused(reason, actor=self._connection.person)
            if reason in ("text", "size", "no message") or self._refused >= _REFUSALS:
                code = _TOO_BIG if reason == "size" else _POLICY
                await self._send({"type": "websocket.close", "code": code})
                return {"type": "websocket.disconnect", "code": code}

    async def _reason(self, message: Message) -> str | None:
        data = message.get("bytes")
        if data is None:
            return "text"
        if len(data) > self._most():
            return "size"  # begun before the connection ceased to be a stranger's, or the other way
        kind = self._guard.kind_of(data)
        if kind is None:
            return "no message"
        if kind in FOR_EVERYBODY:
            return None  # the script asks itself who is there
        allowed = kind in FOR_SIGNED_IN and await self._is_signed_in()
        return None if allowed else kind

    def _most(self) -> int:
        stranger = self._connection.sign_in_id is None
        return STRANGER_MESSAGE_LIMIT if stranger else MESSAGE_LIMIT

    async def _is_signed_in(self) -> bool:
        """Ask the store: what answers these messages is no script of ours."""
        held = self._connection.sign_in_id
        return held is not None and (
            await run_in_threadpool(identity.scope_of, held, utc_now()) is not None
        )


def _refused(reason: str, **details: object) -> None:
    actor = details.pop("actor", None)
    security_log.event("websocket.refused", actor=actor, reason=reason, **details)  # type: ignore[arg-type]
