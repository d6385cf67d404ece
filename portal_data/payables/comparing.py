"""A customer's list of payables compared with our books: by number, amount and date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date
from enum import StrEnum
from typing import Any

from portal_data import store
from portal_data.payables.matching import match
from portal_data.payables.reading import Listed
from portal_data.scope import Scope
from portal_data.text.language import N_


class Basis(StrEnum):
    """What the amounts of a list are."""

    OPEN = N_("What is still open")
    TOTAL = N_("The whole invoices")


class Outcome(StrEnum):
    """What came of a row."""

    MATCHED = N_("Matched")
    DIFFERENT = N_("Different amount")
    MISSING_HERE = N_("Not in our books")
    MISSING_THERE = N_("Not on your list")


@dataclass(frozen=True, slots=True)
class Compared:
    """An invoice of the list, of our books, or of both; amounts are minor units.

    `rows` are those of the file that have it, and their amounts together are `their_minor`.
    """

    outcome: Outcome
    rows: tuple[int, ...]
    their_number: str | None
    their_date: Date | None
    their_minor: int | None
    number: str | None
    date: Date | None
    minor: int | None

    @property
    def difference_minor(self) -> int:
        """How much more the list says than our books."""
        return (self.their_minor or 0) - (self.minor or 0)


_OURS = """
    select number, date, total_minor,
        case when status = 'sent' then balance_minor else 0 end as balance_minor
    from invoices
    where currency_code = $currency and status <> 'void'
    order by number
"""


def compare(
    scope: Scope,
    listed: Sequence[Listed],
    currency: str,
    *,
    basis: Basis,
    tolerance_minor: int = 0,
) -> list[Compared]:
    """Compare a list in one currency with the customer's invoices, in the order of the list.

    Rows of one number are one invoice. Numbers are alike without marks, letters' case and zeros
    before them; else an amount and a day within `TOLERANCE_DAYS` tell, where only one invoice on
    each side has them. What is open here and not on the list comes first, of a list of whole
    invoices only what is of its days.
    """
    with store.reading(scope) as session:
        ours = session.rows(_OURS, currency=currency)
    amount = "total_minor" if basis is Basis.TOTAL else "balance_minor"
    dated = [each.date for each in listed if each.date]
    days = (min(dated), max(dated)) if basis is Basis.TOTAL and dated else None
    found = match(
        [(each.row, each.number, each.date, each.amount_minor) for each in listed],
        [(at, row["number"], row["date"], row[amount]) for at, row in enumerate(ours)],
        tolerance_minor,
        days,
    )
    return [_compared(row, tolerance_minor) for row in found]


def _compared(row: tuple[Any, ...], tolerance_minor: int) -> Compared:
    places, *values = row
    their_minor, minor = values[2], values[5]
    if their_minor is None:
        outcome = Outcome.MISSING_THERE
    elif minor is None:
        outcome = Outcome.MISSING_HERE
    elif abs(their_minor - minor) <= tolerance_minor:
        outcome = Outcome.MATCHED
    else:
        outcome = Outcome.DIFFERENT
    return Compared(outcome, tuple(places), *values)
