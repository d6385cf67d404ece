"""What documents cost: lines priced in a currency, taxed, discounted and added up."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from portal_data import money
from portal_data.billing import pricing
from portal_data.billing.pricing import Line, Tax, Terms
from portal_data.demo.books import Books, Row, exchange_rate

_STANDARD_TAX = {  # what stands for the standard rate at customers elsewhere; None is no tax
    "cote": "reverse",
    "nakheel": None,
    "aoba": "consumption",
    "galim": "zero",
    "cascadia": "sales",
}
_PRICE_STEP = {"EUR": "0.50", "USD": "0.50", "JPY": "100", "KWD": "0.250"}


@dataclass(frozen=True, slots=True)
class Work:
    """One line to be priced: an item of the price list, or a name with its own price."""

    item: str
    quantity: str | Decimal
    description: str | None = None
    discount: str | None = None
    """Percent off this line."""
    price: Decimal | None = None
    """Of one unit in the document's currency; None takes the price list's."""
    name: str | None = None
    unit: str | None = None
    optional: bool = False
    selected: bool = True
    limits: tuple[int, int] | None = None
    """Between which a customer chooses the quantity."""


@dataclass(frozen=True, slots=True)
class Extras:
    """What a document adds to its lines. Amounts are in major units of its currency."""

    discount: str = "0"
    """Percent off all lines, before tax."""
    shipping: str = "0"
    adjustment: str = "0"
    adjustment_label: str | None = None
    inclusive: bool = False
    """Prices already hold their tax."""
    round_to: int = 1
    """Minor units that the total must be a multiple of."""


PLAIN = Extras()


@dataclass(frozen=True, slots=True)
class Priced:
    """Lines ready for their document, and the document's own amounts by column."""

    lines: list[Row]
    amounts: dict[str, Any]


def price(
    books: Books, customer: str, currency: str, works: tuple[Work, ...], extras: Extras = PLAIN
) -> Priced:
    """Price the lines in the currency, with the taxes of the studio's country for the customer.

    Optional lines that are not selected cost nothing.
    """
    rows = [_row(books, customer, currency, work) for work in works]
    lines = [
        Line(
            row["quantity"],
            row["unit_price"],
            discount_percent=row["discount_percent"] or Decimal(0),
            taxes=(Tax(row["tax_name"], row["tax_percent"]),) if row["tax_name"] else (),
            counted=work.selected or not work.optional,
        )
        for row, work in zip(rows, works, strict=True)
    ]
    terms = Terms(
        currency,
        tax_inclusive=extras.inclusive,
        discount_percent=Decimal(extras.discount),
        shipping_minor=money.to_minor(Decimal(extras.shipping), currency),
        adjustment_minor=money.to_minor(Decimal(extras.adjustment), currency),
        round_to=extras.round_to,
    )
    priced = pricing.price(lines, terms)
    for row, line, cost in zip(rows, lines, priced.lines, strict=True):
        row["discount_minor"] = cost.discount_minor
        row["tax_minor"] = cost.tax_minor if line.counted else 0
        row["total_minor"] = cost.total_minor
    amounts = {
        "currency_code": currency,
        "tax_inclusive": extras.inclusive,
        "subtotal_minor": priced.subtotal_minor,
        "discount_minor": priced.discount_minor,
        "tax_minor": priced.tax_minor,
        "shipping_minor": priced.shipping_minor,
        "adjustment_minor": priced.adjustment_minor,
        "adjustment_label": extras.adjustment_label,
        "round_off_minor": priced.round_off_minor,
        "total_minor": priced.total_minor,
    }
    return Priced(rows, amounts)


def add_lines(books: Books, table: str, parent: str, document: Row, lines: list[Row]) -> None:
    """Gather the priced lines of a document under its column `parent`."""
    for position, line in enumerate(lines, 1):
        books.add(
            table,
            customer_id=document["customer_id"],
            position=position,
            **{parent: document["id"]},
            **line,
        )


def list_price(books: Books, item: str, currency: str) -> Decimal:
    """Return an item's price in a currency, in steps that look like a price list's."""
    pounds: Decimal = books.items[item]["unit_price"]
    if currency == "GBP":
        return pounds
    step = Decimal(_PRICE_STEP[currency])
    steps = pounds / exchange_rate(currency, books.started.date()) / step
    return max(steps.quantize(Decimal(1), rounding=ROUND_HALF_UP), Decimal(1)) * step


def _row(books: Books, customer: str, currency: str, work: Work) -> Row:
    """Return a line but for its amounts."""
    item = books.items[work.item]
    tax = _tax_of(books, customer, item)
    return {
        "item_id": item["id"],
        "sku": item["sku"],
        "name": work.name or item["name"],
        "description": work.description or item["description"],
        "quantity": Decimal(work.quantity),
        "unit": work.unit or item["unit"],
        "unit_price": list_price(books, work.item, currency) if work.price is None else work.price,
        "discount_percent": Decimal(work.discount) if work.discount else None,
        "tax_name": tax["name"] if tax else None,
        "tax_percent": tax["percent"] if tax else None,
    }


def _tax_of(books: Books, customer: str, item: Row) -> Row | None:
    """Return the tax of an item for a customer; only the standard rate differs elsewhere."""
    names = {row["id"]: key for key, row in books.taxes.items()}
    if item["tax_id"] is None:
        return None
    key: str | None = names[item["tax_id"]]
    if customer in _STANDARD_TAX:
        key = _STANDARD_TAX[customer]
    return books.taxes[key] if key else None
