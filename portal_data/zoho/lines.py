"""The rows of estimates, invoices and credit notes, gathered into documents.

Zoho writes one row a line item and repeats the document's own cells on each. Rows are gathered by
id (or number), across split files too. This is the part that sees every line, so it keeps to local
names, reads each distinct number once, and holds only what the books will hold.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from operator import itemgetter
from typing import Protocol

from portal_data import money
from portal_data.zoho import cells
from portal_data.zoho.columns import Layout
from portal_data.zoho.dates import Dates
from portal_data.zoho.defects import CellError, Findings
from portal_data.zoho.identifiers import Identifiers
from portal_data.zoho.line_fields import LineFields
from portal_data.zoho.records import Reading, Row

LINE_FIELDS = (
    "item_name",
    "item_desc",
    "quantity",
    "unit",
    "item_price",
    "discount",
    "discount_amount",
    "item_tax",
    "item_tax_percent",
    "item_tax_amount",
    "item_total",
    "sku",
    "product_id",
    "project_id",
    "project_name",
)
LINE_SOURCES = {  # columns of the line tables and the fields they come from
    "sku": ("sku",),
    "item_id": ("product_id",),
    "project_id": ("project_id", "project_name"),
    "description": ("item_desc",),
    "unit": ("unit",),
    "tax_name": ("item_tax",),
    "tax_percent": ("item_tax_percent",),
    "discount_percent": ("discount",),
}
_TELLING = ("quantity", "item_price", "item_total")  # a file with none of these has no lines
_NUMBERS = ("quantity", "item_price", "discount", "item_tax_percent")
_AMOUNTS = ("item_tax_amount", "item_total")
REPEATED = ("number", "customer_id", "date", "status", "currency", "subtotal", "total", "balance")
_HUNDRED = Decimal(100)
_ONE = Decimal(1)


@dataclass(slots=True)
class Line:
    """One line item, in the order of the document."""

    name: str | None
    description: str | None
    quantity: Decimal
    unit: str | None
    unit_price: Decimal
    discount_percent: Decimal | None
    discount_minor: int
    tax_name: str | None
    tax_percent: Decimal | None
    tax_minor: int
    total_minor: int
    sku: str | None
    product: str
    project: str
    custom: str | None
    source: str | None


class Lines(Protocol):
    """Lines in the order of the document: a list, or what reads them when they are looked at."""

    def __len__(self) -> int:
        """Return how many there are."""

    def __iter__(self) -> Iterator[Line]:
        """Go through them."""

    def append(self, line: Line, /) -> None:
        """Add one at the end."""


@dataclass(slots=True)
class Sheaf:
    """All rows of one document: its first row, its lines, and what is wrong with them."""

    row: Row
    currency: str = ""
    lines: Lines = field(default_factory=list[Line])
    subtotal: int = 0
    tax: int = 0
    uneven: int = 0
    uneven_row: int = 0
    error: CellError | None = None
    error_row: int = 0
    repeated: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    source: dict[str, str] = field(default_factory=dict)
    digest: int = 0

    def fail(self, error: CellError, row: int) -> None:
        """Keep the first error; one is enough to set the document aside."""
        if self.error is None:
            self.error, self.error_row = error, row


class _Decimals(dict[str, Decimal]):
    """Numbers by their text: a price occurs thousands of times and is checked once."""

    def __missing__(self, raw: str) -> Decimal:
        number = self[raw] = cells.quantity(raw.rstrip("%"))
        return number


class _Amounts(dict[str, int]):
    """Amounts of one currency by their text, in minor units; empty is nothing."""

    def __init__(self, currency: str) -> None:
        super().__init__({"": 0})
        self._currency = currency

    def __missing__(self, raw: str) -> int:
        amount = self[raw] = cells.minor_units(raw, self._currency)
        return amount


class _Discounts(_Amounts):
    """Discounts: Zoho writes them with three decimals, and the line's total rounds them."""

    def __missing__(self, raw: str) -> int:
        amount = self[raw] = cells.rounded_units(raw, self._currency)
        return amount


class Gatherer:
    """Collects the documents of one module from one or more files."""

    def __init__(self, reading: Reading) -> None:
        self.sheaves: dict[str, Sheaf] = {}
        self._reading = reading
        self._numbers = _Decimals()
        self._amounts: dict[str, _Amounts] = {}
        self._places: dict[str, _Rounding] = {}
        self._discounts: dict[str, _Discounts] = {}
        self._texts: set[str] = set()
        self._last: Sheaf | None = None
        self._ids: dict[tuple[str, str], int] = {}

    def gather(
        self,
        records: Iterable[tuple[int, list[str]]],
        layout: Layout,
        dates: Dates,
        ids: Identifiers,
    ) -> int:
        """Read all records of a table and return how many there were."""
        pick = picker(layout, LINE_FIELDS)
        repeated = picker(layout, REPEATED)
        key_of = picker(layout, ("id", "number"))
        has_lines = any(name in layout.positions for name in _TELLING)
        kept = LineFields(layout)
        sheaves, count = self.sheaves, 0
        for number, row in records:
            count += 1
            row.append("")  # absent fields are picked from here
            identifier, document = key_of(row)
            sheaf = sheaves.get(identifier or document) if identifier or document else self._last
            if sheaf is None:
                sheaf = self.open(Row(ids.file, number, layout, row, dates), identifier or document)
                sheaf.repeated, sheaf.unread = repeated(row), kept.shared(row)
            elif sheaf.repeated != (again := repeated(row)):
                ids.name("id", identifier.strip(), (sheaf.row.key("number"),), 0)
                ids.name("id", identifier.strip(), (document.strip(),), number)
                _compare(sheaf, again, layout, number)
            self._last = sheaf
            apart = (
                ()
                if sheaf.unread == (again := kept.shared(row))
                else kept.apart(sheaf.unread, again)
            )
            if not has_lines or not sheaf.currency:
                continue
            try:
                if line := self._line(pick(row), kept.of(row, apart), sheaf, number):
                    sheaf.lines.append(line)
            except CellError as error:
                error.column = error.column or _bad_column(pick(row), layout, sheaf.currency)
                sheaf.fail(error, number)
        for (own, text), number in self._ids.items():
            ids.see(own, text, number)
        self._ids.clear()
        return count

    def open(self, row: Row, key: str) -> Sheaf:
        """Begin a document with its first row."""
        sheaf = Sheaf(row)
        sheaf.source = row.source(lines=False)
        self.sheaves[key or f"row {row.number} of {row.file}"] = sheaf
        try:
            sheaf.currency = self._reading.currency_of(row)
        except CellError as error:
            sheaf.fail(error, row.number)
        return sheaf

    def _line(
        self,
        picked: tuple[str, ...],
        kept: tuple[str | None, str | None],
        sheaf: Sheaf,
        number: int,
    ) -> Line | None:
        (
            name,
            description,
            raw_quantity,
            unit,
            raw_price,
            raw_percent,
            raw_discount,
            tax_name,
            raw_tax_percent,
            raw_tax,
            raw_total,
            sku,
            product,
            project_id,
            project_name,
        ) = picked
        if not (name or description or raw_quantity or raw_total or raw_price):
            return None
        currency = sheaf.currency
        numbers = self._numbers
        amounts = self._amounts.get(currency)
        if amounts is None:
            amounts = self._amounts[currency] = _Amounts(currency)
            self._discounts[currency] = _Discounts(currency)
            self._places[currency] = _Rounding(currency)
        quantity = numbers[raw_quantity] if raw_quantity else _ONE
        percent = numbers[raw_percent] if raw_percent else None
        tax_percent = numbers[raw_tax_percent] if raw_tax_percent else None
        tax = amounts[raw_tax]
        rounding = self._places[currency]
        if raw_price:
            price = numbers[raw_price]
            gross = rounding[quantity, price]
        else:
            gross = amounts[raw_total] + self._discounts[currency][raw_discount]
            price = _unit_price(gross, quantity, currency)
        if raw_discount:
            discount = self._discounts[currency][raw_discount]
        else:
            discount = rounding[quantity * price, percent / _HUNDRED] if percent else 0
        total = amounts[raw_total] if raw_total else gross - discount
        if total != gross - discount:
            sheaf.uneven += 1
            sheaf.uneven_row = sheaf.uneven_row or number
        sheaf.subtotal += total
        sheaf.tax += tax
        for own, text in (("product_id", product), ("project_id", project_id)):
            if text and (own, text) not in self._ids:
                self._ids[own, text] = number
        if name not in self._texts or description not in self._texts:
            self._texts.update((name, description))
            self._reading.findings.watch(name, sheaf.row.file, number, "Item Name")
            self._reading.findings.watch(description, sheaf.row.file, number, "Item Desc")
        line = Line(
            name=name if name.strip() else None,
            description=description if description.strip() else None,
            quantity=quantity,
            unit=unit or None,
            unit_price=price,
            discount_percent=percent,
            discount_minor=discount,
            tax_name=tax_name or None,
            tax_percent=tax_percent,
            tax_minor=tax,
            total_minor=total,
            sku=sku or None,
            product=product.strip(),
            project=project_id.strip() or project_name.strip(),
            custom=kept[0],
            source=kept[1],
        )
        content = (str(len(sheaf.lines) + 1), *picked, line.custom or "", line.source or "")
        digest = hashlib.md5("\x1f".join(content).encode(), usedforsecurity=False).digest()
        sheaf.digest += int.from_bytes(digest[8:], "little")  # as the scratch engine adds them up
        return line


class _Rounding(dict[tuple[Decimal, Decimal], int]):
    """Products in minor units, rounded half up: the same quantity at the same price is common."""

    def __init__(self, currency: str) -> None:
        super().__init__()
        self._currency = currency

    def __missing__(self, factors: tuple[Decimal, Decimal]) -> int:
        amount = self[factors] = money.to_minor(factors[0] * factors[1], self._currency)
        return amount


def _unit_price(gross: int, quantity: Decimal, currency: str) -> Decimal:
    if not quantity:
        return Decimal(0)
    return (money.to_decimal(gross, currency) / quantity).quantize(Decimal("0.000001"))


def picker(layout: Layout, fields: tuple[str, ...]) -> Callable[[list[str]], tuple[str, ...]]:
    """Return a function that takes the fields out of a row; absent ones come from its last cell."""
    return itemgetter(*(layout.positions.get(name, -1) for name in fields))


def _compare(sheaf: Sheaf, again: tuple[str, ...], layout: Layout, number: int) -> None:
    """The document's own cells are repeated or left empty on later rows, never different."""
    for name, first, later in zip(REPEATED, sheaf.repeated, again, strict=True):
        if later and later != first:
            header = layout.headers.get(name, name)
            error = CellError(
                f"The rows of this document disagree: {first!r} and {later!r}.",
                "Export again; if it stays so, correct the document in Zoho.",
                column=header,
            )
            sheaf.fail(error, number)
            return


def _bad_column(picked: tuple[str, ...], layout: Layout, currency: str) -> str | None:
    """Find which number of a line cannot be read, for the message."""
    for name, raw in zip(LINE_FIELDS, picked, strict=True):
        try:
            if raw and name in _NUMBERS:
                cells.quantity(raw.rstrip("%"))
            elif raw and name == "discount_amount":
                cells.rounded_units(raw, currency)
            elif raw and name in _AMOUNTS:
                cells.minor_units(raw, currency)
        except CellError:
            return layout.headers.get(name, name)
    return None


def watch_texts(sheaf: Sheaf, findings: Findings) -> None:
    """Look at the document's own texts for what other programs might evaluate."""
    sheaf.row.watch(findings, "notes", "terms", "subject", "reference", "adjustment_label")
