"""What every route needs of a request: who sent it, and answers that give nothing away."""

from collections.abc import Callable, Coroutine
from functools import partial, wraps
from typing import Any, TypeAlias, TypeVar
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from portal_data import security_log
from portal_data.auth import identity, networks
from portal_data.clock import utc_now
from portal_data.errors import Conflict, Invalid, NotAllowed, NotFound, PortalError, Unavailable
from portal_data.messaging import downloads
from portal_data.messaging.downloads import Download
from portal_data.scope import Scope, Staff
from portal_data.settings import load
from portal_data.text import language
from portal_data.text.language import _
from portal_data.web.turns import Crowded, Turns

Who = TypeVar("Who", Scope, Staff)
Given = TypeVar("Given")
Answer: TypeAlias = Callable[[Request, Given], Response]
Route: TypeAlias = Callable[[Request], Coroutine[Any, Any, Response]]

_STATUS: dict[type, int] = {
    NotFound: 404,
    NotAllowed: 403,
    Conflict: 409,
    Invalid: 400,
    Unavailable: 503,
}


def signed_in(request: Request) -> Scope | Staff | None:
    """Return who the session cookie proves, or None."""
    token = request.cookies.get(identity.cookie_name(load().secure))
    return identity.from_cookie(token, utc_now()) if token else None


def for_customers(turns: Turns) -> Callable[[Answer[Scope]], Route]:
    """Make a route for signed-in contacts, answered in their turn.

    Nobody gets 401, staff get 404, errors their status, and who has too much waiting 429.
    """
    return partial(_only, Scope, turns)


def for_staff(turns: Turns) -> Callable[[Answer[Staff]], Route]:
    """Make a route for signed-in staff, as `for_customers`; contacts get 404."""
    return partial(_only, Staff, turns)


def by_link(turns: Turns) -> Callable[[Answer[str | None]], Route]:
    """Make a route for whoever holds a link, answered in the turn of the network that asks.

    The answer gets the network's address. Errors are answered as in `for_customers`.
    """
    return partial(_by_link, turns)


def _by_link(turns: Turns, answer: Answer[str | None]) -> Route:
    @wraps(answer)
    async def route(request: Request) -> Response:
        language.use(language.of_browser(request.headers.get("accept-language")))
        address = getattr(request.state, "address", None)
        person = f"network:{networks.network(address)}"
        return await _answered(request, turns, person, partial(answer, request, address))

    return route


def _only(kind: type[Who], turns: Turns, answer: Answer[Who]) -> Route:
    @wraps(answer)
    async def route(request: Request) -> Response:
        who = await run_in_threadpool(signed_in, request)
        if who is None:
            language.use(language.of_browser(request.headers.get("accept-language")))
            return PlainTextResponse(_("Sign in first."), 401)
        request.state.actor = who.person
        security_log.acts_as(who)
        language.use(who.language if isinstance(who, Scope) else None)
        if not isinstance(who, kind):
            return PlainTextResponse(_("Not found."), 404)
        return await _answered(request, turns, who.person, partial(answer, request, who))

    return route


async def _answered(
    request: Request, turns: Turns, person: str, work: Callable[[], Response]
) -> Response:
    try:
        return await turns.run(person, work)
    except Crowded:
        return PlainTextResponse(_("One after the other, please."), 429, {"Retry-After": "10"})
    except PortalError as error:
        if isinstance(error, NotAllowed):
            security_log.event("request.refused", reason="not allowed", path=request.url.path)
        return PlainTextResponse(str(error), _status(error))


def _status(error: PortalError) -> int:
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 400)


def taken(request: Request, scope: Scope, what: Download) -> None:
    """Note that a contact has got a file; asking for its head alone is none."""
    if request.method == "GET":
        downloads.note(scope, what, utc_now())


def file_headers(name: str, *, shown: bool = False) -> dict[str, str]:
    """Return the headers of a customer's file: kept by no cache, and saved unless it is `shown`."""
    return {
        # RFC 6266: the name in UTF-8, percent-encoded, so no character can end the header
        "Content-Disposition": f"{'inline' if shown else 'attachment'}; "
        f"filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": "private, no-store",
    }
