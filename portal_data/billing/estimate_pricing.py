"""What an estimate costs with some lines: as staff revise them, or as a customer chooses them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

from portal_data import money
from portal_data.billing import pricing
from portal_data.billing.lines import LineTax
from portal_data.billing.pricing import DiscountBasis, Priced, Tax, Terms

AMOUNTS = ("subtotal_minor", "discount_minor", "tax_minor", "round_off_minor", "total_minor")
"""The amounts of an estimate that follow from its lines."""


class Priceable(Protocol):
    """A line of an estimate: a percentage off, where there is one, rules over the amount off."""

    @property
    def quantity(self) -> Decimal:
        """How much of it."""

    @property
    def unit_price(self) -> Decimal:
        """In major units."""

    @property
    def discount_percent(self) -> Decimal | None:
        """Off the line."""

    @property
    def discount_minor(self) -> int:
        """Off the line, in place of a percentage."""

    @property
    def tax_name(self) -> str | None:
        """Its one tax, or what several are called together; None without any."""

    @property
    def tax_percent(self) -> Decimal | None:
        """The rate of that."""

    @property
    def several(self) -> tuple[LineTax, ...]:
        """Its taxes in place of that one, where it has several."""

    @property
    def optional(self) -> bool:
        """Whether it counts only where it is selected."""

    @property
    def selected(self) -> bool:
        """Whether it is."""


def priced(head: Mapping[str, Any], lines: Sequence[Priceable]) -> Priced:
    """Price lines on the terms of an estimate, whose row `head` has them.

    Raises Invalid for what has no price.
    """
    percent, currency = head["discount_percent"], head["currency_code"]
    after_tax = head["discount_after_tax"]
    terms = Terms(
        currency=currency,
        tax_inclusive=head["tax_inclusive"],
        discount_percent=percent or Decimal(0),
        discount_minor=0 if percent else head["discount_minor"],
        discount_basis=DiscountBasis.AFTER_TAX if after_tax else DiscountBasis.BEFORE_TAX,
        shipping_minor=head["shipping_minor"],
        adjustment_minor=head["adjustment_minor"],
        round_to=10 ** money.exponent(currency) if head["round_off_minor"] else 1,
    )
    return pricing.price([_to_price(line) for line in lines], terms)


def agrees(head: Mapping[str, Any], lines: Sequence[Priceable]) -> bool:
    """Tell whether an estimate costs what its lines and terms come to here, each tax included.

    Other books may reckon otherwise: then its amounts would change although nobody changed them.
    """
    reckoned = priced(head, lines)
    if not all(getattr(reckoned, name) == head[name] for name in AMOUNTS):
        return False
    for line, cost in zip(lines, reckoned.lines, strict=True):
        amounts = tuple(tax.amount_minor for tax in line.several)
        known = all(tax.compound is not None for tax in line.several)
        if line.several and not (known and amounts == cost.taxes_minor):
            return False
    return True


def _to_price(line: Priceable) -> pricing.Line:
    percent = line.discount_percent or Decimal(0)
    return pricing.Line(
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount_percent=percent,
        discount_minor=0 if percent else line.discount_minor,
        taxes=_taxes(line),
        counted=line.selected or not line.optional,
    )


def _taxes(line: Priceable) -> tuple[Tax, ...]:
    if line.several:
        return tuple(Tax(tax.name, tax.percent, bool(tax.compound)) for tax in line.several)
    if line.tax_name and line.tax_percent is not None:
        return (Tax(line.tax_name, line.tax_percent),)
    return ()
