"""Routes that hand out what is published, for staff: DuckDB file, Parquet files, answers."""

import os
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from portal_data import money
from portal_data.analysts import publications
from portal_data.analysts.questions import Kind
from portal_data.business import organisation
from portal_data.output import exports
from portal_data.output.exports import Column, ColumnarRows, Format, Table, write
from portal_data.scope import Staff
from portal_data.web.requests import file_headers, for_staff
from portal_data.web.turns import EXPORTS
from portal_data.web.zips import Outlet

_CHUNK = 256 * 1024
_IN_MEMORY = 4_000_000
_KINDS = {
    Kind.CURRENCY: exports.Kind.CURRENCY,
    Kind.DATE: exports.Kind.DATE,
    Kind.MONTH: exports.Kind.DATE,
    Kind.MONEY: exports.Kind.MONEY,
    Kind.NUMBER: exports.Kind.NUMBER,
    Kind.PERCENT: exports.Kind.NUMBER,
    Kind.WHOLE: exports.Kind.WHOLE,
}


@for_staff(EXPORTS)
def database(request: Request, staff: Staff) -> Response:
    """GET /analytics/analytics.duckdb: of one publication, also when another replaces it."""
    return _sent(publications.database(staff), "analytics.duckdb", "application/octet-stream")


@for_staff(EXPORTS)
def parquet(request: Request, staff: Staff) -> Response:
    """GET /analytics/parquet.zip: every Parquet file, sent while they are read."""
    return StreamingResponse(
        _zipped(publications.parquet(staff)),
        media_type="application/zip",
        headers=file_headers("parquet.zip"),
    )


@for_staff(EXPORTS)
def answer(request: Request, staff: Staff) -> Response:
    """GET /analytics/{question}.csv: the answer of a saved question, with all of its rows."""
    found = publications.answer(staff, request.path_params["question"])
    kinds = [column.kind for column in found.question.columns]
    columns = tuple(
        Column(column.label, _KINDS.get(column.kind, exports.Kind.TEXT))
        for column in found.question.columns
    )
    rows = [_row(kinds, row) for row in found.rows]
    told = ColumnarRows.of(columns, rows)
    table = Table(found.question.title, organisation.get(staff).name, "", columns, told)
    file = cast("IO[bytes]", SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 - closed once sent
    write(table, Format.CSV, file)
    return _sent(file, f"{found.question.slug}.csv", Format.CSV.media_type)


ROUTES = [
    Route("/analytics/analytics.duckdb", database),
    Route("/analytics/parquet.zip", parquet),
    Route("/analytics/{question}.csv", answer),
]


def _row(kinds: list[Kind], row: tuple[object, ...]) -> tuple[Any, ...]:
    """Return a row's values, amounts with the decimals of their currency."""
    currency = next(
        (str(value) for kind, value in zip(kinds, row, strict=True) if kind is Kind.CURRENCY), None
    )
    return tuple(
        value.quantize(Decimal(1).scaleb(-money.exponent(currency)))
        if kind is Kind.MONEY and currency and isinstance(value, Decimal)
        else value
        for kind, value in zip(kinds, row, strict=True)
    )


def _sent(file: IO[bytes], name: str, media_type: str) -> Response:
    size = file.seek(0, os.SEEK_END)
    headers = file_headers(name) | {"Content-Length": str(size)}
    return StreamingResponse(_chunks(file), media_type=media_type, headers=headers)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk


def _zipped(files: list[Path]) -> Iterator[bytes]:
    """Yield a zip of files that are compressed already, without ever holding one of them."""
    outlet = Outlet()
    # deflated at level 0: readers that stream cannot tell where a stored entry ends
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED, compresslevel=0) as archive:
        for path in files:
            with path.open("rb") as source, archive.open(path.name, "w", force_zip64=True) as entry:
                while chunk := source.read(_CHUNK):
                    entry.write(chunk)
                    yield outlet.take()
    yield outlet.take()
