"""A table of names and figures inside a document or card: it never cuts and never scrolls.

Where its columns have no room beside each other, all but the last are read below the names.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from components.ui.markup import Markup, join, tag

_NEEDS = (480, 540, 600, 660, 740, 860, 1000)
"""Widths in pixels from which a table may show all of its columns, as the stylesheet has them."""
_NAME = 140
_GAP = 22
_DIGIT = 7.5


@dataclass(frozen=True, slots=True)
class Figures:
    """A column of figures, one text a row; `late` are the rows in which it is a warning."""

    label: str
    texts: Sequence[str]
    said: str = ""
    """What stands before a figure below the name, where that does not speak for itself."""
    late: frozenset[int] = frozenset()


def line_table(
    name: str, first: str, names: Sequence[Markup], columns: Sequence[Figures]
) -> Markup:
    """Return the table `name`, whose first column, headed `first`, holds the names.

    A column without any text is left out, but for the last one, which always stays.
    """
    used = [each for each in columns[:-1] if any(each.texts)]
    last = columns[-1]
    heads = [
        tag("th", first, scope="col"),
        *(tag("th", each.label, scope="col", class_="end narrow-hide") for each in used),
        tag("th", last.label, scope="col", class_="end"),
    ]
    body = []
    for at, inside in enumerate(names):
        below = " · ".join(_said(each, at) for each in used if each.texts[at])
        body.append(
            tag(
                "tr",
                tag(
                    "td",
                    join(inside, tag("small", below, class_="wide-hide") if below else None),
                    class_="grow",
                ),
                *(tag("td", each.texts[at], class_="end narrow-hide") for each in used),
                tag("td", last.texts[at], class_="end pt-late" if at in last.late else "end"),
            )
        )
    table = tag(
        "table",
        tag("thead", tag("tr", heads)),
        tag("tbody", body),
        class_=f"pt-table needs-{_needed([*used, last])}",
        aria_label=name,
    )
    return tag("div", table, class_="pt-fit")


def _said(column: Figures, at: int) -> str:
    return f"{column.said} {column.texts[at]}".strip()


def _needed(columns: Sequence[Figures]) -> int:
    needed = _NAME + sum(
        _GAP + _DIGIT * max(map(len, [each.label, *each.texts])) for each in columns
    )
    return next((each for each in _NEEDS if each >= needed), _NEEDS[-1])
