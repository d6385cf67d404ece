"""Tables as CSV (RFC 4180) for spreadsheets: UTF-8 with a byte order mark, formulas made inert."""

import csv
import io
from datetime import date
from decimal import Decimal
from typing import IO, Any

from portal_data.exports.columnar import ColumnarRows
from portal_data.exports.model import Table
from portal_data.exports.texts import inert


def write(table: Table, file: IO[bytes]) -> None:
    """Write the names of the columns and a line for each row: ISO dates, plain decimals."""
    # the mark tells Excel that this is UTF-8
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=False)
    lines = csv.writer(text)
    lines.writerow(column.name for column in table.columns)
    if not isinstance(table.rows, ColumnarRows):
        lines.writerows([_shown(value) for value in row] for row in table.rows)
    text.flush()
    text.detach()
    if isinstance(table.rows, ColumnarRows):
        file.writelines(table.rows.csv_lines())


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return inert(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)
