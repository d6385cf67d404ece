"""The one rule: what refuses a whole upload, and what only sets documents aside.

Damage is generated: every id column, every file and every date column of the invented backup, one
after another, so that no way into a rule is left out.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_data import store
from portal_data.zoho.defects import UploadRefused
from portal_data.zoho.importing import import_backup
from portal_data.zoho.report import Report
from tests.conftest import NOW
from tests.zoho.backup import ODELL, TOTALS, Backup, Cells, invented
from tests.zoho.conftest import Import, Totals

OURS = [file for file in invented().files if file not in ("Task.csv", "Vendors.csv")]
IDS = [
    ("Contacts.csv", "Contact ID"),
    ("Contacts.csv", "Primary Contact ID"),
    ("Contact_Persons.csv", "Contact Person ID"),
    ("Contact_Persons.csv", "Customer ID"),
    ("Item.csv", "Item ID"),
    ("Invoice00.csv", "Invoice ID"),
    ("Invoice00.csv", "Customer ID"),
    ("Invoice00.csv", "Product ID"),
    ("Invoice01.csv", "Invoice ID"),
    ("Invoice01.csv", "Customer ID"),
    ("Quote.csv", "Quote ID"),
    ("Quote.csv", "Customer ID"),
    ("Customer_Payment.csv", "CustomerPayment ID"),
    ("Customer_Payment.csv", "CustomerID"),
    ("Customer_Payment.csv", "InvoicePayment ID"),
    ("Credit_Note.csv", "CreditNotes ID"),
    ("Credit_Note.csv", "Customer ID"),
    ("Retainer_Invoice.csv", "Retainer Invoice ID"),
    ("Retainer_Invoice.csv", "Customer ID"),
    ("Recurring_Invoice.csv", "Recurring Invoice ID"),
    ("Recurring_Invoice.csv", "Customer ID"),
    ("Recurring_Invoice.csv", "Product ID"),
    ("Projects.csv", "Project ID"),
    ("Tasks.csv", "Task ID"),
    ("Timesheet.csv", "Timesheet ID"),
]
SCIENTIFIC = "4.00000100000000E+18"
ROUNDED = "4000001000000000000"
NEEDED = [  # files that others refer to, and one that does
    (("Contacts.csv",), "Contact_Persons.csv"),
    (("Item.csv",), "Invoice00.csv"),
    (("Invoice00.csv", "Invoice01.csv"), "Customer_Payment.csv"),
    (("Quote.csv",), "Invoice00.csv"),
    (("Customer_Payment.csv",), "Invoice00.csv"),
    (("Credit_Note.csv",), "Creditnotes_Invoice.csv"),
    (("Retainer_Invoice.csv",), "Customer_Payment.csv"),
    (("Projects.csv",), "Tasks.csv"),
    (("Tasks.csv",), "Timesheet.csv"),
]
DATES = [
    ("Contacts.csv", "Created Time"),
    ("Exchange_Rate.csv", "Date"),
    ("Invoice00.csv", "Invoice Date"),
    ("Invoice01.csv", "Due Date"),
    ("Quote.csv", "Quote Date"),
    ("Quote.csv", "Expiry Date"),
    ("Customer_Payment.csv", "Date"),
    ("Customer_Payment.csv", "Created Time"),
    ("Customer_Payment.csv", "Invoice Payment Applied Date"),
    ("Credit_Note.csv", "Credit Note Date"),
    ("Creditnotes_Invoice.csv", "Date"),
    ("Refund.csv", "Date"),
    ("Retainer_Invoice.csv", "Retainer Invoice Date"),
    ("Timesheet.csv", "Date"),
    ("Recurring_Invoice.csv", "Start Date"),
    ("Recurring_Invoice.csv", "Next Invoice Date"),
]


@pytest.fixture(scope="module")
def empty_store() -> Iterator[store.Store]:
    """One empty store for all uploads that are refused: they leave it empty."""
    opened = store.install(store.open_store("duckdb://:memory:"))
    yield opened
    opened.close()


def _refused(empty_store: store.Store, backup: Backup, folder: Path) -> UploadRefused:
    """Return why a backup is refused, really and in a dry run, with nothing written."""
    store.install(empty_store)
    path = backup.zip(folder / "backup.zip")
    with pytest.raises(UploadRefused) as dry:
        import_backup(path, now=NOW, dry_run=True)
    with pytest.raises(UploadRefused) as real:
        import_backup(path, now=NOW)
    assert real.value.problems == dry.value.problems
    with empty_store.system_reading() as session:
        written = session.value(
            "select (select count(*) from core.customers) + (select count(*) from core.imports)"
            " + (select count(*) from core.organisation) + (select count(*) from core.items) as n"
        )
    assert written == 0
    return real.value


@pytest.mark.parametrize("damage", [SCIENTIFIC, SCIENTIFIC.replace(".", ","), ROUNDED])
@pytest.mark.parametrize(("file", "column"), IDS)
def test_rounded_ids_refuse_the_upload(
    empty_store: store.Store, backup: Backup, tmp_path: Path, file: str, column: str, damage: str
) -> None:
    for row in backup.files[file]:
        if row.get(column):
            row[column] = damage
    problems = _refused(empty_store, backup, tmp_path).problems
    (problem,) = [each for each in problems if (each.file, each.column) == (file, column)]
    assert problem.row is not None
    assert "a spreadsheet has rounded" in problem.reason
    assert "as Zoho made it" in problem.remedy


@pytest.mark.parametrize(
    ("file", "column"),
    [(file, column) for file, column in IDS if len({row[column] for row in invented().files[file]
     if row.get(column)}) > 1 and "Customer" not in column.removeprefix("CustomerPayment")
     and column not in ("Primary Contact ID", "Product ID")],
)  # fmt: skip
def test_one_id_for_two_things_refuses_the_upload(
    empty_store: store.Store, backup: Backup, tmp_path: Path, file: str, column: str
) -> None:
    named = [row for row in backup.files[file] if row.get(column)]
    first = named[0][column]
    other = next(row[column] for row in named if row[column] != first)
    backup.change(file, column, first, **{column.replace(" ", "_"): other})
    problems = _refused(empty_store, backup, tmp_path).problems
    (problem,) = [each for each in problems if (each.file, each.column) == (file, column)]
    assert f"The id {first} stands for" in problem.reason


@pytest.mark.parametrize(("files", "referring"), NEEDED, ids=[names[0] for names, _ in NEEDED])
def test_missing_file_that_others_refer_to_refuses_the_upload(
    empty_store: store.Store,
    backup: Backup,
    tmp_path: Path,
    files: tuple[str, ...],
    referring: str,
) -> None:
    for file in files:
        del backup.files[file]
    problems = _refused(empty_store, backup, tmp_path).problems
    (problem,) = [each for each in problems if each.file == referring]
    missing = files[0].replace("00", "")
    assert f"refer to {missing}, which is not in the upload" in problem.reason
    assert problem.row is not None
    assert "--accept-losses" in problem.remedy


@pytest.mark.parametrize("file", OURS)
def test_copy_of_a_file_refuses_the_upload(
    empty_store: store.Store, backup: Backup, tmp_path: Path, file: str
) -> None:
    copy = file.replace(".csv", " (1).csv")
    header = list(dict.fromkeys(column for row in backup.files[file] for column in row))
    backup.files[copy] = [
        {column: row.get(column, "") for column in reversed(header)} for row in backup.files[file]
    ]
    (problem,) = _refused(empty_store, backup, tmp_path).problems
    assert {problem.file, copy} <= {file, copy}
    count = len(backup.files[file])
    assert f"{count} of its {count} rows are in" in problem.reason
    assert "out" in problem.remedy


@pytest.mark.parametrize("file", OURS)
def test_translated_headers_refuse_the_upload(
    empty_store: store.Store, backup: Backup, tmp_path: Path, file: str
) -> None:
    _translate(backup, file)
    (problem,) = _refused(empty_store, backup, tmp_path).problems
    assert problem.file == file
    assert "Missing columns" in problem.reason
    assert "English" in problem.remedy


def test_translated_file_name_is_named_as_what_may_be_missing(
    empty_store: store.Store, backup: Backup, tmp_path: Path
) -> None:
    _translate(backup, "Credit_Note.csv")
    backup.files["Gutschrift.csv"] = backup.files.pop("Credit_Note.csv")
    problems = _refused(empty_store, backup, tmp_path).problems
    assert any("Is it Gutschrift.csv?" in problem.remedy for problem in problems)


def test_file_that_nothing_refers_to_is_named_when_it_is_not_recognised(
    run: Import, backup: Backup
) -> None:
    _translate(backup, "Timesheet.csv")
    backup.files["Zeiterfassung.csv"] = backup.files.pop("Timesheet.csv")
    report = run(backup)
    assert (report.verdict, report.exit_code) == ("partly imported", 2)
    assert report.unrecognised_files == ["Zeiterfassung.csv"]
    assert "Not recognised, and not imported: Zeiterfassung.csv" in report.as_text()


@pytest.mark.parametrize(("file", "column"), DATES)
def test_file_whose_dates_cannot_be_read_refuses_the_upload(
    empty_store: store.Store, backup: Backup, tmp_path: Path, file: str, column: str
) -> None:
    for row in backup.files[file]:
        if row.get(column):
            row[column] = "02 Dec 2010"
    problems = _refused(empty_store, backup, tmp_path).problems
    (problem,) = [each for each in problems if each.file == file]
    assert problem.column == column
    assert "would be set aside" in problem.reason
    assert "'02 Dec 2010' is not a date" in problem.reason


@pytest.mark.parametrize(
    ("bad", "good", "refused"),
    [(1, 1, True), (1, 2, False), (19, 20, False), (20, 20, True), (19, 100, False),
     (20, 379, True), (20, 380, False), (21, 380, True)],
)  # fmt: skip
def test_half_of_a_file_or_five_percent_and_twenty_refuse_the_upload(
    db: store.Store, tmp_path: Path, bad: int, good: int, refused: bool
) -> None:
    rope = invented().find("Item.csv", Item_Name="Rope")
    items: list[Cells] = [
        rope | {"Item ID": f"40000010000000{n:05d}", "Item Name": f"Rope {n}"}
        for n in range(1, bad + good + 1)
    ]
    for item in items[:bad]:
        item["Rate"] = "GBP 1,000.00"
    backup = invented()
    backup.files["Item.csv"] += items
    backup.files["Item.csv"] = backup.files["Item.csv"][2:]
    for row in (*backup.files["Invoice00.csv"], *backup.files["Recurring_Invoice.csv"]):
        row["Product ID"] = ""
    path = backup.zip(tmp_path / "backup.zip")
    if refused:
        with pytest.raises(UploadRefused, match=f"{bad} of {bad + good} documents"):
            import_backup(path, now=NOW)
    else:
        assert import_backup(path, now=NOW, dry_run=True).exit_code == 2
        assert len(import_backup(path, now=NOW).set_aside) == bad


def test_ids_that_went_through_floating_point_refuse_the_upload(
    empty_store: store.Store, backup: Backup, tmp_path: Path
) -> None:
    for number, row in enumerate(backup.files["Quote.csv"]):
        row["Quote ID"] = str(int(float(f"40000010000003{number:02d}477")))
    (problem,) = _refused(empty_store, backup, tmp_path).problems
    assert (problem.file, problem.column) == ("Quote.csv", "Quote ID")
    assert "4 of 4 ids" in problem.reason


def test_items_that_the_items_file_lacks_are_told_or_refused(run: Import, backup: Backup) -> None:
    cleat = backup.find("Invoice00.csv", Item_Name="Cleat")
    cleat["Product ID"] = "4000001000000000398"
    with pytest.raises(UploadRefused, match="1 of the 2 items it names"):
        run(backup)
    for file, name in (("Invoice00.csv", "Sail"), ("Item.csv", "Fitting")):
        column = "Product ID" if file == "Invoice00.csv" else "Item ID"
        backup.change(file, column, "4000001000000000302", Item_Name=name)
    report = run(backup)
    assert report.exit_code == 0
    (warning,) = [each for each in report.warnings if "items it names" in each.reason]
    assert "1 of the 3 items" in warning.reason


@pytest.mark.parametrize("file", ["Customer_Payment.csv", "Creditnotes_Invoice.csv"])
def test_settlements_that_broke_off_refuse_the_upload(
    empty_store: store.Store, backup: Backup, tmp_path: Path, file: str
) -> None:
    if file == "Creditnotes_Invoice.csv":
        keep = ("INV-103", "INV-104")
        for invoices in ("Invoice00.csv", "Invoice01.csv"):
            rows = backup.files[invoices]
            backup.files[invoices] = [row for row in rows if row["Invoice Number"] in keep]
        payments = backup.files["Customer_Payment.csv"]
        backup.files["Customer_Payment.csv"] = [
            row for row in payments if row["Invoice Number"] in ("INV-103", "")
        ]
    backup.raw[file] = (backup.text(file).splitlines()[0] + "\n").encode()
    problems = _refused(empty_store, backup, tmp_path).problems
    (problem,) = [each for each in problems if each.file == "Invoice00.csv"]
    assert "in question: they are settled, but by nothing in the upload" in problem.reason


def test_documents_that_only_wait_refuse_from_twenty_on(
    db: store.Store, run: Import, backup: Backup
) -> None:
    note = backup.find("Credit_Note.csv", Credit_Note_Number="CN-602")
    for n in range(20):
        other = {"Credit Note Number": f"CN-7{n:02d}", "CreditNotes ID": f"40000010000091{n:05d}"}
        backup.files["Credit_Note.csv"].append(note | other | {"Customer ID": ODELL})
    backup.change("Contacts.csv", "Currency Code", "ZZQ", Contact_ID=ODELL)
    with pytest.raises(UploadRefused) as refused:
        run(backup)
    files = {problem.file for problem in refused.value.problems}
    assert files == {"Credit_Note.csv"}


def test_accepted_losses_are_named_and_the_corrected_backup_heals(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    backup.raw["Quote.csv"] = backup.text("Quote.csv").replace("Quote Date", "Datum").encode()
    for row in backup.files["Refund.csv"]:
        row["Date"] = "02 Dec 2010"
    with pytest.raises(UploadRefused):
        run(backup)
    report: Report = run(backup, accept_losses=True)
    assert (report.verdict, report.exit_code) == ("partly imported", 2)
    assert {loss.file for loss in report.losses} >= {"Quote.csv", "Refund.csv"}
    assert json.loads(report.as_json())["exit_code"] == 2
    assert "Losses that were accepted" in report.as_text()
    assert db.check_integrity() == []
    mended = run(invented())
    assert (mended.set_aside, mended.exit_code) == ([], 0)
    assert totals() == TOTALS
    assert db.check_integrity() == []


def test_accepted_copies_count_once(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    for file in OURS:
        backup.files[file.replace(".csv", " (1).csv")] = [dict(row) for row in backup.files[file]]
    report = run(backup, accept_losses=True)
    assert report.set_aside == []
    assert len(report.losses) == len(OURS)
    assert totals() == TOTALS


def test_reason_is_told_where_nothing_is_left_to_found_the_organisation(
    empty_store: store.Store, backup: Backup, tmp_path: Path
) -> None:
    backup.files = {"Invoice.csv": backup.files["Invoice00.csv"]}
    for row in backup.files["Invoice.csv"]:
        row["Invoice Date"] = "02 Dec 2010"
    reasons = [problem.reason for problem in _refused(empty_store, backup, tmp_path).problems]
    assert any("'02 Dec 2010' is not a date" in reason for reason in reasons)
    alone = Backup({"Item.csv": invented().files["Item.csv"]})
    (problem,) = _refused(empty_store, alone, tmp_path).problems
    assert "no organisation yet" in problem.reason


def test_time_without_a_project_gets_a_remedy_that_helps(run: Import, backup: Backup) -> None:
    backup.change("Timesheet.csv", "Project Name", "", Time_Spent="02:00")
    (entry,) = run(backup).set_aside
    assert entry.problem.reason == "No project is named, so no customer is either."
    assert "Choose the project" in entry.problem.remedy


def test_amount_finer_than_its_currency_is_set_aside(run: Import, backup: Backup) -> None:
    for file, number in (("Invoice01.csv", "INV-107"),):
        row = backup.find(file, Invoice_Number=number)
        row |= {"Currency Code": "JPY", "Item Tax Amount": "0", "Item Total": "1000.20"}
        row |= {"Item Price": "1000.20", "SubTotal": "1000.20", "Total": "1000.20"}
    (entry,) = run(backup).set_aside
    assert entry.subject == "INV-107"
    assert "'1000.20' has more decimals than JPY" in entry.problem.reason


def _translate(backup: Backup, file: str) -> None:
    """Give a file headers that are not English."""
    header = list(dict.fromkeys(column for row in backup.files[file] for column in row))
    names = {column: f"Spalte {place}" for place, column in enumerate(header)}
    backup.files[file] = [
        {names[column]: cell for column, cell in row.items()} for row in backup.files[file]
    ]
