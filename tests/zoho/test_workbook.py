"""Excel workbooks beside CSV: the same records, and nothing believed that a spreadsheet changed."""

import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from portal_data import store
from portal_data.zoho import workbook
from portal_data.zoho.defects import UploadRefused
from portal_data.zoho.importing import import_backup
from portal_data.zoho.workbook import written
from tests.conftest import NOW
from tests.zoho.backup import TOTALS, Backup
from tests.zoho.conftest import Import

_NUMBERS = ("Total", "SubTotal", "Balance", "Quantity", "Item Price", "Item Total", "Amount")


def _typed(column: str, text: str) -> Any:
    """Return a cell as a spreadsheet types it: dates and amounts, but no ids."""
    if not text:
        return None
    if column.endswith("Date"):
        return date.fromisoformat(text)
    return float(text) if column in _NUMBERS else text


def _workbook(
    backup: Backup, file: str, change: Callable[[Any], None] = lambda sheet: None
) -> bytes:
    book = openpyxl.Workbook()
    rows = backup.files[file]
    header = list(dict.fromkeys(column for row in rows for column in row))
    book.active.append(header)
    for row in rows:
        book.active.append([_typed(column, row.get(column, "")) for column in header])
    change(book.active)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _with_workbook(
    backup: Backup, file: str, change: Callable[[Any], None] = lambda sheet: None
) -> Backup:
    backup.raw[file.replace(".csv", ".xlsx")] = _workbook(backup, file, change)
    del backup.files[file]
    return backup


@pytest.mark.parametrize("file", ["Contacts.csv", "Invoice00.csv", "Customer_Payment.csv"])
def test_workbooks_are_read_beside_csv(
    run: Import, backup: Backup, totals: Callable[[], dict[str, Any]], file: str
) -> None:
    report = run(_with_workbook(backup, file))
    assert (report.verdict, report.set_aside) == ("imported", [])
    assert totals() == TOTALS


def test_a_folder_and_a_single_workbook_are_read(
    db: store.Store, backup: Backup, tmp_path: Path, totals: Callable[[], dict[str, Any]]
) -> None:
    alone = tmp_path / "Contacts.xlsx"
    alone.write_bytes(_workbook(backup, "Contacts.csv"))
    assert import_backup(alone, now=NOW).verdict == "imported"
    folder = _with_workbook(backup, "Invoice00.csv").folder(tmp_path / "folder")
    assert import_backup(folder, now=NOW).verdict == "imported"
    assert totals() == TOTALS


def _numeric_ids(sheet: Any) -> None:
    place = [cell.value for cell in sheet[1]].index("Invoice ID") + 1
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, place).value = float(sheet.cell(row, place).value)


def _formula(sheet: Any) -> None:
    place = [cell.value for cell in sheet[1]].index("Total") + 1
    sheet.cell(2, place).value = "=1+1"


def _failed(sheet: Any) -> None:
    place = [cell.value for cell in sheet[1]].index("Total") + 1
    sheet.cell(2, place).value = "#REF!"


@pytest.mark.only_engine("duckdb")
@pytest.mark.parametrize(
    ("change", "row", "column", "reason"),
    [
        (_numeric_ids, 2, "Invoice ID", "in scientific notation"),
        (_formula, 2, "Total", "The cell holds a formula"),
        (_failed, 2, "Total", "The cell holds the error #REF!"),
    ],
)
def test_what_a_spreadsheet_changed_refuses_the_upload(
    run: Import,
    backup: Backup,
    change: Callable[[Any], None],
    row: int,
    column: str,
    reason: str,
) -> None:
    with pytest.raises(UploadRefused) as refused:
        run(_with_workbook(backup, "Invoice00.csv", change))
    (problem,) = refused.value.problems
    assert (problem.file, problem.row, problem.column) == ("Invoice00.xlsx", row, column)
    assert reason in problem.reason


@pytest.mark.only_engine("duckdb")
@pytest.mark.parametrize("content", [b"not a zip", b"PK\3\4 cut off"])
def test_what_is_no_workbook_is_refused(run: Import, backup: Backup, content: bytes) -> None:
    backup.raw["Invoice00.xlsx"] = content
    del backup.files["Invoice00.csv"]
    with pytest.raises(UploadRefused, match="not an Excel workbook"):
        run(backup)


@pytest.mark.only_engine("duckdb")
def test_a_workbook_that_inflates_without_end_is_refused(
    run: Import, backup: Backup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MAX_WORKBOOK", 1000)
    with pytest.raises(UploadRefused, match="would inflate"):
        run(_with_workbook(backup, "Invoice00.csv"))


@pytest.mark.only_engine("duckdb")
def test_a_workbook_with_entities_of_its_own_is_refused(run: Import, backup: Backup) -> None:
    made, out = BytesIO(_workbook(backup, "Invoice00.csv")), BytesIO()
    with zipfile.ZipFile(made) as book, zipfile.ZipFile(out, "w") as copy:
        for info in book.infolist():
            content = book.read(info)
            if info.filename.endswith("sheet1.xml"):
                content = b'<!DOCTYPE x [<!ENTITY a "ha">]>' + content
            copy.writestr(info, content)
    backup.raw["Invoice00.xlsx"] = out.getvalue()
    del backup.files["Invoice00.csv"]
    with pytest.raises(UploadRefused, match="entities of its own"):
        run(backup)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (12, "12"),
        (12.3, "12.3"),
        (0.1 + 0.2, "0.3"),
        (-0.000001, "-0.000001"),
        (4.6e18, "4.60000000000000E+18"),
        (date(2024, 2, 29), "2024-02-29"),
        (datetime(2024, 2, 29), "2024-02-29"),
        (datetime(2024, 2, 29, 8, 5), "2024-02-29 08:05:00"),
        (time(8, 5), "08:05:00"),
        (timedelta(hours=26, minutes=3), "26:03:00"),
    ],
)
def test_typed_cells_are_written_as_the_csv_has_them(value: object, text: str) -> None:
    assert written(value) == text
