"""What is said of a list, and the statements that are made of it once, when it is declared."""

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, Generic, TypeVar

import pyarrow as pa

from portal_data.lists.columns import Fields
from portal_data.scope import Scope, Staff
from portal_data.store import Session

Who = TypeVar("Who", Scope, Staff)
Row = TypeVar("Row")
Filter = TypeVar("Filter", bound=str)
Sort = TypeVar("Sort", bound=str)
Word = TypeVar("Word", bound=StrEnum)

_AND = "\n        and "
_COMMA = ",\n        "
_OR = "\n            or "
EVERY = "true"
"""The condition of a filter that holds every row."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Row, Filter]):
    """The rows of one page, how many rows its filter has, and how many every filter has."""

    rows: list[Row]
    total: int
    counts: Mapping[Filter, int]
    minutes: Mapping[Filter, int] = field(default_factory=dict)
    """The minutes of every filter, of lists of time."""


@dataclass(frozen=True, slots=True)
class Query(Generic[Filter, Sort]):
    """What an address asks of a list; `wrong` says which words of it the list does not have."""

    filter: Filter
    sort: Sort
    search: str
    page: int
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class List(Generic[Who, Row, Filter, Sort]):
    """A list of rows that can be filtered, searched, ordered, paged and exported.

    Its first filter and its first order are those of a bare address. All texts are SQL of the
    subset that both engines read; `$name` in them is a parameter of whoever reads the list.
    """

    reading: Callable[[Who], AbstractContextManager[Session]]
    """Whose rows they are: `store.reading` or `store.staff_reading`."""
    row: Callable[..., Row]
    """Makes a row of a page of its columns."""
    columns: str
    """Columns of the source, under their own names, with commas between."""
    source: str
    """What stands between `from` and `where`."""
    filters: Mapping[Filter, str]
    """The condition of each filter, over the columns."""
    orders: Mapping[Sort, str]
    """What stands behind `order by`; it ends in what tells any two rows apart."""
    derived: Mapping[str, str] = field(default_factory=dict)
    """Further columns by the name they get, made of those of the source."""
    condition: str = ""
    """What all rows fulfil, where the source has others."""
    search: tuple[str, ...] = ()
    """Columns of the source that hold what is searched for, anywhere in them."""
    amounts: tuple[str, ...] = ()
    """Columns of the source whose amount, in `currency_code`, is what is searched for."""
    found_in: Mapping[str, str] = field(default_factory=dict)
    """Statements that find ids of rows in other tables, by the parameter they become."""
    before: str = ""
    """Common table expressions that the source reads."""
    paged: str = "select * from listed"
    """What a page reads, where that is more than what is counted."""
    named: str = ""
    """What is looked up for the rows of one `page` alone."""
    size: int = 20
    words: Mapping[str, type[StrEnum]] = field(default_factory=dict)
    """Columns that hold the name of a member, in lower case."""
    cached: bool = True
    """Whether a page is given again while its tables stand; not a page of one person, since others
    of the same customer and role would be given it, nor one of rows that change all the time."""
    timed: bool = False
    """Whether the `minutes` of every filter are added up too."""
    optional: tuple[str, ...] = ()
    """Parameters that are null where they are not given."""
    need: Callable[[Session, Mapping[str, Any]], None] | None = None
    """Raises NotFound where there is no such list."""
    complete: Callable[[Session, list[dict[str, Any]], Mapping[str, Any]], None] | None = None
    """Reads more of the rows of a page, into them, with the parameters that were given."""
    complete_table: Callable[[Session, pa.Table], pa.Table] | None = None
    """Reads more of all rows, for files."""
    export: Fields = field(default_factory=dict)
    uncounted: frozenset[StrEnum] = frozenset()
    """Statuses of rows that are listed and in no total."""
    counts: str = field(init=False)
    """The statement that counts the rows of every filter."""
    pages: Mapping[tuple[Filter, Sort], str] = field(init=False)
    """The statements that read a page, or everything where `$size` is null."""

    def __post_init__(self) -> None:
        counts = ",\n    ".join(self._counted(name, each) for name, each in self.filters.items())
        told_apart = " ".join([*self.filters.values(), "minutes" if self.timed else ""])
        counted = self._listed(set(re.findall(r"\w+", told_apart)))
        object.__setattr__(
            self, "counts", f"{counted}\nselect\n    {counts}\nfrom listed\norder by 1"
        )
        listed = self._listed()
        pages = {
            (name, sort): self._page(listed, condition, order)
            for name, condition in self.filters.items()
            for sort, order in self.orders.items()
        }
        object.__setattr__(self, "pages", pages)

    @property
    def statements(self) -> dict[str, str]:
        """Every statement of the list by a name for it."""
        pages = {f"page[{name},{sort}]": each for (name, sort), each in self.pages.items()}
        return {"counts": self.counts, **pages, **self.found_in}

    def _listed(self, needed: set[str] | None = None) -> str:
        """Return what every statement begins with: the rows that are searched for, read once.

        What is only counted reads no more than the columns that are `needed` for it.
        """
        columns = {each.rpartition(".")[2]: each for each in re.split(r",\s*", self.columns)}
        columns |= {name: f"{made} as {name}" for name, made in self.derived.items()}
        read = [each for name, each in columns.items() if needed is None or name in needed]
        looked_in = [f"{column} ilike $pattern escape '!'" for column in self.search]
        looked_in += [f"currency_code || {column} = any($amounts)" for column in self.amounts]
        looked_in += [f"id = any(${name})" for name in self.found_in]
        conditions = [self.condition] if self.condition else []
        if looked_in:
            conditions.append(f"($pattern = '%' or {_OR.join(looked_in)})")
        where = f"\n    where {_AND.join(conditions)}" if conditions else ""
        return (
            f"with {self.before}listed as materialized (\n"
            f"    select {_COMMA.join(read) or '1 as one'}\n    from {self.source}{where}\n)"
        )

    def _counted(self, name: Filter, condition: str) -> str:
        having = "" if condition == EVERY else f" filter (where {condition})"
        count = f'count(*){having} as "{name}"'
        minutes = f'(sum(minutes){having})::bigint as "{name}_minutes"'
        return f"{count}, {minutes}" if self.timed else count

    def _page(self, listed: str, condition: str, order: str) -> str:
        where = "" if condition == EVERY else f"\n    where {condition}"
        page = f"{self.paged}{where}\n    order by {order}\n    limit $size offset $skip"
        if not self.named:
            return f"{listed}\n{page}"
        return f"{listed}, page as (\n    {page}\n)\n{self.named}\norder by {order}"


def each_of(column: str, words: Iterable[Word]) -> dict[Word, str]:
    """Return filters by the words that a column holds; the first one holds every row."""
    first, *others = words
    return {first: EVERY, **{each: f"{column} = '{each}'" for each in others}}


@cache
def parameters(sql: str) -> frozenset[str]:
    """Return the names of a statement's parameters."""
    return frozenset(re.findall(r"\$(\w+)", sql))
