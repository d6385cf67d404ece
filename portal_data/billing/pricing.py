"""What a document costs: lines priced, discounted and taxed, and the document's own amounts.

Every amount is rounded once, half away from zero, to a minor unit of the document's currency: the
price of a line, each tax of a line, the document's discount. What has to be divided (a document's
discount over its lines, the tax that a price holds over several taxes) is divided so that the parts
add up to the whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from portal_data import money
from portal_data.errors import Invalid

_MOST = 10**15
"""Minor units of the largest amount: sums of a business's documents still fit 64 bits."""
_ZERO = Decimal(0)


class DiscountBasis(Enum):
    """What a document's discount is taken from."""

    BEFORE_TAX = "before_tax"
    """The lines' amounts: it lowers their tax."""
    AFTER_TAX = "after_tax"
    """The lines' amounts with their tax: it leaves the tax as it is."""


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax by name and percentage; a compound one is reckoned on the taxes before it, too."""

    name: str
    percent: Decimal
    compound: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line to be priced. `unit_price` is in major units, with as many decimals as it takes."""

    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal = _ZERO
    discount_minor: int = 0
    """Off the line's price, in place of a percentage."""
    taxes: tuple[Tax, ...] = ()
    counted: bool = True
    """An optional line that is not chosen is priced and costs nothing."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a document says of all its lines, and what it adds to them."""

    currency: str
    tax_inclusive: bool = False
    """Prices, the document's discount and shipping hold their tax already."""
    discount_percent: Decimal = _ZERO
    discount_minor: int = 0
    """Off all lines together, in place of a percentage."""
    discount_basis: DiscountBasis = DiscountBasis.BEFORE_TAX
    shipping_minor: int = 0
    shipping_taxes: tuple[Tax, ...] = ()
    adjustment_minor: int = 0
    round_to: int = 1
    """Minor units that the total is rounded to a multiple of, as where small coins are gone."""


@dataclass(frozen=True, slots=True)
class PricedLine:
    """What a line costs, in minor units."""

    gross_minor: int
    """Quantity times price."""
    discount_minor: int
    total_minor: int
    """After the line's own discount."""
    share_minor: int
    """Of the document's discount before tax."""
    taxes_minor: tuple[int, ...]
    """By tax, on what is left after both discounts."""

    @property
    def tax_minor(self) -> int:
        """All taxes together."""
        return sum(self.taxes_minor)


@dataclass(frozen=True, slots=True)
class Priced:
    """A whole document's amounts, in minor units of its currency."""

    lines: tuple[PricedLine, ...]
    subtotal_minor: int
    """The totals of all lines that count."""
    discount_minor: int
    shipping_minor: int
    adjustment_minor: int
    round_off_minor: int
    total_minor: int
    taxes_minor: dict[Tax, int] = field(hash=False)
    """By tax, over lines and shipping, in the order in which they first occur."""

    @property
    def tax_minor(self) -> int:
        """All taxes together; with inclusive prices the total holds them already."""
        return sum(self.taxes_minor.values())


def price(lines: Sequence[Line], terms: Terms) -> Priced:
    """Price a document.

    Raises Invalid, naming the line by its number from one, for discounts that exceed what they are
    taken from, taxes below nothing, amounts out of bounds, and a total below nothing.
    """
    priced = [_line(number, line, terms) for number, line in enumerate(lines, 1)]
    counted = [number for number, line in enumerate(lines) if line.counted]
    subtotal = sum(priced[number].total_minor for number in counted)
    before_tax = terms.discount_basis is DiscountBasis.BEFORE_TAX
    discount = _document_discount(subtotal, terms) if before_tax else 0
    if discount:
        # what a negative line takes off is not discounted again
        weights = [max(priced[number].total_minor, 0) for number in counted]
        for number, share in zip(counted, money.split(discount, weights), strict=True):
            priced[number] = _taxed(priced[number], lines[number], terms, share)
    taxes: dict[Tax, int] = {}
    for number in counted:
        _add(taxes, lines[number].taxes, priced[number].taxes_minor)
    on_lines = 0 if terms.tax_inclusive else sum(taxes.values())
    if not before_tax:
        discount = _document_discount(subtotal + on_lines, terms)
    shipping = _bounded(terms.shipping_minor, "Shipping")
    on_shipping = taxes_of(shipping, terms.shipping_taxes, inclusive=terms.tax_inclusive)
    _add(taxes, terms.shipping_taxes, on_shipping)
    exclusive = 0 if terms.tax_inclusive else sum(taxes.values())
    exact = subtotal - discount + exclusive + shipping + terms.adjustment_minor
    total = _bounded(_multiple(exact, terms.round_to), "The total")
    if total < 0:
        raise Invalid("The total is below nothing. Lower the discounts, or issue a credit note.")
    return Priced(
        lines=tuple(priced),
        subtotal_minor=subtotal,
        discount_minor=discount,
        shipping_minor=shipping,
        adjustment_minor=terms.adjustment_minor,
        round_off_minor=total - exact,
        total_minor=total,
        taxes_minor=taxes,
    )


def taxes_of(amount_minor: int, taxes: Sequence[Tax], *, inclusive: bool) -> tuple[int, ...]:
    """Return each tax on an amount, or each that it holds when it is `inclusive`, in minor units.

    Raises Invalid for a percentage below nothing.
    """
    factors, reckoned = Fraction(1), []
    for tax in taxes:
        if tax.percent < 0:
            raise Invalid(f"{tax.name} has a percentage below nothing.")
        part = Fraction(tax.percent) / 100 * (factors if tax.compound else 1)
        reckoned.append(part)
        factors += part
    if not inclusive:
        return tuple(_half_up(amount_minor * part) for part in reckoned)
    whole = _half_up(amount_minor - amount_minor / factors)
    if not whole:
        return (0,) * len(reckoned)
    weights = _whole_numbers(reckoned)
    sign = 1 if whole > 0 else -1
    return tuple(sign * part for part in money.split(abs(whole), weights))


def _line(number: int, line: Line, terms: Terms) -> PricedLine:
    called = f"Line {number}"
    unit_price = Fraction(line.unit_price) * 10 ** money.exponent(terms.currency)
    gross = _bounded(_half_up(Fraction(line.quantity) * unit_price), called)
    off = _discount(gross, line.discount_percent, line.discount_minor, called)
    bare = PricedLine(gross, off, gross - off, 0, ())
    return _taxed(bare, line, terms, 0)


def _taxed(priced: PricedLine, line: Line, terms: Terms, share: int) -> PricedLine:
    """Return the line with its share of the document's discount and the taxes on the rest."""
    left = priced.total_minor - share
    taxes = taxes_of(left, line.taxes, inclusive=terms.tax_inclusive)
    return PricedLine(priced.gross_minor, priced.discount_minor, priced.total_minor, share, taxes)


def _document_discount(amount: int, terms: Terms) -> int:
    if amount <= 0 and not terms.discount_minor:
        return 0  # nothing to take a share of
    return _discount(amount, terms.discount_percent, terms.discount_minor, "The document")


def _discount(amount: int, percent: Decimal, minor: int, called: str) -> int:
    """Return what is taken off an amount, which may be negative: then so is its percentage."""
    if percent and minor:
        raise Invalid(f"{called} has a discount as a percentage and as an amount. Choose one.")
    if not 0 <= percent <= 100:
        raise Invalid(f"{called} has a discount of {percent} %. It can be from 0 to 100.")
    if minor and not 0 <= minor <= amount:
        raise Invalid(f"{called} has a discount below nothing, or of more than it is taken from.")
    return _half_up(amount * Fraction(percent) / 100) if percent else minor


def _add(sums: dict[Tax, int], taxes: Sequence[Tax], amounts: Sequence[int]) -> None:
    for tax, amount in zip(taxes, amounts, strict=True):
        sums[tax] = sums.get(tax, 0) + amount


def _multiple(amount: int, step: int) -> int:
    if step < 1:
        raise Invalid("A total is rounded to a multiple of at least one minor unit.")
    return _half_up(Fraction(amount, step)) * step


def _bounded(amount: int, called: str) -> int:
    if abs(amount) > _MOST:
        raise Invalid(f"{called} is out of bounds: no amount can have more than 15 figures.")
    return amount


def _whole_numbers(parts: Sequence[Fraction]) -> list[int]:
    """Return whole numbers in the same proportion."""
    common = 1
    for part in parts:
        common *= part.denominator
    return [int(part * common) for part in parts]


def _half_up(exact: Fraction | int) -> int:
    """Return the nearest whole number, the one further from zero when both are as near."""
    whole = Fraction(exact)
    rounded = (abs(whole.numerator) * 2 + whole.denominator) // (whole.denominator * 2)
    return rounded if whole >= 0 else -rounded
