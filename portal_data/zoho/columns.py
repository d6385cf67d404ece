"""Matching a file's columns with the fields of a module: by name, in any spelling that occurs.

Header spellings are facts about Zoho's exports of 2019 to 2026; the backup, the module export and
the Billing, Invoice and Books editions differ. Columns are found by name, never by position.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from portal_data.zoho.tables import Table, fold

Aliases = Mapping[str, tuple[str, ...]]


# columns without a field of ours that speak of one line or application
_OF_LINES = frozenset(
    """
    account, account code, brand, sales order number, expense reference id, hsn/sac, item type,
    supply type, tax id, tax1 id, item tax type, item tax exemption reason, kit combo item name,
    upc, mpn, ean, isbn, line item location name, manually shipped quantity, cgst rate %,
    sgst rate %, igst rate %, cess rate %, cgst(fcy), sgst(fcy), igst(fcy), cess(fcy), cgst, sgst,
    igst, cess, reverse charge tax name, reverse charge tax rate, reverse charge tax type,
    item tds name, item tds percentage, item tds amount, item tds section code,
    item tds section, invoice date
    """.replace("\n    ", " ")
    .strip()
    .split(", ")
)


@dataclass(frozen=True)
class Module:
    """One kind of file: its fields with their headers, best first, and what it cannot do without.

    A repeated column must agree with itself, except the `loose` ones that decide nothing. `names`
    are the fields that tell apart what an id field stands for: rows of one id have one name. What
    `also_kept` fields say is kept as the file has it too, because their table has less room.
    """

    name: str
    files: tuple[str, ...]
    fields: Aliases
    required: tuple[tuple[str, ...], ...]
    loose: frozenset[str] = frozenset()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    also_kept: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Layout:
    """Where one table keeps a module's fields. `absent` fields have no column in it.

    `unread` columns are no field of the module, `custom` ones are the business's own; each is also
    told apart by whether it speaks of a line (`line_…`). `labels` are the names of all of them.
    """

    positions: dict[str, int]
    headers: dict[str, str]
    absent: frozenset[str]
    missing: list[str]
    repeated: list[list[int]]
    unread: dict[str, int]
    line_unread: dict[str, int]
    custom: dict[str, int]
    line_custom: dict[str, int]
    labels: frozenset[str]
    absent_columns: dict[int, frozenset[str]] = field(default_factory=dict, compare=False)
    """Columns of a table without a source here, once worked out."""


def layout(module: Module, table: Table) -> Layout:
    """Match a table's header with a module's fields."""
    positions: dict[str, int] = {}
    repeated = []
    read: set[int] = set()
    for own, names in module.fields.items():
        for name in names:
            if places := table.positions.get(fold(name)):
                positions[own] = places[0]
                if own not in module.also_kept:
                    read.update(places)
                if len(places) > 1 and own not in module.loose:
                    repeated.append(places)
                break
    missing = [
        " or ".join(module.fields[own][0] for own in group)
        for group in module.required
        if not any(own in positions for own in group)
    ]
    custom: dict[str, int] = {}
    line_custom: dict[str, int] = {}
    unread: dict[str, int] = {}
    line_unread: dict[str, int] = {}
    for position, column in enumerate(table.columns):
        folded = fold(column)
        if folded.startswith("cf."):
            custom[column.strip()[3:]] = position
        elif folded.startswith("item.cf."):
            line_custom[column.strip()[8:]] = position
        elif position not in read:
            kept = line_unread if folded in _OF_LINES else unread
            # a header may occur twice, each time with something else in it
            label = (
                column.strip() if column.strip() not in kept else f"{column.strip()} ({position})"
            )
            kept[label] = position
    return Layout(
        positions=positions,
        headers={own: table.columns[place].strip() for own, place in positions.items()},
        absent=frozenset(module.fields.keys() - positions.keys()),
        missing=missing,
        repeated=repeated,
        unread=unread,
        line_unread=line_unread,
        custom=custom,
        line_custom=line_custom,
        labels=frozenset((*custom, *unread, *line_custom, *line_unread)),
    )


def moved(layout: Layout, places: Sequence[int]) -> Layout:
    """Return the layout of rows that have only the cells at these places."""
    new = {place: index for index, place in enumerate(places)}

    def renumbered(cells: Mapping[str, int]) -> dict[str, int]:
        return {name: new[place] for name, place in cells.items()}

    return replace(
        layout,
        positions=renumbered(layout.positions),
        custom=renumbered(layout.custom),
        line_custom=renumbered(layout.line_custom),
        unread=renumbered(layout.unread),
        line_unread=renumbered(layout.line_unread),
        absent_columns={},
    )


def kept_positions(layout: Layout) -> set[int]:
    """Return the positions of all columns that somebody reads."""
    columns = (
        layout.positions,
        layout.custom,
        layout.line_custom,
        layout.unread,
        layout.line_unread,
    )
    return {place for group in columns for place in group.values()}


def named(**names: str | tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return fields with their headers; a single header needs no tuple."""
    return {own: (name,) if isinstance(name, str) else name for own, name in names.items()}


def address(kind: str) -> dict[str, tuple[str, ...]]:
    """Return the address columns of a customer: `kind` is Billing or Shipping."""
    return {
        **postal_address(kind),
        f"{kind.lower()}_phone": (f"{kind} Phone", f"{kind} Phone Number"),
        f"{kind.lower()}_fax": (f"{kind} Fax",),
    }


def postal_address(kind: str) -> dict[str, tuple[str, ...]]:
    """Return the address columns of a document, which keeps the lines of an envelope."""
    parts = {
        "attention": ("Attention",),
        "street1": ("Address", "Street", "Street1", "Street 1"),
        "street2": ("Street2", "Street 2"),
        "city": ("City",),
        "state": ("State",),
        "postal_code": ("Code", "Zip", "Zip Code", "Zipcode", "Postal Code"),
        "country": ("Country",),
    }
    prefix = kind.lower()
    return {
        f"{prefix}_{part}": tuple(f"{kind} {name}" for name in names)
        for part, names in parts.items()
    }
