"""What every route needs of a request: who sent it, and answers that give nothing away."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from portal_data import identity, security_log
from portal_data.clock import utc_now
from portal_data.errors import Conflict, Invalid, NotAllowed, NotFound, PortalError, Unavailable
from portal_data.scope import Scope, Staff
from portal_data.settings import load

Who = TypeVar("Who", Scope, Staff)

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
    who = identity.from_cookie(token, utc_now()) if token else None
    if who is not None:
        request.state.actor = who.person
        security_log.acts_as(who)
    return who


def for_customers(answer: Callable[[Request, Scope], Response]) -> Callable[[Request], Response]:
    """Make a route for signed-in contacts: nobody gets 401, staff get 404, errors their status."""
    return _only(Scope, answer)


def for_staff(answer: Callable[[Request, Staff], Response]) -> Callable[[Request], Response]:
    """Make a route for signed-in staff: nobody gets 401, contacts get 404, errors their status."""
    return _only(Staff, answer)


def _only(
    kind: type[Who], answer: Callable[[Request, Who], Response]
) -> Callable[[Request], Response]:
    @wraps(answer)
    def route(request: Request) -> Response:
        who = signed_in(request)
        if who is None:
            return PlainTextResponse("Sign in first.", 401)
        if not isinstance(who, kind):
            return PlainTextResponse("Not found.", 404)
        try:
            return answer(request, who)
        except PortalError as error:
            if isinstance(error, NotAllowed):
                security_log.event("request.refused", reason="not allowed", path=request.url.path)
            return PlainTextResponse(str(error), _status(error))

    return route


def _status(error: PortalError) -> int:
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 400)


def file_headers(name: str, *, shown: bool = False) -> dict[str, str]:
    """Return the headers of a customer's file: kept by no cache, and saved unless it is `shown`."""
    return {
        # RFC 6266: the name in UTF-8, percent-encoded, so no character can end the header
        "Content-Disposition": f"{'inline' if shown else 'attachment'}; "
        f"filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": "private, no-store",
    }
