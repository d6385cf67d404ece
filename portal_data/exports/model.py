"""One table of typed values: what every file format is written from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a column holds; a cell of any kind may be None."""

    TEXT = "text"
    CURRENCY = "currency"
    """The ISO 4217 code of the row's amounts."""
    DATE = "date"
    MONEY = "money"
    """Decimals in major units with exactly the currency's decimals: 12.30 GBP, 1230 JPY."""
    NUMBER = "number"
    """Decimals with up to six places: quantities, hours, rates."""
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Column:
    """A column by the name people read; only what may be added up within a currency is `summed`."""

    name: str
    kind: Kind = Kind.TEXT
    summed: bool = False

    @property
    def key(self) -> str:
        """The name for programs: `Due date` is due_date."""
        return self.name.lower().replace(" ", "_")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a list or statement of one customer, and the days they are of."""

    title: str
    issuer: str
    """The business whose books these are."""
    customer: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Any, ...]]
    subject: str = ""
    """The one record that all rows belong to, if they do: a project, a timesheet."""
    first: date | None = None
    last: date | None = None

    @property
    def currencies(self) -> list[str]:
        """The currencies of the rows, in the order they come."""
        place = self._place_of_currency()
        return [] if place is None else list(dict.fromkeys(row[place] for row in self.rows))

    def totals(self) -> dict[str, dict[Column, Decimal]]:
        """Return the sum of each summed column by currency: amounts of two are never added."""
        place = self._place_of_currency()
        summed = [(at, column) for at, column in enumerate(self.columns) if column.summed]
        sums: dict[str, dict[Column, Decimal]] = {}
        if place is None or not summed:
            return sums
        for row in self.rows:
            own = sums.setdefault(row[place], {})
            for at, column in summed:
                if row[at] is not None:
                    own[column] = own.get(column, Decimal(0)) + row[at]
        return sums

    def _place_of_currency(self) -> int | None:
        kinds = [column.kind for column in self.columns]
        return kinds.index(Kind.CURRENCY) if Kind.CURRENCY in kinds else None
