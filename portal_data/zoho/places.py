"""Where the documents of a staged file stand, as far as a later import may know them again."""

from dataclasses import dataclass, field
from typing import NamedTuple, Self

from portal_data.zoho.line_sets import LineSet
from portal_data.zoho.records import Record, Row
from portal_data.zoho.sorting import Sorted
from portal_data.zoho.staging import Staged

DATES = {  # fields of each module that hold dates
    "customers": ("created",),
    "exchange_rates": ("date",),
    "time_entries": ("date",),
    "estimates": ("date", "expiry_date"),
    "invoices": (
        "date",
        "due_date",
        "expected_date",
        "last_payment_date",
        "write_off_date",
        "issued_date",
    ),
    "retainer_invoices": ("date", "due_date"),
    "credit_notes": ("date",),
    "recurring_invoices": ("date", "ends", "next"),
    "payments": ("date", "created", "applied_date"),
    "credit_applications": ("date",),
    "refunds": ("date",),
}


class Place(NamedTuple):
    """One document: the place of its first row among those that were read, and its rows.

    A document has no `rows` here that is more than its own rows say: they do not stand together,
    or its currency is that of its customer. `dates` are its first row's cells, as DATES has them.
    """

    first: int
    rows: int
    key: str
    row: int
    dates: tuple[str, ...]

    @classmethod
    def of(cls, row: Row, module: str, key: str, first: int, rows: int) -> Self:
        """Return the place of the document that begins with this row."""
        whole = rows if row.key("currency") else 0
        dates = tuple(map(row.raw, DATES.get(module, ())))
        return cls(first, whole, key.strip(), row.number, dates)


@dataclass
class FileReading:
    """A staged file once it was read: its documents in order, and the rows that were warned of.

    `source` is the set that its lines stand in; payments have none. `records` are those that were
    recalled instead of read.
    """

    entry: Sorted
    staged: Staged
    places: list[Place]
    source: LineSet | None = None
    records: list[Record] = field(default_factory=list)
    warned_rows: set[int] = field(default_factory=set)

    @property
    def header(self) -> tuple[str, ...]:
        """What tells how the columns of the file are read."""
        return header_of(self.entry)


def header_of(entry: Sorted) -> tuple[str, ...]:
    """Return what tells how the columns of a file are read."""
    return entry.module.name, entry.table.separator, *entry.table.columns
