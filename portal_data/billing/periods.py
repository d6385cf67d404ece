"""Periods of time that people choose: presets that end today, and days of one's own."""

from datetime import date as Date
from datetime import timedelta
from enum import StrEnum

from portal_data.errors import Invalid
from portal_data.text.language import _

EARLIEST = Date(1970, 1, 1)
"""Before all books: the first day of all time."""


class Period(StrEnum):
    """The presets of the period, and a custom one."""

    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    THIS_QUARTER = "this_quarter"
    LAST_QUARTER = "last_quarter"
    THIS_YEAR = "this_year"
    LAST_YEAR = "last_year"
    ALL = "all"
    CUSTOM = "custom"


def bounds(period: Period, today: Date) -> tuple[Date, Date]:
    """Return the first and last day of a preset.

    Periods that are running end today; ALL begins at `EARLIEST`. Raises Invalid for CUSTOM.
    """
    month = today.replace(day=1)
    quarter = month.replace(month=(today.month - 1) // 3 * 3 + 1)
    year = month.replace(month=1)
    day = timedelta(days=1)
    if period is Period.CUSTOM:
        raise Invalid(_("A custom period needs its two dates."))
    return {
        Period.THIS_MONTH: (month, today),
        Period.LAST_MONTH: ((month - day).replace(day=1), month - day),
        Period.THIS_QUARTER: (quarter, today),
        Period.LAST_QUARTER: (_months_before(quarter, 3), quarter - day),
        Period.THIS_YEAR: (year, today),
        Period.LAST_YEAR: (year.replace(year=year.year - 1), year - day),
        Period.ALL: (EARLIEST, today),
    }[period]


def _months_before(first: Date, months: int) -> Date:
    index = first.year * 12 + first.month - 1 - months
    return Date(index // 12, index % 12 + 1, 1)
