"""The list that customers read: filters with counts, search, sorting, pages, cards on a phone.

A list is a function of its address: every filter, order, page and record is a real link, so Back, a
new tab and a copied address work. It is drawn in the browser from plain text, never from HTML.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from components.ui.downloads import File
from portal_data.text.language import N_, _, grouped

_BROWSER = Path(__file__).parents[1] / "browser"
_PARTS = ("record_list", "picking")
_HTML = """
<div class="list">
  <div class="tools">
    <div class="choices"></div>
    <form role="search">
      <label>
        <svg width="15" height="15" viewBox="0 0 16 16" fill="none" stroke="currentColor"
          stroke-width="1.7" stroke-linecap="round" aria-hidden="true">
          <circle cx="7" cy="7" r="4.6"/><path d="m10.6 10.6 3.2 3.2"/>
        </svg>
        <input type="search" autocomplete="off" spellcheck="false" maxlength="100">
      </label>
      <label class="order"><select></select></label>
      <details class="downloads" data-menu>
        <summary>
          <svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor"
            stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
            <path d="M8 2.5v7.6M4.9 7.2 8 10.3l3.1-3.1M2.8 13.3h10.4"/>
          </svg>
          <span></span>
        </summary>
        <div class="menu"></div>
      </details>
    </form>
  </div>
  <div class="menus"></div>
  <p class="wrong" role="status"></p>
  <div class="shown"></div>
  <div class="picked" role="region" hidden></div>
</div>
"""
_list = st.components.v2.component(
    "record_list",
    html=_HTML,
    css="".join((_BROWSER / f"{name}.css").read_text(encoding="utf-8") for name in _PARTS),
    js="".join((_BROWSER / f"{name}.js").read_text(encoding="utf-8") for name in _PARTS),
)

Place = Literal[
    "top-start", "top-end", "middle-start", "middle", "middle-end", "bottom-start", "bottom",
    "bottom-end", "below",
]  # fmt: skip
"""Where a column stands on a card, which shows every column where a table has no room for them.
What stands `below` is whole sentences."""


@dataclass(frozen=True, slots=True)
class Order:
    """A sortable heading: where it leads, and how it is sorted now."""

    href: str
    sorted: Literal["ascending", "descending"] | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `link` opens the record, `people` wrote it, a card says `narrow` before it.

    A `wide` column takes what room the others leave, in as many lines as it needs.
    """

    label: str
    place: Place
    wide: bool = False
    end: bool = False
    link: bool = False
    people: bool = False
    narrow: str = ""
    sort: Order | None = None


@dataclass(frozen=True, slots=True)
class Pill:
    """A status: tone is green, red, blue, orange or gray."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with more than text: a smaller note below it, a tone (`quiet`, `late`), or pills."""

    text: str = ""
    note: str | None = None
    tone: str | None = None
    pills: tuple[Pill, ...] | None = None


@dataclass(frozen=True, slots=True)
class Pick:
    """What a row is when it is ticked: so much in minor units, or `why` it does not count."""

    number: str
    minor: int
    currency: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Picking:
    """What is done with the rows that are ticked: the link to `href`, with their numbers.

    `picks` are those of the rows of the page, none where nothing can be ticked. `shapes` is how
    amounts are written, by their currency (`money.around`).
    """

    href: str
    parameter: str
    most: int
    picks: Sequence[Pick]
    shapes: Mapping[str, list[list[str]]]
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One record: its address (empty when it has no screen) and a cell for each column."""

    href: str
    cells: Sequence[str | Cell]


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter with its count, or an order of the phone's menu."""

    label: str
    href: str
    current: bool
    count: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    """A further choice beside the filters, one of many."""

    label: str
    choices: Sequence[Choice]


@dataclass(frozen=True, slots=True)
class Search:
    """The search field: `href` is the list without a search, to which `parameter` is added."""

    label: str
    value: str
    href: str
    parameter: str = "q"


@dataclass(frozen=True, slots=True)
class Way:
    """A link out of an empty list."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Empty:
    """What stands in place of rows, kindly, with a way on where there is one."""

    title: str
    text: str = N_("There are none under this filter.")
    way: Way | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A page's number, its name for screen readers and its address, or a gap between numbers."""

    label: str = ""
    name: str = ""
    href: str = ""
    current: bool = False
    gap: bool = False


@dataclass(frozen=True, slots=True)
class Pager:
    """Which rows are shown of how many, and the other pages."""

    text: str
    numbers: Sequence[Step]
    previous: str | None
    next: str | None


def record_list(
    key: str,
    label: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    empty: Empty,
    *,
    filters: Sequence[Choice] = (),
    orders: Sequence[Choice] = (),
    menus: Sequence[Menu] = (),
    search: Search | None = None,
    pager: Pager | None = None,
    downloads: Sequence[File] = (),
    wrong: Sequence[str] = (),
    picking: Picking | None = None,
) -> None:
    """Draw a list named `label` for screen readers; `wrong` says what its address has wrongly."""
    _list(
        key=key,
        data={
            "label": label,
            "columns": _plain(list(columns)),
            "rows": [
                {
                    "href": row.href,
                    "cells": [
                        cell if isinstance(cell, str) else _given(_plain(cell))
                        for cell in row.cells
                    ],
                }
                for row in rows
            ],
            "empty": _plain(empty),
            "filters": _plain(list(filters)),
            "orders": _plain(list(orders)),
            "menus": _plain(list(menus)),
            "search": _plain(search),
            "pager": _plain(pager),
            "downloads": _plain(list(downloads)),
            "wrong": list(wrong),
            "picking": _plain(picking),
            "words": {
                "download": _("Download"),
                "filter": _("Filter"),
                "next": _("Next page"),
                "pages": _("Pages"),
                "previous": _("Previous page"),
                "sort": _("Sort"),
            },
        },
    )


def pager(page: int, size: int, total: int, href: Callable[[int], str]) -> Pager:
    """Return the pager of a list: `href` gives the address of a page from 1."""
    last = max(1, -(-total // size))
    first_row = (page - 1) * size + 1
    wanted = sorted({1, last, *range(max(1, page - 1), min(last, page + 1) + 1)})
    numbers: list[Step] = []
    for before, number in zip([0, *wanted], wanted, strict=False):
        if number - before > 1:
            numbers.append(Step(gap=True))
        name = _("Page {number}", number=grouped(number))
        numbers.append(Step(grouped(number), name, href(number), number == page))
    return Pager(
        text=_(
            "{first}–{last} of {total}",
            first=grouped(first_row),
            last=grouped(min(page * size, total)),
            total=grouped(total),
        ),
        numbers=numbers,
        previous=href(page - 1) if page > 1 else None,
        next=href(page + 1) if page < last else None,
    )


def _plain(value: Any) -> Any:
    """Return a dataclass as a dict, with those in it: as `asdict`, which copies all texts too."""
    names = getattr(value, "__dataclass_fields__", None)
    if names is not None:
        return {name: _plain(getattr(value, name)) for name in names}
    if isinstance(value, list | tuple):
        return type(value)(map(_plain, value))
    return value


def _given(cell: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in cell.items() if value is not None}
