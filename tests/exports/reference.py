"""Files and totals made of rows one by one, as plainly as can be: what columns must equal."""

import csv
import io
import json
from datetime import date
from decimal import Decimal
from typing import Any

from portal_data.output.exports import Column, Kind, Table
from portal_data.output.exports.texts import inert

Rows = list[tuple[Any, ...]]


def csv_of(columns: tuple[Column, ...], rows: Rows) -> bytes:
    """Return the file in CSV."""
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    lines.writerow(column.name for column in columns)
    lines.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def json_rows(columns: tuple[Column, ...], rows: Rows) -> bytes:
    """Return the rows as JSON has them, a row on each line."""
    keys = [column.key for column in columns]
    return b",\n".join(
        json.dumps(
            dict(zip(keys, map(_plain, row), strict=True)),
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()
        for row in rows
    )


def totals_of(table: Table, rows: Rows) -> dict[str, dict[Column, Decimal]]:
    """Return the sums of the summed columns by currency, without the rows that are not counted."""
    columns = table.columns
    code = [column.kind for column in columns].index(Kind.CURRENCY)
    status = [column.name for column in columns].index("Status")
    sums: dict[str, dict[Column, Decimal]] = {}
    for row in rows:
        if row[status] in table.uncounted:
            continue
        own = sums.setdefault(row[code], {})
        for column, value in zip(columns, row, strict=True):
            if column.summed and value is not None:
                own[column] = own.get(column, Decimal(0)) + value
    return sums


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return inert(value)
    plain = _plain(value)
    return "" if plain is None else str(plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value
