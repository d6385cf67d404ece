"""The portal's page where there is a screen: one for each side of the sign-in. Elsewhere, a 404."""

import hashlib
from collections.abc import Callable, Container, Mapping

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal_data.text import language
from portal_data.web import static


class Index:
    """Answers `signed_in` to browsers that hold the cookie named `cookie`, `signed_out` to others.

    A cookie is not checked here: the page holds nothing but the frame, and a wrong guess moves it.

    Streamlit has that page for every address at all. Those that have `moved` lead to where they are
    now. Those that are not `known` get the page that `missing` makes, with status 404. `root` is
    the portal's own path, with a slash at its end. Of addresses that are `secret`, as they let
    somebody act, browsers tell nobody.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        signed_out: str,
        signed_in: str,
        cookie: str,
        known: Container[str],
        moved: Mapping[str, str],
        missing: Callable[[str], str],
        root: str,
        own_pages: tuple[str, ...] = (),
        secret: Container[str] = (),
    ) -> None:
        self._app, self._cookie = app, cookie
        self._known, self._moved, self._missing, self._root = known, moved, missing, root
        self._own_pages, self._secret = own_pages, secret
        self._bodies = {
            (side, name): static.compress(page.encode(), name)
            for side, page in ((False, signed_out), (True, signed_in))
            for name in ("br", "gzip", None)
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        other = scope["type"] != "http" or scope["method"] not in ("GET", "HEAD")
        if other or scope["path"].startswith(self._own_pages):
            await self._app(scope, receive, send)
            return
        name = scope["path"].removeprefix("/")
        leads = self._moved.get(name.removesuffix("/"), name.removesuffix("/"))
        if leads != name and leads in self._known:
            query = scope["query_string"].decode("latin-1")
            address = f"{self._root}{leads}{query and '?'}{query}"
            await RedirectResponse(address, 308)(scope, receive, send)
            return
        replaced = False

        async def answer(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start":
                kind = Headers(raw=message["headers"]).get("content-type", "")
                replaced = message["status"] == 200 and kind.startswith("text/html")
                if replaced and name in self._known:
                    await self._answer(scope, send, secret=name in self._secret)
                elif replaced:
                    await (await self._not_found(scope))(scope, receive, send)
            if not replaced:
                await send(message)

        await self._app(scope, receive, answer)

    async def _not_found(self, scope: Scope) -> Response:
        # nobody is known here: the page is in the language that the browser asks for
        with language.reading(language.of_browser(Headers(scope=scope).get("accept-language"))):
            page = await run_in_threadpool(self._missing, self._root)
        return HTMLResponse(page, 404, {"Cache-Control": "no-store"})

    async def _answer(self, scope: Scope, send: Send, *, secret: bool) -> None:
        given = Headers(scope=scope)
        name = static.coding(given.get("accept-encoding", ""))
        body = self._bodies[self._cookie in cookie_parser(given.get("cookie", "")), name]
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        known = tag in given.get("if-none-match", "")
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"cache-control", b"no-cache, private"),
            (b"vary", b"accept-encoding, cookie"),
            (b"etag", tag.encode()),
        ]
        if known or scope["method"] == "HEAD":
            body = b""
        else:
            headers.append((b"content-length", str(len(body)).encode()))
        if name:
            headers.append((b"content-encoding", name.encode()))
        if secret:
            headers.append((b"referrer-policy", b"no-referrer"))
        status = 304 if known else 200
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
