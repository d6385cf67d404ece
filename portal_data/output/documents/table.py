"""Tables that run over pages: repeated heads, whole rows, no foot without its last row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from portal_data.output.documents.canvas import Rule
from portal_data.output.documents.layout import (
    BODY,
    HAIRLINE,
    INK,
    LABEL,
    Sheets,
    height_of,
    split_lines,
)
from portal_data.output.documents.text import Style, TextLine

GAP = 14.0
_PADDING = 5.5
_HEAD_PADDING = 4.0
_HEAD_MOST = 90.0
_SMALLEST = 5.0
_READABLE = 7.0
_WORDS = 0.34
"""The part of the width that columns of words have at least."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. Figures are right-aligned and as wide as their widest cell."""

    head: str
    figures: bool = False
    share: float = 0
    """For columns of words: their part of the width that figures leave."""
    most: float = 0
    """For columns of figures with words in them: the width from which cells wrap; 0 is never."""
    width: float = 0


@dataclass(frozen=True, slots=True)
class Row:
    """Cells in the order of the columns, each a list of lines."""

    cells: tuple[list[TextLine], ...]

    @property
    def height(self) -> float:
        """The height of the tallest cell."""
        return max((height_of(cell) for cell in self.cells), default=0)


def draw_table(
    sheets: Sheets,
    columns: Sequence[Column],
    texts: Sequence[Sequence[str]],
    words: Callable[[str, int, float], list[TextLine]],
    *,
    keep_after: float = 0,
) -> None:
    """Draw a table; its last row starts a new page rather than part from `keep_after` points.

    `texts` has the cells of every column of figures (and nothing for the others), and
    `words(head, index, width)` returns the lines of any other cell.
    """
    style = _figure_style(sheets, columns, texts)
    placed = _placed(sheets, columns, texts, style)
    rows = [
        Row(
            tuple(
                _figure(sheets, column, cells[index], style)
                if column.figures
                else words(column.head, index, column.width)
                for column, cells in zip(placed, texts, strict=True)
            )
        )
        for index in range(max(map(len, texts)))
    ]
    head = Row(tuple(sheets.wrap(column.head, LABEL, column.width) for column in placed))
    first = rows[0].height + 2 * _PADDING if rows else 0
    sheets.need(head.height + 2 * _HEAD_PADDING + min(first, sheets.full_room / 4))
    _draw_head(sheets, placed, head)
    for index, row in enumerate(rows):
        _draw_row(sheets, placed, head, row, keep_after if index == len(rows) - 1 else 0)


def fits(sheets: Sheets, columns: Sequence[Column], texts: Sequence[Sequence[str]]) -> bool:
    """Tell whether all figures can stand beside each other and still be read."""
    return _figure_size(sheets, columns, texts) >= _READABLE


def _figure_style(
    sheets: Sheets, columns: Sequence[Column], texts: Sequence[Sequence[str]]
) -> Style:
    """The body's style, or a smaller size of the same line height that leaves words their room."""
    size = max(_SMALLEST, _figure_size(sheets, columns, texts))
    return BODY if size == BODY.size else replace(BODY, size=size, leading=BODY.height / size)


def _figure_size(
    sheets: Sheets, columns: Sequence[Column], texts: Sequence[Sequence[str]]
) -> float:
    widths = _widths(sheets, columns, texts, BODY)
    space = sheets.inner * (1 - _WORDS) - GAP * len(widths)
    return min(BODY.size, BODY.size * space / sum(widths))


def _widths(
    sheets: Sheets, columns: Sequence[Column], texts: Sequence[Sequence[str]], style: Style
) -> list[float]:
    """Return what columns of figures need; heads break where not all have room in one line."""
    figures = [pair for pair in zip(columns, texts, strict=True) if pair[0].figures]
    widths = [_needed(sheets, *pair, style, _HEAD_MOST) for pair in figures]
    if sum(widths) <= sheets.inner * (1 - _WORDS) - GAP * len(widths):
        return widths
    return [_needed(sheets, *pair, style, 0) for pair in figures]


def _placed(
    sheets: Sheets, columns: Sequence[Column], texts: Sequence[Sequence[str]], style: Style
) -> tuple[Column, ...]:
    """Give every column its width: figures what they need, words their share of the rest."""
    needed = iter(_widths(sheets, columns, texts, style))
    widths = [next(needed) if column.figures else 0.0 for column in columns]
    rest = sheets.inner - sum(widths) - GAP * (len(columns) - 1)
    shares = sum(column.share for column in columns)
    return tuple(
        replace(column, width=width if column.figures else rest * column.share / shares)
        for column, width in zip(columns, widths, strict=True)
    )


def _needed(
    sheets: Sheets, column: Column, texts: Sequence[str], style: Style, head: float
) -> float:
    """Return the width of a column of figures, with a head of at most `head` a line."""
    # Figures of one style are about as wide as they are long: measuring the longest few is enough.
    longest = sorted(set(texts), key=len)[-12:]
    widest = max((sheets.line(text, style).width for text in longest), default=0)
    if column.most:
        widest = min(widest, column.most)
    # A hair more than measured, so that a cell never wraps for a rounding error.
    return max(widest, _head_width(sheets, column.head, head)) + 0.1


def _head_width(sheets: Sheets, head: str, most: float) -> float:
    """Return the width that a head needs: a long one is broken, but none of its words."""
    words = max((sheets.line(word, LABEL).width for word in head.split(" ")), default=0)
    return max(words, min(sheets.line(head, LABEL).width, most))


def _figure(sheets: Sheets, column: Column, text: str, style: Style) -> list[TextLine]:
    return sheets.wrap(text, style, column.width) if column.most else [sheets.line(text, style)]


def _draw_row(
    sheets: Sheets, columns: Sequence[Column], head: Row, row: Row, follows: float
) -> None:
    whole = row.height + 2 * _PADDING
    most = sheets.full_room - head.height - 2 * _HEAD_PADDING
    moved = sheets.room < whole + follows <= most
    if moved or sheets.room < whole <= most / 2:
        _continue(sheets, columns, head)
    while row.height + 2 * _PADDING > sheets.room:
        upper, lower = split_lines(row.cells, sheets.room - 2 * _PADDING)
        if any(upper):
            _place(sheets, columns, Row(tuple(upper)))
        row = Row(tuple(lower))
        _continue(sheets, columns, head)
    _place(sheets, columns, row)
    sheets.add(Rule(sheets.left, sheets.y, sheets.inner, HAIRLINE))


def _continue(sheets: Sheets, columns: Sequence[Column], head: Row) -> None:
    sheets.new_page()
    _draw_head(sheets, columns, head)


def _draw_head(sheets: Sheets, columns: Sequence[Column], head: Row) -> None:
    _cells(sheets, columns, head, sheets.y)
    sheets.y += head.height + _HEAD_PADDING
    sheets.add(Rule(sheets.left, sheets.y, sheets.inner, INK, 0.75))


def _place(sheets: Sheets, columns: Sequence[Column], row: Row) -> None:
    _cells(sheets, columns, row, sheets.y + _PADDING)
    sheets.y += row.height + 2 * _PADDING


def _cells(sheets: Sheets, columns: Sequence[Column], row: Row, y: float) -> None:
    x = sheets.left
    for column, cell in zip(columns, row.cells, strict=True):
        align = "right" if column.figures else "left"
        sheets.write(cell, x, y=y, width=column.width, align=align)
        x += column.width + GAP
