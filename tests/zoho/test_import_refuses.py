"""What makes an upload untrustworthy refuses it as a whole: nothing written, the place named."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from portal_data import demo, store
from portal_data.errors import Conflict, Invalid
from portal_data.zoho import records, tables
from portal_data.zoho.dates import DateOrder
from portal_data.zoho.defects import UploadRefused
from portal_data.zoho.importing import import_backup
from tests.conftest import NOW
from tests.zoho.backup import TOTALS, Backup, invented
from tests.zoho.conftest import Import


def _missing_column(backup: Backup) -> None:
    backup.drop("Invoice00.csv", "Invoice Date")


def _two_totals(backup: Backup) -> None:
    header, *rows = backup.text("Invoice00.csv").splitlines()
    backup.raw["Invoice00.csv"] = "\n".join(
        [f"{header},Total", *(f"{row},0.00" for row in rows)]
    ).encode()


def _slash_dates(backup: Backup) -> None:
    for row in backup.files["Invoice00.csv"]:
        row["Invoice Date"] = "/".join(reversed(row["Invoice Date"].split("-")))


def _windows_1252(backup: Backup) -> None:
    backup.raw["Contacts.csv"] = (
        backup.text("Contacts.csv").replace("Kit,", "Zoé,").encode("cp1252")
    )


def _utf_16(backup: Backup) -> None:
    backup.raw["Contacts.csv"] = backup.text("Contacts.csv").encode("utf-16")


def _huge_cell(backup: Backup) -> None:
    backup.change("Contacts.csv", "Notes", "x" * 10 * 1024**2, Display_Name="Kite Ltd")


def _truncated(backup: Backup) -> None:
    text = backup.text("Contacts.csv")
    backup.raw["Contacts.csv"] = text[: text.rindex("Loft")].encode()


def _cut_between_cells(backup: Backup) -> None:
    text = backup.text("Item.csv")
    backup.raw["Item.csv"] = text[: text.rindex(",service")].encode()


def _empty(backup: Backup) -> None:
    backup.raw["Invoice01.csv"] = b""


def _nul(backup: Backup) -> None:
    backup.change("Item.csv", "Description", "a\0b", Item_Name="Rope")


def _surplus_cell(backup: Backup) -> None:
    backup.raw["Item.csv"] = backup.text("Item.csv").replace("Hemp", "Hemp, tarred").encode()


def _stray_quote(backup: Backup) -> None:
    backup.raw["Item.csv"] = backup.text("Item.csv").replace("Hemp", '"He"mp').encode()


def _spreadsheet_ids(backup: Backup) -> None:
    for row in backup.files["Contacts.csv"]:
        row["Contact ID"] = "4.0E+18"


DEFECTS = [
    (_missing_column, "Invoice00.csv", 1, None, "Missing columns: 'Invoice Date'"),
    (_two_totals, "Invoice00.csv", 2, "Total", "occurs 2 times with different values"),
    (_slash_dates, "Invoice00.csv", 2, "Invoice Date", "look like DD/MM/YYYY"),
    (_windows_1252, "Contacts.csv", 3, None, "not UTF-8, looks like Windows-1252"),
    (_utf_16, "Contacts.csv", None, None, "UTF-16"),
    (_huge_cell, "Contacts.csv", 3, "Notes", "longer than 131,072 characters"),
    (_truncated, "Contacts.csv", 4, None, "ends inside a quoted cell"),
    (_cut_between_cells, "Item.csv", 3, None, "The record has"),
    (_empty, "Invoice01.csv", None, None, "Invoice01.csv is empty"),
    (_nul, "Item.csv", 2, None, "NUL"),
    (_surplus_cell, "Item.csv", 2, None, "The record has"),
    (_stray_quote, "Item.csv", 2, None, "not valid CSV"),
    (_spreadsheet_ids, "Contacts.csv", 2, "Contact ID", "scientific notation"),
]


@pytest.mark.parametrize(
    ("spoil", "file", "row", "column", "reason"),
    DEFECTS,
    ids=[spoil.__name__ for spoil, *_ in DEFECTS],
)
def test_defective_file_refuses_the_upload(
    db: store.Store,
    run: Import,
    backup: Backup,
    spoil: Callable[[Backup], None],
    file: str,
    row: int | None,
    column: str | None,
    reason: str,
) -> None:
    spoil(backup)
    with pytest.raises(UploadRefused) as refused:
        run(backup)
    (problem,) = refused.value.problems
    assert (problem.file, problem.row, problem.column) == (file, row, column)
    assert reason in problem.reason
    assert problem.remedy
    _assert_nothing_written(db)


def test_every_defective_file_is_named_at_once(
    db: store.Store, run: Import, backup: Backup
) -> None:
    _windows_1252(backup)
    _nul(backup)
    _slash_dates(backup)
    with pytest.raises(UploadRefused) as refused:
        run(backup)
    assert {problem.file for problem in refused.value.problems} == {
        "Contacts.csv",
        "Item.csv",
        "Invoice00.csv",
    }
    _assert_nothing_written(db)


def test_corrected_upload_imports_completely(
    run: Import, backup: Backup, totals: Callable[[], dict[str, object]]
) -> None:
    _empty(backup)
    with pytest.raises(UploadRefused):
        run(backup)
    run(invented())
    assert totals() == TOTALS


def test_wrong_date_order_is_refused(run: Import, backup: Backup) -> None:
    _slash_dates(backup)
    with pytest.raises(UploadRefused, match="no date when read as mdy"):
        run(backup, date_order=DateOrder.MDY)


def test_strict_refuses_what_would_be_set_aside(
    db: store.Store, run: Import, backup: Backup
) -> None:
    backup.change("Invoice00.csv", "Currency Code", "ZZQ", Invoice_Number="INV-102")
    with pytest.raises(UploadRefused, match="ZZQ"):
        run(backup, strict=True)
    _assert_nothing_written(db)


def test_dry_run_writes_nothing_and_reports_all(
    db: store.Store, run: Import, backup: Backup
) -> None:
    backup.change("Invoice00.csv", "Currency Code", "ZZQ", Invoice_Number="INV-102")
    report = run(backup, dry_run=True)
    assert report.dry_run
    assert {entry.subject for entry in report.set_aside} == {"INV-102", "11"}
    _assert_nothing_written(db)


@pytest.mark.parametrize(
    "name",
    ["../evil.csv", "/evil.csv", "a/../../evil.csv", "..\\evil.csv", "C:\\evil.csv", "C:evil.csv"],
)
def test_entry_that_points_outside_is_refused(tmp_path: Path, name: str) -> None:
    path = invented().zip(tmp_path / "backup.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(zipfile.ZipInfo(name), "Invoice Number\n")
    _assert_refused(path, "points outside")


def test_bomb_is_refused_by_what_it_declares(tmp_path: Path) -> None:
    backup = invented()
    backup.raw["Contacts.csv"] = b"0" * 100 * 1024**2
    _assert_refused(backup.zip(tmp_path / "bomb.zip"), "times its size")


def test_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    backup = invented()
    backup.raw["Contacts.csv"] = b"Contact ID,Display Name\n" + b"1,a\n" * 100_000
    path = backup.zip(tmp_path / "liar.zip")
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo("Contacts.csv")
    content = bytearray(path.read_bytes())
    honest = entry.file_size.to_bytes(4, "little")
    content[:] = content.replace(honest, (1_000).to_bytes(4, "little"))
    path.write_bytes(content)
    _assert_refused(path, "damaged")


def test_truncated_zip_is_refused(tmp_path: Path) -> None:
    path = invented().zip(tmp_path / "backup.zip")
    path.write_bytes(path.read_bytes()[:-200])
    _assert_refused(path, "The zip is cut off")


def test_old_workbooks_are_refused_with_a_remedy(tmp_path: Path) -> None:
    workbook = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    (tmp_path / "Invoice.xls").write_bytes(workbook)
    _assert_refused(tmp_path / "Invoice.xls", "old Excel workbook .* save it as CSV")
    backup = invented()
    backup.raw["Invoice.xls"] = workbook
    _assert_refused(backup.zip(tmp_path / "backup.zip"), "Invoice.xls: This is an old Excel")


def test_corrupt_entry_is_refused(tmp_path: Path) -> None:
    path = invented().zip(tmp_path / "backup.zip")
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("Invoice00.csv").header_offset
    content = bytearray(path.read_bytes())
    content[start + 80 : start + 120] = bytes(40)
    path.write_bytes(content)
    _assert_refused(path, "damaged")


def test_missing_path_and_foreign_files_are_refused(tmp_path: Path) -> None:
    _assert_refused(tmp_path / "nowhere.zip", "no such file")
    (tmp_path / "empty").mkdir()
    _assert_refused(tmp_path / "empty", "no CSV file")
    (tmp_path / "photo.png").write_bytes(b"PNG")
    _assert_refused(tmp_path / "photo.png", "neither a zip")
    (tmp_path / "other.csv").write_text("Colour,Taste\nred,sweet\n", "utf-8")
    _assert_refused(tmp_path / "other.csv", "No file was recognised")


@pytest.mark.only_engine("duckdb")
def test_books_without_currency_found_no_organisation(
    db: store.Store, run: Import, backup: Backup
) -> None:
    backup.files = {"Item.csv": backup.files["Item.csv"]}
    with pytest.raises(Invalid, match="no organisation yet"):
        run(backup)
    _assert_nothing_written(db)


def _assert_refused(path: Path, reason: str) -> None:
    opened = store.install(store.open_store("duckdb://:memory:"))
    try:
        with pytest.raises(UploadRefused, match=reason):
            import_backup(path, now=NOW)
        _assert_nothing_written(opened)
    finally:
        opened.close()


def _assert_nothing_written(db: store.Store) -> None:
    with db.system_reading() as session:
        counted = session.value(
            "select (select count(*) from core.customers) + (select count(*) from core.invoices)"
            " + (select count(*) from core.items) + (select count(*) from core.payments)"
            " + (select count(*) from core.imports) + (select count(*) from core.activity)"
            " + (select count(*) from core.organisation) as n"
        )
    assert counted == 0


def test_real_books_never_join_the_demo(db: store.Store, tmp_path: Path) -> None:
    demo.load(NOW, tmp_path / "files")
    backup = invented().zip(tmp_path / "backup.zip")
    with pytest.raises(Conflict, match="demo organisation"):
        import_backup(backup, now=NOW)
    with db.system_reading() as session:
        assert session.value("select count(*)::bigint as n from core.imports order by n") == 0


@pytest.mark.only_engine("duckdb")
def test_a_small_zip_of_endless_rows_is_refused(
    db: store.Store, backup: Backup, tmp_path: Path
) -> None:
    header = backup.text("Invoice00.csv").splitlines()[0]
    row = "," * header.count(",") + "\n"
    backup.raw["Invoice00.csv"] = (header + "\n" + row * (60 * 1024**2 // len(row))).encode()
    path = backup.zip(tmp_path / "backup.zip")
    assert path.stat().st_size < 1024**2
    _assert_refused(path, "times its size")
    _assert_nothing_written(db)


def test_empty_rows_at_the_end_are_no_records(run: Import, backup: Backup) -> None:
    for name in ("Contacts.csv", "Invoice01.csv", "Customer_Payment.csv"):
        text = backup.text(name)
        backup.raw[name] = (text + ("," * text.splitlines()[0].count(",") + "\n") * 1000).encode()
    report = run(backup)
    assert (report.verdict, report.set_aside) == ("imported", [])


@pytest.mark.only_engine("duckdb")
def test_more_rows_than_any_business_has_are_refused(
    run: Import, backup: Backup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MAX_ROWS", 3)
    with pytest.raises(UploadRefused, match="more than 3 rows"):
        run(backup)


@pytest.mark.only_engine("duckdb")
def test_a_flood_of_defective_rows_is_refused(
    db: store.Store, run: Import, backup: Backup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "MAX_SET_ASIDE", 5)
    broken = backup.find("Customer_Payment.csv", Payment_Number="14")
    for number in range(20):
        row = broken | {"Payment Number": f"X{number}", "CustomerPayment ID": f"{number}77"}
        backup.files["Customer_Payment.csv"].append(row | {"Amount": "-1"})
    with pytest.raises(UploadRefused, match="More than 5 records cannot be used"):
        run(backup)
    _assert_nothing_written(db)
