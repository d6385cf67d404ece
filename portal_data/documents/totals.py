"""The block of sums at the foot of a table."""

from collections.abc import Sequence

from portal_data.documents.canvas import Box, Rule
from portal_data.documents.layout import BODY, INK, QUIET, STRONG, Sheets, tint
from portal_data.documents.model import Fact
from portal_data.documents.text import Style, fitted

TOTAL = "Total"
_ROW = 17.0
_BALANCE_ROW = 26.0
_SPACE_ABOVE = 10.0
_INSET = 10.0


def totals_height(rows: Sequence[Fact]) -> float:
    """The height that `draw_totals` needs."""
    return _SPACE_ABOVE + _ROW * len(rows) + _BALANCE_ROW


def draw_totals(
    sheets: Sheets, rows: Sequence[Fact], *, balance: bool = False, strong: str = TOTAL
) -> None:
    """Draw the totals on the right half; the last row stands on a tint when it is the balance."""
    sheets.need(totals_height(rows))
    sheets.y += _SPACE_ABOVE
    width = sheets.inner / 2
    x = sheets.right - width
    for index, row in enumerate(rows):
        last = balance and index == len(rows) - 1
        style = STRONG if row.label == strong else BODY
        height = _BALANCE_ROW if last else _ROW
        sheets.need(height + 5)
        if last:
            accent = sheets.look.accent
            style = Style(11, accent, "SemiBold")
            sheets.y += 5
            sheets.add(Box(x, sheets.y, width, height, fill=tint(accent, 0.08), radius=4))
        if row.label == TOTAL and index:
            sheets.y += 3
            sheets.add(Rule(x + _INSET, sheets.y, width - 2 * _INSET, INK, 0.75))
            sheets.y += 3
        _totals_row(sheets, row, style, x + _INSET, width - 2 * _INSET, height)


def _totals_row(
    sheets: Sheets, row: Fact, style: Style, x: float, width: float, height: float
) -> None:
    locale = sheets.look.locale
    amount = fitted(row.value, style, width * 0.75, locale)
    quiet = QUIET if style is BODY else style
    label = fitted(row.label, quiet, width - amount.width - 12, locale)
    sheets.write([label], x, y=sheets.y + (height - label.style.height) / 2)
    y = sheets.y + (height - amount.style.height) / 2
    sheets.write([amount], x, y=y, width=width, align="right")
    sheets.y += height
