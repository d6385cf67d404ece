"""The columns of a list's file: what they hold, what they are called, and what makes them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import pyarrow as pa
from pyarrow import compute as pc

from portal_data import labels
from portal_data.lists.columnar import mapped

_HUNDREDTH = Decimal("0.01")


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


Field = str | Callable[[pa.Table], pa.ChunkedArray]
Fields = Mapping[Column, Field]
"""The columns of a file, each with the name of what was read, or what makes it of that.

Amounts are in minor units.
"""


def in_hours(minutes: Decimal | int) -> Decimal:
    """Return minutes as hours, rounded to the hundredth; the minutes beside them are exact."""
    return (Decimal(minutes) / 60).quantize(_HUNDREDTH)


def hours(name: str) -> Field:
    """Return what makes hours of a column of minutes."""
    return lambda rows: mapped(rows[name], lambda minutes: f"{in_hours(minutes):f}")


def in_words(name: str) -> Field:
    """Return what makes words of a column of names: fixed_cost is Fixed cost."""
    return lambda rows: mapped(rows[name], lambda code: code.replace("_", " ").capitalize())


def open_balance(*closed: StrEnum) -> Field:
    """Return what makes balances of which nothing is open where the status is a closed one."""
    statuses = pa.array(sorted(closed), pa.string())

    def balances(rows: pa.Table) -> pa.ChunkedArray:
        nothing = pa.scalar(0, pa.int64())
        return pc.if_else(pc.is_in(rows["status"], statuses), nothing, rows["balance_minor"])

    return balances


DATE = Column(labels.DATE, Kind.DATE)
CURRENCY = Column("Currency", Kind.CURRENCY)
AMOUNT = Column(labels.AMOUNT, Kind.MONEY, summed=True)
BALANCE = Column(labels.BALANCE, Kind.MONEY, summed=True)
STATUS = Column("Status")
WORKED: Fields = {
    Column("Minutes", Kind.WHOLE, summed=True): "minutes",
    Column("Hours", Kind.NUMBER, summed=True, minutes="Minutes"): hours("minutes"),
}
