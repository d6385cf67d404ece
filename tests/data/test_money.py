"""Money: exact in every currency, and split without losing or making a penny."""

from decimal import Decimal

import pytest
from babel.numbers import format_currency
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_data import money
from portal_data.errors import Invalid


@pytest.mark.parametrize(("code", "digits"), [("GBP", 2), ("JPY", 0), ("KWD", 3), ("IQD", 3)])
def test_decimals_are_those_of_iso_4217(code: str, digits: int) -> None:
    assert money.exponent(code) == digits


@pytest.mark.parametrize("code", ["ZZQ", "", "gbp", "XAU", "XXX", "£"])
def test_what_is_no_currency_is_refused(code: str) -> None:
    assert not money.is_currency(code)
    with pytest.raises(Invalid):
        money.exponent(code)


@pytest.mark.parametrize(
    ("amount", "minor"),
    [("2.345", 235), ("-2.345", -235), ("2.344999", 234), ("0.005", 1), ("-0.004", 0)],
)
def test_halves_round_away_from_zero(amount: str, minor: int) -> None:
    assert money.to_minor(Decimal(amount), "GBP") == minor


@pytest.mark.parametrize(
    ("minor", "code", "locale", "text"),
    [
        (1235, "GBP", "en_GB", "£12.35"),
        (-123456789, "EUR", "de_DE", "-1.234.567,89\xa0€"),
        (5, "KWD", "en_US", "KWD\xa00.005"),
        (10**15 + 1, "USD", "en_US", "$10,000,000,000,000.01"),
    ],
)
def test_amounts_read_as_the_locale_writes_them(
    minor: int, code: str, locale: str, text: str
) -> None:
    assert money.format(minor, code, locale=locale) == text


@settings(deadline=None)  # the first amount of a locale reads its data
@given(
    st.integers(-(10**15), 10**15) | st.integers(-99_999, 99_999),
    st.sampled_from(["GBP", "JPY", "KWD", "CHF", "INR", "CLF"]),
    st.sampled_from(["en_GB", "de_CH", "hi_IN", "es_ES", "pl_PL", "ar_EG", "fa_IR", "he_IL", "nl"]),
)
def test_amounts_read_as_babel_writes_each(minor: int, code: str, locale: str) -> None:
    amount = money.to_decimal(minor, code)
    text = format_currency(amount, code, locale=locale, decimal_quantization=False)
    assert money.format(minor, code, locale=locale).replace("\xa0", "") == text.replace("\xa0", "")


@given(st.integers(0, 10**15), st.lists(st.integers(0, 10**9), min_size=1, max_size=40))
def test_a_split_adds_up_and_is_fair(total: int, weights: list[int]) -> None:
    if not any(weights):
        with pytest.raises(Invalid):
            money.split(total, weights)
        return
    parts = money.split(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        exact = Decimal(total) * weight / sum(weights)
        assert abs(part - exact) < 1


@given(st.integers(-(10**18), 10**18), st.sampled_from(["GBP", "JPY", "KWD"]))
def test_minor_units_survive_the_way_through_decimals(minor: int, code: str) -> None:
    assert money.to_minor(money.to_decimal(minor, code), code) == minor
