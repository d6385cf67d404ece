"""The SQL by which the scratch engine reads the cells of lines, and tells which ones it cannot."""

from collections.abc import Sequence

from portal_data.store.scratch import Scratch
from portal_data.zoho.columns import Layout

NEEDED = ("item_price", "item_total")
_NUMBERS = (
    "quantity",
    "item_price",
    "discount",
    "discount_amount",
    "item_tax_percent",
    "item_tax_amount",
    "item_total",
)
_EXACT = ("item_tax_amount", "item_total")  # never rounded
_PERCENTS = ("discount", "item_tax_percent")
_PLAIN = r"[+-]?\d{1,9}(\.\d{1,6})?"  # what does not look like this may be right, too
_BLANK = r"[\s\x0b\x1c-\x1f\x85\p{Z}]"  # what Python strips off
_KEYS = ("product_id", "project_id", "project_name")
WATCHED = {"item_name": "Item Name", "item_desc": "Item Desc"}


class LineColumns:
    """Expressions over the table `name`, whose columns stand in the file at `places`.

    Amounts are in minor units of a currency with `exponent` decimals.
    """

    def __init__(self, scratch: Scratch, layout: Layout, places: Sequence[int], name: str) -> None:
        self._scratch, self._layout, self._places, self._name = scratch, layout, places, name
        self.exponent = 2

    def table(self) -> dict[str, str]:
        """Return the expressions of a line table's columns; others are known to the caller."""
        text = self.text
        return {
            "id": "uuidv7()",
            "customer_id": "t.customer",
            "position": "cast(r.rowid - d.first + 1 as integer)",
            "item_id": "i.id",
            "sku": f"nullif({text('sku')}, '')",
            "name": f"nullif({text('item_name')}, '')",
            "description": f"nullif({text('item_desc')}, '')",
            "quantity": self.quantity(),
            "unit": f"nullif({text('unit')}, '')",
            "unit_price": f"try_cast({text('item_price')} as decimal(18, 6))",
            "discount_percent": _percent(text("discount")),
            "discount_minor": self.amount("discount_amount"),
            "tax_name": f"nullif({text('item_tax')}, '')",
            "tax_percent": _percent(text("item_tax_percent")),
            "tax_minor": self.amount("item_tax_amount"),
            "total_minor": self.amount("item_total"),
            "custom_fields": "k.custom",
            "source_fields": "k.source",
            "project_id": "p.id",
        }

    def text(self, field: str) -> str:
        """Return the cell of a field; an empty text when there is no such column."""
        place = self._layout.positions.get(field)
        return "''" if place is None else f"c{self._places[place]}"

    def project(self) -> str:
        """Return what a line names as its project: an id, else a name."""
        named, name = self.text("project_id"), self.text("project_name")
        if (named, name) == ("''", "''"):
            return "''"
        return f"if({named} <> '', {named}, {name})"

    def quantity(self) -> str:
        """Return the quantity, which is one where the file says nothing."""
        column = self.text("quantity")
        return f"if({column} = '', 1, try_cast({column} as decimal(18, 6)))"

    def uneven(self) -> str:
        """Return the condition for line totals that are not quantity × price - discount."""
        price = f"try_cast({self.text('item_price')} as decimal(18, 6))"
        product = f"cast({self.quantity()} as decimal(38, 6)) * {price}"
        rounded = f"try_cast(round({product}, {self.exponent}) * {10**self.exponent} as bigint)"
        differs = f"{self.amount('item_total')} <> {rounded} - {self.amount('discount_amount')}"
        exact = f"{product} = {self._decimal('item_total')} + {self._decimal('discount_amount')}"
        # rounding takes longer than everything else about a line, and few need it
        return f"if({exact}, false, {differs})"

    def amount(self, field: str) -> str:
        """Return an amount in minor units; nothing said is nothing."""
        column = self.text(field)
        if column == "''":
            return "0"
        amount = f"try_cast({column} as decimal(18, {self.exponent})) * {10**self.exponent}"
        return f"if({column} = '', 0, cast({amount} as bigint))"

    def _decimal(self, field: str) -> str:
        column = self.text(field)
        return f"if({column} = '', 0, try_cast({column} as decimal(18, {self.exponent})))"

    def odd(self) -> str:
        """Return the condition for rows that Python must read."""
        text = self.text
        rules = [f"{text(name)} = ''" for name in NEEDED]
        for name in _NUMBERS:
            number = f"rtrim({text(name)}, '%')" if name in _PERCENTS else text(name)
            rules += self._filled(name, f"not regexp_full_match({number}, '{_PLAIN}')")
        for name in _EXACT:
            number, kept = (
                f"try_cast({text(name)} as decimal(18, {places}))" for places in (6, self.exponent)
            )
            rules += self._filled(name, f"{number} <> {kept}")
        for name in WATCHED:
            rules += self._filled(name, f"regexp_full_match({text(name)}, '{_BLANK}+')")
        for name in _KEYS:
            rules += self._filled(name, f"regexp_matches({text(name)}, '^{_BLANK}|{_BLANK}$')")
        if text("discount") != "''":  # a discount that is only a percentage has to be worked out
            percent = f"coalesce({_percent(text('discount'))}, 0)"
            rules.append(f"({text('discount_amount')} = '' and {percent} <> 0)")
        return " or ".join(self._met(rules)) or "false"

    def _filled(self, field: str, condition: str) -> list[str]:
        column = self.text(field)
        return [] if column == "''" else [f"({column} <> '' and {condition})"]

    def _met(self, rules: Sequence[str]) -> list[str]:
        """Return the rules that any row meets: most files need none of them row by row."""
        each = ", ".join(f"coalesce(bool_or({rule}), false)" for rule in rules)
        (met,) = self._scratch.rows(f"select {each} from {self._name}")
        return [rule for rule, meets in zip(rules, met, strict=True) if meets]


def _percent(column: str) -> str:
    if column == "''":
        return "null::decimal(18, 6)"
    return f"if({column} = '', null, try_cast(rtrim({column}, '%') as decimal(18, 6)))"
