"""Reading a list by its description: a page of it, all of it, and what an address asks of it."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, TypeVar

import pyarrow as pa

from portal_data import store
from portal_data.choices import unknown
from portal_data.lists.columnar import mapped, with_column
from portal_data.lists.model import Filter, List, Page, Query, Row, Sort, Who, parameters
from portal_data.search import amounts, contains
from portal_data.store import Session

_LONGEST_SEARCH = 100
_Choice = TypeVar("_Choice", bound=str)


def page(
    who: Who,
    of: List[Who, Row, Filter, Sort],
    *,
    filter: Filter | None = None,
    search: str = "",
    sort: Sort | None = None,
    page: int = 1,
    size: int | None = None,
    **given: Hashable,
) -> Page[Row, Filter]:
    """Return page `page` (from 1) of a list, with the count of every filter.

    Without `filter` and `sort` they are the list's first ones, and `size` rows its own number of
    them. A page past the end is empty. `given` are the further parameters of its statements, such
    as the day `today` by which statuses are told. Raises NotFound where there is no such list.
    """
    read = _cached if of.cached else _page
    return read(
        who, of, filter=filter, search=search, sort=sort, page=page, size=size or of.size, **given
    )


def _page(
    who: Who,
    of: List[Who, Row, Filter, Sort],
    *,
    filter: Filter | None,
    search: str,
    sort: Sort | None,
    page: int,
    size: int,
    **given: Hashable,
) -> Page[Row, Filter]:
    with of.reading(who) as session:
        values = {
            **_values(session, of, search, given),
            "size": size,
            "skip": max(page - 1, 0) * size,
        }
        counted = session.one(of.counts, **_bound(of.counts, values)) or {}
        sql = _page_of(of, filter, sort)
        rows = session.rows(sql, **_bound(sql, values))
        if of.complete:
            of.complete(session, rows, given)
    for row in rows:
        row.update({name: words[row[name].upper()] for name, words in of.words.items()})
    counts = {each: int(counted[each]) for each in of.filters}
    minutes = {each: int(counted[f"{each}_minutes"] or 0) for each in of.filters if of.timed}
    total = counts[filter or next(iter(of.filters))]
    return Page([of.row(**row) for row in rows], total, counts, minutes)


_cached = store.cached(_page)


def table(
    who: Who,
    of: List[Who, Row, Filter, Sort],
    *,
    filter: Filter | None = None,
    search: str = "",
    sort: Sort | None = None,
    **given: Hashable,
) -> pa.Table:
    """Return all rows of `page`, from all of its pages, by column; raises NotFound as it does."""
    sql = _page_of(of, filter, sort)
    with of.reading(who) as session:
        values = {**_values(session, of, search, given), "size": None, "skip": 0}
        rows = session.arrow(sql, **_bound(sql, values))
        if of.complete_table:
            rows = of.complete_table(session, rows)
    for name, words in of.words.items():
        members = {each.name.lower(): each.value for each in words}
        rows = with_column(rows, name, mapped(rows[name], members.__getitem__))
    return rows


def parse(of: List[Any, Any, Filter, Sort], parameters: Mapping[str, str]) -> Query[Filter, Sort]:
    """Return what the parameters of an address ask: `status`, `sort`, `q` and `page`.

    What they have wrongly is as if it were not given, and `wrong` says so.
    """
    by, wrong_filter = _choice("status", parameters, of.filters)
    sort, wrong_sort = _choice("sort", parameters, of.orders)
    number = parameters.get("page", "")
    counted = number.isascii() and number.isdigit() and len(number) < 9
    return Query(
        filter=by,
        sort=sort,
        search=parameters.get("q", "").replace("\0", "")[:_LONGEST_SEARCH],
        page=max(1, int(number)) if counted else 1,
        wrong=tuple(each for each in (wrong_filter, wrong_sort) if each),
    )


def _choice(
    name: str, parameters: Mapping[str, str], choices: Iterable[_Choice]
) -> tuple[_Choice, str]:
    """Return the choice that a parameter makes, else the first one, and what is wrong with it."""
    by_word = {str(each): each for each in choices}
    word = parameters.get(name)
    if word in by_word:
        return by_word[word], ""
    return next(iter(by_word.values())), unknown(name, word, by_word) if word else ""


def _page_of(of: List[Who, Row, Filter, Sort], by: Filter | None, sort: Sort | None) -> str:
    return of.pages[by or next(iter(of.filters)), sort or next(iter(of.orders))]


def _values(
    session: Session, of: List[Who, Row, Filter, Sort], search: str, given: Mapping[str, Hashable]
) -> dict[str, Any]:
    """Return what statements may be asked with; other tables are only read to find something."""
    if of.need:
        of.need(session, given)
    pattern = contains(search)
    found: dict[str, list[Any]] = {name: [] for name in of.found_in}
    if search.strip():
        for name, sql in of.found_in.items():
            found[name] = [next(iter(row.values())) for row in session.rows(sql, pattern=pattern)]
    none = dict.fromkeys(of.optional)
    return {**none, **given, **found, "pattern": pattern, "amounts": amounts(search)}


def _bound(sql: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in parameters(sql)}
