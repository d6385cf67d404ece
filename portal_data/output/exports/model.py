"""One table of typed values: what every file format is written from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal_data.lists.columns import Column, Kind, in_hours
from portal_data.output.exports.columnar import ColumnarRows


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a list or statement of one customer, and the days they are of."""

    title: str
    issuer: str
    """The business whose books these are."""
    customer: str
    columns: tuple[Column, ...]
    rows: ColumnarRows
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
        return [] if place is None else self.rows.distinct(place)

    @property
    def left_out(self) -> list[str]:
        """The statuses of rows that no total counts, in the order they come."""
        status = self._place("Status") if self.uncounted else None
        if status is None:
            return []
        return [each for each in self.rows.distinct(status) if each in self.uncounted]

    def totals(self) -> dict[str, dict[Column, Decimal]]:
        """Return the sum of each summed column by currency: amounts of two are never added.

        What is no money is added up as a whole, under an empty currency.
        """
        summed = [(at, column) for at, column in enumerate(self.columns) if column.summed]
        money = any(column.kind is Kind.MONEY for _, column in summed)
        place = self._place_of_currency() if money else None
        status = self._place("Status") if self.uncounted else None
        if not summed or (money and place is None):
            return {}
        sums = _sums(self.rows, summed, place, status, sorted(self.uncounted))
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


def _sums(
    rows: ColumnarRows,
    summed: list[tuple[int, Column]],
    currency: int | None,
    status: int | None,
    uncounted: Sequence[str],
) -> dict[str, dict[Column, Decimal]]:
    if status is not None:
        rows = rows.without(status, uncounted)
    if not len(rows):
        return {}
    parts = (
        {"": rows}
        if currency is None
        else {code: rows.having(currency, code) for code in rows.distinct(currency)}
    )
    return {
        code: {column: total for at, column in summed if (total := part.total(at)) is not None}
        for code, part in parts.items()
    }
