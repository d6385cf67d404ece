"""Rows as they are read, and records as they are kept: the middle of the import.

A Row is one record of a CSV file with typed access by field. A Record is one thing that belongs
into the books (a customer, an invoice with its lines), with the values of its table's columns and
the names of what it refers to, not yet resolved.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date as Day
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from portal_data.zoho import cells
from portal_data.zoho.columns import Layout
from portal_data.zoho.dates import Dates
from portal_data.zoho.defects import CellError, FileError, Findings, Problem, SetAside

T = TypeVar("T")

MAX_SET_ASIDE = 20_000  # of one upload: with more than that it is no backup, and memory is finite


@dataclass(slots=True)
class Row:
    """One record of a file. Readers raise CellError with the column's own header."""

    file: str
    number: int
    layout: Layout
    cells: Sequence[str]
    dates: Dates

    def raw(self, name: str) -> str:
        """Return a cell's text as it stands; empty when the column is absent."""
        position = self.layout.positions.get(name)
        return "" if position is None else self.cells[position]

    def key(self, name: str) -> str:
        """Return a cell used to find something by: trimmed."""
        position = self.layout.positions.get(name)
        return "" if position is None else self.cells[position].strip()

    def text(self, name: str) -> str | None:
        """Return free text unchanged, or None when there is nothing but blanks."""
        position = self.layout.positions.get(name)
        if position is None or not (raw := self.cells[position]) or raw.isspace():
            return None
        return raw

    def number_of(self, name: str) -> Decimal | None:
        """Return a plain decimal, or None when empty."""
        return self._read(name, cells.quantity) if self.key(name) else None

    def percent(self, name: str) -> Decimal | None:
        """Return a percentage of at most three whole digits, or None when empty."""
        number = self.number_of(name)
        if number is not None and abs(number) >= 1000:
            raise CellError(f"{number} is out of range.", "Correct it.", column=self.header(name))
        return number

    def rate(self, name: str) -> Decimal:
        """Return an exchange rate above zero; 1 when empty."""
        number = self._read(name, cells.decimal) if self.key(name) else Decimal(1)
        if number <= 0:
            raise CellError(f"{number} is no rate.", "Correct it.", column=self.header(name))
        return number

    def minor(self, name: str, currency: str) -> int:
        """Return an amount in minor units; 0 when empty."""
        position = self.layout.positions.get(name)
        if position is None or not (raw := self.cells[position]) or raw.isspace():
            return 0
        try:
            return cells.minor_units(raw, currency)
        except CellError as error:
            raise self._in_column(name, error) from None

    def flag(self, name: str, default: bool = False) -> bool:
        """Return a boolean; `default` when the cell is empty."""
        return self._read(name, cells.flag) if self.key(name) else default

    def days(self, name: str) -> int | None:
        """Return a small whole number, or None when empty."""
        number = self.number_of(name)
        return None if number is None or abs(number) > 10_000 else int(number)

    def identifier(self, name: str) -> str:
        """Return an id as text; empty when there is none."""
        return self._read(name, cells.identifier)

    def email(self, name: str) -> str | None:
        """Return a lower-case address, or None when empty."""
        return self._read(name, cells.email)

    def phone(self, name: str) -> str | None:
        """Return a phone number, or None when empty."""
        return cells.phone(self.raw(name))

    def date(self, name: str) -> Day | None:
        """Return a day, or None when empty."""
        return self._read(name, self.dates.date) if name in self.layout.positions else None

    def needed_date(self, name: str) -> Day:
        """Return a day that must be there."""
        day = self.date(name)
        if day is None:
            raise CellError("The date is missing.", "Enter it in Zoho.", column=self.header(name))
        return day

    def moment(self, name: str, timezone: str) -> datetime | None:
        """Return a naive UTC datetime from local time, or None when empty."""
        return self._read(name, lambda raw: self.dates.moment(raw, timezone))

    def minutes(self, name: str) -> int | None:
        """Return minutes, or None when empty."""
        return self._read(name, cells.minutes) if self.key(name) else None

    def header(self, name: str) -> str:
        """Return the header that the file uses for a field."""
        return self.layout.headers.get(name, name)

    def custom(self) -> dict[str, str]:
        """Return the filled custom fields of the document."""
        return {
            label: self.cells[place]
            for label, place in self.layout.custom.items()
            if self.cells[place].strip()
        }

    def source(self, *, document: bool = True, lines: bool = True) -> dict[str, str]:
        """Return the filled columns that are no field of ours: the document's, the lines' or both.

        A name that both have is the lines'.
        """
        columns = self.layout.unread if document else self.layout.line_unread
        if document and lines:
            columns = columns | self.layout.line_unread
        return {
            label: self.cells[place]
            for label, place in columns.items()
            if self.cells[place].strip()
        }

    def kept(self) -> dict[str, dict[str, str]]:
        """Return what is kept beside the fields, by the column of the table it goes into."""
        return {"custom_fields": self.custom(), "source_fields": self.source()}

    def watch(self, findings: Findings, *names: str) -> None:
        """Look for text that other programs might evaluate."""
        for name in names:
            if name in self.layout.positions and (text := self.raw(name)):
                findings.watch(text, self.file, self.number, self.header(name))

    def currency(self, name: str) -> str | None:
        """Return an ISO 4217 code, or None when empty."""
        return self._read(name, cells.currency) if self.key(name) else None

    def _read(self, name: str, reader: Callable[[str], T]) -> T:
        position = self.layout.positions.get(name)
        try:
            return reader("" if position is None else self.cells[position])
        except CellError as error:
            raise self._in_column(name, error) from None

    def _in_column(self, name: str, error: CellError) -> CellError:
        error.column = error.column or self.header(name)
        return error


@dataclass(slots=True, eq=False)
class Record:
    """One thing for the books. Records are equal only to themselves.

    `values` are columns of the kind's table; `links` name what it refers to (`customer_id`,
    `customer_name`, `invoice_number` …) and are resolved later. `absent` columns have no source in
    the file: an update keeps what the books say there. `labels` are the columns of the file that go
    into `custom_fields` and `source_fields`. `parts` belong to the record and are replaced with it.
    A record that was recalled (recall.py) names the `block` whose reading it comes from.
    """

    kind: str
    external_id: str
    subject: str
    file: str
    row: int
    values: dict[str, Any]
    links: dict[str, str] = field(default_factory=dict)
    parts: Any = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    line_absent: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    digest: bytes = b""
    currency: str = ""
    same_parts: bool = False
    row_id: Any = None
    customer_id: Any = None
    fingerprint: str = ""
    block: str = ""

    def seal(self) -> "Record":
        """Compute the fingerprint: equal when an import would write the same again.

        Its second half covers the parts alone, so that lines which did not change are left in
        peace.
        """
        given = {name: value for name, value in self.values.items() if name not in self.absent}
        content = repr((given, sorted(self.links.items()), self.extra)).encode()
        own = hashlib.blake2b(content, digest_size=16).hexdigest()
        self.fingerprint = f"{own}:{self.digest.hex()}"
        return self


def split_key(identifier: str, fallback: str) -> str:
    """Return the key a record is known by: Zoho's id, else a number or name."""
    return identifier or f"={fallback}"


@dataclass
class Reading:
    """What all readers of one upload share."""

    findings: Findings
    timezone: str
    base_currency: str | None
    currencies: dict[str, str] = field(default_factory=dict)
    refused: dict[tuple[str, str], str] = field(default_factory=dict)

    def currency_of(self, row: Row) -> str:
        """Return the row's currency, else its customer's, else the organisation's."""
        if own := row.currency("currency"):
            return own
        keys = (row.key("customer_id"), "=" + row.key("customer_name").lower())
        found = next((self.currencies[key] for key in keys if key in self.currencies), None)
        if code := found or self.base_currency:
            return code
        raise CellError("No currency is given.", "Export with the column 'Currency Code'.")

    def collect(
        self,
        rows: Iterable[Row],
        kind: str,
        subject: Callable[[Row], str],
        build: Callable[[Row], Record | None],
    ) -> list[Record]:
        """Build a record of each row; set aside the rows that cannot be one."""
        records = []
        for row in rows:
            try:
                if record := build(row):
                    record.values |= row.kept()
                    record.labels = row.layout.labels
                    records.append(record.seal())
            except CellError as error:
                self.set_aside(kind, subject(row), row, error)
        return records

    def set_aside(
        self, kind: str, subject: str, row: Row, error: CellError, amount: str | None = None
    ) -> None:
        """Leave a document out, and say why. Its names are kept for those that refer to it."""
        for name in ("id", "number", "name"):
            if key := row.key(name).lower():
                self.refused[kind, key] = subject
        if len(self.findings.set_aside) >= MAX_SET_ASIDE:
            refusal = FileError(
                f"More than {MAX_SET_ASIDE:,} records cannot be used; this one: {error.reason}",
                error.remedy,
                row=row.number,
                column=error.column,
            )
            refusal.file = row.file
            raise refusal
        problem = Problem(row.file, error.reason, error.remedy, row.number, error.column)
        self.findings.set_aside.append(SetAside(kind, subject, problem, amount=amount))


def absent_columns(layout: Layout, sources: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """Return the table columns none of whose source fields the file has. `sources` never change."""
    if id(sources) not in layout.absent_columns:
        layout.absent_columns[id(sources)] = frozenset(
            column for column, fields in sources.items() if layout.absent.issuperset(fields)
        )
    return layout.absent_columns[id(sources)]
