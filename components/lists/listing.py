"""A screen that lists one noun: its filter, search, order and page are read from the address."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from components.lists import record_list as drawn
from components.lists.record_list import Choice, Column, Empty, Menu, Order, Row, Search, Way
from components.ui import address, downloads, links

Filter = TypeVar("Filter", bound=StrEnum)
Sort = TypeVar("Sort", bound=StrEnum)


class Found(Protocol):
    """One page of rows, as every noun returns it."""

    @property
    def rows(self) -> Sequence[Any]:
        """The rows of the page."""

    @property
    def total(self) -> int:
        """How many rows the filter has in all."""

    @property
    def counts(self) -> Mapping[Any, int]:
        """How many rows each filter has."""


Page = TypeVar("Page", bound=Found)


@dataclass(frozen=True, slots=True)
class Kind(Generic[Filter, Sort]):
    """How one noun is listed. The first filter and the first order are those of a bare address."""

    path: str
    title: str
    search: str
    """What the search field looks in, in words; empty for none."""
    size: int
    filters: Mapping[Filter, str]
    orders: Mapping[Sort, str]
    columns: Sequence[Column]
    sorts: Mapping[str, tuple[Sort, ...]] = field(default_factory=dict)
    """The orders that a column's heading offers, by its label."""
    ascending: frozenset[Sort] = frozenset()
    printed: bool = False
    """Whether each row is a document that can be had as PDF."""
    exported: bool = True
    """Whether the list can be had as a file."""


@dataclass(frozen=True, slots=True)
class Asked(Generic[Filter, Sort]):
    """What the address asks of a list."""

    kind: Kind[Filter, Sort]
    wanted: Filter
    sort: Sort
    search: str
    page: int
    kept: Mapping[str, object] = field(default_factory=dict)
    """What else the address tells: which record the list belongs to, and further choices."""
    wrong: tuple[str, ...] = ()
    """What is said of parameters that the list does not have."""

    def to(self, **changes: object) -> str:
        """Return the address of this list with changes; the first page unless `page` is given."""
        return links.page(self.kind.path, **self._told(changes))

    def file(self, extension: str) -> str:
        """Return the address of all pages of this list as a file."""
        return links.export(self.kind.path, extension, **self._told({}))

    def _told(self, changes: dict[str, object]) -> dict[str, object]:
        """Return the address's parameters with changes, without those that a bare one means."""
        own = {"status": self.wanted, "sort": self.sort, "q": self.search}
        given = {**self.kept, **own, **changes}
        bare = {"status": next(iter(self.kind.filters)), "sort": next(iter(self.kind.orders))}
        return {key: None if value == bare.get(key) else value for key, value in given.items()}


def asked(kind: Kind[Filter, Sort], **kept: object) -> Asked[Filter, Sort]:
    """Return what the address asks; what it gives wrongly is told, and as if it were not given.

    `kept` stays in every address of the list.
    """
    first, order = next(iter(kind.filters)), next(iter(kind.orders))
    refused = (address.refusal("status", first), address.refusal("sort", order))
    return Asked(
        kind,
        address.choice("status", first),
        address.choice("sort", order),
        address.text("q"),
        address.number("page"),
        kept,
        tuple(each for each in refused if each),
    )


def find(
    asked: Asked[Filter, Sort], read: Callable[[int], Page]
) -> tuple[Asked[Filter, Sort], Page]:
    """Return the page asked for, or the first one when the list has become shorter than that."""
    found = read(asked.page)
    if asked.page > 1 and not found.rows:
        return replace(asked, page=1), read(1)
    return asked, found


def draw(
    asked: Asked[Filter, Sort],
    found: Found,
    rows: Sequence[Row],
    empty: Empty,
    *,
    menus: Sequence[Menu] = (),
) -> None:
    """Draw the list: `rows` are those of `found` in the noun's own words.

    A list that knows one filter alone, or no search, offers none. One that a search left empty
    offers to clear it.
    """
    kind = asked.kind
    if asked.search:
        empty = replace(empty, way=Way("Clear search", asked.to(q=None)))
    drawn.record_list(
        kind.path,
        kind.title,
        [_heading(column, asked) for column in kind.columns],
        rows,
        empty,
        filters=[
            Choice(label, asked.to(status=each), each is asked.wanted, f"{found.counts[each]:,}")
            for each, label in kind.filters.items()
            if len(kind.filters) > 1
        ],
        menus=menus,
        orders=[
            Choice(label, asked.to(sort=each), each is asked.sort)
            for each, label in kind.orders.items()
        ],
        search=Search(kind.search, asked.search, asked.to(q=None)) if kind.search else None,
        pager=drawn.pager(
            asked.page,
            kind.size,
            found.total,
            lambda number: asked.to(page=number if number > 1 else None),
        ),
        downloads=downloads.files(asked.file, found.total if kind.printed else 0)
        if kind.exported
        else (),
        wrong=asked.wrong,
    )


def _heading(column: Column, asked: Asked[Filter, Sort]) -> Column:
    """Return a column whose heading sorts by it; the sorted one leads to its other direction."""
    sorts = asked.kind.sorts.get(column.label)
    if not sorts:
        return column
    here = asked.sort in sorts
    after = sorts[(sorts.index(asked.sort) + 1) % len(sorts)] if here else sorts[0]
    direction = "ascending" if asked.sort in asked.kind.ascending else "descending"
    return replace(column, sort=Order(asked.to(sort=after), direction if here else None))
