"""What one CSV cell may say. Everything is strict: a guess about money or identity is a wrong one.

Each reader takes the cell's text and raises CellError with a reason and a remedy; the caller adds
file, row and column.
"""

import re
from decimal import Decimal
from functools import lru_cache

from portal_data import money
from portal_data.zoho.defects import CellError
from portal_data.zoho.identifiers import SCIENTIFIC

_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_IDENTIFIER = re.compile(r"\d{1,30}", re.ASCII)
_RATE = re.compile(r"(?:([A-Z]{3})\s*)?([+-]?\d+(?:\.\d+)?)(?:\s*([A-Z]{3}))?", re.ASCII)
_CLOCK = re.compile(r"(\d{1,6}):([0-5]\d)(?::[0-5]\d)?", re.ASCII)
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$&'*+/=?^_`{|}~%-]+(\.[A-Za-z0-9!#$&'*+/=?^_`{|}~%-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}",
    re.ASCII,
)
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}", re.ASCII)
_GUARDED = ("'+", "'=", "'-", "'@")
_WHOLE_DIGITS = 12  # of numbers kept as decimal(18,6)
_PLACES = 12
_CACHED = 1 << 16  # numbers that were read: the same ones stand on many rows
_LARGEST = 10**15  # minor units: far from the end of a 64-bit integer, also when added up
_TRUE = frozenset({"true", "yes", "1", "y"})
_FALSE = frozenset({"false", "no", "0", "n", ""})
_SIX = Decimal("0.000001")


@lru_cache(maxsize=_CACHED)
def decimal(raw: str) -> Decimal:
    """Return a plain decimal number. No thousands marks, exponents, NaN or infinities."""
    text = raw.strip()
    if not _PLAIN.fullmatch(text):
        raise CellError(
            f"{_shown(raw)} is not a plain decimal number.",
            "Export with a dot for decimals and no thousands separators.",
        )
    whole, _, places = text.lstrip("+-").partition(".")
    if len(whole.lstrip("0")) > _WHOLE_DIGITS or len(places) > _PLACES:
        raise CellError(f"{_shown(raw)} is out of range.", "Correct the number in Zoho.")
    return Decimal(text)


@lru_cache(maxsize=_CACHED)
def quantity(raw: str) -> Decimal:
    """Return a quantity, unit price or rate with at most six places, as the books keep them."""
    number = decimal(raw)
    return number if -number.as_tuple().exponent <= 6 else number.quantize(_SIX)  # type: ignore[operator]


@lru_cache(maxsize=_CACHED)
def minor_units(raw: str, currency: str) -> int:
    """Return an amount in minor units of `currency`, which must have places enough for it."""
    number = decimal(raw)
    amount = money.to_minor(number, currency)
    if money.to_decimal(amount, currency) != number:
        places = money.exponent(currency) or "none"
        raise CellError(
            f"{_shown(raw)} has more decimals than {currency}, which has {places}.",
            "Correct the amount or the currency in Zoho.",
        )
    if abs(amount) > _LARGEST:
        raise CellError(f"{_shown(raw)} is out of range.", "Correct the amount in Zoho.")
    return amount


def rounded_units(raw: str, currency: str) -> int:
    """Return an amount that Zoho writes unrounded (a discount), rounded half away from zero."""
    amount = money.to_minor(decimal(raw), currency)
    if abs(amount) > _LARGEST:
        raise CellError(f"{_shown(raw)} is out of range.", "Correct the amount in Zoho.")
    return amount


@lru_cache(maxsize=512)
def currency(raw: str) -> str:
    """Return an ISO 4217 code in capitals."""
    code = raw.strip().upper()
    if not money.is_currency(code):
        raise CellError(
            f"{_shown(raw)} is not an ISO 4217 currency code.",
            "Correct the currency in Zoho; amounts in an unknown currency cannot be kept.",
        )
    return code


def flag(raw: str) -> bool:
    """Return a boolean from true/false, yes/no or 1/0 in any case; empty is false."""
    word = raw.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise CellError(f"{_shown(raw)} is neither true nor false.", "Write true or false.")


def identifier(raw: str) -> str:
    """Return one of Zoho's ids: digits, kept as text because they do not fit a float."""
    text = raw.strip()
    if not text or _IDENTIFIER.fullmatch(text):
        return text
    if SCIENTIFIC.fullmatch(text):
        raise CellError(
            f"The id {text} is in scientific notation: a spreadsheet has rounded it.",
            "Import the file as Zoho made it, without saving it in a spreadsheet first.",
        )
    raise CellError(f"{_shown(raw)} is not an id.", "Ids have at most 30 digits.")


def email(raw: str) -> str | None:
    """Return one bare address in lower case, or None for an empty cell."""
    text = raw.strip()
    if not text:
        return None
    if len(text) > 254 or not _EMAIL.fullmatch(text) or _ESCAPED.search(text):
        raise CellError(
            f"{_shown(raw)} is not one plain e-mail address.",
            "Enter a single address without name, line break or escape in Zoho.",
        )
    return text.lower()


def phone(raw: str) -> str | None:
    """Return a phone number without the apostrophe that guards a leading plus sign."""
    text = raw.strip()
    return (text[1:] if text.startswith(_GUARDED) else text) or None


def minutes(raw: str) -> int:
    """Return minutes from HH:MM, HH:MM:SS or decimal hours."""
    text = raw.strip()
    if clock := _CLOCK.fullmatch(text):
        return int(clock[1]) * 60 + int(clock[2])
    if _PLAIN.fullmatch(text) and not text.startswith("-"):
        return int((decimal(text) * 60).to_integral_value())
    raise CellError(f"{_shown(raw)} is not a time.", "Write hours and minutes as HH:MM.")


def priced(raw: str) -> tuple[str | None, Decimal]:
    """Return currency and number of a price such as `INR 250.00`; the currency may be missing."""
    match = _RATE.fullmatch(raw.strip())
    if not match:
        raise CellError(f"{_shown(raw)} is not a price.", "Write it like GBP 250.00.")
    code = match[1] or match[3]
    return (currency(code) if code else None), quantity(match[2])


def _shown(raw: str) -> str:
    """Quote a cell in a message: escaped, and short enough to read."""
    return repr(raw if len(raw) <= 60 else raw[:57] + "…")
