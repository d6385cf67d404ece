"""A customer's list of payables compared with our books: by number, amount and date."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date
from enum import StrEnum
from typing import Any

from portal_data import store
from portal_data.payables.reading import Listed
from portal_data.scope import Scope
from portal_data.store.scratch import Scratch


class Basis(StrEnum):
    """What the amounts of a list are."""

    OPEN = "What is still open"
    TOTAL = "The whole invoices"


class Outcome(StrEnum):
    """What came of a row."""

    MATCHED = "Matched"
    DIFFERENT = "Different amount"
    MISSING_HERE = "Not in our books"
    MISSING_THERE = "Not on your list"


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


TOLERANCE_DAYS = 5
"""How far apart two days may be of invoices that only their amounts name."""

_OURS = """
    select number, date, total_minor,
        case when status = 'sent' then balance_minor else 0 end as balance_minor
    from invoices
    where currency_code = $currency and status <> 'void'
    order by number
"""
_COLUMNS = {
    "id": "bigint", "key": "varchar", "tail": "varchar", "number": "varchar", "date": "date",
    "minor": "bigint",
}  # fmt: skip
_BY_NUMBER = """
    create or replace table theirs as
    select row_number() over (order by min(id)) as id, min(key) as key, min(tail) as tail,
        min(number) as number, min(date) as date, sum(minor)::bigint as minor,
        list(id order by id) as places
    from listed group by key
"""
_MATCHES = "create or replace table matches (theirs bigint, ours bigint)"
# each step takes pairs that stand alone on both sides, and leaves what is taken to no later one
_PAIRS = "insert into matches select t.id, o.id from theirs t join ours o on"
_ALONE = """
    where t.id not in (select theirs from matches) and o.id not in (select ours from matches)
    qualify count(*) over (partition by t.id) = 1 and count(*) over (partition by o.id) = 1
"""
_ALIKE = "abs(t.minor - o.minor) <= $tolerance"
_STEPS = (
    f"{_PAIRS} t.key = o.key {_ALONE}",
    f"{_PAIRS} t.tail = o.tail and {_ALIKE} {_ALONE}",
    f"""{_PAIRS} {_ALIKE} and o.minor > 0 and abs(date_diff('day', t.date, o.date)) <= $days
    {_ALONE}""",
    f"{_PAIRS} t.tail = o.tail and length(t.tail) >= 4 {_ALONE}",
)
_RESULT = """
    select t.places, t.number, t.date, t.minor, o.number, o.date, o.minor
    from theirs t
    left join matches m on m.theirs = t.id
    left join ours o on o.id = m.ours
    union all
    select [], null, null, null, o.number, o.date, o.minor
    from ours o
    where o.id not in (select ours from matches) and o.minor > 0
        and ($since is null or o.date between $since and $until)
    order by 1, 5
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
    each side has them. What is open here and not on the list comes last, of a list of whole
    invoices only what is of its days.
    """
    with store.reading(scope) as session:
        ours = session.rows(_OURS, currency=currency)
    days = [each.date for each in listed if each.date]
    whole = basis is Basis.TOTAL
    scratch = Scratch()
    try:
        amount = "total_minor" if whole else "balance_minor"
        _keep(scratch, "listed", [(e.row, e.number, e.date, e.amount_minor) for e in listed])
        _keep(
            scratch,
            "ours",
            [(at, row["number"], row["date"], row[amount]) for at, row in enumerate(ours)],
        )
        scratch.run(_BY_NUMBER)
        scratch.run(_MATCHES)
        given = {"tolerance": tolerance_minor, "days": TOLERANCE_DAYS}
        for step in _STEPS:
            scratch.run(step, **{name: given[name] for name in given if f"${name}" in step})
        since, until = (min(days), max(days)) if whole and days else (None, None)
        found = scratch.rows(_RESULT, since=since, until=until)
    finally:
        scratch.close()
    return [_compared(row, tolerance_minor) for row in found]


def _keep(scratch: Scratch, table: str, rows: Sequence[tuple[int, str, Date | None, int]]) -> None:
    """Make a table of invoices: id, key, tail, number, date and amount."""
    keyed = [(at, *_keys(number), number, day, minor) for at, number, day, minor in rows]
    values = list(zip(*keyed, strict=True)) if keyed else [()] * len(_COLUMNS)
    scratch.keep(table, _COLUMNS, values)


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


def _keys(number: str) -> tuple[str, str | None]:
    """Return a number without what people leave out, and its last figures; None for too few."""
    plain = re.sub(r"[\W_]", "", number).upper()
    tail = re.search(r"(\d{3,})\W*$", number)
    return re.sub(r"(?<!\d)0+(?=\d)", "", plain), tail[1].lstrip("0") if tail else None
