"""Tables as files: every format is read back with a reader of its own and holds the same."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook
from pyarrow import parquet

from portal_data.errors import Invalid
from portal_data.output.exports import Column, ColumnarRows, Format, Kind, Table, write, xlsx_file
from portal_data.output.exports.texts import inert

COLUMNS = (
    Column("Invoice"),
    Column("Due date", Kind.DATE),
    Column("Currency", Kind.CURRENCY),
    Column("Amount", Kind.MONEY, summed=True),
    Column("Hours", Kind.NUMBER),
    Column("Days overdue", Kind.WHOLE),
)
ROWS = [
    ("INV-1", date(2026, 11, 20), "GBP", Decimal("1234.50"), Decimal("0.17"), 3),
    ("請求書-2", date(2026, 2, 28), "JPY", Decimal("1200"), None, 0),
    ("فاتورة ٣", None, "KWD", Decimal("-0.005"), Decimal("7.500000"), None),
    ('a "b", c\nd', date(1899, 12, 31), "GBP", Decimal("0.10"), None, None),
]
Read = Callable[[bytes], list[tuple[Any, ...]]]


def made(rows: list[tuple[Any, ...]], format: Format) -> bytes:
    """Return a table of these rows as a file."""
    table = Table(
        "Invoices",
        "Fern",
        "株式会社さくら",
        COLUMNS,
        ColumnarRows.of(COLUMNS, rows),
        first=date(2026, 2, 28),
        last=date(2026, 11, 20),
    )
    return written(table, format)


def written(table: Table, format: Format) -> bytes:
    """Return a table as a file."""
    file = io.BytesIO()
    write(table, format, file)
    return file.getvalue()


def sheet(content: bytes, name: str = "Invoices") -> Any:
    """Return a sheet of a workbook."""
    return load_workbook(io.BytesIO(content))[name]


def from_csv(content: bytes) -> list[tuple[Any, ...]]:
    """Return the lines below the head, as types where the column has one."""
    kinds: list[Callable[[str], Any]] = [str, date.fromisoformat, str, Decimal, Decimal, int]
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    return [
        tuple(kind(text) if text else None for kind, text in zip(kinds, line, strict=True))
        for line in lines[1:]
    ]


def from_xlsx(content: bytes) -> list[tuple[Any, ...]]:
    """Return the rows below the head; a day that Excel cannot count is text there."""

    def typed(value: Any) -> Any:
        if isinstance(value, float):
            return Decimal(str(value))
        if value == "1899-12-31":
            return date(1899, 12, 31)
        return value.date() if hasattr(value, "date") else value

    return [tuple(map(typed, row)) for row in sheet(content).iter_rows(2, values_only=True)]


def from_parquet(content: bytes) -> list[tuple[Any, ...]]:
    """Return the rows."""
    return [tuple(row.values()) for row in parquet.read_table(io.BytesIO(content)).to_pylist()]


def from_json(content: bytes) -> list[tuple[Any, ...]]:
    """Return the rows, typed as the document's own list of columns says."""
    kinds: dict[str, Callable[[Any], Any]] = {
        "text": str, "currency": str, "date": date.fromisoformat, "money": Decimal,
        "number": Decimal, "whole": int,
    }  # fmt: skip
    told = json.loads(content)
    types = [kinds[column["type"]] for column in told["columns"]]
    return [
        tuple(None if value is None else kind(value)
              for kind, value in zip(types, row.values(), strict=True))
        for row in told["rows"]
    ]  # fmt: skip


READERS: dict[Format, Read] = {
    Format.CSV: from_csv,
    Format.XLSX: from_xlsx,
    Format.PARQUET: from_parquet,
    Format.JSON: from_json,
}
each_format = pytest.mark.parametrize("format", Format)


@each_format
def test_a_file_holds_the_rows_exactly(format: Format) -> None:
    assert READERS[format](made(ROWS, format)) == ROWS


@each_format
def test_no_rows_make_a_file_too(format: Format) -> None:
    assert READERS[format](made([], format)) == []


def test_csv_is_as_the_rfc_and_excel_want_it() -> None:
    assert made(ROWS[:2] + ROWS[3:], Format.CSV).decode() == (
        "\ufeffInvoice,Due date,Currency,Amount,Hours,Days overdue\r\n"
        "INV-1,2026-11-20,GBP,1234.50,0.17,3\r\n"
        "請求書-2,2026-02-28,JPY,1200,,0\r\n"
        '"a ""b"", c\nd",1899-12-31,GBP,0.10,,\r\n'
    )


def test_json_tells_what_it_is_of() -> None:
    told = json.loads(made(ROWS, Format.JSON))
    head = {key: told[key] for key in told if key not in ("totals", "columns", "rows")}
    assert head == {
        "title": "Invoices", "subject": None, "issuer": "Fern", "customer": "株式会社さくら",
        "currency": None, "from": "2026-02-28", "to": "2026-11-20",
        "not_in_totals": [],
    }  # fmt: skip
    assert told["totals"] == [
        {"currency": "GBP", "amount": "1234.60"},
        {"currency": "JPY", "amount": "1200"},
        {"currency": "KWD", "amount": "-0.005"},
    ]
    assert told["rows"][2] == {
        "invoice": "فاتورة ٣", "due_date": None, "currency": "KWD", "amount": "-0.005",
        "hours": "7.500000", "days_overdue": None,
    }  # fmt: skip
    assert json.loads(made(ROWS[:1], Format.JSON))["currency"] == "GBP"


def test_parquet_has_the_same_types_whatever_the_rows() -> None:
    schemas = [parquet.read_schema(io.BytesIO(made(rows, Format.PARQUET))) for rows in (ROWS, [])]
    assert schemas[0].remove_metadata() == schemas[1].remove_metadata()
    assert [str(field.type) for field in schemas[0]] == [
        "string", "date32[day]", "string", "decimal128(23, 4)", "decimal128(18, 6)", "int64",
    ]  # fmt: skip
    assert schemas[0].metadata[b"customer"].decode() == "株式会社さくら"
    assert schemas[0].metadata[b"currency"] == b"GBP JPY KWD"


def test_a_workbook_has_formats_a_fixed_head_and_totals() -> None:
    content = made(ROWS, Format.XLSX)
    shown = sheet(content)
    assert shown.freeze_panes == "A2"
    assert shown.auto_filter.ref == "A1:F5"
    widths = {letter: round(shown.column_dimensions[letter].width) for letter in "ABF"}
    assert widths == {"A": 13, "B": 14, "F": 18}  # what Excel adds of its own included
    assert all(cell.font.bold for cell in shown[1])
    assert [cell.number_format for cell in shown["D"][1:]] == [
        "#,##0.00", "#,##0", "#,##0.000", "#,##0.00",
    ]  # fmt: skip
    assert shown["B2"].number_format == "yyyy-mm-dd"
    totals = [[cell.value for cell in row] for row in sheet(content, "Totals")]
    assert totals == [["Currency", "Amount"], ["GBP", 1234.6], ["JPY", 1200], ["KWD", -0.005]]


@pytest.mark.parametrize(
    "amount", ["0.07", "8.95", "4.35", "9999999999999.99", "-9007199254740.93", "999999999999999"]
)
def test_excel_keeps_every_cent_of_fifteen_figures(amount: str) -> None:
    row = ("INV-1", None, "GBP", Decimal(amount), None, None)
    value = sheet(made([row], Format.XLSX))["D2"].value
    assert value == float(amount)
    assert Decimal(f"{value:.15g}") == Decimal(amount)


def test_more_figures_than_excel_keeps_are_text_rather_than_wrong() -> None:
    row = ("INV-1", None, "GBP", Decimal("92233720368547758.07"), None, None)
    for format, read in READERS.items():
        found = read(made([row], format))[0][3]
        assert Decimal(found) == row[3], format
    assert sheet(made([row], Format.XLSX))["D2"].data_type == "s"


def test_excel_refuses_more_rows_than_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_file, "LIMIT", 3)
    with pytest.raises(Invalid, match="CSV"):
        made(ROWS, Format.XLSX)


def test_totals_never_mix_currencies() -> None:
    table = Table("Invoices", "Fern", "A", COLUMNS, ColumnarRows.of(COLUMNS, [*ROWS, *ROWS]))
    amount = COLUMNS[3]
    assert {code: sums[amount] for code, sums in table.totals().items()} == {
        "GBP": Decimal("2469.20"), "JPY": Decimal(2400), "KWD": Decimal("-0.010"),
    }  # fmt: skip
    assert table.currencies == ["GBP", "JPY", "KWD"]


def test_totals_leave_out_what_is_void_and_say_so() -> None:
    columns = (Column("Status"), Column("Currency", Kind.CURRENCY), COLUMNS[3])
    rows = [("Paid", "GBP", Decimal("1.50")), ("Void", "GBP", Decimal("9.00"))]
    by_column = ColumnarRows.of(columns, rows)
    table = Table("Invoices", "Fern", "A", columns, by_column, uncounted=frozenset({"Void"}))
    assert table.totals() == {"GBP": {COLUMNS[3]: Decimal("1.50")}}
    told = json.loads(written(table, Format.JSON))
    assert (told["totals"][0]["amount"], told["not_in_totals"]) == ("1.50", ["Void"])
    totals = load_workbook(io.BytesIO(written(table, Format.XLSX)))["Totals"]
    assert [cell.value for cell in totals["A"]] == ["Currency", "GBP", None, "Not counted: Void"]


FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\u00a0=1", "\ufeff=1",
    "\u200b=1",
    "＝1+1", "＋1", "－1", "＠x", '"=1', "'=1", "x;=1", "x, =1", 'x";=1', "x\n=1", "x\t@y", "x|=1",
    "=HYPERLINK(\"https://evil.example\",\"ok\")", "-2+3+cmd|' /C calc'!A0", "\x00=1",
]  # fmt: skip
_UNSEEN = ' "\u00a0\u200b\ufeff'
_STARTS = {*"=+-@＝＋－＠\t\r\n"}
HARMLESS = ["a=b", "1-2", "x - y", "jo@fern.example", "A+", "C#", "", "x; y", "£-5"]


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_calculates_is_inert(text: str) -> None:
    row = (text, None, "GBP", Decimal("-1.00"), None, None)
    line = made([row], Format.CSV).decode("utf-8-sig").split("\r\n", 1)[1].strip("\r\n")
    # a program may take any of these for its separator, and know nothing of quotes
    for separator in ",;\t|\n\r":
        for cell in line.split(separator):
            assert cell == "-1.00" or cell.strip(_UNSEEN)[:1] not in _STARTS, (separator, line)
    assert from_csv(made([row], Format.CSV))[0][3] == -1
    shown = sheet(made([row], Format.XLSX))["A2"]
    assert shown.data_type == "s"
    assert shown.quotePrefix
    assert sheet(made([row], Format.XLSX))["D2"].value == -1
    assert from_parquet(made([row], Format.PARQUET))[0][0] == text
    assert from_json(made([row], Format.JSON))[0][0] == text


@pytest.mark.parametrize("filler", ["\n", "\t", " ", ";", ", "])
def test_long_runs_of_blanks_are_read_once(filler: str) -> None:
    """A pattern that begins anew within a run takes hours for this many; and holds everybody up."""
    many = 2_000_000
    assert inert(f"a{filler * many}b") == f"a{filler * many}b"
    assert inert(f"a;{filler * many}=b") == f"a;{filler * many}'=b"


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_stays_as_it_is(text: str) -> None:
    row = (text, None, "GBP", Decimal("-1.00"), None, None)
    assert from_csv(made([row], Format.CSV))[0][0] == (text or None)
    assert from_xlsx(made([row], Format.XLSX))[0][0] == (text or None)
    assert not sheet(made([row], Format.XLSX))["A2"].quotePrefix


@pytest.mark.parametrize("text", ["<r>a & b", "<r><t>x</t></r>", "a</is></c><c><f>1+1</f></c>"])
def test_text_is_never_markup_of_a_workbook(text: str) -> None:
    for whole in (text, f"{text}</r>", f"<r>{text}</r>"):
        row = (whole, None, "GBP", Decimal(1), None, None)
        shown = sheet(made([row], Format.XLSX))
        assert shown["A2"].value.rstrip(" ") == whole
        assert shown["D2"].value == 1
        assert shown.max_row == 2


def test_more_text_than_a_cell_holds_is_cut() -> None:
    row = ("x" * 40_000, None, "GBP", Decimal(1), None, None)
    assert len(sheet(made([row], Format.XLSX))["A2"].value) == 32_767
    assert len(from_csv(made([row], Format.CSV))[0][0]) == 40_000


def test_what_no_workbook_can_hold_is_left_out() -> None:
    row = ("a\x00b\x0bc\ufffe", None, "GBP", Decimal(1), None, None)
    assert from_xlsx(made([row], Format.XLSX))[0][0] == "abc"
    assert from_csv(made([row], Format.CSV))[0][0] == "abc"
