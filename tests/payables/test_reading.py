"""Lists of payables: what spreadsheets write is read exactly, and what is hostile is refused."""

import io
import os
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from portal_data import money
from portal_data.errors import Invalid
from portal_data.payables import reading
from portal_data.payables.reading import Columns, Grid, Listed, Unread, guess, interpret, read


def _csv(text: str, encoding: str = "utf-8") -> Grid:
    return read("list.csv", text.encode(encoding))


def _amounts(*texts: str, currency: str = "EUR") -> list[int | None]:
    found: list[int | None] = []
    for text in texts:
        rows, _ = interpret(
            Grid(("No", "Amount"), (("A1", text),), (2,)),
            Columns(0, 1, None),
            currency,
            month_first=False,
        )
        found.append(rows[0].amount_minor if rows else None)
    return found


def test_a_list_with_a_title_and_a_sum_is_read() -> None:
    grid = _csv(
        "Open payables;;\n\nInvoice no.;Invoice date;Open amount\n"
        "INV-1;28.11.2026;1.234,50\nINV-2;01.12.2026;(20,00)\n;;1.214,50\nINV-3;soon;5,00\n"
    )
    assert grid.header == ("Invoice no.", "Invoice date", "Open amount")
    columns = guess(grid)
    assert columns == Columns(0, 2, 1)
    listed, unread = interpret(grid, columns, "EUR", month_first=True)
    assert listed == [
        Listed(4, "INV-1", date(2026, 11, 28), 123_450),
        Listed(5, "INV-2", date(2026, 12, 1), -2_000),
    ]
    assert unread == [Unread(7, "Invoice date", "soon")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings_and_separators(encoding: str) -> None:
    for separator in ";,\t":
        text = separator.join(("Beleg", "Betrag")) + "\n" + separator.join(("Ä-1", "7")) + "\n"
        grid = _csv(text, encoding)
        assert grid.rows == (("Ä-1", "7"),)
        assert guess(grid) == Columns(0, 1, None)


def test_a_workbook_with_dates_and_numbers() -> None:
    book = Workbook()
    for row in (
        ["Reference", "Date", "Total"],
        ["INV-1", datetime(2026, 11, 28), 1234.5],
        ["INV-2", date(2026, 11, 29), 0.1 + 0.2],
        [17, "11/30/2026", "£1,000"],
    ):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    grid = read("Liste.XLSX", file.getvalue())
    listed, unread = interpret(grid, guess(grid), "GBP", month_first=False)
    assert [(each.number, each.date, each.amount_minor) for each in listed] == [
        ("INV-1", date(2026, 11, 28), 123_450),
        ("INV-2", date(2026, 11, 29), 30),
        ("17", date(2026, 11, 30), 100_000),
    ]
    assert unread == []


def test_amounts_as_people_write_them() -> None:
    assert (
        _amounts("1,234.50", "1.234,50", "1 234,50", "1'234.50", "1234.5", "EUR 1.234,50")
        == [123_450] * 6
    )
    assert _amounts("-5", "5-", "(5.00)", "\N{MINUS SIGN}5,00", "€ -5") == [-500] * 5
    assert _amounts("1.234", "1,234", "12,345,678") == [123_400, 123_400, 1_234_567_800]
    assert _amounts("1.234", currency="KWD") == [1_234]
    assert _amounts("500", currency="JPY") == [500]
    assert _amounts("", "n/a", "=1+1", "1e5", "12 eggs and ham", "9" * 40) == [None] * 6


def test_a_zero_and_two_marks_say_where_the_decimals_are() -> None:
    assert _amounts("0.500", "0,125", ".250", "1234.567") == [50, 13, 25, 123_457]
    assert _amounts("1,234,567", "1.234.567", currency="KWD") == [1_234_567_000] * 2
    assert _amounts("1,50", currency="JPY") == [2]  # a list is compared, and nothing is booked


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1,234,567", "KWD", 1_234_567_000),
        ("1,234.567", "KWD", 1_234_567),
        ("1.234", "KWD", 1_234),
        ("1.234", "JPY", 1_234),
        ("1000.00", "JPY", 1_000),
        ("1000.0", "JPY", 1_000),
        ("12,34,567.80", "INR", 123_456_780),
        ("1 234 567,80", "EUR", 123_456_780),
        ("1'234.5", "CHF", 123_450),
        ("0000123.45", "EUR", 12_345),
        ("€ 1.234,50-", "EUR", -123_450),
        ("0.50", "EUR", 50),
        (".5", "EUR", 50),
        ("100.0000", "EUR", 10_000),
        ("0.500", "EUR", None),
        ("0,125", "EUR", None),
        (".250", "EUR", None),
        ("1.234,567", "EUR", None),
        ("1234.567", "EUR", None),
        ("1,50", "JPY", None),
        ("1,2,3", "EUR", None),
        ("28.11.2026", "EUR", None),
        ("1.234,567.89", "EUR", None),
        ("0 500", "EUR", None),
        ("0,001,234", "EUR", None),
    ],
)
def test_exact_amounts_are_what_is_written_or_none(
    text: str, currency: str, minor: int | None
) -> None:
    assert reading.amount_of(text, currency, exact=True) == minor


@settings(deadline=None)
@given(
    minor=st.integers(0, 10**11),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
    marks=st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", "."), ("", "."), ("", ",")]),
)
def test_what_is_written_with_all_its_decimals_is_read_back(
    minor: int, currency: str, marks: tuple[str, str]
) -> None:
    exponent = money.exponent(currency)
    whole, rest = divmod(minor, 10**exponent)
    text = f"{whole:,}".replace(",", marks[0])
    if exponent:
        text += f"{marks[1]}{rest:0{exponent}}"
    assert reading.amount_of(text, currency, exact=True) == minor


def test_whether_the_month_is_first_is_told_by_the_whole_column() -> None:
    def days(*texts: str, month_first: bool) -> list[date | None]:
        rows = tuple((f"A{n}", "1", text) for n, text in enumerate(texts))
        grid = Grid(("No", "Amount", "Date"), rows, tuple(range(len(rows))))
        return [each.date for each in interpret(
            grid, Columns(0, 1, 2), "EUR", month_first=month_first)[0]]  # fmt: skip

    assert days("3/4/2026", "28/4/2026", month_first=True)[0] == date(2026, 4, 3)
    assert days("3/4/2026", "4/28/2026", month_first=False)[0] == date(2026, 3, 4)
    assert days("3/4/26", month_first=True) == [date(2026, 3, 4)]
    assert days("3/4/26", month_first=False) == [date(2026, 4, 3)]


def _bomb() -> bytes:
    """A workbook of two gigabytes of zeros."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        with packed.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(256):
                sheet.write(b"0" * 1024 * 1024)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.pdf", b"%PDF-1.7"),
        ("list.csv", b""),
        ("list.csv", b"x" * (reading.LARGEST + 1)),
        ("list.csv", b"only a line\n"),
        ("list.csv", b"a,b\n" * 5_002),
        ("list.csv", b'"' + b"x" * 4_000_000),
        ("list.xlsx", b"PK\3\4 no zip"),
        ("list.xlsx", b"a,b\n1,2\n"),
        ("list.xlsx", _bomb()),
    ],
    ids=range(9),
)
def test_what_is_no_list_is_refused_in_words(name: str, content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        read(name, content)
    assert str(refused.value).endswith((".", ")."))


def test_texts_are_cut_and_turn_nothing() -> None:
    grid = _csv("No,Amount\n\u202eINV" + "x" * 900 + ",5\n")
    assert grid.rows[0][0].startswith("INV")
    assert len(grid.rows[0][0]) <= 200


def test_the_process_knows_nothing_of_the_portal(monkeypatch: pytest.MonkeyPatch) -> None:
    """It gets no secret from the environment, and cannot write a file."""
    monkeypatch.setenv("PORTAL_STRIPE_KEY", "sk_live_secret")
    script = reading._CELLS.parent / "cells.py"
    assert "portal_data" not in script.read_text().replace("portal's", "")
    seen: dict[str, object] = {}

    def run(command: list[str], **given: object) -> None:
        seen.update(given)
        raise AssertionError

    monkeypatch.setattr("portal_data.payables.reading.subprocess.run", run)
    with pytest.raises(AssertionError):
        read("list.csv", b"a,b\n1,2\n")
    assert (seen["env"], seen["cwd"]) == ({}, "/")
    assert os.environ["PORTAL_STRIPE_KEY"]
