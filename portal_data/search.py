"""Searching: what a person typed, as the pattern of `ilike … escape '!'` and as an amount."""

import re
import unicodedata
from decimal import Decimal

from iso4217 import Currency

_LONGEST = 15
"""Figures of an amount: minor units of any currency then fit a bigint."""
_PLACES = {each.code: each.exponent for each in Currency if each.exponent is not None}


def contains(text: str) -> str:
    """Return the pattern that finds `text` anywhere; its own % and _ are ordinary characters.

    Nothing typed gives `%`, which finds everything. NUL, which PostgreSQL cannot hold, is left out.
    """
    plain = text.replace("\0", "").strip().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{plain}%" if plain else "%"


def amounts(text: str) -> list[str]:
    """Return typed text as an amount of every currency, each as code and minor units: GBP418194.

    A row is found by `currency_code || total_minor = any($amounts)`, an equality over the rows of
    one customer; text that is no amount gives none. Thousands may be grouped, a currency's sign or
    code may stand at either end, and a comma before one or two last digits is a decimal one:
    `4181.94`, `£4,181.94`, `4.181,94 EUR`.
    """
    typed = _typed(text)
    if typed is None:
        return []
    scaled = ((code, typed.scaleb(places)) for code, places in _PLACES.items())
    return [f"{code}{int(minor)}" for code, minor in scaled if not minor % 1]


def _typed(text: str) -> Decimal | None:
    figures = re.fullmatch(r"([A-Z]{3}|\D)?\s*([\d.,'\s]*\d)\s*([A-Z]{3}|\D)?", text.strip())
    if figures is None:
        return None
    before, digits, after = figures.groups()
    if any(
        len(sign) == 1 and unicodedata.category(sign) != "Sc" for sign in (before, after) if sign
    ):
        return None  # 100% is no amount
    digits = re.sub(r"[\s']", "", digits)
    if re.search(r",\d{1,2}$", digits):
        digits = digits.replace(".", "").replace(",", ".")
    digits = digits.replace(",", "")
    if not re.fullmatch(r"\d+(\.\d{1,3})?", digits, re.ASCII) or len(digits) > _LONGEST:
        return None
    return Decimal(digits)
