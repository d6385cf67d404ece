"""A second import changes only what changed, and never undoes what happened in the portal since."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from portal_data import store
from portal_data.ids import new_id
from portal_data.zoho import importing
from portal_data.zoho.organise import Founding
from portal_data.zoho.report import FileReport, Report
from tests.conftest import NOW
from tests.zoho.backup import KITE, TOTALS, WREN, Backup, invented
from tests.zoho.conftest import Import

Totals = Callable[[], dict[str, Any]]


def _value(db: store.Store, sql: str, **params: Any) -> Any:
    with db.system_reading() as session:
        return session.value(sql, **params)


def _change(db: store.Store, sql: str, **params: Any) -> None:
    with db.system_writing() as session:
        assert session.change(sql, **params) == 1


def _file(report: Report, name: str) -> FileReport:
    return next(file for file in report.files if file.file == name)


def test_same_backup_again_changes_nothing(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    run(backup)
    before = _value(db, "select max(updated_at) from core.invoices")
    report = run(backup)
    assert report.verdict == "unchanged"
    for file in report.files:
        assert (file.created, file.updated, file.set_aside) == (0, 0, 0)
        assert file.unchanged > 0
    assert _value(db, "select max(updated_at) from core.invoices") == before
    assert totals() == TOTALS


def test_the_same_files_in_another_wrapping_change_nothing(
    run: Import, totals: Totals, backup: Backup, tmp_path: Path
) -> None:
    first = run(backup)
    again = run(backup.folder(tmp_path / "folder"))
    assert again.verdict == "unchanged"
    assert [file.rows for file in again.files] == [file.rows for file in first.files]
    assert [file.unchanged for file in again.files] == [file.created for file in first.files]
    assert totals() == TOTALS


def test_the_same_upload_says_the_same_again(run: Import, backup: Backup, tmp_path: Path) -> None:
    backup.change("Invoice00.csv", "Notes", "<b>bold</b>", Invoice_Number="INV-102")
    first = run(backup)
    again, deeper = run(backup), run(backup.folder(tmp_path / "folder"))
    assert again.verdict == deeper.verdict == "unchanged"
    lasting = [each for each in first.warnings if "does not name your business" not in each.reason]
    assert again.warnings == deeper.warnings == lasting != []
    assert again.files == deeper.files
    assert again.skipped_files == first.skipped_files


def test_what_was_left_out_is_named_again(run: Import, backup: Backup) -> None:
    backup.change("Invoice01.csv", "Currency Code", "ZZQ", Invoice_Number="INV-107")
    first, again = run(backup), run(backup)
    assert first.set_aside == again.set_aside != []
    assert again.verdict == "partly imported"


def test_a_name_given_with_the_same_upload_is_heard(
    db: store.Store, run: Import, backup: Backup
) -> None:
    run(backup)
    run(backup, founding=Founding("Harbour Works", "Europe/London"))
    assert _value(db, "select name from core.organisation") == "Harbour Works"
    assert run(backup).verdict == "unchanged"


def test_a_payment_on_top_leaves_the_others_alone(run: Import, backup: Backup) -> None:
    run(backup)
    new = backup.find("Customer_Payment.csv", Payment_Number="14") | {
        "Payment Number": "99",
        "CustomerPayment ID": "400000100000099999",
        "Amount": "5.00",
        "Unused Amount": "5.00",
        "InvoicePayment ID": "",
        "Amount Applied to Invoice": "",
        "Invoice Number": "",
    }
    backup.files["Customer_Payment.csv"].insert(0, new)
    file = _file(run(backup), "Customer_Payment.csv")
    assert (file.created, file.updated, file.set_aside) == (1, 0, 0)
    assert file.unchanged > 1


def test_later_backup_updates_what_changed(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    run(backup)
    backup.change("Contacts.csv", "Display Name", "Wren & Sons", Contact_ID=WREN)
    for file in ("Projects.csv", "Invoice00.csv", "Quote.csv"):
        backup.change(file, "Customer Name", "Wren & Sons", Customer_Name="Wren & Co")
    backup.change("Invoice00.csv", "Balance", "0.00", Invoice_Number="INV-102")
    backup.change("Invoice00.csv", "Invoice Status", "Closed", Invoice_Number="INV-102")
    paid = dict(backup.find("Customer_Payment.csv", Payment_Number="14"))
    paid |= {
        "Unused Amount": "0.00",
        "Amount": "60.000",
        "Amount Applied to Invoice": "60.00",
        "Invoice Number": "INV-102",
        "InvoicePayment ID": "4000001000000008999",
        "Invoice Payment Applied Date": "2024-03-30",
    }
    backup.files["Customer_Payment.csv"][4] = paid
    report = run(backup)
    assert (_file(report, "Contacts.csv").updated, _file(report, "Contacts.csv").unchanged) == (
        1,
        2,
    )
    assert _file(report, "Customer_Payment.csv").updated == 1
    assert totals()["invoice_balance_posted"] == "12.00"
    assert totals()["payment_unapplied"] == "10.00"
    assert _value(db, "select display_name from core.customers where number = '101'") == (
        "Wren & Sons"
    )
    assert db.check_integrity() == []


def test_application_taken_back_in_zoho_reopens_the_invoice(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    run(backup)
    del backup.files["Customer_Payment.csv"][1]
    backup.change("Customer_Payment.csv", "Unused Amount", "40.00", Payment_Number="11")
    backup.change("Invoice00.csv", "Balance", "100.00", Invoice_Number="INV-102")
    run(backup)
    assert totals()["invoice_balance_posted"] == "112.00"
    assert totals()["payment_unapplied"] == "75.00"
    assert db.check_integrity() == []


def test_changed_lines_keep_their_ids_by_position(
    db: store.Store, run: Import, backup: Backup
) -> None:
    lines = (
        "select l.id, l.name, l.sku from core.invoice_lines l join core.invoices i"
        " on i.id = l.invoice_id where i.number = 'INV-101' order by position"
    )

    def read() -> list[dict[str, Any]]:
        with db.system_reading() as session:
            return session.rows(lines)

    run(backup)
    before = read()
    backup.change("Invoice00.csv", "Item Name", "Bigger cleat", Item_Name="Cleat")
    for file in ("Invoice00.csv", "Invoice01.csv"):
        backup.drop(file, "SKU")
    run(backup)
    after = read()
    assert [line["id"] for line in after] == [line["id"] for line in before]
    assert [line["name"] for line in after] == ["Rope", "Bigger cleat"]
    assert after[0]["sku"] == "R-1", "a column the file does not have is left alone"
    assert db.check_integrity() == []


def test_thinner_export_does_not_blank_what_it_leaves_out(
    db: store.Store, run: Import, backup: Backup
) -> None:
    run(backup)
    thin = invented()
    thin.drop("Contacts.csv", "Notes", "Phone", "Billing City")
    thin.change("Contacts.csv", "Company Name", "Kite Holding", Display_Name="Kite Ltd")
    run(thin)
    with db.system_reading() as session:
        kite = session.one(
            "select company_name, notes, phone from core.customers where number='102'"
        )
    assert kite == {
        "company_name": "Kite Holding",
        "notes": "Rings\ntwice",
        "phone": "+44 1632 960123",
    }


def test_what_vanished_from_the_backup_is_kept_and_told(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    run(backup)
    backup.files["Invoice01.csv"] = [
        row for row in backup.files["Invoice01.csv"] if row["Invoice Number"] != "INV-104"
    ]
    report = run(backup)
    assert report.not_in_upload == {"invoice": ["INV-104"]}
    assert totals() == TOTALS


def test_payment_made_in_the_portal_survives(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    run(backup)
    with db.system_writing() as session:
        invoice = session.one(
            "select id, customer_id from core.invoices where number = 'INV-102' order by id"
        )
        assert invoice is not None
        payment = new_id()
        session.load(
            "core.payments",
            ("id", "customer_id", "number", "kind", "date", "status", "currency_code",
             "amount_minor", "unused_minor", "mode", "created_at", "updated_at"),
            [(payment, invoice["customer_id"], "PAY-1", "invoice", NOW.date(), "succeeded", "GBP",
              6_000, 0, "Card", NOW, NOW)],
        )  # fmt: skip
        session.load(
            "core.allocations",
            ("id", "customer_id", "payment_id", "invoice_id", "date", "amount_minor", "created_at"),
            [(new_id(), invoice["customer_id"], payment, invoice["id"], NOW.date(), 6_000, NOW)],
        )
        session.change(
            "update core.invoices set balance_minor = 0 where id = $id", id=invoice["id"]
        )
    backup.change("Invoice00.csv", "Notes", "Second notice.", Invoice_Number="INV-102")
    report = run(backup)
    assert any("INV-102" in warning.reason for warning in report.warnings)
    assert totals()["invoice_balance_posted"] == "12.00"
    assert db.check_integrity() == []


def test_answer_given_in_the_portal_survives_until_zoho_knows_better(
    db: store.Store, run: Import, backup: Backup
) -> None:
    run(backup)
    _change(
        db,
        "update core.estimates set status = 'accepted', accepted_at = $now, accepted_name = 'Ada'"
        " where number = 'QT-403'",
        now=NOW,
    )
    state = "select status from core.estimates where number = 'QT-403'"
    backup.change("Quote.csv", "Notes", "Still valid", Quote_Number="QT-403")
    run(backup)
    assert _value(db, state) == "accepted"
    accepted = "select accepted_name from core.estimates where number = 'QT-403'"
    assert _value(db, accepted) == "Ada"
    backup.change("Quote.csv", "Quote Status", "invoiced", Quote_Number="QT-403")
    run(backup)
    assert _value(db, state) == "invoiced"
    assert _value(db, accepted) == "Ada"


def test_what_the_portal_owns_survives(db: store.Store, run: Import, backup: Backup) -> None:
    run(backup)
    _change(
        db,
        "update core.invoices set first_viewed_at = $now, internal_notes = 'ring' "
        "where number = 'INV-102'",
        now=NOW,
    )
    _change(db, "update core.contacts set role = 'payer' where first_name = 'Ada'")
    _change(db, "update core.customers set portal_enabled = false where number = '101'")
    backup.change("Invoice00.csv", "Notes", "Second notice.", Invoice_Number="INV-102")
    backup.change("Contact_Persons.csv", "Designation", "Owner", First_Name="Ada")
    backup.change("Contacts.csv", "Notes", "New note", Contact_ID=WREN)
    run(backup)
    with db.system_reading() as session:
        invoice = session.one(
            "select notes, internal_notes, first_viewed_at from core.invoices"
            " where number = 'INV-102' order by id"
        )
        role = session.value("select role from core.contacts where first_name = 'Ada'")
        portal = session.value("select portal_enabled from core.customers where number = '101'")
    assert invoice == {
        "notes": "Second notice.",
        "internal_notes": "ring",
        "first_viewed_at": NOW,
    }
    assert (role, portal) == ("payer", False)


def test_number_taken_in_the_portal_is_not_taken_over(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    run(backup)
    stranger = dict(backup.find("Invoice01.csv", Invoice_Number="INV-107"))
    fresh = Backup({"Invoice.csv": [stranger | {"Invoice ID": "4000001000000005777"}]})
    report = run(fresh, accept_losses=True)
    assert [entry.subject for entry in report.set_aside] == ["INV-107"]
    reason = report.set_aside[0].problem.reason
    assert "4000001000000005107" in reason
    assert "4000001000000005777" in reason
    assert totals() == TOTALS


def test_invoice_voided_without_its_payment_waits(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    run(backup)
    del backup.files["Customer_Payment.csv"][3]
    backup.change("Invoice01.csv", "Invoice Status", "Void", Invoice_Number="INV-106")
    report = run(backup)
    assert [entry.subject for entry in report.set_aside] == ["INV-106"]
    assert "50.00 is settled" in report.set_aside[0].problem.reason
    assert report.not_in_upload == {"payment": ["13"]}
    assert totals() == TOTALS
    assert db.check_integrity() == []


def test_total_lowered_below_its_payments_waits(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    run(backup)
    row = backup.find("Invoice00.csv", Invoice_Number="INV-103")
    row |= {"Item Price": "55.00", "Item Total": "55.00", "SubTotal": "55.00", "Total": "55.00"}
    report = run(backup)
    assert [entry.subject for entry in report.set_aside] == ["INV-103"]
    assert "smaller total" in report.set_aside[0].problem.reason
    assert totals() == TOTALS
    assert db.check_integrity() == []


def test_tax_and_person_known_from_before_are_met_again(
    db: store.Store, run: Import, backup: Backup
) -> None:
    backup.change("Timesheet.csv", "Email", "gil at staff.example", Staff_Name="Gil Sample")
    run(backup)
    rope = backup.find("Item.csv", Item_Name="Rope")
    backup.files["Item.csv"].append(
        rope | {"Item ID": "4000001000000000399", "Item Name": "Twine", "Tax Percentage": "20"}
    )
    hours = backup.find("Timesheet.csv", Time_Spent="01:30")
    backup.files["Timesheet.csv"].append(hours | {"Timesheet ID": "4000001000000012099"})
    run(backup)
    assert _value(db, "select count(*)::bigint from core.taxes") == 1
    assert _value(db, "select count(*)::bigint from core.items where tax_id is not null") == 2
    assert _value(db, "select count(*)::bigint from core.people") == 1


def test_customers_merged_in_zoho_take_everything_along(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    run(backup)
    for name, rows in backup.files.items():
        for row in rows:
            for column in ("Customer ID", "CustomerID"):
                if row.get(column) == KITE and name != "Contact_Persons.csv":
                    row[column] = WREN
            if row.get("Customer Name") == "Kite Ltd" and name != "Contact_Persons.csv":
                row["Customer Name"] = "Wren & Co"
    assert run(backup).set_aside == []
    assert db.check_integrity() == []
    assert totals() == TOTALS
    kite = "select id from core.customers where display_name = 'Kite Ltd'"
    for table in ("invoices", "invoice_lines", "payments", "allocations", "credit_notes"):
        sql = f"select count(*)::bigint from core.{table} where customer_id = $id"
        assert _value(db, sql, id=_value(db, kite)) == 0


def test_rate_of_the_day_is_corrected(db: store.Store, run: Import, backup: Backup) -> None:
    run(backup)
    backup.change("Exchange_Rate.csv", "Exchange Rate", "0.87", Currency_Code="EUR")
    assert _file(run(backup), "Exchange_Rate.csv").updated == 1
    rate = _value(db, "select rate from core.exchange_rates where currency_code = 'EUR'")
    assert str(rate).startswith("0.87")


@pytest.mark.only_engine("duckdb")
def test_failure_while_writing_leaves_nothing(
    db: store.Store, run: Import, backup: Backup, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(importing, "raise_counters", fail)
    with pytest.raises(RuntimeError):
        run(backup)
    assert _value(db, "select count(*)::bigint from core.customers") == 0
    assert _value(db, "select count(*)::bigint from core.import_refs") == 0
    monkeypatch.undo()
    assert run(backup).verdict == "imported"
    assert _value(db, "select created_at from core.payments where number = '14'") == datetime(
        2024, 3, 1, 10
    )
