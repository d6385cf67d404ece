"""Tables as CSV (RFC 4180) for spreadsheets: UTF-8 with a byte order mark, formulas made inert."""

import csv
import io
from typing import IO

from portal_data.output.exports.model import Table


def write(table: Table, file: IO[bytes]) -> None:
    """Write the names of the columns and a line for each row: ISO dates, plain decimals."""
    names = io.StringIO(newline="")
    csv.writer(names).writerow(column.name for column in table.columns)
    # the mark tells Excel that this is UTF-8
    file.write(names.getvalue().encode("utf-8-sig"))
    file.writelines(table.rows.csv_lines())
