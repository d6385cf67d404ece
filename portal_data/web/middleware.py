"""Around every request: security headers, a size limit, a request id and one log line."""

import json
import logging
import secrets
import sys
import time
from typing import Any

from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_LIMIT = 64 * 1024
"""Bytes a request may carry to our own routes; Streamlit limits its uploads itself."""

_HIDDEN = {"/_stcore/metrics"}  # names every cached function of the server
_QUIET = ("/_stcore/", "/static/", "/app/static/", "/healthz", "/readyz", "/component/")
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=()"),
]

access_log = logging.getLogger("portal.access")


class Guard:
    """Pure ASGI: websockets and streams pass untouched."""

    def __init__(self, app: ASGIApp, content_security_policy: str, secure: bool) -> None:
        self._app = app
        self._headers = [*_HEADERS, (b"content-security-policy", content_security_policy.encode())]
        if secure:
            self._headers.append((b"strict-transport-security", b"max-age=31536000"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, started = secrets.token_hex(8), time.perf_counter()
        status = 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                kept = [(k, v) for k, v in message["headers"] if k.lower() != b"server"]
                message = {
                    **message,
                    "headers": [*kept, *self._headers, (b"x-request-id", request_id.encode())],
                }
            await send(message)

        try:
            refusal = _refusal(scope)
            await (refusal or self._app)(scope, receive, answer)
        finally:
            if not scope["path"].startswith(_QUIET) or status >= 500:
                _log(scope, status, request_id, time.perf_counter() - started)


def _refusal(scope: Scope) -> Response | None:
    if scope["path"] in _HIDDEN:
        return PlainTextResponse("Not found.", 404)
    length = dict(scope["headers"]).get(b"content-length", b"0")
    own = not scope["path"].startswith("/_stcore/")
    if own and (not length.isdigit() or int(length) > BODY_LIMIT):
        return PlainTextResponse("Too large.", 413)
    return None


def _log(scope: Scope, status: int, request_id: str, seconds: float) -> None:
    # the path without its query: links in mails carry their token there
    access_log.info(
        "request",
        extra={
            "portal": {
                "request_id": request_id,
                "method": scope["method"],
                "path": scope["path"],
                "status": status,
                "milliseconds": round(seconds * 1000, 1),
            }
        },
    )


class JsonLines(logging.Formatter):
    """One JSON object a line; the fields of `extra={"portal": {...}}` beside the message."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        line: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "portal", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def log_as_json() -> None:
    """Send the portal's own loggers to standard error as JSON lines."""
    logger = logging.getLogger("portal")
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonLines())
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False
