"""Streamlit's own scripts, compressed once and kept: it serves them raw and expects a proxy."""

import asyncio
import hashlib
import re
from base64 import b64encode
from pathlib import Path, PurePosixPath

import brotli
from starlette.types import ASGIApp, Receive, Scope, Send

_TYPES = {".js": b"text/javascript", ".css": b"text/css", ".svg": b"image/svg+xml"}
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


class Precompressed:
    """Answers /static/* with brotli from memory and a year of caching; file names carry hashes."""

    def __init__(self, app: ASGIApp, folder: Path) -> None:
        self._app, self._folder = app, folder
        self._cache: dict[str, bytes] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = await self._body(scope)
        if body is None:
            await self._app(scope, receive, send)
            return
        kind = _TYPES[PurePosixPath(scope["path"]).suffix]
        headers = [
            (b"content-type", kind),
            (b"content-encoding", b"br"),
            (b"vary", b"accept-encoding"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"public, immutable, max-age=31536000"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _body(self, scope: Scope) -> bytes | None:
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        path = PurePosixPath(scope["path"])
        accepted = dict(scope["headers"]).get(b"accept-encoding", b"")
        if path.parts[:2] != ("/", "static") or path.suffix not in _TYPES or b"br" not in accepted:
            return None
        key = str(path)
        if key not in self._cache:
            file = self._folder.joinpath(*path.parts[1:])
            if ".." in path.parts or not file.is_file():
                return None
            # quality 9: 4.7 MB of plotly.js in about a second, once per process
            self._cache[key] = await asyncio.to_thread(
                brotli.compress, file.read_bytes(), quality=9
            )
        return self._cache[key]


def content_security_policy(index_html: str) -> str:
    """Return the policy for pages whose only inline scripts are those of `index_html`.

    'wasm-unsafe-eval' and blob: are what Streamlit's own client needs; inline styles likewise.
    """
    hashes = " ".join(
        f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in _INLINE.findall(index_html)
    )
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'wasm-unsafe-eval' blob: {hashes}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "frame-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
