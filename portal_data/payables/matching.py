"""Matching two lists of invoices by number, amount and date, set by set, in a scratch database.

It knows plain values and nothing of the store.
"""

import re
from collections.abc import Sequence
from datetime import date as Date
from typing import Any

from portal_data.store.scratch import Scratch

Invoice = tuple[int, str, Date | None, int]
"""Place, number, date and amount in minor units."""
Days = tuple[Date, Date]

TOLERANCE_DAYS = 5
"""How far apart two days may be of invoices that only their amounts name."""

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


def match(
    theirs: Sequence[Invoice], ours: Sequence[Invoice], tolerance_minor: int, days: Days | None
) -> list[tuple[Any, ...]]:
    """Return pairs of a list's invoices and of the books', and what only one side has.

    A row has the places, number, date and amount of the list's, and number, date and amount of the
    books': those of a side that has none are None, or no places. Rows of one number are one
    invoice. Of the books' only those with an amount are returned without a partner, and of `days`.
    """
    since, until = days or (None, None)
    scratch = Scratch()
    try:
        _keep(scratch, "listed", theirs)
        _keep(scratch, "ours", ours)
        scratch.run(_BY_NUMBER)
        scratch.run(_MATCHES)
        given = {"tolerance": tolerance_minor, "days": TOLERANCE_DAYS}
        for step in _STEPS:
            scratch.run(step, **{name: given[name] for name in given if f"${name}" in step})
        return scratch.rows(_RESULT, since=since, until=until)
    finally:
        scratch.close()


def _keep(scratch: Scratch, table: str, rows: Sequence[Invoice]) -> None:
    """Make a table of invoices: id, key, tail, number, date and amount."""
    keyed = [(at, *_keys(number), number, day, minor) for at, number, day, minor in rows]
    values = list(zip(*keyed, strict=True)) if keyed else [()] * len(_COLUMNS)
    scratch.keep(table, _COLUMNS, values)


def _keys(number: str) -> tuple[str, str | None]:
    """Return a number without what people leave out, and its last figures; None for too few."""
    plain = re.sub(r"[\W_]", "", number).upper()
    tail = re.search(r"(\d{3,})\W*$", number)
    return re.sub(r"(?<!\d)0+(?=\d)", "", plain), (tail[1].lstrip("0") or None) if tail else None
