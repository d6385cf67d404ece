"""What documents cost: lines priced in a currency, taxed, discounted and added up."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from portal_data import money
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
    """Price the lines: net of each, its share of the document's discount, its tax, the total.

    Tax is reckoned on each line after both discounts, half up, as the studio's country does.
    Optional lines that are not selected cost nothing.
    """
    lines = [_line(books, customer, currency, work) for work in works]
    counted = [
        line for line, work in zip(lines, works, strict=True) if work.selected or not work.optional
    ]
    subtotal = sum(line["total_minor"] for line in counted)
    discount = _percent(subtotal, Decimal(extras.discount))
    weights = [line["total_minor"] for line in counted]
    shares = money.split(discount, weights) if subtotal else [0] * len(counted)
    for line, share in zip(counted, shares, strict=True):
        line["tax_minor"] = _tax(line["total_minor"] - share, line, extras.inclusive)
    tax = sum(line["tax_minor"] for line in counted)
    shipping = money.to_minor(Decimal(extras.shipping), currency)
    adjustment = money.to_minor(Decimal(extras.adjustment), currency)
    total = subtotal - discount + (0 if extras.inclusive else tax) + shipping + adjustment
    round_off = (total + extras.round_to // 2) // extras.round_to * extras.round_to - total
    amounts = {
        "currency_code": currency,
        "tax_inclusive": extras.inclusive,
        "subtotal_minor": subtotal,
        "discount_minor": discount,
        "tax_minor": tax,
        "shipping_minor": shipping,
        "adjustment_minor": adjustment,
        "adjustment_label": extras.adjustment_label,
        "round_off_minor": round_off,
        "total_minor": total + round_off,
    }
    return Priced(lines, amounts)


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


def _line(books: Books, customer: str, currency: str, work: Work) -> Row:
    item = books.items[work.item]
    unit_price = list_price(books, work.item, currency) if work.price is None else work.price
    gross = money.to_minor(Decimal(work.quantity) * unit_price, currency)
    off = _percent(gross, Decimal(work.discount or 0))
    tax = _tax_of(books, customer, item)
    return {
        "item_id": item["id"],
        "sku": item["sku"],
        "name": work.name or item["name"],
        "description": work.description or item["description"],
        "quantity": Decimal(work.quantity),
        "unit": work.unit or item["unit"],
        "unit_price": unit_price,
        "discount_percent": Decimal(work.discount) if work.discount else None,
        "discount_minor": off,
        "tax_name": tax["name"] if tax else None,
        "tax_percent": tax["percent"] if tax else None,
        "tax_minor": 0,
        "total_minor": gross - off,
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


def _tax(net: int, line: Row, inclusive: bool) -> int:
    percent = line["tax_percent"]
    if not percent:
        return 0
    return _half_up(Decimal(net) * percent / (100 + percent if inclusive else 100))


def _percent(amount: int, percent: Decimal) -> int:
    return _half_up(amount * percent / 100)


def _half_up(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))
