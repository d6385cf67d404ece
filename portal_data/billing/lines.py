"""Lines of documents, and the taxes they add up to: alike for every kind of document."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class LineTax:
    """One of several taxes of a line, and the amount in minor units that it is reckoned on.

    A compound one is reckoned on those before it, too; None where that is not known.
    """

    id: UUID
    name: str
    percent: Decimal
    compound: bool | None
    base_minor: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `total_minor` is quantity times unit price less discount, before tax.

    Only estimates have optional ones, which count towards the document once they are selected, and
    quantities that the customer chooses between limits; and their lines tell the `several` taxes
    that `tax_minor` is the sum of, where there are any.
    """

    position: int
    name: str | None
    description: str | None
    sku: str | None
    quantity: Decimal
    unit: str | None
    unit_price: Decimal
    discount_percent: Decimal | None
    discount_minor: int
    tax_name: str | None
    tax_percent: Decimal | None
    tax_minor: int
    total_minor: int
    optional: bool = False
    selected: bool = True
    minimum_quantity: Decimal | None = None
    maximum_quantity: Decimal | None = None
    several: tuple[LineTax, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether the document's amounts hold this line."""
        return self.selected or not self.optional


@dataclass(frozen=True, slots=True)
class TaxLine:
    """The tax of one rate over the whole document."""

    name: str
    percent: Decimal | None
    amount_minor: int


def line_taxes(rows: Iterable[Mapping[str, Any]]) -> tuple[LineTax, ...]:
    """Return the several taxes of one line, of rows in their order.

    Rows do not say whether a tax is compound: what it was reckoned on does, which they keep.
    """
    found: list[LineTax] = []
    names = ("id", "name", "percent", "base_minor", "amount_minor")
    for row in rows:
        values = {name: row[name] for name in names}
        found.append(LineTax(**values, compound=_compound(row["base_minor"], found)))
    return tuple(found)


def _compound(base_minor: int, before: Sequence[LineTax]) -> bool | None:
    """Tell whether a tax is reckoned on those before it, too; None where its base tells neither."""
    if not any(tax.percent for tax in before):
        return False  # it would make no difference
    taxes = sum(tax.amount_minor for tax in before)
    if not taxes:
        return None  # too small to tell
    return {0: False, taxes: True}.get(base_minor - before[0].base_minor)


def taxes(lines: Iterable[Line]) -> list[TaxLine]:
    """Return the tax of each rate over all lines, in the order the rates appear."""
    summed: dict[tuple[str, Decimal | None], int] = {}
    for line in lines:
        for tax in line.several:
            summed[tax.name, tax.percent] = (
                summed.get((tax.name, tax.percent), 0) + tax.amount_minor
            )
        if line.tax_name and not line.several:
            key = (line.tax_name, line.tax_percent)
            summed[key] = summed.get(key, 0) + line.tax_minor
    return [TaxLine(name, percent, amount) for (name, percent), amount in summed.items()]


def selecting(table: str, owner: str, more: str = "") -> str:
    """Return the statement of a document's lines, whose `owner` column is a parameter of that name.

    `more` are further columns of the table. All of them are names of the schema.
    """
    return f"""
        select position, name, description, sku, quantity, unit, unit_price, discount_percent,
            discount_minor, tax_name, tax_percent, tax_minor, total_minor{more}
        from {table}_by_{owner}
        order by position, id
    """
