"""Amounts, quantities, rates and dates as the document's locale writes them."""

import re
from datetime import date, datetime
from decimal import Decimal

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from portal_data import money


def amount(minor: int, currency: str, locale: str) -> str:
    """An amount with its currency: £1,234.50."""
    return money.format(minor, currency, locale=locale)


def plain_amount(minor: int, currency: str, locale: str) -> str:
    """An amount without its currency, for columns: 1,234.50."""
    return _number(money.to_decimal(minor, currency), money.exponent(currency), locale)


def rate(price: Decimal, currency: str, locale: str) -> str:
    """A unit price with at least the currency's decimals, and more only where it has more."""
    return _number(price, money.exponent(currency), locale)


def quantity(value: Decimal, locale: str) -> str:
    """A quantity without needless zeros: 1.5, 12."""
    return _number(value, 0, locale)


def percent(value: Decimal, locale: str) -> str:
    """A percentage that is written as one: 7.5 becomes 7.5%, in German 7,5 %."""
    pattern = Locale.parse(locale).percent_formats[None].pattern.replace("0", "{number}", 1)
    pattern = re.sub(r"[#,]", "", pattern)
    return pattern.format(number=_number(value, 0, locale))


def day(value: date, locale: str) -> str:
    """A date with the month's name: 12 Nov 2026."""
    return format_date(value, "medium", locale=locale)


def moment(value: datetime, locale: str) -> str:
    """Return an aware moment with its seconds and the name of its time zone."""
    return format_datetime(value, "d MMM y, HH:mm:ss z", tzinfo=value.tzinfo, locale=locale)


def _number(value: Decimal, decimals: int, locale: str) -> str:
    """Write a number with `decimals` decimals, or with all that it has when those are more."""
    digits = value.normalize().as_tuple().exponent
    shown = max(decimals, -digits if isinstance(digits, int) else 0)
    whole, _point, _decimals = Locale.parse(locale).decimal_formats[None].pattern.partition(".")
    pattern = f"{whole}.{'0' * shown}" if shown else whole
    return str(format_decimal(value, format=pattern, locale=locale))
