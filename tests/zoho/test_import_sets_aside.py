"""A defect of one document sets that document aside; the rest goes on, and the report says so."""

from collections.abc import Callable
from typing import Any

import pytest

from portal_data import store
from portal_data.zoho.defects import UploadRefused
from portal_data.zoho.report import Report
from tests.zoho.backup import KITE, TOTALS, WREN, Backup, invented
from tests.zoho.conftest import Import

Totals = Callable[[], dict[str, Any]]
INVOICES = ("Invoice00.csv", "Invoice01.csv")


def _unknown_currency(backup: Backup) -> None:
    backup.change("Invoice01.csv", "Currency Code", "ZZQ", Invoice_Number="INV-107")


def _negative(backup: Backup) -> None:
    row = backup.find("Invoice01.csv", Invoice_Number="INV-107")
    for column in ("Quantity", "Item Total", "Item Tax Amount", "SubTotal", "Total", "Balance"):
        row[column] = f"-{row[column]}"


def _same_number(backup: Backup) -> None:
    twin = dict(backup.find("Invoice01.csv", Invoice_Number="INV-107"))
    twin |= {"Invoice ID": "4000001000000005999", "Customer ID": WREN, "Customer Name": "Wren & Co"}
    backup.files["Invoice01.csv"].append(twin)


def _thousands(backup: Backup) -> None:
    row = backup.find("Invoice01.csv", Invoice_Number="INV-107")
    row |= {"Item Total": "12 000,00", "Total": "12,000.00"}


def _not_a_number(backup: Backup) -> None:
    row = backup.find("Invoice01.csv", Invoice_Number="INV-107")
    row |= {"Quantity": "NaN", "Item Price": "Infinity", "Total": "1e309"}


def _forty_digits(backup: Backup) -> None:
    backup.change("Invoice01.csv", "Total", "1" * 40 + ".00", Invoice_Number="INV-107")


def _long_id(backup: Backup) -> None:
    backup.change("Invoice01.csv", "Invoice ID", "9" * 40, Invoice_Number="INV-107")


def _lines_do_not_add_up(backup: Backup) -> None:
    row = backup.find("Invoice01.csv", Invoice_Number="INV-107")
    row |= {"SubTotal": "22.00", "Total": "22.00", "Balance": "22.00"}


def _no_such_day(backup: Backup) -> None:
    backup.change("Invoice01.csv", "Invoice Date", "2024-02-30", Invoice_Number="INV-107")


def _one_slash_date(backup: Backup) -> None:
    backup.change("Invoice01.csv", "Invoice Date", "03/10/2024", Invoice_Number="INV-107")


def _unknown_status(backup: Backup) -> None:
    backup.change("Invoice01.csv", "Invoice Status", "Mislaid", Invoice_Number="INV-107")


def _unknown_customer(backup: Backup) -> None:
    backup.change("Invoice01.csv", "Customer ID", "4000001000000000999", Invoice_Number="INV-107")


def _no_lines(backup: Backup) -> None:
    row = backup.find("Invoice01.csv", Invoice_Number="INV-107")
    row |= dict.fromkeys(("Item Name", "Quantity", "Item Price", "Item Total"), "")


def _rows_disagree(backup: Backup) -> None:
    row = dict(backup.find("Invoice01.csv", Invoice_Number="INV-107"))
    backup.files["Invoice01.csv"].append(row | {"Total": "99.00"})


SPOILT_INVOICES = [
    (_unknown_currency, "Currency Code", "'ZZQ' is not an ISO 4217"),
    (_negative, "Total", "negative"),
    (_same_number, "Invoice Number", "used by 2 documents"),
    (_thousands, "Item Total", "'12 000,00' is not a plain decimal"),
    (_not_a_number, "Quantity", "'NaN' is not a plain decimal"),
    (_forty_digits, "Total", "out of range"),
    (_long_id, "Invoice ID", "is not an id"),
    (_lines_do_not_add_up, "SubTotal", "SubTotal is 22.00, the lines give 12.00"),
    (_no_such_day, "Invoice Date", "not a day of the calendar"),
    (_one_slash_date, "Invoice Date", "not a date like"),
    (_unknown_status, "Invoice Status", "'Mislaid' is not known"),
    (_unknown_customer, "Customer ID", "in neither the upload nor the portal"),
    (_no_lines, None, "no lines"),
    (_rows_disagree, "Total", "disagree"),
]


@pytest.mark.parametrize(
    ("spoil", "column", "reason"), SPOILT_INVOICES, ids=[s.__name__ for s, *_ in SPOILT_INVOICES]
)
def test_invoice_is_set_aside_and_the_rest_imported(
    db: store.Store,
    run: Import,
    totals: Totals,
    backup: Backup,
    spoil: Callable[[Backup], None],
    column: str | None,
    reason: str,
) -> None:
    spoil(backup)
    report = run(backup)
    assert report.verdict == "partly imported"
    assert {entry.subject for entry in report.set_aside} == {"INV-107"}
    problem = report.set_aside[0].problem
    assert (problem.file, problem.column) == ("Invoice01.csv", column)
    assert problem.row is not None
    assert reason in problem.reason
    assert problem.remedy
    figures = totals()
    assert (figures["invoices"], figures["invoice_balance_posted"]) == (6, "60.00")
    assert figures["payments"] == TOTALS["payments"]
    _assert_mends(db, run, totals)


def test_payments_wait_for_the_invoice_they_pay(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    backup.change("Invoice00.csv", "Total", "1,000.00", Invoice_Number="INV-102")
    report = run(backup)
    waiting = next(entry for entry in report.set_aside if entry.kind == "payment")
    assert (waiting.subject, waiting.because_of) == ("11", "invoice INV-102")
    assert waiting.amount == "84.00 GBP"
    # the payment's other invoice is imported and stays open until the payment can come
    assert totals()["invoice_balance_posted"] == "56.00"
    assert any("INV-101" in warning.reason for warning in report.warnings)
    _assert_mends(db, run, totals)


def test_credit_stays_unused_when_its_invoice_is_set_aside(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    backup.change("Invoice00.csv", "Currency Code", "ZZQ", Invoice_Number="INV-103")
    report = run(backup)
    assert {(e.kind, e.because_of) for e in report.set_aside} == {
        ("invoice", None),
        ("credit application", "invoice INV-103"),
        ("payment", "invoice INV-103"),
    }
    assert totals()["credit_note_balance_posted"] == "24.00"
    assert any("CN-601" in warning.reason for warning in report.warnings)
    _assert_mends(db, run, totals)


def _unknown_invoice(backup: Backup) -> None:
    backup.change("Customer_Payment.csv", "Invoice Number", "INV-999", Payment_Number="13")


def _payment_not_a_number(backup: Backup) -> None:
    backup.change("Customer_Payment.csv", "Amount", "nan", Payment_Number="13")


def _payment_does_not_add_up(backup: Backup) -> None:
    backup.change("Customer_Payment.csv", "Amount", "90.000", Payment_Number="13")


def _paid_too_much(backup: Backup) -> None:
    backup.change("Customer_Payment.csv", "Amount Applied to Invoice", "51.00", Payment_Number="13")
    backup.change("Customer_Payment.csv", "Unused Amount", "9.00", Payment_Number="13")


def _of_another_customer(backup: Backup) -> None:
    backup.change("Customer_Payment.csv", "CustomerID", KITE, Payment_Number="13")


def _to_a_void_invoice(backup: Backup) -> None:
    backup.change("Customer_Payment.csv", "CustomerID", KITE, Payment_Number="13")
    backup.change("Customer_Payment.csv", "Invoice Number", "INV-105", Payment_Number="13")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_unknown_invoice, "no invoice 'INV-999'"),
        (_payment_not_a_number, "'nan' is not a plain decimal"),
        (_payment_does_not_add_up, "50.00 is applied and 10.00 unused"),
        (_paid_too_much, "pays 51.00 of INV-106; 50.00 is open"),
        (_of_another_customer, "belongs to another customer"),
        (_to_a_void_invoice, "INV-105 is void"),
    ],
)
def test_payment_is_set_aside_and_its_invoice_stays_open(
    db: store.Store,
    run: Import,
    totals: Totals,
    backup: Backup,
    spoil: Callable[[Backup], None],
    reason: str,
) -> None:
    spoil(backup)
    report = run(backup)
    assert [(entry.kind, entry.subject) for entry in report.set_aside] == [("payment", "13")]
    assert reason in report.set_aside[0].problem.reason
    assert report.set_aside[0].amount
    assert totals()["invoice_balance_posted"] == "122.00"  # 50 of INV-106 on top
    _assert_mends(db, run, totals)


@pytest.mark.parametrize(
    "address",
    [
        "ada@wren.example\nBcc: eve@else.example",
        "ada@wren.example, eve@else.example",
        '"Ada" <ada@wren.example>',
        "ada@wren.example%0d%0aBcc:eve@else.example",
        "ada",
        "ada@",
        "ädä@wren.example",
    ],
)
def test_unsafe_address_is_left_out_and_its_owner_imported(
    db: store.Store, run: Import, totals: Totals, backup: Backup, address: str
) -> None:
    backup.change("Contact_Persons.csv", "EmailID", address, First_Name="Ada")
    report = run(backup)
    assert [(entry.kind, entry.subject) for entry in report.set_aside] == [
        ("e-mail", "primary person Ada Example of customer Wren & Co")
    ]
    assert totals() == TOTALS
    with db.system_reading() as session:
        emails = session.rows("select email from core.contacts where first_name = 'Ada' order by 1")
    assert emails == [{"email": None}]


def test_one_address_of_two_people_is_kept_once(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    backup.change("Contact_Persons.csv", "EmailID", "ADA@wren.example", First_Name="Bea")
    report = run(backup)
    assert [entry.subject for entry in report.set_aside] == ["person Bea Example"]
    assert totals() == TOTALS


def test_one_address_of_two_customers_is_kept_apart_with_a_warning(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    for file in ("Contacts.csv", "Contact_Persons.csv"):
        backup.change(file, "EmailID", "Ada@Wren.example", First_Name="Kit")
    report = run(backup)
    assert report.set_aside == []
    assert any("Wren & Co, Kite Ltd" in warning.reason for warning in report.warnings)
    with db.system_reading() as session:
        owners = session.rows(
            "select customer_id from core.contacts where email = 'ada@wren.example' order by 1"
        )
    assert len(owners) == 2
    assert totals() == TOTALS


@pytest.mark.parametrize(
    "text", ["=HYPERLINK(1)", "+1+1", "@SUM(1)", "\t=1", "<script>alert(1)</script>"]
)
def test_text_that_others_would_evaluate_is_kept_as_it_is(
    db: store.Store, run: Import, totals: Totals, backup: Backup, text: str
) -> None:
    backup.change("Invoice00.csv", "Notes", text, Invoice_Number="INV-102")
    report = run(backup)
    assert [warning.column for warning in report.warnings if "kept as plain" in warning.reason] == [
        "Notes"
    ]
    with db.system_reading() as session:
        assert session.value("select notes from core.invoices where number = 'INV-102'") == text
    assert totals() == TOTALS


@pytest.mark.parametrize("name", ["شركة المثال", "דוגמה", "例社 見本", "👩‍🚀 Ltd", "Zoë 𝒳"])
def test_names_in_every_script_are_kept(
    db: store.Store, run: Import, totals: Totals, backup: Backup, name: str
) -> None:
    backup.change("Contacts.csv", "Display Name", name, Contact_ID=WREN)
    backup.change("Projects.csv", "Customer Name", name, Project_Name="Refit")
    assert run(backup).set_aside == []
    with db.system_reading() as session:
        assert session.value("select display_name from core.customers where number = '101'") == name
    assert totals() == TOTALS


def test_small_difference_is_told_and_the_header_wins(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    backup.change("Invoice00.csv", "Item Total", "100.01", Invoice_Number="INV-102")
    report = run(backup)
    assert report.set_aside == []
    assert any("the lines give 100.01" in warning.reason for warning in report.warnings)
    assert totals() == TOTALS


def test_ambiguous_project_name_sets_time_aside(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    backup.change("Projects.csv", "Project Name", "Refit", Project_Name="Survey")
    report = run(backup, accept_losses=True)
    assert {entry.kind for entry in report.set_aside} == {"task", "time entry"}
    assert all("2 projects are called" in e.problem.reason for e in report.set_aside)
    assert totals()["time_entries"] == 0


def test_invoices_without_their_payments_are_not_shown_as_open(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    whole = invented()
    for file in (
        "Customer_Payment.csv",
        "Credit_Note.csv",
        "Creditnotes_Invoice.csv",
        "Refund.csv",
    ):
        del backup.files[file]
    with pytest.raises(UploadRefused, match=r"3 rows refer to Customer_Payment\.csv"):
        run(backup)
    report = run(backup, accept_losses=True)
    assert {entry.subject for entry in report.set_aside} == {
        "INV-101",
        "INV-102",
        "INV-103",
    }
    assert "Customer_Payment.csv" in report.set_aside[0].problem.remedy
    run(whole)
    assert totals() == TOTALS


def _assert_mends(db: store.Store, run: Import, totals: Totals) -> None:
    """The books hold, and the corrected backup brings in what was missing, once."""
    assert db.check_integrity() == []
    mended: Report = run(invented())
    assert mended.set_aside == []
    assert totals() == TOTALS
    assert db.check_integrity() == []
