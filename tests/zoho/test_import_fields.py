"""What a file says beside the portal's own fields is kept with its record, and counted."""

import json
from typing import Any

import pytest

from portal_data import store
from tests.zoho.backup import Backup, invented
from tests.zoho.conftest import Import, Totals

TABLES = {  # file: where its records are kept, and a condition that finds one of them
    "Contacts.csv": ("customers", "number = '101'"),
    "Contact_Persons.csv": ("contacts", "first_name = 'Ada'"),
    "Item.csv": ("items", "name = 'Rope'"),
    "Invoice00.csv": ("invoices", "number = 'INV-101'"),
    "Invoice01.csv": ("invoices", "number = 'INV-107'"),
    "Quote.csv": ("estimates", "number = 'QT-401'"),
    "Customer_Payment.csv": ("payments", "number = '11'"),
    "Credit_Note.csv": ("credit_notes", "number = 'CN-601'"),
    "Creditnotes_Invoice.csv": ("credit_applications", "amount_minor = 2000"),
    "Refund.csv": ("refunds", "amount_minor = 600"),
    "Retainer_Invoice.csv": ("retainer_invoices", "number = 'RET-1'"),
    "Recurring_Invoice.csv": ("recurring_profiles", "name = 'Monthly mooring'"),
    "Projects.csv": ("projects", "name = 'Refit'"),
    "Tasks.csv": ("tasks", "name = 'Sanding'"),
    "Timesheet.csv": ("time_entries", "minutes = 90"),
}
LINES = {
    "Invoice00.csv": "invoice_lines",
    "Quote.csv": "estimate_lines",
    "Credit_Note.csv": "credit_note_lines",
    "Recurring_Invoice.csv": "recurring_lines",
    "Retainer_Invoice.csv": "retainer_invoice_lines",
}


def _kept(db: store.Store, table: str, condition: str) -> tuple[Any, Any]:
    with db.system_reading() as session:
        row = session.one(
            f"select custom_fields, source_fields from core.{table} where {condition}"
        )
    assert row is not None
    return tuple(json.loads(text) if text else None for text in row.values())  # type: ignore[return-value]


def test_every_kind_keeps_custom_fields_and_other_columns(
    db: store.Store, run: Import, backup: Backup
) -> None:
    for file in TABLES:
        for row in backup.files[file]:
            row |= {"CF.Seal": f"wax of {file}", "Ward": "North"}
    report = run(backup)
    assert report.exit_code == 0
    for file, (table, condition) in TABLES.items():
        custom, source = _kept(db, table, condition)
        assert custom["Seal"] == f"wax of {file}", file
        assert source["Ward"] == "North", file
    for file in report.files:
        if file.file in TABLES:
            assert file.custom_fields["Seal"] > 0, file
            assert file.source_fields["Ward"] == file.custom_fields["Seal"], file
    assert "Invoice00.csv: " in report.as_text()
    assert "Ward (3)" in report.as_text()


@pytest.mark.parametrize(("file", "table"), LINES.items())
def test_lines_keep_custom_fields_and_other_columns(
    db: store.Store, run: Import, backup: Backup, file: str, table: str
) -> None:
    for number, row in enumerate(backup.files[file]):
        row |= {"Item.CF.Grain": f"g{number}", "Item Tax Type": "Tax Group", "HSN/SAC": "5607"}
    report = run(backup)
    custom, source = _kept(db, table, 'custom_fields like \'%"Grain": "g0"%\'')
    assert custom["Grain"] == "g0"
    assert source == {"Item Tax Type": "Tax Group", "HSN/SAC": "5607"}
    found = next(each for each in report.files if each.file == file)
    assert found.source_fields["HSN/SAC"] == found.custom_fields["Grain"] == len(backup.files[file])


def test_column_that_differs_from_line_to_line_is_kept_where_it_does(
    db: store.Store, run: Import, backup: Backup
) -> None:
    first, second = (
        row for row in backup.files["Invoice00.csv"] if row["Invoice Number"] == "INV-101"
    )
    first["Ward"], second["Ward"] = "North", "South"
    for row, invoiced in zip(
        backup.files["Customer_Payment.csv"][:2], ("2024-01-10", "2024-01-31"), strict=True
    ):
        row["Invoice Date"] = invoiced
    run(backup)
    assert _kept(db, "invoices", "number = 'INV-101'")[1]["Ward"] == "North"
    assert _kept(db, "invoice_lines", "name = 'Rope'")[1] is None
    assert _kept(db, "invoice_lines", "name = 'Cleat'")[1] == {"Ward": "South"}
    with db.system_reading() as session:
        applied = session.rows("select source_fields from core.allocations order by amount_minor")
    dates = [json.loads(row["source_fields"]) for row in applied if row["source_fields"]]
    assert dates == [{"Invoice Date": "2024-01-31"}, {"Invoice Date": "2024-01-10"}]


def test_columns_that_once_fell_away_are_kept(db: store.Store, run: Import, backup: Backup) -> None:
    said = {
        "Recurrence Name": "Monthly moorings",
        "subscription_id": "4000001000000003001",
        "Early Payment Discount Percentage": "2",
        "TotalRetentionAmountFCY": "10.00",
        "Shipping Charge Tax Name": "VAT",
        "Billing Phone": "01632 960111",
        "Shipping Fax": "01632 960112",
        "Place of Supply": "Coast",
        "Payment Terms": "30",
    }
    backup.find("Invoice01.csv", Invoice_Number="INV-107").update(said)
    backup.change("Credit_Note.csv", "Sales person", "Sal", Credit_Note_Number="CN-601")
    backup.change("Credit_Note.csv", "Issued Date", "2024-02-20", Credit_Note_Number="CN-601")
    for row in backup.files["Contacts.csv"]:
        row |= {"Owner Name": "Sal", "Billing County": "Sandshire"}
    run(backup)
    assert said.items() <= _kept(db, "invoices", "number = 'INV-107'")[1].items()
    assert _kept(db, "credit_notes", "number = 'CN-601'")[1] == {
        "Sales person": "Sal",
        "Issued Date": "2024-02-20",
    }
    assert _kept(db, "customers", "number = '101'")[1]["Billing County"] == "Sandshire"


def test_rate_of_a_time_entry_is_kept_with_it(db: store.Store, run: Import, backup: Backup) -> None:
    backup.change("Timesheet.csv", "Staff Rate", "55.00", Time_Spent="01:30")
    run(backup)
    assert _kept(db, "time_entries", "minutes = 90")[1]["Staff Rate"] == "55.00"


def test_thinner_export_leaves_what_it_does_not_have(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    for row in backup.files["Contacts.csv"]:
        row |= {"CF.Seal": "wax", "Ward": "North"}
    run(backup)
    thin = invented()
    thin.drop("Contacts.csv", "CF.Berth", "Region")
    for row in thin.files["Contacts.csv"]:
        row |= {"Ward": "", "CF.Flag": "red"}
    run(thin)
    custom, source = _kept(db, "customers", "number = '101'")
    assert custom == {"Berth": "B-7", "Seal": "wax", "Flag": "red"}
    assert source == {"Region": "Coast"} | {
        name: cell for name, cell in source.items() if name not in ("Region", "Ward")
    }


def test_rates_say_what_is_not_kept(run: Import, backup: Backup) -> None:
    backup.files["Exchange_Rate.csv"][0]["Bank"] = "Quay Bank"
    report = run(backup)
    rates = next(file for file in report.files if file.file == "Exchange_Rate.csv")
    assert rates.unread_columns == {"Bank": 1}
    assert "Columns that are not kept" in report.as_text()
    assert "Exchange_Rate.csv: Bank (1)" in report.as_text()
