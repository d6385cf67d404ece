"""A screen that lists one kind of record: its filter, search, order and page are its address."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Generic, Literal, TypeVar

import streamlit as st

from components.lists import record_list as drawn
from components.lists.record_list import Choice, Column, Empty, Menu, Order, Search, Way
from components.ui import downloads, links
from portal_data import lists
from portal_data.business.organisation import Organisation
from portal_data.lists import List, Page, Query
from portal_data.scope import Scope, Staff
from portal_data.text.language import N_, _, grouped

Row = TypeVar("Row")
Filter = TypeVar("Filter", bound=str)
Sort = TypeVar("Sort", bound=str)

_NONE_HERE = Empty(N_("Nothing here"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen(Generic[Row, Filter, Sort]):
    """How a list is shown: the words of its filters and orders, and what its rows look like.

    Its words are marked with `N_`, and translated where the list is drawn.
    """

    list: List[Any, Row, Filter, Sort]
    path: str
    title: str
    filters: Mapping[Filter, str]
    orders: Mapping[Sort, str]
    columns: Sequence[Column]
    row: Callable[[Row, Organisation], drawn.Row]
    empty: Callable[["Request", Page[Row, Filter]], Empty]
    """Returns what is said in place of rows."""
    search: str = ""
    """What the search field looks in, in words; empty for none."""
    sorts: Mapping[str, tuple[Sort, ...]] = field(default_factory=dict)
    """The orders that a column's heading offers, by its label."""
    ascending: frozenset[Sort] = frozenset()
    printed: bool = False
    """Whether each row is a document that can be had as PDF."""
    exported: bool = True
    """Whether the list can be had as a file."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the address asks of a list."""

    screen: Screen[Any, Any, Any]
    query: Query[Any, Any]
    kept: Mapping[str, object] = field(default_factory=dict)
    """What else the address says: which record the list belongs to, and further choices."""

    def to(self, **changes: object) -> str:
        """Return the address of this list with changes; the first page unless `page` is given."""
        return links.page(self.screen.path, **self._parameters(changes))

    def file(self, extension: str) -> str:
        """Return the address of all pages of this list as a file."""
        return links.export(self.screen.path, extension, **self._parameters({}))

    def _parameters(self, changes: dict[str, object]) -> dict[str, object]:
        """Return the address's parameters with changes, without those that a bare one means."""
        query, described = self.query, self.screen.list
        own = {"status": query.filter, "sort": query.sort, "q": query.search}
        given = {**self.kept, **own, **changes}
        bare = {"status": next(iter(described.filters)), "sort": next(iter(described.orders))}
        return {key: None if value == bare.get(key) else value for key, value in given.items()}


def request(screen: Screen[Any, Any, Any], **kept: object) -> Request:
    """Return what the address asks; what it gives wrongly is told, and as if it were not given.

    `kept` stays in every address of the list.
    """
    return Request(screen, lists.parse(screen.list, st.query_params.to_dict()), kept)


def read(
    who: Scope | Staff, request: Request, today: date, **given: Any
) -> tuple[Request, Page[Any, Any]]:
    """Return the page asked for, or the first one when the list has become shorter than that.

    `given` are the further parameters of the list. Raises NotFound where there is no such list.
    """
    query = request.query

    def read_page(number: int) -> Page[Any, Any]:
        return lists.page(
            who,
            request.screen.list,
            filter=query.filter,
            search=query.search,
            sort=query.sort,
            page=number,
            today=today,
            **given,
        )

    page = read_page(query.page)
    if query.page > 1 and not page.rows:
        return replace(request, query=replace(query, page=1)), read_page(1)
    return request, page


def draw(
    request: Request,
    page: Page[Any, Any],
    business: Organisation,
    *,
    menus: Sequence[Menu] = (),
    picking: drawn.Picking | None = None,
) -> None:
    """Draw a page of the list.

    A list that has one filter or one order alone, or no search, offers none. One that a search left
    empty offers to clear it.
    """
    screen, query = request.screen, request.query
    empty = screen.empty(request, page)
    if query.search:
        empty = replace(empty, way=Way(_("Clear search"), request.to(q=None)))
    drawn.record_list(
        screen.path,
        _(screen.title),
        [_heading(column, request) for column in screen.columns],
        [screen.row(each, business) for each in page.rows],
        empty,
        filters=[
            Choice(
                _(label),
                request.to(status=each),
                each == query.filter,
                grouped(page.counts[each]),
            )
            for each, label in screen.filters.items()
            if len(screen.filters) > 1
        ],
        menus=menus,
        orders=[
            Choice(_(label), request.to(sort=each), each == query.sort)
            for each, label in screen.orders.items()
            if len(screen.orders) > 1
        ],
        search=Search(_(screen.search), query.search, request.to(q=None))
        if screen.search
        else None,
        pager=drawn.pager(
            query.page,
            screen.list.size,
            page.total,
            lambda number: request.to(page=number if number > 1 else None),
        ),
        downloads=downloads.files(request.file, page.total if screen.printed else 0)
        if screen.exported
        else (),
        wrong=query.wrong,
        picking=picking,
    )


def without_files(request: Request) -> Request:
    """Return what was asked of a list that is looked at by who may not download it."""
    return replace(request, screen=replace(request.screen, exported=False))


def nothing(
    none: Empty, no_match: str, under: Mapping[Any, Empty] | None = None
) -> Callable[[Request, Page[Any, Any]], Empty]:
    """Return what says why a list is empty: the search, the filter, or that there is `none` at all.

    `no_match` is the title when a search found nothing, `under` what is said under each filter. All
    of it is marked with `N_`.
    """

    def empty(request: Request, page: Page[Any, Any]) -> Empty:
        query = request.query
        if query.search:
            words = _("Nothing was found for “{words}” under this filter.", words=query.search)
            return Empty(_(no_match), words)
        first = query.filter == next(iter(request.screen.list.filters))
        said = none if first else (under or {}).get(query.filter, _NONE_HERE)
        return Empty(_(said.title), _(said.text))

    return empty


def _heading(column: Column, request: Request) -> Column:
    """Return a column whose heading sorts by it; the sorted one leads to its other direction."""
    screen, sort = request.screen, request.query.sort
    sorts = screen.sorts.get(column.label)
    words = {"label": _(column.label), "narrow": column.narrow and _(column.narrow)}
    if not sorts:
        return replace(column, **words)
    here = sort in sorts
    after = sorts[(sorts.index(sort) + 1) % len(sorts)] if here else sorts[0]
    direction: Literal["ascending", "descending"]
    direction = "ascending" if sort in screen.ascending else "descending"
    order = Order(request.to(sort=after), direction if here else None)
    return replace(column, **words, sort=order)
