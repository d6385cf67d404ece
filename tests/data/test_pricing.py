"""What documents cost: worked examples, and what holds for every document."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_data import money
from portal_data.billing.pricing import DiscountBasis, Line, Tax, Terms, price, taxes_of
from portal_data.errors import Invalid

VAT = Tax("VAT", Decimal(20))
REDUCED = Tax("Reduced", Decimal(5))
GST = Tax("GST", Decimal(5))
QST = Tax("QST", Decimal("9.975"))
SURCHARGE = Tax("Surcharge", Decimal(10), compound=True)


def line(price: str, quantity: str = "1", *taxes: Tax, **more: object) -> Line:
    return Line(Decimal(quantity), Decimal(price), taxes=taxes, **more)  # type: ignore[arg-type]


def amounts(lines: list[Line], **terms: object) -> dict[str, int]:
    """The document's amounts that are not nothing."""
    priced = price(lines, Terms(**{"currency": "GBP", **terms}))  # type: ignore[arg-type]
    names = ("subtotal", "discount", "tax", "shipping", "adjustment", "round_off", "total")
    found = {name: getattr(priced, f"{name}_minor") for name in names}
    return {name: amount for name, amount in found.items() if amount}


# Worked examples: each is reckoned by hand beside it --------------------------------------------


def test_lines_are_priced_and_taxed_each() -> None:
    # 3 x 33.335 = 100.005 -> 100.01, tax 20.002 -> 20.00; 0.5 x 0.99 = 0.495 -> 0.50, tax 0.10
    lines = [line("33.335", "3", VAT), line("0.99", "0.5", VAT)]
    assert amounts(lines) == {"subtotal": 10051, "tax": 2010, "total": 12061}
    assert [each.tax_minor for each in price(lines, Terms("GBP")).lines] == [2000, 10]


def test_tax_is_rounded_a_line_not_a_document() -> None:
    # 20 % of 0.12 is 0.024 -> 0.02 a line: 0.06, where 20 % of 0.36 would be 0.07
    assert amounts([line("0.12", "1", VAT)] * 3)["tax"] == 6


def test_half_a_minor_unit_goes_up_and_of_what_is_taken_off_down() -> None:
    assert amounts([line("0.125")])["total"] == 13
    credit = price([line("10"), line("-0.125")], Terms("GBP"))
    assert credit.lines[1].total_minor == -13


@pytest.mark.parametrize(
    ("currency", "total"),
    [("JPY", 1235), ("GBP", 123_450), ("KWD", 1_234_500), ("CLF", 12_345_000)],
)
def test_currencies_have_none_two_three_or_four_decimals(currency: str, total: int) -> None:
    # 1234.50 is 1235 yen: half up
    assert amounts([line("1234.50")], currency=currency)["total"] == total


def test_a_line_has_a_discount_as_a_percentage_or_an_amount() -> None:
    # 7.5 % of 19.99 is 1.49925 -> 1.50
    (tenth,) = price([line("19.99", discount_percent=Decimal("7.5"))], Terms("GBP")).lines
    assert (tenth.gross_minor, tenth.discount_minor, tenth.total_minor) == (1999, 150, 1849)
    (amount,) = price([line("19.99", discount_minor=999)], Terms("GBP")).lines
    assert amount.total_minor == 1000


def test_a_documents_discount_before_tax_lowers_the_tax() -> None:
    # 10 % of 150.00 is 15.00: 10.00 of the first line and 5.00 of the second; 20 % of 90, 5 % of 45
    lines = [line("100", "1", VAT), line("50", "1", REDUCED)]
    assert amounts(lines, discount_percent=Decimal(10)) == {
        "subtotal": 15000, "discount": 1500, "tax": 2025, "total": 15525,
    }  # fmt: skip
    priced = price(lines, Terms("GBP", discount_minor=1500))
    assert [each.share_minor for each in priced.lines] == [1000, 500]
    assert priced.taxes_minor == {VAT: 1800, REDUCED: 225}


def test_a_documents_discount_after_tax_leaves_the_tax() -> None:
    # 10 % of 100.00 + 20.00
    after = {"discount_basis": DiscountBasis.AFTER_TAX, "discount_percent": Decimal(10)}
    assert amounts([line("100", "1", VAT)], **after) == {
        "subtotal": 10000, "discount": 1200, "tax": 2000, "total": 10800,
    }  # fmt: skip


def test_a_discount_that_cannot_be_divided_evenly_is_divided_exactly() -> None:
    priced = price([line("10", "1", VAT)] * 3, Terms("GBP", discount_minor=100))
    assert [each.share_minor for each in priced.lines] == [34, 33, 33]


def test_several_taxes_stand_beside_each_other() -> None:
    # Quebec: 5 % and 9.975 % of 199.99: 9.9995 -> 10.00 and 19.949 -> 19.95
    priced = price([line("199.99", "1", GST, QST)], Terms("CAD"))
    assert priced.taxes_minor == {GST: 1000, QST: 1995}
    assert priced.total_minor == 19999 + 2995


def test_a_compound_tax_is_reckoned_on_the_taxes_before_it() -> None:
    # 20 % of 100.00, then 10 % of 120.00
    assert taxes_of(10000, (VAT, SURCHARGE), inclusive=False) == (2000, 1200)
    # and out of 132.00 again
    assert taxes_of(13200, (VAT, SURCHARGE), inclusive=True) == (2000, 1200)


def test_inclusive_prices_hold_their_tax() -> None:
    # 120.00 holds 20.00; 99.99 holds 16.665 -> 16.67
    assert amounts([line("120", "1", VAT), line("99.99", "1", VAT)], tax_inclusive=True) == {
        "subtotal": 21999, "tax": 3667, "total": 21999,
    }  # fmt: skip
    # 10 % off 120.00: 108.00 holds 18.00
    off = amounts([line("120", "1", VAT)], tax_inclusive=True, discount_percent=Decimal(10))
    assert off == {"subtotal": 12000, "discount": 1200, "tax": 1800, "total": 10800}


def test_several_taxes_in_one_price_add_up_to_what_it_holds() -> None:
    # 100.00 / 1.14975 = 86.9754…: 13.02 in all, 5 : 9.975
    assert taxes_of(10000, (GST, QST), inclusive=True) == (435, 867)
    assert taxes_of(-10000, (GST, QST), inclusive=True) == (-435, -867)


def test_shipping_is_taxed_by_its_own_taxes() -> None:
    assert amounts([line("100", "1", VAT)], shipping_minor=1000, shipping_taxes=(REDUCED,)) == {
        "subtotal": 10000, "tax": 2050, "shipping": 1000, "total": 13050,
    }  # fmt: skip
    inclusive = price(
        [line("120", "1", VAT)],
        Terms("GBP", tax_inclusive=True, shipping_minor=600, shipping_taxes=(VAT,)),
    )
    assert inclusive.taxes_minor == {VAT: 2100}
    assert inclusive.total_minor == 12600


def test_adjustment_and_rounding_come_last() -> None:
    # 12.34 - 0.30 = 12.04, to the next 0.05
    assert amounts([line("12.34")], adjustment_minor=-30, round_to=5, currency="CHF") == {
        "subtotal": 1234, "adjustment": -30, "round_off": 1, "total": 1205,
    }  # fmt: skip


def test_an_optional_line_that_is_not_chosen_costs_nothing_and_takes_no_discount() -> None:
    chosen, spare = line("100", "1", VAT), line("50", "1", VAT, counted=False)
    priced = price([chosen, spare], Terms("GBP", discount_percent=Decimal(10)))
    assert priced.total_minor == 9000 + 1800
    assert (priced.lines[1].total_minor, priced.lines[1].share_minor) == (5000, 0)
    assert price([spare], Terms("GBP")).total_minor == 0


def test_a_line_that_takes_off_gets_no_share_of_the_discount() -> None:
    priced = price([line("100"), line("-20")], Terms("GBP", discount_minor=800))
    assert [each.share_minor for each in priced.lines] == [800, 0]
    assert priced.total_minor == 7200


@pytest.mark.parametrize(
    ("lines", "terms", "message"),
    [
        ([line("10"), line("10", discount_minor=1001)], {}, "Line 2 has a discount below nothing"),
        ([line("10", discount_minor=-1)], {}, "Line 1 has a discount below nothing"),
        ([line("10", discount_percent=Decimal(101))], {}, "Line 1 has a discount of 101 %"),
        ([line("10", discount_percent=Decimal(1), discount_minor=1)], {}, "Choose one"),
        ([line("10")], {"discount_minor": 1001}, "The document has a discount"),
        ([line("-10")], {"discount_minor": 1}, "The document has a discount"),
        ([line("-10")], {"discount_percent": Decimal(10)}, "The total is below nothing"),
        ([line("10")], {"adjustment_minor": -1001}, "The total is below nothing"),
        ([line("10", "1", Tax("Odd", Decimal(-1)))], {}, "Odd has a percentage below nothing"),
        ([line("10"), line("999999999999", "99999")], {}, "Line 2 is out of bounds"),
        ([line("10")], {"shipping_minor": 10**16}, "Shipping is out of bounds"),
        ([line("10")], {"round_to": 0}, "at least one minor unit"),
        ([line("10")], {"currency": "XAU"}, "no|not an ISO 4217"),
    ],
)  # fmt: skip
def test_what_cannot_be_priced_says_where_and_why(
    lines: list[Line], terms: dict[str, object], message: str
) -> None:
    with pytest.raises(Invalid, match=message):
        amounts(lines, **terms)


# What holds for every document ------------------------------------------------------------------

_percents = st.decimals(0, 100, places=3)
_taxes = st.builds(
    Tax, st.sampled_from(["A", "B", "C"]), st.decimals(0, 40, places=3), compound=st.booleans()
)
_lines = st.builds(
    Line,
    st.decimals("0.001", 5000, places=3),
    st.decimals(0, 100_000, places=6),
    discount_percent=_percents,
    taxes=st.lists(_taxes, max_size=3, unique_by=lambda tax: tax.name).map(tuple),
    counted=st.booleans(),
)
_terms = st.builds(
    Terms,
    st.sampled_from(["JPY", "GBP", "KWD", "CLF"]),
    tax_inclusive=st.booleans(),
    discount_percent=_percents,
    discount_basis=st.sampled_from(DiscountBasis),
    shipping_minor=st.integers(0, 10_000),
    shipping_taxes=st.lists(_taxes, max_size=2, unique_by=lambda tax: tax.name).map(tuple),
    adjustment_minor=st.integers(0, 500),
    round_to=st.sampled_from([1, 5, 10, 100]),
)


@given(st.lists(_lines, max_size=8), _terms)
def test_the_parts_add_up_to_the_whole(lines: list[Line], terms: Terms) -> None:
    priced = price(lines, terms)
    counted = [cost for line, cost in zip(lines, priced.lines, strict=True) if line.counted]
    assert priced.subtotal_minor == sum(each.total_minor for each in counted)
    exclusive = 0 if terms.tax_inclusive else priced.tax_minor
    assert priced.total_minor == (
        priced.subtotal_minor - priced.discount_minor + exclusive + priced.shipping_minor
        + priced.adjustment_minor + priced.round_off_minor
    )  # fmt: skip
    assert priced.total_minor % terms.round_to == 0
    assert abs(priced.round_off_minor) * 2 <= terms.round_to
    if terms.discount_basis is DiscountBasis.BEFORE_TAX:
        assert sum(each.share_minor for each in counted) == priced.discount_minor
    shipping = taxes_of(terms.shipping_minor, terms.shipping_taxes, inclusive=terms.tax_inclusive)
    assert priced.tax_minor == sum(each.tax_minor for each in counted) + sum(shipping)
    for line, cost in zip(lines, priced.lines, strict=True):
        exact = Fraction(line.quantity) * Fraction(line.unit_price)
        assert abs(cost.gross_minor - exact * 10 ** money.exponent(terms.currency)) * 2 <= 1
        assert 0 <= cost.share_minor <= cost.total_minor <= cost.gross_minor


@given(st.lists(_lines, min_size=1, max_size=8), _terms, st.randoms())
def test_the_order_of_lines_moves_no_amount_but_the_last_unit_of_shares(
    lines: list[Line], terms: Terms, chance: object
) -> None:
    plain = replace(terms, discount_percent=Decimal(0))
    shuffled = list(lines)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = price(lines, plain), price(shuffled, plain)
    assert one.total_minor == other.total_minor
    assert one.taxes_minor == other.taxes_minor


@given(st.integers(-(10**9), 10**9), st.lists(_taxes, max_size=4).map(tuple))
def test_what_a_price_holds_is_what_was_added(net: int, taxes: tuple[Tax, ...]) -> None:
    added = taxes_of(net, taxes, inclusive=False)
    held = taxes_of(net + sum(added), taxes, inclusive=True)
    # each tax that was added is up to half a unit off, and so is what is taken out again
    assert abs(sum(held) - sum(added)) <= len(taxes)
