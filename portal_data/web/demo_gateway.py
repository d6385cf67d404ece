"""The hosted pages of the demo gateway, which plays a payment company: no money moves."""

from collections.abc import Callable
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from portal_data import settings
from portal_data.clock import utc_now
from portal_data.errors import Invalid, NotFound
from portal_data.payments.demo_gateway import pages, rows
from portal_data.payments.demo_gateway.pages import Page
from portal_data.payments.provider import ProviderError
from portal_data.text import language

PREFIX = f"/{rows.PATH}/"
_MOST_FIELDS = 20
_NEVER_KEPT = {"Cache-Control": "no-store"}


def routes(page: Callable[[str, Page | None], str], root: str) -> list[Route]:
    """Return the routes, whose pages are drawn by `page` for a portal whose own path is `root`.

    What it draws for None says that there is no such page.
    """

    async def shown(request: Request) -> Response:
        """GET /demo-gateway/{token}: show the page, and change nothing. 200 or 404."""
        return await run_in_threadpool(_drawn, request, request.path_params["token"])

    async def chosen(request: Request) -> Response:
        """POST /demo-gateway/{token}: do what was chosen. 303, 400 or 404."""
        body = await request.body()
        return await run_in_threadpool(_done, request, request.path_params["token"], body)

    def _drawn(request: Request, token: str, status: int = 200) -> Response:
        language.use(language.of_browser(request.headers.get("accept-language")))
        try:
            html = page(root, pages.opened(token, utc_now()))
        except (NotFound, ProviderError):
            html, status = page(root, None), 404
        return HTMLResponse(html, status, _NEVER_KEPT)

    def _done(request: Request, token: str, body: bytes) -> Response:
        try:
            goes_on = pages.sent(token, _form(body), _listening(request), utc_now())
        except (NotFound, ProviderError):
            return _drawn(request, token, 404)
        except Invalid:
            return _drawn(request, token, 400)
        return RedirectResponse(goes_on or f"{root}{rows.PATH}/{token}", 303, _NEVER_KEPT)

    path = f"{PREFIX}{{token}}"
    return [Route(path, shown, methods=["GET"]), Route(path, chosen, methods=["POST"])]


def _form(body: bytes) -> dict[str, str]:
    """Return the fields of a form, the first of each name. Raises Invalid for what is none."""
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise Invalid("That is no form of this page.") from error
    return dict(reversed(fields))


def _listening(request: Request) -> str | None:
    """Return where this server itself is reached, whatever stands in front of it."""
    server = request.scope.get("server")
    if request.scope.get("scheme") != "http" or not server or server[1] is None:
        return None
    host = f"[{server[0]}]" if ":" in server[0] else server[0]
    return f"http://{host}:{server[1]}{settings.load().path}"
