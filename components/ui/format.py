"""Values as people read them: money, days, counts, initials, and text that stays text."""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton
from babel.numbers import (
    format_compact_currency,
    format_currency,
    format_decimal,
    format_percent,
)

from portal_data import money as amounts
from portal_data.text import language
from portal_data.text.language import _, counted

_JOINER = "\N{WORD JOINER}"
_SHORT = {"eu", "gcc", "gst", "uk", "us", "vat"}
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def escape_markdown(text: object) -> str:
    """Return text for a place that reads markdown (labels, captions), inert and on one line.

    Backslashes alone are not enough: Streamlit turns `:name:`, `www.` and `a@b` into icons and
    links after unescaping, so an invisible word joiner breaks those words up.
    """
    flat = re.sub(r"\s+", " ", str("" if text is None else text)).strip()
    quoted = _PUNCTUATION.sub(r"\\\1", flat)
    for mark in ("\\:", "\\@"):
        quoted = quoted.replace(mark, mark + _JOINER)
    return re.sub("(ww)(w)", rf"\1{_JOINER}\2", quoted, flags=re.IGNORECASE)


@lru_cache(maxsize=4096)
def money(minor: int, currency: str, locale: str = "en_GB") -> str:
    """Return minor units as an amount in the locale: 1235 GBP is £12.35."""
    return amounts.format(minor, currency, locale=locale)


def short_money(minor: int, currency: str, locale: str = "en_GB") -> str:
    """Return an amount for the axis of a chart: £12K."""
    value = amounts.to_decimal(minor, currency)
    short = str(format_compact_currency(value, currency, locale=locale, fraction_digits=1))
    if not re.search(r"\d{4}", short):
        return short
    # languages without a short word for thousands, whose digits the above leaves ungrouped
    pattern = Locale.parse(locale).currency_formats["standard"].pattern.replace(".00", "")
    return str(format_currency(value, currency, pattern, locale, currency_digits=False))


def quantity(value: Decimal, locale: str = "en_GB") -> str:
    """Return a quantity or unit price with the decimals it has, up to six."""
    return str(format_decimal(value.normalize(), format="#,##0.######", locale=locale))


def percent(value: Decimal | int, locale: str | None = None) -> str:
    """Return a percentage with the decimals it has, up to six: 12.5%; 12,5 % in German."""
    pattern = _percent_pattern(locale or language.locale("en_GB"))
    return str(format_percent(Decimal(value) / 100, pattern, locale or language.locale("en_GB")))


@lru_cache(maxsize=64)
def _percent_pattern(locale: str) -> str:
    pattern: str = Locale.parse(locale).percent_formats[None].pattern
    return pattern.replace("0", "0.######", 1)


def price(value: Decimal, currency: str, locale: str = "en_GB") -> str:
    """Return a unit price or rate: £84.00, or £84.125 where it has more decimals."""
    return amounts.format_price(value, currency, locale=locale)


@lru_cache(maxsize=4096)
def day(value: date, locale: str = "en_GB") -> str:
    """Return a date such as 5 Nov 2026."""
    return str(format_date(value, "medium", locale=locale))


def days(first: date, last: date, locale: str = "en_GB") -> str:
    """Return a period such as 26 Jun – 25 Jul 2026."""
    return str(format_interval(first, last, skeleton="yMMMd", locale=locale))


def long_day(value: date, locale: str = "en_GB") -> str:
    """Return a date with its weekday: Friday, 20 November 2026."""
    return str(format_date(value, "full", locale=locale))


def month(value: date, locale: str = "en_GB") -> str:
    """Return a month with its year: Nov 2026."""
    return str(format_skeleton("yMMM", value, locale=locale))


def short_month(value: date, locale: str = "en_GB") -> str:
    """Return a month for the axis of a chart, as dates name it: Sept."""
    return str(format_skeleton("MMM", value, locale=locale))


def ago(value: date, today: date) -> str:
    """Return how far a day is: `today`, `3 days ago`, `in 2 months`."""
    days = (value - today).days
    if abs(days) <= 1:
        return {0: _("today"), -1: _("yesterday"), 1: _("tomorrow")}[days]
    far = abs(days)
    if far >= 365:
        years = far // 365
        if days > 0:
            return counted(years, "in {count} year", "in {count} years")
        return counted(years, "{count} year ago", "{count} years ago")
    if far >= 60:
        months = far // 30
        if days > 0:
            return counted(months, "in {count} month", "in {count} months")
        return counted(months, "{count} month ago", "{count} months ago")
    if days > 0:
        return counted(far, "in {count} day", "in {count} days")
    return counted(far, "{count} day ago", "{count} days ago")


def beginning(text: str) -> str:
    """Return words as a line begins with them: their first letter is a capital."""
    return text[:1].upper() + text[1:]


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun: 1 invoice, 3 invoices."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def hours(minutes: int, locale: str = "en_GB") -> str:
    """Return a time worked as hours and minutes: 75 is 1:15 h."""
    whole = format_decimal(minutes // 60, format="#,##0", locale=locale)
    return f"{whole}:{minutes % 60:02}\N{NO-BREAK SPACE}h"


def initials(name: str) -> str:
    """Return one or two letters for a person's or company's mark; `?` when the name has none."""
    words = [re.sub(r"[^\w]", "", word) for word in name.split()]
    words = [word for word in words if word]
    if not words:
        return "?"
    first = words[0][0]
    # East Asian and other scripts without capitals are marked by one character
    if unicodedata.category(first) == "Lo" or len(words) == 1:
        return first.upper()
    return (first + words[-1][0]).upper()


def code(text: str | None) -> str:
    """Return a word of the store as people write it: `uk_vat` is UK VAT; other text stays."""
    if not text or not text.islower() or " " in text:
        return text or ""
    words = [word.upper() if word in _SHORT else word for word in text.split("_")]
    return " ".join([words[0][0].upper() + words[0][1:], *words[1:]])


def size(octets: int) -> str:
    """Return a file's size: 12 KB, 3.4 MB."""
    if octets < 1_000_000:
        return _("{number} KB", number=max(1, round(octets / 1000)))
    number = format_decimal(octets / 1_000_000, format="0.0", locale=language.locale("en_GB"))
    return _("{number} MB", number=number)


def excerpt(text: str | None, limit: int = 180) -> str:
    """Return the beginning of a text that people wrote, on one line."""
    flat = " ".join((text or "").split())
    return f"{flat[:limit].rstrip()} …" if len(flat) > limit else flat
