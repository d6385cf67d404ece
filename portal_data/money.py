"""Money: whole minor units of an ISO 4217 currency. Rounds, splits and prints them, alone."""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

import pyarrow as pa
from babel.numbers import format_currency
from iso4217 import Currency
from pyarrow import compute as pc

from portal_data.errors import Invalid

# CLDR's currencySpacing: a code of letters stands apart from its figures (KWD 5, not KWD5)
_LETTER_THEN_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")
_FIGURES = 16
"""An amount that a browser adds up exactly has fewer figures."""


@lru_cache(maxsize=512)
def exponent(currency: str) -> int:
    """Return the number of decimals of an ISO 4217 code: 2 for GBP, 0 for JPY, 3 for KWD.

    Raises Invalid for codes that are not in the standard or carry no amounts (XAU, XTS, XXX).
    """
    try:
        digits = Currency(currency).exponent
    except ValueError:
        digits = None
    if digits is None:
        raise Invalid(f"{currency!r} is not an ISO 4217 currency code.")
    return int(digits)


def is_currency(currency: str) -> bool:
    """Tell whether `currency` is an ISO 4217 code that amounts can be kept in."""
    try:
        exponent(currency)
    except Invalid:
        return False
    return True


def to_minor(amount: Decimal, currency: str) -> int:
    """Return `amount` in minor units, rounded half away from zero."""
    scaled = amount.scaleb(exponent(currency))
    return int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def to_decimal(minor: int, currency: str) -> Decimal:
    """Return minor units as a decimal in major units: 1235 GBP is Decimal('12.35')."""
    return Decimal(minor).scaleb(-exponent(currency))


def to_major(minor: pa.ChunkedArray, currencies: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column of minor units in major units, exactly, each with its currency's decimals.

    They are decimals when all currencies have as many, else the plain texts of decimals.
    """
    exponents = _by_exponent(currencies.unique().to_pylist())
    figures = minor.cast(pa.decimal128(19, 0)).combine_chunks()

    def exact(places: int) -> pa.ChunkedArray:
        # the same figures, read with the decimals of the currency
        kind = pa.decimal128(19 + places, places)
        read = pa.Array.from_buffers(kind, len(figures), figures.buffers(), offset=figures.offset)
        return pa.chunked_array([read])

    if len(exponents) == 1:
        return exact(*exponents)
    texts = pa.chunked_array([pa.nulls(len(minor), pa.string())])
    for places, codes in exponents.items():
        mine = pc.is_in(currencies, pa.array(codes, pa.string()))
        texts = pc.if_else(mine, exact(places).cast(pa.string()), texts)
    return texts


def _by_exponent(codes: Sequence[str]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for code in codes:
        found.setdefault(exponent(code), []).append(code)
    return found


def format(minor: int, currency: str, *, locale: str = "en_GB") -> str:
    """Return the amount as text in the locale, always with the currency's own decimals."""
    figures = str(abs(minor)).zfill(exponent(currency) + 1)
    before, *between = _around(len(figures), currency, locale, negative=minor < 0)
    return before + "".join(f"{figure}{gap}" for figure, gap in zip(figures, between, strict=True))


def around(currency: str, *, locale: str) -> list[list[str]]:
    """Return what stands around the figures of amounts of a currency, by how many they are.

    A browser that adds amounts up writes the sum with it as `format` does. The first entry is of
    the fewest figures that an amount is written with.
    """
    fewest = exponent(currency) + 1
    return [_around(count, currency, locale, negative=False) for count in range(fewest, _FIGURES)]


@lru_cache(maxsize=4096)
def _around(figures: int, currency: str, locale: str, *, negative: bool) -> list[str]:
    """Return what stands around each of an amount's figures: how many decide that.

    Babel takes as long for one amount as a database for a row.
    """
    ones = to_decimal(int("-" * negative + "1" * figures), currency)
    text = format_currency(ones, currency, locale=locale, decimal_quantization=False)
    return _LETTER_THEN_DIGIT.sub("\N{NO-BREAK SPACE}", text).split("1")


def format_price(price: Decimal, currency: str, *, locale: str = "en_GB") -> str:
    """Return a unit price with its currency and at least its decimals, more where it has more."""
    digits = price.normalize().as_tuple().exponent
    places = max(exponent(currency), -digits if isinstance(digits, int) else 0)
    exact = price.quantize(Decimal(1).scaleb(-places))
    text = format_currency(exact, currency, locale=locale, decimal_quantization=False)
    return _LETTER_THEN_DIGIT.sub("\N{NO-BREAK SPACE}", text)


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` in proportion to `weights`, exactly: the rest goes to the largest remainders.

    Raises Invalid when the weights are empty, negative or all zero.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise Invalid("An amount can only be split over positive weights.")
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts
