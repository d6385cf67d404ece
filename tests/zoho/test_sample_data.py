"""The owner's sample backups: control totals, re-import, and every broken variant's verdict."""

import json
import os
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from portal_data import store
from portal_data.zoho.archive import open_upload
from portal_data.zoho.columns import layout
from portal_data.zoho.dates import DateOrder
from portal_data.zoho.defects import UploadRefused
from portal_data.zoho.importing import import_backup
from portal_data.zoho.recognise import recognise
from portal_data.zoho.report import Report
from portal_data.zoho.tables import open_table
from portal_data.zoho.totals import control_totals
from tests.conftest import NOW

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PORTAL_TEST_DATA", ROOT.parent / "shared" / "data"))

pytestmark = pytest.mark.skipif(
    not (DATA / "backup_small.zip").is_file(),
    reason="needs the owner's sample backups: set PORTAL_TEST_DATA to their folder",
)

COMPARED = ("all", "named", "closing_balances")
CASES = (
    json.loads((DATA / "broken" / "expected.json").read_text("utf-8"))["cases"]
    if (DATA / "broken" / "expected.json").is_file()
    else []
)
TODAY = date(2012, 1, 15)


def _import(name: str, **options: Any) -> Report:
    return import_backup(DATA / name, now=NOW, **options)


def _control(name: str) -> dict[str, Any]:
    control: dict[str, Any] = json.loads((DATA / f"{name}.control.json").read_text("utf-8"))
    return control


def _assert_equal_totals(control: dict[str, Any]) -> None:
    totals = control_totals(
        today=date.fromisoformat(control["today"]), customers=list(control["named"])
    )
    for part in COMPARED:
        assert totals[part] == control[part], part


@pytest.mark.parametrize("name", ["backup_small", "backup_small_2011-12-15"])
def test_totals_equal_the_control_file(db: store.Store, name: str) -> None:
    report = _import(f"{name}.zip")
    assert report.verdict == "imported"
    assert {file.file: file.rows for file in report.files} == _control(name)["rows"]
    _assert_equal_totals(_control(name))
    assert db.check_integrity() == []


def test_totals_of_a_past_day_equal_the_control_file_of_that_day(db: store.Store) -> None:
    _import("backup_small.zip")
    for name in ("backup_small_2011-12-15", "backup_small"):
        control = _control(name)
        day = date.fromisoformat(control["today"])
        totals = control_totals(today=day, last=day, customers=list(control["named"]))
        for part in COMPARED:
            assert totals[part] == control[part], (name, part)


def test_again_changes_nothing_and_a_later_backup_updates(db: store.Store) -> None:
    _import("backup_small_2011-12-15.zip")
    again = _import("backup_small_2011-12-15.zip")
    assert again.verdict == "unchanged"
    assert sum(file.created + file.updated for file in again.files) == 0
    later = {file.file: file for file in _import("backup_small.zip").files}
    assert (later["Customer_Payment.csv"].created, later["Invoice.csv"].created) == (15, 0)
    assert later["Invoice.csv"].updated > 0
    _assert_equal_totals(_control("backup_small"))
    assert db.check_integrity() == []


@pytest.mark.only_engine("duckdb")
def test_full_backup_equals_its_control_file(db: store.Store) -> None:
    if not (DATA / "backup_full.zip").is_file():
        pytest.skip("the sample folder has no backup_full.zip")
    assert _import("backup_full.zip").verdict == "imported"
    _assert_equal_totals(_control("backup_full"))


def _rejected(report: Report) -> set[str]:
    """Return what was set aside for its own sake, not because it waits for something else."""
    labels = set()
    for entry in report.set_aside:
        if entry.because_of is None:
            labels.add(
                entry.subject if entry.kind == "invoice" else f"{entry.kind} {entry.subject}"
            )
    return labels


EMAILS = {
    "e-mail customer Customer 12346",
    "e-mail customer Customer 13876",
    "e-mail customer Customer 15299",
    "e-mail primary person Max Przykład of customer Customer 12346",
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["file"])
def test_broken_backup_gets_its_verdict(db: store.Store, case: dict[str, Any]) -> None:
    path = f"broken/{case['file']}"
    base = _base()
    if case["verdict"] == "reject_upload" or case["file"].startswith("03"):
        with pytest.raises(UploadRefused) as refused:
            _import(path)
        if case["scope"].endswith(".csv"):
            assert [problem.file for problem in refused.value.problems] == [case["scope"]]
        assert _counts(db) == 0
        if case["file"].startswith("03"):
            _import(path, date_order=DateOrder.DMY)
            assert _summary() == base
    else:
        report = _import(path)
        expected = EMAILS if case["file"].startswith("20") else set(case["rejected"])
        assert _rejected(report) == expected
        assert bool(report.warnings) >= (case["verdict"] == "accept_warn")
        if case["same_totals_as_base"] or case["verdict"] == "ask":
            assert _summary() == base
    assert db.check_integrity() == []
    _import("broken/00_base_valid.zip")
    assert _summary(names=False) == {**base, "closing_balances": None}
    assert db.check_integrity() == []


def _base() -> dict[str, Any]:
    expected = json.loads((DATA / "broken" / "expected.json").read_text("utf-8"))
    control: dict[str, Any] = expected["base_control"]
    return control


def _summary(names: bool = True) -> dict[str, Any]:
    totals = control_totals(today=TODAY)
    figures = {key: value for key, value in totals["all"].items() if key in _base()}
    return {**figures, "closing_balances": totals["closing_balances"] if names else None}


def _counts(db: store.Store) -> int:
    with db.system_reading() as session:
        found = session.value(
            "select (select count(*) from core.customers) + (select count(*) from core.imports)"
            " + (select count(*) from core.invoices) as n"
        )
    return int(found)


@pytest.mark.parametrize("name", ["../evil.csv", "/tmp/evil.csv", "..\\evil.csv", "C:\\evil.csv"])  # noqa: S108
@pytest.mark.only_engine("duckdb")
def test_zip_path_traversal_is_refused(db: store.Store, tmp_path: Path, name: str) -> None:
    bad = _with_entry(tmp_path, name, b"Invoice Number\n1\n")
    with pytest.raises(UploadRefused, match="points outside"):
        import_backup(bad, now=NOW)
    assert _counts(db) == 0


@pytest.mark.only_engine("duckdb")
def test_zip_bomb_is_refused(db: store.Store, tmp_path: Path) -> None:
    bad = _with_entry(tmp_path, "Contacts.csv", b"0" * (100 * 1024**2))
    with pytest.raises(UploadRefused, match="times its size"):
        import_backup(bad, now=NOW)
    assert _counts(db) == 0


def _with_entry(folder: Path, name: str, content: bytes) -> Path:
    """Return the valid base with one entry added or replaced."""
    path = folder / "bad.zip"
    with (
        zipfile.ZipFile(DATA / "broken" / "00_base_valid.zip") as base,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for info in base.infolist():
            if info.filename != name:
                copy.writestr(info, base.read(info))
        copy.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return path


HEADERS = {
    "Activity_Logs.csv": None,
    "Chart_of_Accounts.csv": None,
    "Contact_Persons.csv": "contact_persons",
    "Contacts.csv": "customers",
    "Credit_Note.csv": "credit_notes",
    "Creditnotes_Invoice.csv": "credit_applications",
    "Customer_Payment.csv": "payments",
    "Estimate.csv": "estimates",
    "Exchange_Rate.csv": "exchange_rates",
    "Invoice.csv": "invoices",
    "Item.csv": "items",
    "Projects.csv": "projects",
    "Quote.csv": "estimates",
    "Recurring_Invoice.csv": "recurring_invoices",
    "Refund.csv": "refunds",
    "Task.csv": None,
    "Tasks.csv": "tasks",
    "Timesheet.csv": "time_entries",
}


def test_every_known_header_is_recognised_and_complete() -> None:
    with open_upload(DATA / "zoho_headers") as archive:
        tables = {part.name: open_table(part) for part in archive.parts}
    found = {name: recognise(table) for name, table in tables.items()}
    assert {name: module and module.name for name, module in found.items()} == HEADERS
    for name, module in found.items():
        assert module is None or layout(module, tables[name]).missing == []
