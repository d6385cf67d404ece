"""What is not read again is as if it had been: a later import leaves the same books behind."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from portal_data import store
from portal_data.zoho import blocks
from portal_data.zoho.importing import import_backup
from portal_data.zoho.report import Report
from portal_data.zoho.targets import LINES, SHELVES
from tests.conftest import NOW
from tests.zoho.backup import KITE, WREN, Backup, invented
from tests.zoho.backup import NAMES as CUSTOMERS

TABLES = [
    *(shelf.table for shelf in SHELVES.values()),
    *(shelf.table for shelf in LINES.values()),
    "core.allocations",
    "core.import_refs",
    "core.invoice_providers",
]
NAMES = ("number", "display_name", "name", "email", "kind")
_OF_ONE_STORE = {"id", "import_id", "updated_at"}
SMALL = 300  # bytes: a document or two


def _whole(backup: Backup) -> Backup:
    """Return the backup with its invoices in one file: split ones are read row by row."""
    files = backup.files
    files["Invoice.csv"] = [*files.pop("Invoice00.csv"), *files.pop("Invoice01.csv")]
    return backup


@pytest.fixture
def backup(backup: Backup) -> Backup:
    """The invented backup, with one file of invoices."""
    return _whole(backup)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut files of a few rows into many blocks."""
    monkeypatch.setattr(blocks, "SIZE", SMALL)


@dataclass(frozen=True)
class First:
    """The invented backup, and a DuckDB file into which it has been imported."""

    backup: Path
    database: Path


@pytest.fixture(scope="module")
def first(duckdb_template: Path, tmp_path_factory: pytest.TempPathFactory) -> First:
    """What most tests here begin with, imported once."""
    folder = tmp_path_factory.mktemp("first")
    made = First(_whole(invented()).zip(folder / "first.zip"), folder / "first.duckdb")
    made.database.write_bytes(duckdb_template.read_bytes())
    with (
        pytest.MonkeyPatch.context() as patch,
        closing(store.install(store.open_store(f"duckdb:///{made.database}"))),
    ):
        patch.setattr(blocks, "SIZE", SMALL)
        import_backup(made.backup, now=NOW, accept_losses=True)
    return made


@pytest.fixture
def imported(
    engine: str, first: First, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[store.Store]:
    """A store on the engine under test that has imported the invented backup."""
    if engine == "duckdb":
        path = tmp_path / "imported.duckdb"
        path.write_bytes(first.database.read_bytes())
        with closing(store.install(store.open_store(f"duckdb:///{path}"))) as opened:
            yield opened
    else:
        db: store.Store = request.getfixturevalue("db")
        import_backup(first.backup, now=NOW, accept_losses=True)
        yield db


@pytest.fixture
def other(duckdb_template: Path, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Import backups into another store one by one; return its books and the report after each.

    Then the store `here` is the process's own again. The other one begins as a copy of `begin`.
    """
    opened = []

    def run(
        *backups: Path,
        here: store.Store,
        forget: bool = False,
        versions: bool = True,
        begin: Path = duckdb_template,
        **options: Any,
    ) -> list[tuple[Any, Any]]:
        seen = []
        path = tmp_path / f"other{len(opened)}.duckdb"
        path.write_bytes(begin.read_bytes())
        opened.append(store.install(store.open_store(f"duckdb:///{path}")))
        try:
            for each in backups:
                if forget:
                    with opened[-1].system_writing() as session:
                        session.change("delete from core.import_blocks")
                report = import_backup(each, now=NOW, **options)
                seen.append((_books(opened[-1], versions=versions), _said(report)))
            return seen
        finally:
            store.install(here)

    yield run
    for each in opened:
        each.close()


def _books(db: store.Store, *, versions: bool = True) -> dict[str, list[str]]:
    """Return all rows that imports write; ids by what they name, without moments of writing.

    How often a row was written (its version) is the same after the same imports only.
    """
    left_out = _OF_ONE_STORE if versions else {*_OF_ONE_STORE, "version"}
    with db.system_reading() as session:
        tables = {name: session.rows(f"select * from {name}") for name in TABLES}
    named = {
        row["id"]: " ".join(str(row[name]) for name in NAMES if row.get(name))
        for rows in tables.values()
        for row in rows
        if "id" in row
    }

    def told(value: Any) -> Any:
        return named.get(value, "?") if isinstance(value, UUID) else value

    return {
        name: sorted(
            repr(
                {
                    column: told(value)
                    for column, value in sorted(row.items())
                    if column not in left_out
                }
            )
            for row in rows
        )
        for name, rows in tables.items()
    }


def _digests(db: store.Store) -> set[str]:
    with db.system_reading() as session:
        return {row["digest"] for row in session.rows("select digest from core.import_blocks")}


def _said(report: Report) -> Any:
    return replace(report, name="", sha256="", read_by="")


def _row(backup: Backup, file: str, place: int, **cells: str) -> dict[str, str]:
    named = {name.replace("_", " "): cell for name, cell in cells.items()}
    return {**backup.files[file][place], **named}


def nothing(backup: Backup) -> None:
    """Another wrapping: the file of items has a row that says nothing new."""
    backup.files["Item.csv"].append(dict(backup.files["Item.csv"][0]))


def a_line(backup: Backup) -> None:
    backup.change("Invoice.csv", "Item Name", "Bigger cleat", Item_Name="Cleat")


def a_number_of_a_line(backup: Backup) -> None:
    backup.change("Invoice.csv", "Quantity", "7.00", Item_Name="Cleat")


def a_payment_more(backup: Backup) -> None:
    row = dict(backup.find("Customer_Payment.csv", Payment_Number="14"))
    row |= {
        "Payment Number": "99",
        "CustomerPayment ID": "400000100000099999",
        "Amount": "5.00",
        "Unused Amount": "5.00",
        "InvoicePayment ID": "",
        "Amount Applied to Invoice": "",
        "Invoice Number": "",
    }
    backup.files["Customer_Payment.csv"].insert(1, row)


def a_payment_less(backup: Backup) -> None:
    del backup.files["Customer_Payment.csv"][1]
    backup.change("Customer_Payment.csv", "Unused Amount", "40.00", Payment_Number="11")
    backup.change("Invoice.csv", "Balance", "100.00", Invoice_Number="INV-102")


def a_payment_nobody_knows_of(backup: Backup) -> None:
    """The invoice is not touched, but what settled it is gone: it is in question."""
    del backup.files["Customer_Payment.csv"][1]
    backup.change("Customer_Payment.csv", "Unused Amount", "40.00", Payment_Number="11")


def a_credit_applied_elsewhere(backup: Backup) -> None:
    backup.change("Creditnotes_Invoice.csv", "Amount", "10.00", Credit_Note_Number="CN-601")


def a_customer_renamed(backup: Backup) -> None:
    backup.change("Contacts.csv", "Display Name", "Wren & Sons", Contact_ID=WREN)


def a_customer_renamed_everywhere(backup: Backup) -> None:
    a_customer_renamed(backup)
    for rows in backup.files.values():
        for row in rows:
            if row.get("Customer Name") == CUSTOMERS[WREN]:
                row["Customer Name"] = "Wren & Sons"


def an_invoice_gone(backup: Backup) -> None:
    rows = backup.files["Invoice.csv"]
    backup.files["Invoice.csv"] = [row for row in rows if row["Invoice Number"] != "INV-104"]


def an_invoice_of_somebody_else(backup: Backup) -> None:
    backup.change("Invoice.csv", "Customer ID", KITE, Invoice_Number="INV-102")
    backup.change("Invoice.csv", "Customer Name", "Kite Ltd", Invoice_Number="INV-102")


def a_damaged_row(backup: Backup) -> None:
    backup.change("Invoice.csv", "Total", "12,00", Invoice_Number="INV-107")


def a_row_of_a_known_document_at_the_end(backup: Backup) -> None:
    rows = backup.files["Invoice.csv"]
    rows.append(dict(rows[0]))


def a_row_without_document_at_the_start(backup: Backup) -> None:
    rows = backup.files["Invoice.csv"]
    rows.insert(2, {**rows[1], "Invoice ID": "", "Invoice Number": ""})


def a_number_used_twice(backup: Backup) -> None:
    backup.change("Invoice.csv", "Invoice Number", "INV-102", Invoice_Number="INV-107")


def rows_in_another_order(backup: Backup) -> None:
    for rows in backup.files.values():
        rows.reverse()


def a_column_more(backup: Backup) -> None:
    for row in backup.files["Invoice.csv"]:
        row["CF.Route"] = "North"


def a_text_that_programs_run(backup: Backup) -> None:
    for row in backup.files["Invoice.csv"]:
        row["Notes"] = row.get("Notes", "")
    backup.change("Invoice.csv", "Item Name", "=1+1", Item_Name="Cleat")
    backup.change("Invoice.csv", "Notes", "=1+1", Invoice_Number="INV-107")


CHANGES = [
    nothing,
    a_line,
    a_number_of_a_line,
    a_payment_more,
    a_payment_less,
    a_payment_nobody_knows_of,
    a_credit_applied_elsewhere,
    a_customer_renamed,
    a_customer_renamed_everywhere,
    an_invoice_gone,
    an_invoice_of_somebody_else,
    a_damaged_row,
    a_row_of_a_known_document_at_the_end,
    a_row_without_document_at_the_start,
    a_number_used_twice,
    rows_in_another_order,
    a_column_more,
    a_text_that_programs_run,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_later_import_is_as_if_everything_was_read(
    imported: store.Store,
    first: First,
    backup: Backup,
    other: Callable[..., Any],
    tmp_path: Path,
    change: Callable[[Backup], None],
) -> None:
    change(backup)
    later = backup.zip(tmp_path / "then.zip"), backup.folder(tmp_path / "again")
    expected = other(*later, here=imported, forget=True, begin=first.database, accept_losses=True)
    for each, (books, said) in zip(later, expected, strict=True):
        assert _said(import_backup(each, now=NOW, accept_losses=True)) == said
        assert _books(imported) == books
    assert imported.check_integrity() == []


SAME_AS_FRESH = [
    a_line,
    a_payment_more,
    a_payment_less,
    a_payment_nobody_knows_of,
    a_credit_applied_elsewhere,
    a_customer_renamed_everywhere,
    rows_in_another_order,
]


@pytest.mark.parametrize("change", SAME_AS_FRESH, ids=lambda change: change.__name__)
def test_a_later_import_ends_where_a_first_one_does(
    imported: store.Store,
    backup: Backup,
    other: Callable[..., Any],
    tmp_path: Path,
    change: Callable[[Backup], None],
) -> None:
    change(backup)
    then = backup.zip(tmp_path / "then.zip")
    import_backup(then, now=NOW, accept_losses=True)
    ((expected, _),) = other(then, here=imported, versions=False, accept_losses=True)
    assert _books(imported, versions=False) == expected


def test_only_what_changed_is_read_again(db: store.Store, backup: Backup, tmp_path: Path) -> None:
    import_backup(backup.zip(tmp_path / "first.zip"), now=NOW)
    before = _digests(db)
    assert len(before) > 6
    a_line(backup)
    import_backup(backup.zip(tmp_path / "then.zip"), now=NOW)
    after = _digests(db)
    assert len(before - after) == len(after - before) == 1
    with db.system_writing() as session:  # what is kept is what is used
        session.change("update core.import_blocks set reading = replace(reading, 'INV-1', 'XYZ-1')")
    a_customer_renamed(backup)
    report = import_backup(backup.zip(tmp_path / "last.zip"), now=NOW, accept_losses=True)
    assert report.set_aside


def test_another_way_of_reading_trusts_nothing(
    db: store.Store, backup: Backup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_backup(backup.zip(tmp_path / "first.zip"), now=NOW)
    before = _digests(db)
    monkeypatch.setattr("portal_data.zoho.repeats._code", lambda: "another version")
    a_customer_renamed(backup)
    import_backup(backup.zip(tmp_path / "then.zip"), now=NOW)
    assert before.isdisjoint(_digests(db))
    assert len(_digests(db)) == len(before)


def test_what_was_voided_and_comes_back_is_read_and_written_again(
    db: store.Store, backup: Backup, other: Callable[..., Any], tmp_path: Path
) -> None:
    first = backup.zip(tmp_path / "first.zip")
    an_invoice_gone(backup)
    import_backup(first, now=NOW)
    import_backup(
        backup.zip(tmp_path / "then.zip"), now=NOW, remove_missing=True, accept_losses=True
    )
    import_backup(first, now=NOW)
    ((expected, _),) = other(first, here=db, versions=False)
    assert _books(db, versions=False) == expected


def test_an_invoice_that_no_import_knows_any_more_is_read_before_it_is_refused(
    db: store.Store, backup: Backup, tmp_path: Path
) -> None:
    import_backup(backup.zip(tmp_path / "first.zip"), now=NOW)
    with db.system_writing() as session:
        first = "select min(external_id) from core.import_refs where kind = 'invoice'"
        gone = f"delete from core.import_refs where external_id = ({first})"
        assert session.change(gone) == 1
    a_customer_renamed(backup)
    report = import_backup(backup.zip(tmp_path / "then.zip"), now=NOW, accept_losses=True)
    assert any("belongs to another invoice" in each.problem.reason for each in report.set_aside)
