"""The route that stops mails of one kind, for people and for mail programs (RFC 8058)."""

from collections.abc import Callable
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from portal_data.clock import utc_now
from portal_data.errors import NotFound
from portal_data.messaging import unsubscribing
from portal_data.messaging.unsubscribing import Stopped
from portal_data.text import language

_NEVER_KEPT = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


class Page(Protocol):
    """Draws the page: what the link stops, None for a link that is not ours; `done` or asked."""

    def __call__(self, root: str, what: str | None, *, done: bool) -> str:
        """Return the HTML."""


def routes(page: Page, root: str) -> list[Route]:
    """Return the route, whose pages are drawn by `page` for a portal whose own path is `root`."""

    async def asked(request: Request) -> Response:
        """GET /unsubscribe/{token}: ask, and change nothing. 200 or 404."""
        return await _answer(request, unsubscribing.opened, done=False)

    async def told(request: Request) -> Response:
        """POST /unsubscribe/{token}: stop the mails. 200, also when they were, or 404."""
        return await _answer(request, lambda token: unsubscribing.stop(token, utc_now()), done=True)

    async def _answer(request: Request, do: Callable[[str], Stopped], *, done: bool) -> Response:
        def drawn() -> tuple[str, int]:
            language.use(language.of_browser(request.headers.get("accept-language")))
            try:
                link = do(request.path_params["token"])
            except NotFound:
                return page(root, None, done=False), 404
            with language.reading(link.language):
                return page(root, link.words, done=done), 200

        html, status = await run_in_threadpool(drawn)
        return HTMLResponse(html, status, _NEVER_KEPT)

    path = f"/{unsubscribing.PATH}/{{token}}"
    return [Route(path, asked, methods=["GET"]), Route(path, told, methods=["POST"])]
