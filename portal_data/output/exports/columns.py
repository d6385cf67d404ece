"""What the columns of a table hold, and what they are called."""

from dataclasses import dataclass
from enum import StrEnum


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
