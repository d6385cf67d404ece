"""Routes that hand out lists and statements as data, and a list's documents together as a zip.

They read what a screen's address asks in the same words: a file holds the rows that the screen
shows, from all of its pages. What an address has wrongly is refused with what is possible.
"""

import os
from collections.abc import Iterator
from datetime import date
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import IO, cast
from uuid import UUID

from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route

from portal_data import choices
from portal_data.billing import periods, statements
from portal_data.billing.periods import Period
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.customers import data_archives
from portal_data.errors import Invalid, NotFound
from portal_data.messaging.downloads import Download
from portal_data.messaging.events import DOCUMENT_DOWNLOADED
from portal_data.output import document_pdfs, document_views, tables
from portal_data.output.documents import file_name
from portal_data.output.exports import Format, Table, write
from portal_data.scope import Scope
from portal_data.settings import load
from portal_data.text.language import _, grouped
from portal_data.web import zips
from portal_data.web.lists import FILES, File
from portal_data.web.requests import file_headers, for_customers, signed_in, taken
from portal_data.web.turns import EXPORTS

_IN_MEMORY = 4_000_000
_CHUNK = 256 * 1024


@for_customers(EXPORTS)
def statement(request: Request, scope: Scope) -> Response:
    """GET /exports/statement.{format}?currency=…&first=…&last=… with ISO dates."""
    format = _format(request)
    currencies = statements.currencies(scope)
    currency = request.query_params.get("currency") or currencies[0]
    if currency not in currencies:
        raise Invalid(choices.unknown("currency", currency, currencies))
    business = organisation.get(scope)
    month = periods.bounds(Period.THIS_MONTH, business.today(utc_now()))
    statement = statements.extract(
        scope,
        currency,
        max(_day(request, "first", month[0]), periods.EARLIEST),
        _day(request, "last", month[1]),
    )
    return _file(
        request, scope, tables.of_statement(statement, scope.customer_name, business), format
    )


@for_customers(EXPORTS)
def listed(request: Request, scope: Scope) -> Response:
    """GET /exports/{list}.{format}?status=…&q=…&sort=… as the list's own address has them."""
    format, listed = _format(request), _list(request)
    return _file(request, scope, _table(request, scope, listed)[0], format)


@for_customers(EXPORTS)
def bundle(request: Request, scope: Scope) -> Response:
    """GET /exports/{list}.zip?status=…&q=…&sort=…: its documents, sent while they are drawn."""
    listed, now = _list(request), utc_now()
    if not listed.kind:
        raise NotFound(_("Not found."))
    table, numbers = _table(request, scope, listed)
    if not numbers:
        raise NotFound(_("There are no documents in this list."))
    documents = [
        (number, partial(document_pdfs.document_pdf, scope, listed.kind, number, now=now))
        for number in numbers[: document_views.AT_ONCE]
    ]
    left_out = numbers[document_views.AT_ONCE :]
    if left_out:
        left_out.insert(
            0,
            _(
                "One file holds {number} documents. Not in this one are:",
                number=grouped(document_views.AT_ONCE),
            ),
        )
    parts = zips.zipped(documents, left_out, now=now, may_go_on=lambda: signed_in(request) == scope)
    name = _name(table, "zip")
    taken(request, scope, Download(DOCUMENT_DOWNLOADED, name))
    return StreamingResponse(
        zips.unhurried(parts, scope.person),
        media_type="application/zip",
        headers=file_headers(name),
    )


@for_customers(EXPORTS)
def data_archive(request: Request, scope: Scope) -> Response:
    """GET /exports/data/{id}.zip: all of the person's data; asking for its head is no download."""
    try:
        archive_id = UUID(request.path_params["id"])
    except ValueError as error:
        raise NotFound(_("Not found.")) from error
    folder = load().data_path / "archives"
    name, path = data_archives.opened(scope, archive_id, folder, utc_now())
    taken(request, scope, Download(DOCUMENT_DOWNLOADED, name))
    return FileResponse(path, media_type="application/zip", headers=file_headers(name))


ROUTES = [
    Route("/exports/data/{id}.zip", data_archive),
    Route("/exports/statement.{format}", statement),
    Route("/exports/{list}.zip", bundle),
    Route("/exports/{list}.{format}", listed),
]


def _list(request: Request) -> File:
    try:
        return FILES[request.path_params["list"]]
    except KeyError as error:
        raise NotFound(_("Not found.")) from error


def _table(request: Request, scope: Scope, listed: File) -> tuple[Table, list[str]]:
    """Return all pages of the list that the address asks for as a table, and the documents'
    numbers; none of a list whose rows are no documents."""
    business = organisation.get(scope)
    rows, owner = listed.read(scope, request.query_params, business.today(utc_now()))
    table = tables.of_list(listed.title, listed.list, rows, scope.customer_name, business, owner)
    return table, rows["number"].to_pylist() if listed.kind else []


def _file(request: Request, scope: Scope, table: Table, format: Format) -> Response:
    """Return a table as a file, which waits on disk to be sent when it is large."""
    file = cast("IO[bytes]", SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 - closed once sent
    write(table, format, file)
    size = file.seek(0, os.SEEK_END)
    name = _name(table, format)
    taken(request, scope, Download(DOCUMENT_DOWNLOADED, name))
    headers = file_headers(name) | {"Content-Length": str(size)}
    return StreamingResponse(_chunks(file), media_type=format.media_type, headers=headers)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk


def _name(table: Table, extension: str) -> str:
    """Return a file's name; long names in it are cut, so that days and currencies stay."""
    days = [day.isoformat() for day in (table.first, table.last) if day]
    whose = (table.subject[:40], table.customer[:40])
    return file_name(table.title, *whose, *days, *table.currencies[:3], extension=extension)


def _format(request: Request) -> Format:
    try:
        return Format(request.path_params["format"])
    except ValueError as error:
        raise NotFound(_("Not found.")) from error


def _day(request: Request, name: str, default: date) -> date:
    given = request.query_params.get(name)
    try:
        return date.fromisoformat(given) if given else default
    except ValueError as error:
        raise Invalid(
            _("{name} is a day such as {example}.", name=name, example=default.isoformat())
        ) from error
