"""An import brings in everything a backup holds, however the backup was written."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from portal_data import store
from portal_data.ids import BUSINESS
from portal_data.zoho.dates import DateOrder
from portal_data.zoho.organise import Founding
from tests.conftest import NOW
from tests.zoho.backup import KITE, TOTALS, Backup, invented
from tests.zoho.conftest import Import

Totals = Callable[[], dict[str, Any]]


def _rows(db: store.Store, sql: str, **params: Any) -> list[dict[str, Any]]:
    with db.system_reading() as session:
        return session.rows(sql, **params)


def _one(db: store.Store, sql: str, **params: Any) -> dict[str, Any]:
    rows = _rows(db, sql, **params)
    assert len(rows) == 1
    return rows[0]


def test_totals_are_those_worked_out_on_paper(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    report = run(backup)
    assert report.verdict == "imported"
    assert report.set_aside == []
    assert totals() == TOTALS
    assert db.check_integrity() == []
    assert sorted(report.skipped_files) == ["Task.csv", "Vendors.csv"]


def test_customer_arrives_with_addresses_people_and_custom_fields(
    db: store.Store, run: Import, backup: Backup
) -> None:
    run(backup)
    kite = _one(db, "select * from core.customers where display_name = 'Kite Ltd' order by id")
    assert kite["number"] == "102"
    assert kite["notes"] == "Rings\ntwice"
    assert kite["phone"] == "+44 1632 960123"
    assert kite["credit_limit_minor"] == 50_000
    assert kite["portal_enabled"] is True
    assert kite["custom_fields"] == '{"Berth": "B-7"}'
    assert kite["created_at"] == datetime(2024, 1, 2, 8)
    odell = _one(db, "select * from core.customers where number = '103' order by id")
    assert (odell["opening_balance_minor"], odell["status"]) == (5_000, "inactive")
    addresses = _rows(
        db,
        "select kind, street1, city from core.addresses where customer_id = $id order by kind",
        id=kite["id"],
    )
    assert addresses == [
        {"kind": "billing", "street1": "1 Quay Street\nLoft 2", "city": "Sandport"}
    ]
    people = _rows(
        db,
        "select first_name, email, is_primary, role, portal_status, login_id from core.contacts"
        " order by first_name",
    )
    assert [tuple(person.values()) for person in people] == [
        ("Ada", "ada@wren.example", True, "admin", "not_invited", None),
        ("Bea", "bea@wren.example", False, "viewer", "not_invited", None),
        ("Kit", "kit@kite.example", True, "admin", "not_invited", None),
        ("Odile", None, True, "admin", "not_invited", None),
    ]


def test_invoice_arrives_with_lines_taxes_providers_and_its_estimate(
    db: store.Store, run: Import, backup: Backup
) -> None:
    run(backup)
    invoice = _one(db, "select * from core.invoices where number = 'INV-101' order by id")
    assert invoice["subtotal_minor"] == 3_500
    assert invoice["tax_minor"] == 700
    assert invoice["shipping_minor"] == 500
    assert invoice["adjustment_minor"] == -200
    assert invoice["discount_minor"] == 100
    assert (invoice["total_minor"], invoice["balance_minor"]) == (4_400, 0)
    assert invoice["billing_address"] == "1 Quay Street\nSandport ZZ1 1ZZ\nUnited Kingdom"
    assert invoice["custom_fields"] == '{"Boat": "Tern"}'
    assert invoice["reference"] == "PO-9"
    assert invoice["partial_payments"] is True
    assert (
        invoice["estimate_id"]
        == _one(db, "select id from core.estimates where number = 'QT-401' order by id")["id"]
    )
    lines = _rows(
        db,
        "select l.*, i.name as item from core.invoice_lines l"
        " left join core.items i on i.id = l.item_id where invoice_id = $id order by position",
        id=invoice["id"],
    )
    assert [(line["name"], line["item"], line["custom_fields"]) for line in lines] == [
        ("Rope", "Rope", '{"Colour": "tan"}'),
        ("Cleat", None, None),
    ]
    assert (lines[1]["quantity"], lines[1]["unit_price"]) == (Decimal(3), Decimal("5.5"))
    assert (lines[1]["discount_minor"], lines[1]["total_minor"]) == (150, 1_500)
    assert (lines[0]["tax_name"], lines[0]["tax_percent"]) == ("VAT", Decimal(20))
    providers = _rows(
        db,
        "select provider from core.invoice_providers where invoice_id = $id order by provider",
        id=invoice["id"],
    )
    assert providers == [{"provider": "stripe"}]


def test_states_are_stored_and_derived_ones_are_not(
    db: store.Store, run: Import, backup: Backup
) -> None:
    run(backup)
    states = _rows(db, "select number, status from core.invoices order by number")
    assert [row["status"] for row in states] == [
        "sent", "sent", "sent", "draft", "void", "written_off", "sent",
    ]  # fmt: skip
    quotes = _rows(db, "select status, source_status from core.estimates order by number")
    assert [tuple(row.values()) for row in quotes] == [
        ("invoiced", "invoiced"),
        ("declined", "rejected"),
        ("sent", "sent"),
        ("sent", "expired"),
    ]
    written_off = _one(db, "select * from core.invoices where number = 'INV-106' order by id")
    assert written_off["written_off_minor"] == 3_000
    assert written_off["written_off_on"] == date(2024, 3, 20)


def test_money_is_allocated_withheld_and_kept_as_credit(
    db: store.Store, run: Import, backup: Backup
) -> None:
    run(backup)
    allocations = _rows(
        db,
        "select p.number, i.number as invoice, r.number as retainer, a.amount_minor,"
        " a.withheld_minor from core.allocations a join core.payments p on p.id = a.payment_id"
        " left join core.invoices i on i.id = a.invoice_id"
        " left join core.retainer_invoices r on r.id = a.retainer_invoice_id"
        " order by p.number, i.number",
    )
    assert [tuple(row.values()) for row in allocations] == [
        ("11", "INV-101", None, 4_400, 0),
        ("11", "INV-102", None, 4_000, 0),
        ("12", "INV-103", None, 3_000, 1_000),
        ("13", "INV-106", None, 5_000, 0),
        ("15", None, "RET-1", 20_000, 0),
    ]
    retainer = _one(db, "select * from core.retainer_invoices order by id")
    assert (retainer["balance_minor"], retainer["unused_minor"]) == (0, 20_000)
    assert _one(db, "select unused_minor from core.payments where number = '14' order by id") == {
        "unused_minor": 2_500
    }


def test_projects_arrive_with_tasks_people_and_time(
    db: store.Store, run: Import, backup: Backup
) -> None:
    run(backup)
    projects = _rows(
        db,
        "select name, billing_method, status, budget_kind, budget_minutes, fixed_cost_minor"
        " from core.projects order by name",
    )
    assert [tuple(row.values()) for row in projects] == [
        ("Refit", "task_hours", "active", "hours", 2_430, None),
        ("Survey", "fixed_cost", "on_hold", None, None, 90_000),
    ]
    time = _rows(
        db,
        "select e.minutes, e.billable, e.billed, t.name as task, p.name as person"
        " from core.time_entries e left join core.tasks t on t.id = e.task_id"
        " join core.people p on p.id = e.person_id order by e.minutes",
    )
    assert [tuple(row.values()) for row in time] == [
        (45, True, False, "Sanding", "Gil Sample"),
        (90, True, True, "Sanding", "Gil Sample"),
        (120, False, False, None, "Gil Sample"),
    ]
    assert _one(db, "select rate from core.project_people order by rate")["rate"] == 40


def test_first_import_founds_the_organisation_and_its_numbering(
    db: store.Store, run: Import, backup: Backup
) -> None:
    run(backup, founding=Founding("Harbour Works", "Europe/London"))
    organisation = _one(db, "select * from core.organisation order by id")
    assert (organisation["name"], organisation["currency_code"]) == ("Harbour Works", "GBP")
    counters = _rows(
        db, "select kind, prefix, next_number, digits from core.counters order by kind"
    )
    assert {row["kind"]: (row["prefix"], row["next_number"]) for row in counters} == {
        "credit_note": ("CN-", 603),
        "estimate": ("QT-", 405),
        "invoice": ("INV-", 108),
        "payment": ("", 16),
        "retainer_invoice": ("RET-", 2),
    }


def test_import_leaves_its_report_and_one_line_of_activity(
    db: store.Store, run: Import, backup: Backup
) -> None:
    run(backup)
    kept = _one(db, "select source, name, report from core.imports order by id")
    assert (kept["source"], kept["name"]) == ("zoho", "backup.zip")
    assert '"verdict": "imported"' in kept["report"]
    activity = _one(db, "select event, customer_id, visible from core.activity order by id")
    assert tuple(activity.values()) == ("import.finished", BUSINESS, False)


def test_local_times_become_utc(db: store.Store, run: Import, backup: Backup) -> None:
    backup.change(
        "Customer_Payment.csv", "Created Time", "2024-07-01 10:00:00", Payment_Number="14"
    )
    run(backup, founding=Founding("Harbour Works", "Europe/London"))
    payment = _one(db, "select created_at from core.payments where number = '14' order by id")
    assert payment["created_at"] == datetime(2024, 7, 1, 9)


def _excel(backup: Backup) -> None:
    for name, content in backup.bytes().items():
        backup.raw[name] = b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n")


def _semicolons(backup: Backup) -> None:
    backup.raw = backup.bytes(separator=";")


def _tabs(backup: Backup) -> None:
    backup.raw = backup.bytes(separator="\t")


def _odd_headers(backup: Backup) -> None:
    for name in list(backup.files):
        header, _, rest = backup.text(name).partition("\n")
        backup.raw[name] = f" {header.upper().replace(' ', '  ')} \n{rest}".encode()


def _estimates(backup: Backup) -> None:
    backup.files["Estimate.csv"] = backup.files.pop("Quote.csv")
    words = {f"Quote_{word}": f"Estimate {word}" for word in ("Date", "ID", "Number", "Status")}
    backup.rename("Estimate.csv", **words)


def _other_names(backup: Backup) -> None:
    """Files renamed by hand are known by their columns."""
    backup.files = {f"export {n}.csv": rows for n, rows in enumerate(backup.files.values())}
    for file in [file for file, rows in backup.files.items() if "Owner" in rows[0]]:
        del backup.files[file]
    for file in [file for file, rows in backup.files.items() if len(rows[0]) == 3]:
        if "EmailID" in backup.files[file][0]:
            del backup.files[file]


def _invoice_edition(backup: Backup) -> None:
    """Zoho Invoice and Billing spell the customer's own columns differently."""
    backup.files["Customers.csv"] = backup.files.pop("Contacts.csv")
    backup.rename("Customers.csv", Contact_ID="Customer ID", Contact_Name="Customer Name")
    backup.rename("Retainer_Invoice.csv", Retainer_Invoice_Number="RetainerInvoice Number")
    backup.rename("Customer_Payment.csv", Amount_Applied_to_Invoice="Invoice Amount")
    backup.rename("Credit_Note.csv", CreditNotes_ID="CreditNote ID")


def _blank_continuations(backup: Backup) -> None:
    """Some exports leave a document's own cells empty after its first row."""
    _, second = (row for row in backup.files["Invoice00.csv"] if "101" in row["Invoice Number"])
    line = {"Item Name", "Quantity", "Item Price", "Discount Amount", "Item Total"}
    for column in second:
        if column not in line and not column.startswith("Item Tax"):
            second[column] = ""


def _split_document(backup: Backup) -> None:
    """A document's rows may span two files of a split module."""
    backup.files["Invoice01.csv"].insert(0, backup.files["Invoice00.csv"].pop(1))


def _repeated_column(backup: Backup) -> None:
    """A column that occurs twice with equal cells says nothing wrong."""
    text = backup.text("Item.csv").splitlines()
    backup.raw["Item.csv"] = "\n".join(
        f"{line},{'Status' if n == 0 else line.split(',')[9]}" for n, line in enumerate(text)
    ).encode()


def _day_first(backup: Backup) -> None:
    for name, rows in backup.files.items():
        for row in rows if "Invoice" in name and "Retainer" not in name else []:
            for column in ("Invoice Date", "Due Date", "WriteOff Date"):
                if cell := row.get(column):
                    row[column] = "/".join(reversed(cell.split("-")))


@pytest.mark.parametrize(
    "write",
    [
        _excel,
        _semicolons,
        _tabs,
        _odd_headers,
        _estimates,
        _other_names,
        _invoice_edition,
        _blank_continuations,
        _split_document,
        _repeated_column,
    ],
)
def test_variant_gives_the_same_totals(
    db: store.Store,
    run: Import,
    totals: Totals,
    backup: Backup,
    write: Callable[[Backup], None],
) -> None:
    write(backup)
    assert run(backup).set_aside == []
    assert totals() == TOTALS
    assert db.check_integrity() == []


def test_day_first_dates_are_read_as_told(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    _day_first(backup)
    assert run(backup, date_order=DateOrder.DMY).set_aside == []
    assert totals() == TOTALS


def test_resaved_backup_is_recognised_as_unchanged(
    db: store.Store, run: Import, backup: Backup
) -> None:
    run(backup)
    _excel(backup)
    assert run(backup).verdict == "unchanged"


def test_folder_and_single_files_work(
    db: store.Store, run: Import, totals: Totals, backup: Backup, tmp_path: Path
) -> None:
    assert run(backup.folder(tmp_path / "all")).verdict == "imported"
    assert totals() == TOTALS
    single = tmp_path / "Item.csv"
    single.write_text(backup.text("Item.csv").replace("Hemp", "Nylon"), "utf-8")
    report = run(single)
    assert [(file.updated, file.unchanged) for file in report.files] == [(1, 1)]
    item = _one(db, "select description from core.items where name = 'Rope' order by id")
    assert item["description"] == "Nylon"


def test_credits_are_worked_out_where_an_export_does_not_list_them(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    del backup.files["Creditnotes_Invoice.csv"], backup.files["Refund.csv"]
    backup.change("Credit_Note.csv", "Balance", "10.00", Credit_Note_Number="CN-601")
    run(backup)
    assert totals()["credit_applied"] == "20.00"
    assert totals()["credit_note_balance_posted"] == "10.00"
    assert totals()["invoice_balance_posted"] == TOTALS["invoice_balance_posted"]


def test_several_currencies_are_never_added(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    for number, currency in (("INV-102", "EUR"), ("INV-107", "JPY")):
        for file in ("Invoice00.csv", "Invoice01.csv"):
            if any(row["Invoice Number"] == number for row in backup.files[file]):
                backup.change(file, "Currency Code", currency, Invoice_Number=number)
    for row in backup.files["Invoice01.csv"]:
        if row["Invoice Number"] == "INV-107":
            row |= {"Item Tax Amount": "2", "Item Total": "12", "SubTotal": "12", "Total": "12"}
            row |= {"Balance": "12", "Item Price": "12"}
    del backup.files["Customer_Payment.csv"][1]
    backup.change("Customer_Payment.csv", "Amount", "44.000", Payment_Number="11")
    run(backup)
    assert totals()["invoice_balance_posted"] == {"EUR": "100.00", "GBP": "0.00", "JPY": "12"}
    assert totals()["aging"]["not_due"] == {"EUR": "0.00", "GBP": "0.00", "JPY": "12"}


def test_contact_without_persons_file_is_the_customers_own(
    db: store.Store, run: Import, backup: Backup
) -> None:
    del backup.files["Contact_Persons.csv"]
    run(backup)
    people = _rows(
        db, "select first_name, email, is_primary from core.contacts order by first_name"
    )
    assert [tuple(person.values()) for person in people] == [
        ("Ada", "ada@wren.example", True),
        ("Kit", "kit@kite.example", True),
        ("Odile", None, True),
    ]


def test_payment_to_the_opening_balance_stays_unused(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    backup.change("Customer_Payment.csv", "Invoice Number", "Customer opening balance",
                  Payment_Number="13")  # fmt: skip
    report = run(backup)
    assert any("opening balance" in warning.reason for warning in report.warnings)
    assert _one(db, "select unused_minor from core.payments where number = '13' order by id") == {
        "unused_minor": 6_000
    }
    assert db.check_integrity() == []


def test_customer_is_found_by_id_or_exact_name(
    db: store.Store, run: Import, totals: Totals, backup: Backup
) -> None:
    for file in ("Invoice00.csv", "Invoice01.csv", "Credit_Note.csv", "Quote.csv"):
        backup.drop(file, "Customer ID")
    backup.drop("Customer_Payment.csv", "CustomerID")
    assert run(backup).set_aside == []
    assert totals() == TOTALS


def test_other_export_without_ids_meets_the_same_documents(
    db: store.Store, run: Import, totals: Totals
) -> None:
    run(invented())
    plain = invented()
    for file, column in (
        ("Invoice00.csv", "Invoice ID"),
        ("Invoice01.csv", "Invoice ID"),
        ("Quote.csv", "Quote ID"),
        ("Credit_Note.csv", "CreditNotes ID"),
        ("Customer_Payment.csv", "CustomerPayment ID"),
    ):
        plain.drop(file, column)
    report = run(plain)
    assert sum(file.created for file in report.files) == 0
    assert totals() == TOTALS
    assert db.check_integrity() == []


def test_now_stamps_what_is_written(db: store.Store, run: Import, backup: Backup) -> None:
    run(backup)
    stamps = _rows(db, "select distinct updated_at from core.invoices order by updated_at")
    assert stamps == [{"updated_at": NOW}]
    assert KITE in {
        row["external_id"]
        for row in _rows(db, "select external_id from core.import_refs order by external_id")
    }


def test_a_later_import_renames_the_organisation(
    db: store.Store, run: Import, backup: Backup
) -> None:
    run(backup)
    assert run(backup, founding=Founding("Quay Works")).verdict == "unchanged"
    assert _one(db, "select name from core.organisation order by id") == {"name": "Quay Works"}
