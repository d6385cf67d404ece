"""Coming back from an OpenID provider: what Streamlit would keep becomes a sign-in of ours.

Streamlit answers the provider's way back with a cookie that signs in again for thirty days, after
signing out too. It never reaches a browser: this takes it off, and its claims are used once.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, unquote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal_data.auth import challenges, devices, identity, networks, openid
from portal_data.auth.sessions import Browser
from portal_data.clock import utc_now
from portal_data.errors import PortalError
from portal_data.settings import load
from portal_data.web import sessions
from portal_data.web.rates import Rate, Rates

LOGIN, CALLBACK = PATHS = ("/auth/login", "/oauth2callback")
RATE = Rate(1, burst=20)
"""Ways to the provider and back of one network: each asks the provider something."""
STREAMLITS = ("_streamlit_user",)
"""What the names of the cookies begin with in which Streamlit keeps claims and tokens."""

_LONGEST_WAIT = 5.0
_RETURN = "portal-return"
_RETURN_LIMIT = 1000  # bytes of an address to come back to
_RETURN_LIFETIME = timedelta(minutes=15)

Claims = Mapping[str, object]


class OpenId:
    """Pure ASGI around Streamlit's two routes; `claims_in` reads the cookies that it would set."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        path: str,
        origin: str,
        proxies: int,
        claims_in: Callable[[Mapping[str, str]], Claims | None],
    ) -> None:
        self._app, self._path, self._origin, self._proxies = app, path, origin, proxies
        self._claims_in = claims_in
        self._rates = Rates(RATE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"] not in PATHS:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        browser = self._browser(request)
        if request.method != "GET":
            await PlainTextResponse("Not found.", 404)(scope, receive, send)
            return
        if not await self._rates.turn(networks.network(browser.address), longest=_LONGEST_WAIT):
            await PlainTextResponse("Too many requests.", 429)(scope, receive, send)
            return
        status, headers = await self._asked(scope, receive)
        if scope["path"] == LOGIN:
            response = self._on_the_way(status, headers, request)
        else:
            response = await self._come_back(headers, request, browser)
        response.headers["Cache-Control"] = "no-store"
        await response(scope, receive, send)

    async def _asked(self, scope: Scope, receive: Receive) -> tuple[int, Headers]:
        """Return the status and headers of Streamlit's own answer; its bodies say nothing."""
        started: Message = {"status": 500, "headers": []}

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = message

        await self._app(scope, receive, answer)
        return started["status"], Headers(raw=list(started["headers"]))

    def _on_the_way(self, status: int, headers: Headers, request: Request) -> Response:
        """Lead to the provider, and keep the address to come back to."""
        location = headers.get("location", "")
        if status != 302 or not location.startswith(("http://", "https://")):
            return self._back("/", refused=True)
        response: Response = RedirectResponse(location, 303)
        _pass_on(headers, response)
        here = urlsplit(request.headers.get("referer", ""))
        address = here.path.removeprefix(self._path) + (f"?{here.query}" if here.query else "")
        if f"{here.scheme}://{here.netloc}" == self._origin and len(address) <= _RETURN_LIMIT:
            sessions.set_cookie(response, _RETURN, quote(address, safe=""), _RETURN_LIFETIME)
        return response

    async def _come_back(self, headers: Headers, request: Request, browser: Browser) -> Response:
        claims = self._claims_in(_cookies(headers.getlist("set-cookie")))
        address = _safe(unquote(request.cookies.get(_RETURN, "")))
        try:
            response = await run_in_threadpool(self._signed_in, claims, request, browser, address)
        except PortalError:
            response = self._back(address, refused=True)
        _pass_on(headers, response)
        response.delete_cookie(_RETURN, path="/", httponly=True, samesite="lax")
        return response

    def _signed_in(
        self, claims: Claims | None, request: Request, browser: Browser, address: str
    ) -> Response:
        """Sign in by what the provider has proved, and lead back. Raises Refused."""
        now, secure = utc_now(), load().secure
        response = self._back(address)
        try:
            started = openid.sign_in(claims or {}, browser, now)
        except challenges.CodeNeeded as needed:
            waiting = openid.hand_over(needed.challenge)
            name = openid.cookie_name(secure)
            sessions.set_cookie(response, name, waiting, challenges.LIFETIME)
            return response
        before = request.cookies.get(identity.cookie_name(secure))
        token = identity.redeem(identity.ticket(started, now), before, now)
        if token is None:
            raise openid.Refused
        sessions.keep(response, token, identity.remember_device(token, browser.device, now))
        return response

    def _back(self, address: str, *, refused: bool = False) -> Response:
        if refused:
            name, value = openid.CAME_BACK
            address += f"{'&' if '?' in address else '?'}{name}={value}"
        return RedirectResponse(f"{self._path}{address}", 303)

    def _browser(self, request: Request) -> Browser:
        peer = request.client.host if request.client else None
        forwarded = request.headers.getlist("x-forwarded-for")
        return Browser(
            networks.client(peer, forwarded, self._proxies),
            request.headers.get("user-agent"),
            request.cookies.get(devices.cookie_name(load().secure)),
        )


def _safe(address: str) -> str:
    """Return an address of the portal's own: a cookie may hold what somebody else put there."""
    own = address.startswith("/") and not address.startswith(("//", "/\\", *PATHS))
    plain = own and address.isprintable() and ".." not in address.partition("?")[0]
    return address if plain else "/"


def _pass_on(headers: Headers, response: Response) -> None:
    """Let the browser keep the cookies of an answer of Streamlit's that are not the person's."""
    for line in headers.getlist("set-cookie"):
        if not line.startswith(STREAMLITS):
            response.raw_headers.append((b"set-cookie", line.encode("latin-1")))


def _cookies(lines: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        try:
            parsed = SimpleCookie(line)
        except CookieError:
            continue
        found.update({name: morsel.value for name, morsel in parsed.items() if morsel.value})
    return found
