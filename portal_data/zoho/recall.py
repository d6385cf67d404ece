"""What an earlier import read in a block of a file, as if its rows had been read again.

A recalled record has what deciding needs: who it is, whom it names, its amounts, and the
fingerprint of all it says. One that would have to be written is read from the file after all.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal_data.zoho.blocks import Block, Parts
from portal_data.zoho.dates import Dates
from portal_data.zoho.identifiers import Identifiers
from portal_data.zoho.records import Record

VALUES = (
    "number",
    "status",
    "kind",
    "total_minor",
    "written_off_minor",
    "amount_minor",
)
"""Columns of a recalled record's table that deciding asks for, beside its date."""


@dataclass(slots=True)
class RecalledLine:
    """A line of which only the project is asked for."""

    project: str


@dataclass(slots=True)
class RecalledPart:
    """A part of a payment used for one invoice. Amounts in minor units."""

    key: str
    invoice_number: str
    amount: int
    withheld: int
    early_discount: int
    row: int


def recalled(kind: str, file: str, parts: Parts) -> list[Record]:
    """Return the records of a file's known blocks."""
    return [
        _record(kind, file, block, row, cells)
        for block, row in parts.known
        for cells in block.content["documents"]
    ]


def _record(kind: str, file: str, block: Block, row: int, cells: list[Any]) -> Record:
    key, subject, offset, currency, fingerprint, day, values, links, balance, parts = cells
    number = row + offset + 2
    named = zip(VALUES, values, strict=True)
    return Record(
        kind=kind,
        external_id=key,
        subject=subject,
        file=file,
        row=number,
        values={
            "date": date.fromisoformat(day),
            **{name: value for name, value in named if value is not None},
        },
        links=defaultdict(str, links),
        parts=[_part(part, row) if kind == "payment" else RecalledLine(part) for part in parts],
        extra={"balance": balance},
        currency=currency,
        fingerprint=fingerprint,
        block=block.digest,
    )


def _part(cells: list[Any], row: int) -> RecalledPart:
    key, number, amount, withheld, early, offset = cells
    return RecalledPart(key, number, amount, withheld, early, row + offset + 2)


def see_known(
    records: Sequence[Record],
    parts: Parts,
    headers: Mapping[str, str],
    ids: Identifiers,
    dates: Dates,
) -> None:
    """Take note of the ids and dates in known blocks: they are looked at over a whole file."""
    for record in records:
        number, links = record.values["number"], record.links
        own = "" if record.external_id.startswith("=") else record.external_id
        ids.see("id", own, record.row)
        ids.name("id", own, (number,), record.row)
        for name in ("customer_id", "project_id"):
            if name in links:
                ids.see(name, links[name], record.row)
        for part in record.parts if record.kind == "payment" else ():
            if not part.key.startswith("="):
                ids.see("application_id", part.key, part.row)
                ids.name("application_id", part.key, (own, number, part.invoice_number), part.row)
    for block, row in parts.known:
        for field, texts in block.content["ids"].items():
            for text, offset in texts.items():
                ids.see(field, text, row + offset + 2)
        for field, texts in block.content["dates"].items():
            for text, offset in texts.items():
                dates.see(headers.get(field, field), text, row + offset + 2)
