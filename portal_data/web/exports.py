"""Routes that hand out lists and statements as data, and a list's documents together as a zip.

They read what a screen's address asks in the same words, and what is given wrongly falls back in
the same way: a file holds the rows that the screen shows, from all of its pages.
"""

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Protocol, TypeVar, cast

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from portal_data import (
    approvals,
    credit_notes,
    estimates,
    invoices,
    organisation,
    papers,
    payments,
    projects,
    retainers,
    statements,
    tables,
)
from portal_data.clock import utc_now
from portal_data.documents import file_name
from portal_data.errors import NotFound
from portal_data.exports import Format, Table, write
from portal_data.scope import Scope
from portal_data.statements import Period
from portal_data.web import bundles, printouts
from portal_data.web.requests import file_headers, for_customers, signed_in

Choice = TypeVar("Choice", bound=StrEnum)
Printed = Callable[..., tuple[str, bytes]]


class Noun(Protocol):
    """A module whose rows make a list."""

    @property
    def Filter(self) -> type[StrEnum]:
        """Its filters; that of a bare address first."""

    @property
    def Sort(self) -> type[StrEnum]:
        """Its orders; that of a bare address first."""

    @property
    def list_page(self) -> Callable[..., Any]:
        """Reads a page of it, or without a `size` all pages."""


@dataclass(frozen=True, slots=True)
class _List:
    """How a list is read, told as a table, and printed where its rows are documents."""

    title: str
    noun: Noun
    fields: tables.Fields
    printed: Printed | None = None
    by_day: bool = False
    """Whether its rows change with the day."""


_LISTS: Mapping[str, _List] = {
    "estimates": _List(
        "Estimates", estimates, tables.ESTIMATES, printouts.estimate_pdf, by_day=True
    ),
    "invoices": _List("Invoices", invoices, tables.INVOICES, printouts.invoice_pdf, by_day=True),
    "payments": _List("Payments", payments, tables.PAYMENTS, printouts.receipt_pdf),
    "credit_notes": _List(
        "Credit notes", credit_notes, tables.CREDIT_NOTES, printouts.credit_note_pdf
    ),
    "retainers": _List(
        "Retainer invoices", retainers, tables.RETAINERS, printouts.retainer_pdf, by_day=True
    ),
    "projects": _List("Projects", projects, tables.PROJECTS),
    "timesheets": _List("Timesheets", approvals, tables.TIMESHEETS),
}
"""Every list by its screen's address."""

_SEARCH_LIMIT = 100
_IN_MEMORY = 4_000_000
_CHUNK = 256 * 1024
# Reading and writing many rows costs processor time that screens want too. Who waits for a turn
# holds none of the threads that answer other requests.
_AT_WORK = ThreadPoolExecutor(2, "exports")


@for_customers
def statement(request: Request, scope: Scope) -> Response:
    """GET /exports/statement.{format}?currency=…&first=…&last=… with ISO dates."""
    format = _format(request)
    currencies = statements.currencies(scope)
    currency = request.query_params.get("currency")
    business = organisation.get(scope)
    month = statements.bounds(Period.THIS_MONTH, business.today(utc_now()))
    told = statements.statement(
        scope,
        currency if currency in currencies else currencies[0],
        max(_day(request, "first", month[0]), statements.EARLIEST),
        _day(request, "last", month[1]),
    )
    return _file(tables.of_statement(told, scope.customer_name, business), format)


@for_customers
def listed(request: Request, scope: Scope) -> Response:
    """GET /exports/{list}.{format}?status=…&q=…&sort=… as the list's own address has them."""
    format, kind = _format(request), _list(request)
    return _file(_table(request, scope, kind)[0], format)


@for_customers
def bundle(request: Request, scope: Scope) -> Response:
    """GET /exports/{list}.zip?status=…&q=…&sort=…: its documents, sent while they are drawn."""
    kind, now = _list(request), utc_now()
    if not kind.printed:
        raise NotFound("Not found.")
    table, rows = _table(request, scope, kind)
    if not rows:
        raise NotFound("There are no documents in this list.")
    numbers = [row.number for row in rows]
    documents = [
        (number, partial(kind.printed, scope, number, now=now))
        for number in numbers[: papers.AT_ONCE]
    ]
    left_out = numbers[papers.AT_ONCE :]
    if left_out:
        left_out.insert(0, f"One file holds {papers.AT_ONCE} documents. Not in this one are:")
    parts = bundles.zipped(
        documents, left_out, now=now, may_go_on=lambda: signed_in(request) == scope
    )
    return StreamingResponse(
        bundles.unhurried(parts),
        media_type="application/zip",
        headers=file_headers(_name(table, "zip")),
    )


def _in_turn(
    answer: Callable[[Request], Response],
) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    async def route(request: Request) -> Response:
        return await asyncio.get_running_loop().run_in_executor(_AT_WORK, answer, request)

    return route


ROUTES = [
    Route("/exports/statement.{format}", _in_turn(statement)),
    Route("/exports/{list}.zip", _in_turn(bundle)),
    Route("/exports/{list}.{format}", _in_turn(listed)),
]


def _list(request: Request) -> _List:
    try:
        return _LISTS[request.path_params["list"]]
    except KeyError as error:
        raise NotFound("Not found.") from error


def _table(request: Request, scope: Scope, kind: _List) -> tuple[Table, Sequence[Any]]:
    """Return all pages of the list that the address asks for: as a table, and the noun's rows."""
    business = organisation.get(scope)
    day = {"today": business.today(utc_now())} if kind.by_day else {}
    found = kind.noun.list_page(
        scope,
        wanted=_choice(request, "status", kind.noun.Filter),
        search=request.query_params.get("q", "")[:_SEARCH_LIMIT],
        sort=_choice(request, "sort", kind.noun.Sort),
        size=None,
        **day,
    )
    told = tables.of_list(kind.title, kind.fields, found.rows, scope.customer_name, business)
    return told, found.rows


def _file(table: Table, format: Format) -> Response:
    """Return a table as a file, which waits on disk to be sent when it is large."""
    file = cast("IO[bytes]", SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 - closed once sent
    write(table, format, file)
    size = file.seek(0, os.SEEK_END)
    headers = file_headers(_name(table, format)) | {"Content-Length": str(size)}
    return StreamingResponse(_chunks(file), media_type=format.media_type, headers=headers)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk


def _name(table: Table, extension: str) -> str:
    """Return a file's name; a long customer's name is cut, so that days and currency stay."""
    days = [day.isoformat() for day in (table.first, table.last) if day]
    return file_name(
        table.title, table.customer[:60], *days, *table.currencies[:3], extension=extension
    )


def _format(request: Request) -> Format:
    try:
        return Format(request.path_params["format"])
    except ValueError as error:
        raise NotFound("Not found.") from error


def _choice(request: Request, name: str, choices: type[Choice]) -> Choice:
    """Return a parameter as one of `choices`; the first one, as on screen, when it is none."""
    try:
        return choices(request.query_params.get(name, ""))
    except ValueError:
        return next(iter(choices))


def _day(request: Request, name: str, default: date) -> date:
    try:
        return date.fromisoformat(request.query_params.get(name, ""))
    except ValueError:
        return default
