"""The block of sums at the foot of a table."""

from collections.abc import Sequence

from portal_data import labels
from portal_data.output.documents.canvas import Box, Rule
from portal_data.output.documents.layout import BODY, INK, QUIET, STRONG, Sheets, height_of, tint
from portal_data.output.documents.model import Fact
from portal_data.output.documents.text import Style, TextLine
from portal_data.text.language import _

_ROW = 17.0
_BALANCE_ROW = 26.0
_SPACE_ABOVE = 10.0
_INSET = 10.0


def totals_height(sheets: Sheets, rows: Sequence[Fact]) -> float:
    """The height that `draw_totals` needs at most."""
    heights = [_height(_cells(sheets, row, BODY)) for row in rows]
    return _SPACE_ABOVE + sum(heights) + _BALANCE_ROW


def draw_totals(
    sheets: Sheets, rows: Sequence[Fact], *, balance: bool = False, strong: str = ""
) -> None:
    """Draw the totals on the right half; the last row stands on a tint when it is the balance.

    Over a tint, which ends with the table above, the other rows stand as far in as its text. The
    row of that label, else the total, is `strong`.
    """
    sheets.need(totals_height(sheets, rows))
    sheets.y += _SPACE_ABOVE
    left = _left(sheets) + (0 if balance else _INSET)
    for row in rows[:-1] if balance else rows:
        _draw_row(sheets, row, STRONG if row.label == (strong or _(labels.TOTAL)) else BODY, left)
    if balance:
        _draw_balance(sheets, rows[-1])


def _draw_row(sheets: Sheets, row: Fact, style: Style, left: float) -> None:
    label, amount = _cells(sheets, row, style)
    sheets.need(_height((label, amount)))
    if row.label == _(labels.TOTAL):
        sheets.y += 3
        sheets.add(Rule(left, sheets.y, _width(sheets), INK, 0.75))
        sheets.y += 3
    _write(sheets, label, amount, left, _height((label, amount)))


def _draw_balance(sheets: Sheets, row: Fact) -> None:
    accent = sheets.look.accent
    sheets.need(_BALANCE_ROW + 5)
    sheets.y += 5
    x, width = _left(sheets) - _INSET, _width(sheets) + 2 * _INSET
    sheets.add(Box(x, sheets.y, width, _BALANCE_ROW, fill=tint(accent, 0.08), radius=4))
    label, amount = _cells(sheets, row, Style(11, accent, "SemiBold"))
    _write(sheets, label, amount, _left(sheets), _BALANCE_ROW)


def _cells(sheets: Sheets, row: Fact, style: Style) -> tuple[list[TextLine], TextLine]:
    amount = sheets.fitted(row.value, style, _width(sheets) * 0.7)
    quiet = QUIET if style is BODY else style
    return sheets.wrap(row.label, quiet, _width(sheets) - amount.width - 12), amount


def _write(
    sheets: Sheets, label: list[TextLine], amount: TextLine, left: float, height: float
) -> None:
    top = sheets.y + (height - height_of(label)) / 2
    sheets.write(label, left, y=top)
    first = label[0].style.height if label else amount.style.height
    middle = top + (first - amount.style.height) / 2
    sheets.write([amount], left, y=middle, width=_width(sheets), align="right")
    sheets.y += height


def _height(cells: tuple[list[TextLine], TextLine]) -> float:
    return max(_ROW, height_of(cells[0]) + 5)


def _left(sheets: Sheets) -> float:
    return sheets.right - _INSET - _width(sheets)


def _width(sheets: Sheets) -> float:
    return sheets.inner / 2 - 2 * _INSET
