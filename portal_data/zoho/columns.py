"""Matching a file's columns with the fields of a module: by name, in any spelling that occurs.

Header spellings are facts about Zoho's exports of 2019 to 2026; the backup, the module export and
the Billing, Invoice and Books editions differ. Columns are found by name, never by position.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal_data.zoho.tables import Table, fold

Aliases = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Module:
    """One kind of file: its fields with their headers, best first, and what it cannot do without.

    A repeated column must agree with itself, except the `loose` ones that decide nothing. `names`
    are the fields that tell apart what an id field stands for: rows of one id have one name.
    """

    name: str
    files: tuple[str, ...]
    fields: Aliases
    required: tuple[tuple[str, ...], ...]
    loose: frozenset[str] = frozenset()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """Where one table keeps a module's fields. `absent` fields have no column in it."""

    positions: dict[str, int]
    headers: dict[str, str]
    absent: frozenset[str]
    missing: list[str]
    repeated: list[list[int]]
    unread: list[str]
    custom: dict[str, int]
    line_custom: dict[str, int]


def layout(module: Module, table: Table) -> Layout:
    """Match a table's header with a module's fields."""
    positions: dict[str, int] = {}
    repeated = []
    read: set[int] = set()
    for own, names in module.fields.items():
        for name in names:
            if places := table.positions.get(fold(name)):
                positions[own] = places[0]
                read.update(places)
                if len(places) > 1 and own not in module.loose:
                    repeated.append(places)
                break
    missing = [
        " or ".join(module.fields[own][0] for own in group)
        for group in module.required
        if not any(own in positions for own in group)
    ]
    custom, line_custom, unread = {}, {}, []
    for position, column in enumerate(table.columns):
        folded = fold(column)
        if folded.startswith("cf."):
            custom[column.strip()[3:]] = position
        elif folded.startswith("item.cf."):
            line_custom[column.strip()[8:]] = position
        elif position not in read:
            unread.append(column.strip())
    return Layout(
        positions=positions,
        headers={own: table.columns[place].strip() for own, place in positions.items()},
        absent=frozenset(module.fields.keys() - positions.keys()),
        missing=missing,
        repeated=repeated,
        unread=unread,
        custom=custom,
        line_custom=line_custom,
    )


def named(**names: str | tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return fields with their headers; a single header needs no tuple."""
    return {own: (name,) if isinstance(name, str) else name for own, name in names.items()}


def address(kind: str, phone: str = "Phone") -> dict[str, tuple[str, ...]]:
    """Return the address columns of a file: `kind` is Billing or Shipping."""
    parts = {
        "attention": ("Attention",),
        "street1": ("Address", "Street", "Street1", "Street 1"),
        "street2": ("Street2", "Street 2"),
        "city": ("City",),
        "state": ("State",),
        "postal_code": ("Code", "Zip", "Zip Code", "Zipcode", "Postal Code"),
        "country": ("Country",),
        "phone": (phone, "Phone", "Phone Number"),
        "fax": ("Fax",),
    }
    prefix = kind.lower()
    return {
        f"{prefix}_{part}": tuple(f"{kind} {name}" for name in names)
        for part, names in parts.items()
    }
