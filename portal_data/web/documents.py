"""Routes that hand out documents: always by the session cookie, never by an address alone."""

from datetime import date
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal_data import money
from portal_data.auth import identity
from portal_data.billing import document, views
from portal_data.clock import utc_now
from portal_data.customers import documents
from portal_data.errors import NotFound
from portal_data.kinds import KINDS, Kind
from portal_data.messaging import files
from portal_data.output import document_pdfs
from portal_data.scope import Scope, Staff
from portal_data.settings import load
from portal_data.web.requests import file_headers, for_customers, for_staff
from portal_data.web.turns import DOCUMENTS

# types a browser shows without running anything of the file's own
_SHOWN = {"application/pdf", "image/png", "image/jpeg", "text/plain"}


@for_customers(DOCUMENTS)
def numbered(request: Request, scope: Scope) -> Response:
    """GET /documents/{kind}/{id}.pdf; asking for its head alone is no view."""
    kind, document_id = _kind(request.path_params["kind"]), _uuid(request.path_params["id"])
    now = utc_now()
    number = document.number_of(scope, kind, document_id)
    name, content = document_pdfs.document_pdf(scope, kind, number, now=now)
    if kind.viewed and request.method == "GET":
        views.mark(scope, kind, document_id, now)
    return _file(name, "application/pdf", content)


@for_customers(DOCUMENTS)
def statement(request: Request, scope: Scope) -> Response:
    """GET /documents/statement/{currency}/{first}/{last}.pdf with ISO dates."""
    currency = request.path_params["currency"]
    first, last = _day(request.path_params["first"]), _day(request.path_params["last"])
    if not money.is_currency(currency):
        raise NotFound("Not found.")
    name, content = document_pdfs.statement_pdf(scope, currency, first, last, now=utc_now())
    return _file(name, "application/pdf", content)


@for_customers(DOCUMENTS)
def shared_file(request: Request, scope: Scope) -> Response:
    """GET /documents/file/{id}"""
    folder = load().data_path / "files"
    name, media_type, content = files.content(scope, _uuid(request.path_params["id"]), folder)
    return _file(name, media_type, content)


@for_staff(DOCUMENTS)
def customer_document(request: Request, staff: Staff) -> Response:
    """GET /documents/staff/{kind}.pdf?number=…: as the customer has it, and not viewed by this."""
    kind = _kind(request.path_params["kind"])
    number = request.query_params.get("number", "").replace("\0", "")
    located = documents.locate(staff, kind, number)
    looking = identity.view_as_customer(staff, located.customer_id)
    name, content = document_pdfs.document_pdf(looking, kind, number, now=utc_now())
    return _file(name, "application/pdf", content)


ROUTES = [
    Route("/documents/statement/{currency}/{first}/{last}.pdf", statement),
    Route("/documents/file/{id}", shared_file),
    Route("/documents/staff/{kind}.pdf", customer_document),
    Route("/documents/{kind}/{id}.pdf", numbered),
]


def _file(name: str, media_type: str, content: bytes) -> Response:
    shown = media_type in _SHOWN
    return Response(
        content,
        media_type=media_type if shown else "application/octet-stream",
        headers=file_headers(name, shown=shown),
    )


def _kind(text: str) -> Kind:
    try:
        return KINDS[text]
    except KeyError as error:
        raise NotFound("Not found.") from error


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("Not found.") from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotFound("Not found.") from error
