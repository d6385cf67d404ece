"""Routes of payments: what providers say, and the way of a payer to a provider's page and back.

Who pays by a public link has no sign-in. The link waits in a cookie of that payment alone, so that
the provider never has an address that opens anything.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from portal_data.clock import utc_now
from portal_data.errors import NotFound, PortalError, Unavailable
from portal_data.messaging.outbox import WAITING
from portal_data.output import public_invoices
from portal_data.payments import collecting, inbox
from portal_data.payments.inbox import Said
from portal_data.payments.provider import ProviderError
from portal_data.scope import Scope
from portal_data.settings import load
from portal_data.text.language import _
from portal_data.web.gathering import Gathering
from portal_data.web.requests import by_link, for_customers, signed_in
from portal_data.web.turns import PAYMENTS

_TOKEN_LIMIT = 100  # characters; a token has 43
_AWAY = timedelta(days=1)
"""For so long a payer may be at the provider's page."""


async def webhook(request: Request) -> Response:
    """POST /webhooks/{provider}: keep what a provider says. 200, 400, 404.

    The signature is looked at first, over the bytes as they came; the work is done afterwards.
    """
    try:
        provider = collecting.current().provider_of(request.path_params["provider"])
        said = inbox.signed(provider, await request.body(), dict(request.headers), utc_now())
        await _KEPT.add(said)
    except Unavailable:
        return JSONResponse({"error": "not found"}, 404)
    except PortalError as error:
        return JSONResponse({"error": str(error)}, 400)
    return JSONResponse({"received": True})


async def _keep(said: list[Said]) -> None:
    await run_in_threadpool(inbox.keep, said, utc_now())


_KEPT = Gathering(_keep, most=200)


@for_customers(PAYMENTS)
def start(request: Request, scope: Scope) -> Response:
    """GET /pay/start?attempt={id}: hand the payment over, and go on to the provider's page."""
    attempt_id = _id(request, "attempt")
    url = collecting.current().hand_over(scope, attempt_id, utc_now())
    return _to(url or _result(attempt_id))


@for_customers(PAYMENTS)
def back(request: Request, scope: Scope) -> Response:
    """GET /pay/return?attempt={id}: look what became of it, whatever the address says."""
    attempt_id = _id(request, "attempt")
    _silently(lambda: collecting.current().look_own(scope, attempt_id, utc_now()))
    return _to(_result(attempt_id))


@by_link(PAYMENTS)
def start_by_link(request: Request, address: str | None) -> Response:
    """GET /pay_link/start?token=…&attempt={id}: as `start`, of a payment begun by this link."""
    attempt_id, token = _id(request, "attempt"), request.query_params.get("token", "")
    token = token[:_TOKEN_LIMIT]
    url = public_invoices.hand_over(token, attempt_id, address=address, now=utc_now())
    answer = _to(url or _linked(token))
    answer.set_cookie(
        _cookie(attempt_id),
        token,
        max_age=int(_AWAY.total_seconds()),
        path=f"{load().path}/pay_link/return",
        httponly=True,
        secure=load().secure,
        samesite="lax",
    )
    return answer


@by_link(PAYMENTS)
def back_by_link(request: Request, address: str | None) -> Response:
    """GET /pay_link/return?attempt={id}: as `back`, by the link that the browser keeps for it.

    A colleague of the customer's, who went on with it, comes back to its own screen.
    """
    attempt_id = _id(request, "attempt")
    token = request.cookies.get(_cookie(attempt_id), "")[:_TOKEN_LIMIT]
    if not token:
        colleague = isinstance(signed_in(request), Scope)
        return _to(_result(attempt_id) if colleague else f"{load().path}/pay_link?back=1")
    with suppress(NotFound):  # the page says so
        _silently(lambda: public_invoices.look(token, attempt_id, address=address, now=utc_now()))
    return _to(_linked(token))


@for_customers(PAYMENTS)
def save(_request: Request, scope: Scope) -> Response:
    """GET /pay/save: go on to the provider's page where a card or bank account is saved."""
    return _to(collecting.current().start_saving(scope, utc_now()))


@for_customers(PAYMENTS)
def saved(_request: Request, scope: Scope) -> Response:
    """GET /pay/saved: keep what was saved at the provider, and go on to the account."""
    _silently(lambda: collecting.current().sync_methods(scope, utc_now()))
    return _to(f"{load().path}/account")


@for_customers(PAYMENTS)
def verify(request: Request, scope: Scope) -> Response:
    """GET /pay/verify?method={id}: go on to the provider's page where an account is verified."""
    return _to(collecting.current().verify_page(scope, _id(request, "method")))


ROUTES = [
    Route("/webhooks/{provider}", webhook, methods=["POST"]),
    Route("/pay/start", start),
    Route("/pay/return", back),
    Route("/pay_link/start", start_by_link),
    Route("/pay_link/return", back_by_link),
    Route("/pay/save", save),
    Route("/pay/saved", saved),
    Route("/pay/verify", verify),
]


def _silently(look: Callable[[], object]) -> None:
    """Look at what a provider says; when it says nothing, the screen looks again."""
    try:
        look()
    except ProviderError:
        WAITING.set()


def _id(request: Request, name: str) -> UUID:
    try:
        return UUID(request.query_params.get(name, ""))
    except ValueError:
        raise NotFound(_("There is no such payment.")) from None


def _result(attempt_id: UUID) -> str:
    return f"{load().path}/payment?attempt={attempt_id}"


def _linked(token: str) -> str:
    return f"{load().path}/pay_link?{urlencode({'token': token})}"


def _cookie(attempt_id: UUID) -> str:
    return f"pay-{attempt_id.hex}"


def _to(url: str) -> Response:
    return RedirectResponse(
        url, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    )
