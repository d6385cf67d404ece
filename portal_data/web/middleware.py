"""Around every request: whose page sends it, security headers, bounds and one log line."""

import logging
import secrets
import time
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal_data import security_log
from portal_data.auth import networks
from portal_data.web import openid, streams, uploads
from portal_data.web.rates import Rate, Rates

BODY_LIMIT = 64 * 1024
"""Bytes a request may carry to our own routes."""
UPLOAD_LIMIT = 12 * 1024 * 1024
"""Bytes of one upload, a little more than `server.maxUploadSize`."""
REQUESTS = Rate(100, burst=1500)
"""Requests of one network: a page of a browser that has nothing yet asks 90."""

# Of Streamlit's own routes only what its page asks for: the rest names the server's functions
# (metrics), offers the portal to programs (agent), or signs in beside us (auth, oauth2callback)
# where there is no provider, and where there is one with `openid` in between.
_STREAMLIT = (
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/stream",
    uploads.PREFIX,
    "/_stcore/bidi-components/",
)
_HIDDEN = ("/_stcore/", "/component/", *openid.PATHS)
FROM_OUTSIDE = ("/unsubscribe/", "/webhooks/")
"""Routes that mail programs and payment providers post to: their address, or what they signed, is
the proof, and no cookie counts."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_QUIET = ("/_stcore/", "/static/", "/app/static/", "/healthz", "/readyz")
_LONGEST_NAME = 255  # bytes
_LONGEST_WAIT = 5.0  # seconds until a request is refused instead
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=()"),
]

access_log = logging.getLogger("portal.access")


class Guard:
    """Pure ASGI, requests only: websockets have a guard of their own."""

    def __init__(
        self,
        app: ASGIApp,
        content_security_policy: str,
        origin: str,
        proxies: int,
        provider: bool = False,
    ) -> None:
        self._app, self._origin, self._proxies = app, origin, proxies
        self._open = (*_STREAMLIT, *openid.PATHS) if provider else _STREAMLIT
        self._host = urlsplit(origin).netloc
        self._local = urlsplit(origin).hostname in _LOOPBACK
        self._secure = origin.startswith("https://")
        self._rates = Rates(REQUESTS)
        self._headers = [*_HEADERS, (b"content-security-policy", content_security_policy.encode())]
        if self._secure:
            self._headers.append(
                (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, started = secrets.token_hex(8), time.perf_counter()
        headers, status = Headers(scope=scope), 0
        peer = scope["client"][0] if scope.get("client") else None
        address = networks.client(peer, headers.getlist("x-forwarded-for"), self._proxies)
        security_log.came_from(address)
        scope.setdefault("state", {}).update(actor=None, address=address)

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": self._answered(message["headers"], request_id)}
            await limited_send(message)

        limited_send = streams.limited_send(send)
        limit = UPLOAD_LIMIT if scope["path"].startswith(uploads.PREFIX) else BODY_LIMIT
        try:
            refusal = await self._refusal(scope, headers, address, limit)
            if refusal is not None:
                refusal.headers["Connection"] = "close"  # or the rest of its body would be read
            limited_receive = streams.limited_receive(receive, limit)
            await (refusal or self._app)(scope, limited_receive, answer)
        except streams.SlowClient:
            status = 499  # as nginx has it: the client did not take its answer
        except ClientDisconnect:
            if status == 0:
                await PlainTextResponse("Too slow or too large.", 408)(scope, receive, answer)
        finally:
            if not scope["path"].startswith(_QUIET) or not 0 < status < 400:
                _log(scope, status, request_id, address, time.perf_counter() - started)

    def _answered(
        self, headers: list[tuple[bytes, bytes]], request_id: str
    ) -> list[tuple[bytes, bytes]]:
        kept = [(k, self._cookie(v) if k.lower() == b"set-cookie" else v) for k, v in headers]
        # a page whose address is a secret says itself that nobody may be told of it
        stricter = any(k.lower() == b"referrer-policy" for k, _ in headers)
        ours = [each for each in self._headers if not stricter or each[0] != b"referrer-policy"]
        return [*kept, *ours, (b"x-request-id", request_id.encode())]

    def _cookie(self, value: bytes) -> bytes:
        """Make Streamlit's cookies Secure under https: it knows nothing of the proxy's TLS."""
        return value if not self._secure or b"; secure" in value.lower() else value + b"; Secure"

    async def _refusal(
        self, scope: Scope, headers: Headers, address: str | None, limit: int
    ) -> Response | None:
        path, method = scope["path"], scope["method"]
        if not await self._rates.turn(networks.network(address), longest=_LONGEST_WAIT):
            return PlainTextResponse("Too many requests.", 429, {"Retry-After": "10"})
        if any(len(part.encode()) > _LONGEST_NAME for part in path.split("/")):
            return PlainTextResponse("Not found.", 404)  # no file system could have it
        hidden = path.startswith(_HIDDEN) and not path.startswith(self._open)
        if hidden or (path == "/auth/logout" and method in _SAFE):
            return PlainTextResponse("Not found.", 404)
        # browsers say where a request comes from, and nobody else has another person's cookie
        from_outside = path.startswith(FROM_OUTSIDE)
        if method not in _SAFE and not from_outside and headers.getlist("origin") != [self._origin]:
            security_log.event("request.refused", reason="origin", path=path[:200], method=method)
            return PlainTextResponse("Not from a page of this portal.", 403)
        if self._local and headers.get("host") != self._host and _is_page(headers):
            # its websocket would be refused, and the page would wait for it for ever
            return PlainTextResponse(
                f"This portal is at {self._origin}. "
                "To reach it by another name, set PORTAL_BASE_URL to that address.",
                421,
            )
        if "transfer-encoding" in headers:
            # browsers state a length, and a body of a million chunks takes as many steps to parse
            return PlainTextResponse("State a length.", 411)
        length = headers.get("content-length", "0")
        if not length.isdigit() or len(length) > 12 or int(length) > limit:
            return PlainTextResponse("Too large.", 413)
        return None


def _is_page(headers: Headers) -> bool:
    return "text/html" in headers.get("accept", "")


def _log(scope: Scope, status: int, request_id: str, address: str | None, seconds: float) -> None:
    # the path without its query: links in mails carry their token there
    access_log.info(
        "request",
        extra={
            "portal": {
                "request_id": request_id,
                "method": scope["method"],
                "path": scope["path"][:500],
                "status": status,
                "milliseconds": round(seconds * 1000, 1),
                "address": address,
                "actor": scope["state"]["actor"],
            }
        },
    )
