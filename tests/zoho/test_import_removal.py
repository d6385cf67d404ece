"""What was deleted in Zoho: named by a later backup, and voided here when that is asked for."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from portal_data import store
from portal_data.ids import new_id
from portal_data.zoho.defects import UploadRefused
from tests.conftest import NOW
from tests.zoho.backup import KITE, TOTALS, Backup, invented
from tests.zoho.conftest import Import, Totals


def _value(db: store.Store, sql: str) -> Any:
    with db.system_reading() as session:
        return session.value(sql)


def _delete(backup: Backup, file: str, **cells: str) -> None:
    wanted = {name.replace("_", " "): value for name, value in cells.items()}
    rows = backup.files[file]
    backup.files[file] = [row for row in rows if not wanted.items() <= row.items()]
    assert len(backup.files[file]) < len(rows)


@pytest.mark.parametrize(
    ("file", "cells", "name", "state", "voided"),
    [
        ("Invoice01.csv", {"Invoice_Number": "INV-104"}, "invoice INV-104",
         "select status from core.invoices where number = 'INV-104'", "void"),
        ("Invoice01.csv", {"Invoice_Number": "INV-107"}, "invoice INV-107",
         "select status from core.invoices where number = 'INV-107'", "void"),
        ("Quote.csv", {"Quote_Number": "QT-403"}, "estimate QT-403",
         "select status from core.estimates where number = 'QT-403'", "draft"),
        ("Customer_Payment.csv", {"Payment_Number": "14"}, "payment 14",
         "select status from core.payments where number = '14'", "void"),
        ("Credit_Note.csv", {"Credit_Note_Number": "CN-602"}, "credit note CN-602",
         "select status from core.credit_notes where number = 'CN-602'", "void"),
        ("Item.csv", {"Item_Name": "Fitting"}, "item Fitting",
         "select status from core.items where name = 'Fitting'", "inactive"),
        ("Projects.csv", {"Project_Name": "Survey"}, "project Survey",
         "select status from core.projects where name = 'Survey'", "inactive"),
        ("Contact_Persons.csv", {"First_Name": "Bea"}, "contact bea@wren.example",
         "select portal_status from core.contacts where first_name = 'Bea'", "disabled"),
    ],
)  # fmt: skip
def test_what_a_complete_backup_lacks_is_voided_when_asked(
    db: store.Store,
    run: Import,
    totals: Totals,
    backup: Backup,
    file: str,
    cells: dict[str, str],
    name: str,
    state: str,
    voided: str,
) -> None:
    run(backup)
    before = _value(db, state)
    _delete(backup, file, **cells)
    told = run(backup)
    kind, _, subject = name.rpartition(" ")
    assert told.not_in_upload == {kind: [subject]}
    assert (told.verdict, told.voided, _value(db, state)) == ("unchanged", [], before)
    assert "A complete backup voids them with --remove-missing" in told.as_text()
    dry = run(backup, remove_missing=True, dry_run=True)
    assert (dry.voided, _value(db, state)) == ([name], before)
    report = run(backup, remove_missing=True)
    assert (report.voided, report.left_to_a_person, report.exit_code) == ([name], [], 0)
    assert _value(db, state) == voided
    assert db.check_integrity() == []
    with db.system_reading() as session:
        events = session.rows("select subject_number from core.activity where event = "
                              "'import.voided' order by id")  # fmt: skip
    assert events == [{"subject_number": subject}]
    again = run(backup, remove_missing=True)
    assert (again.not_in_upload, again.verdict) == ({}, "unchanged")
    back = run(invented())
    assert back.exit_code == 0
    if voided != "disabled":  # access stays what staff last knew of it
        assert _value(db, state) == before
    assert totals() == TOTALS
    assert db.check_integrity() == []


def test_payment_deleted_with_its_applications_reopens_its_invoices(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    run(backup)
    _delete(backup, "Customer_Payment.csv", Payment_Number="13")
    backup.change("Invoice01.csv", "Balance", "50.00", Invoice_Number="INV-106")
    report = run(backup, remove_missing=True)
    assert report.voided == ["payment 13"]
    assert report.in_question == []
    assert _value(db, "select balance_minor from core.invoices where number = 'INV-106'") == 5_000
    assert totals()["payments"] == 4
    assert db.check_integrity() == []
    run(invented())
    assert totals() == TOTALS


def test_invoice_deleted_with_its_payment_is_voided_with_it(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    run(backup)
    _delete(backup, "Customer_Payment.csv", Payment_Number="13")
    _delete(backup, "Invoice01.csv", Invoice_Number="INV-106")
    report = run(backup, remove_missing=True)
    assert sorted(report.voided) == ["invoice INV-106", "payment 13"]
    assert _value(db, "select status from core.invoices where number = 'INV-106'") == "void"
    assert db.check_integrity() == []


def test_applied_credit_and_refund_that_are_gone_go_back_to_the_credit_note(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    extra = dict(backup.find("Refund.csv", Reference_Number="RF-1"))
    applied = dict(backup.find("Creditnotes_Invoice.csv", Amount="20.00"))
    backup.files["Refund.csv"] = [extra | {"Amount": "3.00"}, extra | {"Amount": "3.00"}]
    backup.files["Creditnotes_Invoice.csv"] = [applied | {"Amount": "10.00"}] * 2
    run(backup)
    backup.files["Refund.csv"].pop()
    backup.files["Creditnotes_Invoice.csv"].pop()
    backup.change("Credit_Note.csv", "Balance", "17.00", Credit_Note_Number="CN-601")
    backup.change("Invoice00.csv", "Balance", "10.00", Invoice_Number="INV-103")
    report = run(backup, remove_missing=True)
    assert len(report.voided) == 2
    assert totals()["credit_note_balance_posted"] == "17.00"
    assert totals()["refund_total"] == "3.00"
    assert _value(db, "select balance_minor from core.invoices where number = 'INV-103'") == 1_000
    assert db.check_integrity() == []


def _pay_in_portal(db: store.Store) -> None:
    with db.system_writing() as session:
        invoice = session.one(
            "select id, customer_id from core.invoices where number = 'INV-107' order by id"
        )
        assert invoice is not None
        payment, customer = new_id(), invoice["customer_id"]
        session.load(
            "core.payments",
            ("id", "customer_id", "number", "kind", "date", "status", "currency_code",
             "amount_minor", "unused_minor", "mode", "created_at", "updated_at"),
            [(payment, customer, "PAY-1", "invoice", NOW.date(), "succeeded", "GBP", 1_200, 0,
              "Card", NOW, NOW)],
        )  # fmt: skip
        session.load(
            "core.allocations",
            ("id", "customer_id", "payment_id", "invoice_id", "date", "amount_minor", "created_at"),
            [(new_id(), customer, payment, invoice["id"], NOW.date(), 1_200, NOW)],
        )
        session.change("update core.invoices set balance_minor = 0 where number = 'INV-107'")


def _paying(db: store.Store) -> None:
    with db.system_writing() as session:
        session.change("update core.invoices set pending_minor = 1200 where number = 'INV-107'")


def _answer(db: store.Store) -> None:
    with db.system_writing() as session:
        session.change(
            "update core.estimates set status = 'accepted', accepted_by = $who,"
            " accepted_at = $now where number = 'QT-403'",
            who=new_id(),
            now=NOW,
        )


def _sign_in(db: store.Store) -> None:
    login: UUID = new_id()
    with db.system_writing() as session:
        session.load(
            "core.logins",
            ("id", "email", "password_hash", "created_at"),
            [(login, "bea@wren.example", "x", NOW)],
        )
        session.change(
            "update core.contacts set login_id = $login, portal_status = 'active'"
            " where first_name = 'Bea'",
            login=login,
        )


@pytest.mark.parametrize(
    ("happened", "file", "cells", "name"),
    [
        (_pay_in_portal, "Invoice01.csv", {"Invoice_Number": "INV-107"}, "invoice INV-107"),
        (_paying, "Invoice01.csv", {"Invoice_Number": "INV-107"}, "invoice INV-107"),
        (_answer, "Quote.csv", {"Quote_Number": "QT-403"}, "estimate QT-403"),
        (_sign_in, "Contact_Persons.csv", {"First_Name": "Bea"}, "contact bea@wren.example"),
        (lambda db: None, "Timesheet.csv", {"Time_Spent": "02:00"}, "time entry"),
        (lambda db: None, "Invoice00.csv", {"Invoice_Number": "INV-102"}, "invoice INV-102"),
    ],
)
def test_what_was_used_in_the_portal_is_left_to_a_person(
    db: store.Store,
    run: Import,
    backup: Backup,
    happened: Callable[[store.Store], None],
    file: str,
    cells: dict[str, str],
    name: str,
) -> None:
    run(backup)
    happened(db)
    _delete(backup, file, **cells)
    report = run(backup, remove_missing=True)
    (left,) = report.left_to_a_person
    assert left.startswith(name)
    assert (report.voided, report.exit_code) == ([], 2)
    assert "left to a person (1)" in report.as_text()


def test_incomplete_backup_voids_nothing(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    run(backup)
    _delete(backup, "Invoice01.csv", Invoice_Number="INV-104")
    del backup.files["Timesheet.csv"]
    for accept in (False, True):
        with pytest.raises(UploadRefused, match="no complete backup: it lacks time_entries"):
            run(backup, remove_missing=True, accept_losses=accept)
    assert totals() == TOTALS


def test_set_aside_record_is_not_missing(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    run(backup)
    backup.change("Invoice01.csv", "Invoice ID", "9" * 40, Invoice_Number="INV-107")
    applied = dict(backup.files["Creditnotes_Invoice.csv"][0])
    backup.files["Creditnotes_Invoice.csv"] = [applied | {"Date": "02 Feb 2024"}]
    report = run(backup, remove_missing=True, accept_losses=True)
    assert report.voided == []
    assert "it may be this one" in report.left_to_a_person[0]
    assert totals() == TOTALS


def test_many_missing_records_need_a_second_word(
    db: store.Store, run: Import, backup: Backup
) -> None:
    rope = backup.find("Item.csv", Item_Name="Rope")
    for number in range(30):
        own = {"Item ID": f"40000010000001{number:05d}", "Item Name": f"Rope {number}"}
        backup.files["Item.csv"].append(rope | own)
    run(backup)
    with pytest.raises(UploadRefused, match="30 of 32 items"):
        run(invented(), remove_missing=True)
    report = run(invented(), remove_missing=True, accept_losses=True)
    assert len(report.voided) == 30


def test_customer_without_anybody_signed_in_becomes_inactive(
    db: store.Store, run: Import, backup: Backup
) -> None:
    other = dict(backup.find("Contacts.csv", Contact_ID=KITE))
    other |= {"Contact ID": "4000001000000000104", "Display Name": "Gone Ltd", "EmailID": ""}
    other |= {"Contact Name": "Gone Ltd", "Primary Contact ID": "", "First Name": "Go"}
    backup.files["Contacts.csv"].append(other)
    run(backup)
    report = run(invented(), remove_missing=True)
    assert {name.split(" ")[0] for name in report.voided} == {"customer", "contact"}
    state = "select status from core.customers where display_name = 'Gone Ltd'"
    assert _value(db, state) == "inactive"
