"""Tables as an Excel workbook: a sheet of typed cells under a fixed head, and one of totals."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import IO, TYPE_CHECKING, Any
from unicodedata import east_asian_width

from portal_data.errors import Invalid
from portal_data.lists.columns import Column, Kind
from portal_data.output.exports.model import Table
from portal_data.output.exports.texts import is_formula, printable

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook

LIMIT = 1_048_575
"""Rows that a sheet holds below its head."""

_LONGEST = 32_767
"""Characters of text that a cell holds."""
_DIGITS = 15
"""Figures of a number that Excel keeps."""
_FIRST_DAY = date(1900, 3, 1)
"""Before this day Excel counts one that never was."""
_SAMPLE = 200
_WIDEST = 48


def write(table: Table, file: IO[bytes]) -> None:
    """Write the workbook row by row. Raises Invalid for more rows than a sheet holds."""
    from xlsxwriter import Workbook

    if len(table.rows) > LIMIT:
        raise Invalid(f"Excel holds {LIMIT:,} rows at most. Choose a narrower filter, or CSV.")
    with Workbook(file, {"constant_memory": True}) as book:
        book.set_properties({"title": table.title, "author": printable(table.issuer)})
        _fill(book, table.title, table.columns, table.rows)
        totals = table.totals()
        if totals:
            summed = [column for column in table.columns if column.summed]
            currencies = (Column("Currency", Kind.CURRENCY),) if any(totals) else ()
            _fill(
                book,
                "Totals",
                (*currencies, *summed),
                [
                    (*((code,) if currencies else ()), *map(sums.get, summed))
                    for code, sums in totals.items()
                ],
            )
            if table.left_out:
                words = f"Not counted: {', '.join(table.left_out)}"
                book.get_worksheet_by_name("Totals").write_string(len(totals) + 2, 0, words)


def _fill(
    book: "Workbook", title: str, columns: Sequence[Column], rows: Sequence[tuple[Any, ...]]
) -> None:
    sheet = book.add_worksheet(title)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.autofilter(0, 0, len(rows), len(columns) - 1)
    bold = book.add_format({"bold": True})
    for place, column in enumerate(columns):
        shown = [_width(_text(row[place])) for row in rows[:_SAMPLE]]
        sheet.set_column(place, place, min(max(_width(column.name) + 3, *shown, 0) + 2, _WIDEST))
        sheet.write_string(0, place, column.name, bold)
    formats = _formats(book)
    for line, row in enumerate(rows, 1):
        for place, value in enumerate(row):
            if value is None or value == "":
                continue
            if isinstance(value, date) and value >= _FIRST_DAY:
                sheet.write_datetime(line, place, value, formats("yyyy-mm-dd"))
            elif isinstance(value, Decimal | int) and _fits(value):
                # decimals are written as they are, never by way of a float
                sheet.write_number(line, place, value, formats(_number_format(value)))
            else:
                text = _text(value)
                sheet.write_string(line, place, text, formats("") if is_formula(text) else None)


def _formats(book: "Workbook") -> Callable[[str], "Format"]:
    """Return what gives a cell's format by its pattern; that of text which is none, for none."""

    @lru_cache
    def of(pattern: str) -> "Format":
        # such text stays text even when somebody edits the cell
        return book.add_format({"num_format": pattern} if pattern else {"quote_prefix": True})

    return of


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    text = printable(str(value))[:_LONGEST]
    # the library takes text within these marks for markup of its own making, and escapes nothing
    return f"{text[: _LONGEST - 1]} " if text.startswith("<r>") and text.endswith("</r>") else text


def _fits(value: Decimal | int) -> bool:
    return len(str(abs(value)).replace(".", "").lstrip("0")) <= _DIGITS


def _width(text: str) -> int:
    """Return how many narrow letters a text is wide: East Asian ones count two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _number_format(value: Decimal | int) -> str:
    places = -int(value.as_tuple().exponent) if isinstance(value, Decimal) else 0
    return f"#,##0.{'0' * places}" if places else "#,##0"
