"""Dates of one file. ISO dates speak for themselves; others need the order of day and month.

04/08/2011 is 4 August or 8 April, and no single cell can tell. So the whole column is looked at
before any value is believed, and when it is not ISO the person is asked for the order instead of
guessed at.
"""

import re
from collections import defaultdict
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal_data.zoho.defects import CellError, FileError

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)
_NUMERIC = re.compile(
    r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?: (\d{2}):(\d{2})(?::(\d{2}))?)?", re.ASCII
)
_ASK = "Import again with --date-order dmy (day first) or --date-order mdy (month first)."


class DateOrder(StrEnum):
    """Whether 04/08/2011 is 4 August (dmy) or 8 April (mdy)."""

    DMY = "dmy"
    MDY = "mdy"


class Dates:
    """The date columns of one file: see every value first, then `check`, then read them."""

    def __init__(self, order: DateOrder | None) -> None:
        self._order = order
        self._seen: dict[str, dict[str, int]] = defaultdict(dict)
        self._read: dict[tuple[str, str | None], datetime | None] = {}

    def see(self, column: str, text: str, row: int) -> None:
        """Take note of a value and of the first row that has it."""
        if text:
            self._seen[column].setdefault(text, row)

    def check(self) -> None:
        """Raise FileError when a column is not mainly ISO and no order of day and month is given.

        The same when the given order cannot be right.
        """
        for column, values in self._seen.items():
            odd = {text: row for text, row in values.items() if _NUMERIC.fullmatch(text.strip())}
            if not odd:
                continue
            if self._order is None and 2 * len(odd) >= len(values):
                raise FileError(*_ambiguous(odd), row=min(odd.values()), column=column)
            if self._order is not None:
                self._check_order(column, odd)

    def _check_order(self, column: str, odd: dict[str, int]) -> None:
        for text, row in odd.items():
            try:
                self.date(text)
            except CellError:
                raise FileError(
                    f"{text!r} is no date when read as {self._order}.",
                    "Give the other --date-order.",
                    row=row,
                    column=column,
                ) from None

    def date(self, raw: str) -> date | None:
        """Return a calendar day, or None for an empty cell."""
        moment = self.moment(raw)
        return moment.date() if moment else None

    def moment(self, raw: str, timezone: str | None = None) -> datetime | None:
        """Return a date and time as naive UTC, or None. Zoho writes the organisation's time."""
        key = raw, timezone
        if key not in self._read:
            self._read[key] = self._moment(raw, timezone)
        return self._read[key]

    def _moment(self, raw: str, timezone: str | None) -> datetime | None:
        text = raw.strip()
        if not text:
            return None
        if match := _ISO.fullmatch(text):
            year, month, day = match[1], match[2], match[3]
        elif (match := _NUMERIC.fullmatch(text)) and self._order is not None:
            day, month, year = match[1], match[2], match[3]
            if self._order is DateOrder.MDY:
                day, month = month, day
        else:
            raise CellError(f"{text[:40]!r} is not a date like 2011-12-31.", "Correct the date.")
        hour, minute, second = (int(match[n] or 0) for n in (4, 5, 6))
        try:
            local = datetime(int(year), int(month), int(day), hour, minute, second)  # noqa: DTZ001
        except ValueError:
            raise CellError(
                f"{text!r} is not a day of the calendar.", "Correct the date."
            ) from None
        if local.year < 1900 or local.year > 2999:
            raise CellError(f"{text!r} is out of range.", "Correct the year.")
        return local if timezone is None else _utc(local, timezone)


def _utc(local: datetime, timezone: str) -> datetime:
    offset = local.replace(tzinfo=ZoneInfo(timezone)).utcoffset() or timedelta()
    return local - offset


def _ambiguous(odd: dict[str, int]) -> tuple[str, str]:
    matches = [match for text in odd if (match := _NUMERIC.fullmatch(text.strip()))]
    firsts = max(int(match[1]) for match in matches)
    seconds = max(int(match[2]) for match in matches)
    example = next(iter(odd))
    if firsts > 12 >= seconds:
        return f"Dates look like DD/MM/YYYY ({example}).", f"If so, {_ASK[0].lower()}{_ASK[1:]}"
    if seconds > 12 >= firsts:
        return f"Dates look like MM/DD/YYYY ({example}).", f"If so, {_ASK[0].lower()}{_ASK[1:]}"
    return f"Day and month cannot be told apart in dates like {example}.", _ASK
