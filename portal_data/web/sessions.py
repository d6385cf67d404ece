"""Routes that set and drop the session cookie. Its token never reaches a script."""

from datetime import timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal_data.auth import devices, identity, openid
from portal_data.auth.sessions import ABSOLUTE
from portal_data.clock import utc_now
from portal_data.settings import load

_TICKET_LIMIT = 200  # bytes; a ticket has 43


async def begin(request: Request) -> Response:
    """POST /auth/session: swap the ticket in the body for the cookie. 204, 400 or 403.

    A second cookie lets this browser sign in while strangers' guesses are delayed; it opens
    nothing by itself and outlives signing out.
    """
    if not _from_our_page(request):
        return Response(status_code=403)
    body = await _body(request)
    before = request.cookies.get(_name())
    token = await run_in_threadpool(identity.redeem, body, before, utc_now()) if body else None
    if token is None:
        return Response(status_code=400)
    known = request.cookies.get(_device_name())
    device = await run_in_threadpool(identity.remember_device, token, known, utc_now())
    response = _answer()
    keep(response, token, device)
    return response


def keep(response: Response, token: str, device: str) -> None:
    """Let the browser keep the cookies of a sign-in, and none of the way there."""
    set_cookie(response, _name(), token, ABSOLUTE)
    set_cookie(response, _device_name(), device, devices.LIFETIME)
    _drop(response, openid.cookie_name(load().secure))


async def end(request: Request) -> Response:
    """POST /auth/logout: end the sign-in behind the cookie and drop it. 204 or 403."""
    if not _from_our_page(request):
        return Response(status_code=403)
    token = request.cookies.get(_name())
    if token:
        await run_in_threadpool(identity.sign_out_cookie, token, utc_now())
    response = _answer()
    _drop(response, _name())
    _drop(response, openid.cookie_name(load().secure))
    return response


ROUTES = [
    Route("/auth/session", begin, methods=["POST"]),
    Route("/auth/logout", end, methods=["POST"]),
]


def _name() -> str:
    return identity.cookie_name(load().secure)


def _device_name() -> str:
    return devices.cookie_name(load().secure)


def _drop(response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", httponly=True, secure=load().secure, samesite="lax")


def set_cookie(response: Response, name: str, value: str, lifetime: timedelta) -> None:
    """Set a cookie that no script reads and other sites' requests do not carry."""
    response.set_cookie(
        name,
        value,
        max_age=int(lifetime.total_seconds()),
        path="/",
        httponly=True,
        secure=load().secure,
        samesite="lax",
    )


def _answer() -> Response:
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


def _from_our_page(request: Request) -> bool:
    """Tell whether a script of our own pages sent this; other sites cannot send the header.

    Origin and Sec-Fetch-Site are set by browsers and out of a script's reach (Fetch standard).
    """
    headers = request.headers
    if headers.get("x-portal") != "1":
        return False
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    return headers.getlist("origin") == [load().origin]


async def _body(request: Request) -> str | None:
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > _TICKET_LIMIT:
            return None
    return content.decode("ascii", "replace")
