"""Routes that hand out documents: always by the session cookie, never by an address alone."""

from datetime import date
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal_data import money
from portal_data.auth import identity
from portal_data.billing import document, estimate_choices, views
from portal_data.billing.estimate_choices import Choices
from portal_data.clock import utc_now
from portal_data.customers import documents, files
from portal_data.errors import NotFound
from portal_data.kinds import ESTIMATE, KINDS, Kind
from portal_data.messaging.downloads import Download
from portal_data.messaging.events import DOCUMENT_DOWNLOADED
from portal_data.output import acceptance, document_pdfs, public_estimates, public_invoices
from portal_data.scope import Scope, Staff
from portal_data.settings import load
from portal_data.text import language
from portal_data.text.language import _
from portal_data.web.requests import by_link, file_headers, for_customers, for_staff, taken
from portal_data.web.turns import DOCUMENTS

_TOKEN_LIMIT = 100  # characters; a token has 43
# what people upload is saved and never shown here; even opened, it may run and load nothing
_NEVER_SHOWN = {"Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'"}


@for_customers(DOCUMENTS)
def numbered(request: Request, scope: Scope) -> Response:
    """GET /documents/{kind}/{id}.pdf; asking for its head alone is no view."""
    kind, document_id = _kind(request.path_params["kind"]), _uuid(request.path_params["id"])
    now = utc_now()
    number = document.number_of(scope, kind, document_id)
    choices = _choices(request) if kind is ESTIMATE else ()
    if choices:
        name, content = acceptance.chosen_pdf(scope, number, choices, now=now)
    else:
        name, content = document_pdfs.document_pdf(scope, kind, number, now=now)
    if kind.viewed and request.method == "GET":
        views.mark(scope, kind, document_id, now)
    taken(request, scope, Download(DOCUMENT_DOWNLOADED, number, kind.record, document_id))
    return _pdf(name, content)


@for_customers(DOCUMENTS)
def statement(request: Request, scope: Scope) -> Response:
    """GET /documents/statement/{currency}/{first}/{last}.pdf with ISO dates."""
    currency = request.path_params["currency"]
    first, last = _day(request.path_params["first"]), _day(request.path_params["last"])
    if not money.is_currency(currency):
        raise NotFound(_("Not found."))
    name, content = document_pdfs.statement_pdf(scope, currency, first, last, now=utc_now())
    taken(request, scope, Download(DOCUMENT_DOWNLOADED, name))
    return _pdf(name, content)


@for_customers(DOCUMENTS)
def shared_file(request: Request, scope: Scope) -> Response:
    """GET /documents/file/{id}"""
    file_id = _uuid(request.path_params["id"])
    name, content = files.content(scope, file_id, load().data_path / "files")
    taken(request, scope, Download(DOCUMENT_DOWNLOADED, name, "file", file_id))
    return _uploaded(name, content)


@for_staff(DOCUMENTS)
def file_for_staff(request: Request, staff: Staff) -> Response:
    """GET /documents/staff/file/{id}"""
    file_id = _uuid(request.path_params["id"])
    return _uploaded(*files.content_for_staff(staff, file_id, load().data_path / "files"))


@for_staff(DOCUMENTS)
def customer_document(request: Request, staff: Staff) -> Response:
    """GET /documents/staff/{kind}.pdf?number=…: as the customer has it, and not viewed by this."""
    kind = _kind(request.path_params["kind"])
    number = request.query_params.get("number", "").replace("\0", "")
    located = documents.locate(staff, kind, number)
    looking = identity.view_as_customer(staff, located.customer_id)
    with language.reading(looking.language):
        name, content = document_pdfs.document_pdf(looking, kind, number, now=utc_now())
    return _pdf(name, content)


@by_link(DOCUMENTS)
def public_estimate(request: Request, address: str | None) -> Response:
    """GET /documents/public/estimate.pdf?token=…: the token stands in no log there."""
    token = request.query_params.get("token", "")[:_TOKEN_LIMIT]
    name, content = public_estimates.pdf(
        token,
        address=address,
        now=utc_now(),
        folder=load().data_path / "files",
        choices=_choices(request),
    )
    answer = _pdf(name, content)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@by_link(DOCUMENTS)
def public_invoice(request: Request, address: str | None) -> Response:
    """GET /documents/public/invoice.pdf?token=…: the token stands in no log there."""
    token = request.query_params.get("token", "")[:_TOKEN_LIMIT]
    answer = _pdf(*public_invoices.pdf(token, address=address, now=utc_now()))
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


ROUTES = [
    Route("/documents/public/estimate.pdf", public_estimate),
    Route("/documents/public/invoice.pdf", public_invoice),
    Route("/documents/statement/{currency}/{first}/{last}.pdf", statement),
    Route("/documents/file/{id}", shared_file),
    Route("/documents/staff/file/{id}", file_for_staff),
    Route("/documents/staff/{kind}.pdf", customer_document),
    Route("/documents/{kind}/{id}.pdf", numbered),
]


def _pdf(name: str, content: bytes) -> Response:
    return Response(content, media_type="application/pdf", headers=file_headers(name, shown=True))


def _uploaded(name: str, content: bytes) -> Response:
    headers = {**file_headers(name), **_NEVER_SHOWN}
    return Response(content, media_type="application/octet-stream", headers=headers)


def _choices(request: Request) -> Choices:
    return estimate_choices.read(request.query_params.get("choose", ""))


def _kind(text: str) -> Kind:
    try:
        return KINDS[text]
    except KeyError as error:
        raise NotFound(_("Not found.")) from error


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound(_("Not found.")) from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotFound(_("Not found.")) from error
