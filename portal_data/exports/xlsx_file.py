"""Tables as an Excel workbook: a sheet of typed cells under a fixed head, and one of totals."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any
from unicodedata import east_asian_width

from portal_data.errors import Invalid
from portal_data.exports.model import Column, Kind, Table
from portal_data.exports.texts import is_formula, printable

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

LIMIT = 1_048_575
"""Rows that a sheet holds below its head."""

_DIGITS = 15
"""Figures of a number that Excel keeps."""
_FIRST_DAY = date(1900, 3, 1)
"""Before this day Excel counts one that never was."""
_SAMPLE = 200
_WIDEST = 48


def write(table: Table, file: IO[bytes]) -> None:
    """Write the workbook row by row. Raises Invalid for more rows than a sheet holds."""
    from openpyxl import Workbook  # takes a quarter of a second to load

    if len(table.rows) > LIMIT:
        raise Invalid(f"Excel holds {LIMIT:,} rows at most. Choose a narrower filter, or CSV.")
    book = Workbook(write_only=True)
    book.properties.title = f"{table.title} · {printable(table.customer)}"
    book.properties.creator = printable(table.issuer)
    _fill(book.create_sheet(table.title), table.columns, table.rows)
    totals = table.totals()
    if totals:
        summed = [column for column in table.columns if column.summed]
        _fill(
            book.create_sheet("Totals"),
            (Column("Currency", Kind.CURRENCY), *summed),
            [(code, *map(sums.get, summed)) for code, sums in totals.items()],
        )
    book.save(file)


def _fill(
    sheet: "WriteOnlyWorksheet", columns: Sequence[Column], rows: Sequence[tuple[Any, ...]]
) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    letters = [get_column_letter(place + 1) for place in range(len(columns))]
    for place, (letter, column) in enumerate(zip(letters, columns, strict=True)):
        shown = [_width(_text(row[place])) for row in rows[:_SAMPLE]]
        width = max(_width(column.name) + 3, *shown, 0) + 2
        sheet.column_dimensions[letter].width = min(width, _WIDEST)
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.auto_filter.ref = f"A1:{letters[-1]}{len(rows) + 1}"
    heads = [_cell(sheet, column.name) for column in columns]
    for head in heads:
        head.font = Font(name="Calibri", size=11, bold=True)
    sheet.append(heads)
    for row in rows:
        sheet.append([None if value is None else _cell(sheet, value) for value in row])


def _cell(sheet: "WriteOnlyWorksheet", value: Any) -> "Cell":
    """Return a value as a cell of its own type; text is never a formula, not even once edited."""
    from openpyxl.cell import WriteOnlyCell

    if isinstance(value, date) and value >= _FIRST_DAY:
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = "yyyy-mm-dd"
        return cell
    text = _text(value)
    cell = WriteOnlyCell(sheet, text)
    if isinstance(value, Decimal | int) and sum(map(str.isdigit, text)) <= _DIGITS:
        # given as text, because openpyxl would take it through a float
        cell.data_type = "n"
        cell.number_format = _number_format(value)
    else:
        cell.data_type = "s"
        cell.quotePrefix = is_formula(text)
    return cell


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return printable(value) if isinstance(value, str) else "" if value is None else str(value)


def _width(text: str) -> int:
    """Return how many narrow letters a text is wide: East Asian ones count two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _number_format(value: Decimal | int) -> str:
    places = -int(value.as_tuple().exponent) if isinstance(value, Decimal) else 0
    return f"#,##0.{'0' * places}" if places else "#,##0"
