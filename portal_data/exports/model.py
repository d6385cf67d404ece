"""One table of typed values: what every file format is written from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

_HUNDREDTH = Decimal("0.01")


def in_hours(minutes: Decimal | int) -> Decimal:
    """Return minutes as hours, rounded to the hundredth; the minutes beside them are exact."""
    return (Decimal(minutes) / 60).quantize(_HUNDREDTH)


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
    """A column by the name people read; only what may be added up within a currency is `summed`.

    Hours are rounded in each row, so their sum is made of the minutes in the column `minutes`.
    """

    name: str
    kind: Kind = Kind.TEXT
    summed: bool = False
    minutes: str = ""

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
    uncounted: frozenset[str] = frozenset()
    """Values of the column Status whose rows are in no total, such as Void."""

    @property
    def currencies(self) -> list[str]:
        """The currencies of the rows, in the order they come."""
        place = self._place_of_currency()
        return [] if place is None else list(dict.fromkeys(row[place] for row in self.rows))

    @property
    def left_out(self) -> list[str]:
        """The statuses of rows that no total counts, in the order they come."""
        status = self._place("Status") if self.uncounted else None
        if status is None:
            return []
        found = dict.fromkeys(row[status] for row in self.rows)
        return [each for each in found if each in self.uncounted]

    def totals(self) -> dict[str, dict[Column, Decimal]]:
        """Return the sum of each summed column by currency: amounts of two are never added.

        What is no money is added up as a whole, under an empty currency.
        """
        summed = [(at, column) for at, column in enumerate(self.columns) if column.summed]
        money = any(column.kind is Kind.MONEY for _, column in summed)
        place = self._place_of_currency() if money else None
        status = self._place("Status") if self.uncounted else None
        sums: dict[str, dict[Column, Decimal]] = {}
        if not summed or (money and place is None):
            return sums
        for row in self.rows:
            if status is not None and row[status] in self.uncounted:
                continue
            own = sums.setdefault("" if place is None else row[place], {})
            for at, column in summed:
                if row[at] is not None:
                    own[column] = own.get(column, Decimal(0)) + row[at]
        for own in sums.values():
            by_name = {column.name: total for column, total in own.items()}
            own.update(
                (column, in_hours(by_name[column.minutes])) for column in own if column.minutes
            )
        return sums

    def _place(self, name: str) -> int | None:
        names = [column.name for column in self.columns]
        return names.index(name) if name in names else None

    def _place_of_currency(self) -> int | None:
        kinds = [column.kind for column in self.columns]
        return kinds.index(Kind.CURRENCY) if Kind.CURRENCY in kinds else None
