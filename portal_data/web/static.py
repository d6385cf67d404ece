"""Scripts and styles, compressed once: Streamlit serves its own raw and expects a proxy."""

import asyncio
import gzip
import hashlib
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

import brotli
from starlette.types import ASGIApp, Receive, Scope, Send

_TYPES = {
    ".js": b"text/javascript",
    ".css": b"text/css",
    ".svg": b"image/svg+xml",
    ".woff2": b"font/woff2",
}
_COMPRESSED = {".woff2"}
"""Formats that hold compressed data already."""

# quality 9: 4.7 MB of plotly.js in about a second, once per process
_CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, quality=9),
    "gzip": lambda body: gzip.compress(body, 9, mtime=0),
}
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)

FOREVER = b"public, immutable, max-age=31536000"
"""Caching of what never changes under its address, because a hash of it is part of that."""
A_WEEK = b"public, max-age=604800"


def coding(accept_encoding: str) -> str | None:
    """Return the best coding of ours that an Accept-Encoding header allows (RFC 9110, 12.5.3)."""
    allowed = {}
    for part in accept_encoding.lower().split(","):
        name, _, weight = part.strip().partition(";")
        allowed[name.strip()] = weight.strip().removeprefix("q=").strip() or "1"
    for name in _CODINGS:
        if allowed.get(name, "0").strip("0.") != "":
            return name
    return None


def compress(body: bytes, name: str | None) -> bytes:
    """Return `body` in a coding that `coding` named; None leaves it as it is."""
    return _CODINGS[name](body) if name else body


class Precompressed:
    """Answers scripts, styles and fonts from memory: compressed, and with a year of caching.

    `folders` maps the beginning of an address to the folder that holds its files; `hashed` are the
    beginnings under which every file's name carries a hash of it. A file elsewhere is cached for a
    year when its address has a version (`?v=`), else for a week.
    """

    def __init__(
        self, app: ASGIApp, folders: Mapping[str, Path], hashed: tuple[str, ...] = ()
    ) -> None:
        self._app, self._folders, self._hashed = app, folders, hashed
        self._bodies: dict[tuple[Path, str | None], asyncio.Task[bytes]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        file = self._file(scope)
        if file is None:
            await self._app(scope, receive, send)
            return
        accepted = dict(scope["headers"]).get(b"accept-encoding", b"").decode("latin-1")
        name = None if file.suffix in _COMPRESSED else coding(accepted)
        body = await self._body(file, name)
        lasting = scope["path"].startswith(self._hashed) or b"v=" in scope["query_string"]
        headers = [
            (b"content-type", _TYPES[file.suffix]),
            (b"vary", b"accept-encoding"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", FOREVER if lasting else A_WEEK),
        ]
        if name:
            headers.append((b"content-encoding", name.encode()))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send(
            {"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body}
        )

    def _file(self, scope: Scope) -> Path | None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            return None
        path = PurePosixPath(scope["path"])
        if ".." in path.parts or path.suffix not in _TYPES:
            return None
        for beginning, folder in self._folders.items():
            if path.is_relative_to(beginning):
                file = folder / path.relative_to(beginning)
                return file if file.is_file() else None
        return None

    async def _body(self, file: Path, name: str | None) -> bytes:
        """Return a file in a coding; whoever asks for it first has it made for all."""
        task = self._bodies.get((file, name))
        if task is None or (task.done() and task.exception()):
            making = asyncio.to_thread(lambda: compress(file.read_bytes(), name))
            task = self._bodies[file, name] = asyncio.create_task(making)
        return await asyncio.shield(task)


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
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
