"""Tables as one JSON document: what it is of, its totals, and an object for each row.

Amounts and numbers are strings, because readers of JSON take numbers for binary floats; the list
of columns tells which strings are numbers and which are dates.
"""

import json
from datetime import date
from decimal import Decimal
from typing import IO, Any

from portal_data.output.exports.model import Table


def write(table: Table, file: IO[bytes]) -> None:
    """Write the document in UTF-8, a row on each line."""
    currencies = table.currencies
    head = {
        "title": table.title,
        "subject": table.subject or None,
        "issuer": table.issuer,
        "customer": table.customer,
        "currency": currencies[0] if len(currencies) == 1 else None,
        "from": _plain(table.first),
        "to": _plain(table.last),
        "totals": [
            {
                **({"currency": code} if code else {}),
                **{column.key: _plain(total) for column, total in sums.items()},
            }
            for code, sums in table.totals().items()
        ],
        "not_in_totals": table.left_out,
        "columns": [
            {"key": column.key, "name": column.name, "type": column.kind.value}
            for column in table.columns
        ],
    }
    file.write(_line(head)[:-1] + b',"rows":[')
    before = b"\n"
    for lines in table.rows.json_lines():
        file.write(before + lines)
        before = b",\n"
    file.write(b"\n]}\n")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
