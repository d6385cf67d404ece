"""An invented Zoho backup, small enough to follow by hand, and ways to write it in every variant.

Its organisation, people and numbers exist nowhere. What it adds up to is in `TOTALS`, worked out on
paper from the rows below, not by the code under test.
"""

import csv
import io
import zipfile
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

WREN, KITE, ODELL = "4000001000000000101", "4000001000000000102", "4000001000000000103"
NAMES = {WREN: "Wren & Co", KITE: "Kite Ltd", ODELL: "O'Dell Boats"}
Cells = dict[str, str]


@dataclass
class Backup:
    """CSV files as rows of named cells; `raw` holds files written as they are."""

    files: dict[str, list[Cells]] = field(default_factory=dict)
    raw: dict[str, bytes] = field(default_factory=dict)

    def find(self, file: str, **cells: str) -> Cells:
        """Return the first row that has these cells (underscores stand for blanks)."""
        wanted = {name.replace("_", " "): value for name, value in cells.items()}
        return next(row for row in self.files[file] if wanted.items() <= row.items())

    def change(self, file: str, column: str, value: str, **cells: str) -> None:
        """Set a cell in every row that has these cells."""
        wanted = {name.replace("_", " "): text for name, text in cells.items()}
        changed = [row for row in self.files[file] if wanted.items() <= row.items()]
        assert changed, f"no row of {file} has {wanted}"
        for row in changed:
            row[column] = value

    def rename(self, file: str, **headers: str) -> None:
        """Rename columns (underscores stand for blanks in the old name)."""
        names = {old.replace("_", " "): new for old, new in headers.items()}
        self.files[file] = [
            {names.get(column, column): cell for column, cell in row.items()}
            for row in self.files[file]
        ]

    def drop(self, file: str, *columns: str) -> None:
        """Leave columns out of a file."""
        for row in self.files[file]:
            for column in columns:
                row.pop(column, None)

    def text(self, file: str, separator: str = ",") -> str:
        """Return a file as CSV text."""
        rows = self.files[file]
        header = list(dict.fromkeys(column for row in rows for column in row))
        out = io.StringIO()
        writer = csv.DictWriter(out, header, restval="", delimiter=separator, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return out.getvalue()

    def bytes(self, separator: str = ",") -> dict[str, bytes]:
        """Return every file's content by name."""
        made = {file: self.text(file, separator).encode() for file in self.files}
        return {**made, **self.raw}

    def zip(self, path: Path) -> Path:
        """Write the backup as a zip and return its path."""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.bytes().items():
                archive.writestr(name, content)
        return path

    def folder(self, path: Path, *files: str) -> Path:
        """Write some or all files into a folder and return it."""
        path.mkdir()
        for name, content in self.bytes().items():
            if not files or name in files:
                (path / name).write_bytes(content)
        return path


def _customer(identifier: str, first: str, last: str, email: str, **more: str) -> Cells:
    name = NAMES[identifier]
    return {
        "Created Time": "2024-01-02 08:00:00",
        "Display Name": name,
        "Company Name": name,
        "First Name": first,
        "Last Name": last,
        "Phone": "'+44 1632 960123",
        "Currency Code": "GBP",
        "Notes": "",
        "Status": "Active",
        "Opening Balance": "",
        "Bank Account Payment": "false",
        "Portal Enabled": "true",
        "Credit Limit": "500.000",
        "Customer Sub Type": "business",
        "Billing Address": "1 Quay Street\nLoft 2",
        "Billing Street2": "",
        "Billing City": "Sandport",
        "Billing Country": "United Kingdom",
        "Billing Code": "ZZ1 1ZZ",
        "Shipping Address": "",
        "Payment Terms": "30",
        "Payment Terms Label": "Net 30",
        "Primary Contact ID": identifier.replace("0000000001", "0000000002"),
        "EmailID": email,
        "Contact ID": identifier,
        "Contact Name": name,
        "Contact Type": "customer",
        "Region": "Coast",
        "CF.Berth": "B-7",
    } | {key.replace("_", " "): value for key, value in more.items()}


def _person(identifier: str, customer: str, first: str, email: str, primary: bool) -> Cells:
    return {
        "Customer ID": customer,
        "Customer Name": NAMES[customer],
        "First Name": first,
        "Last Name": "Example",
        "EmailID": email,
        "Phone": "",
        "MobilePhone": "'+44 1632 960456",
        "Contact Person ID": identifier,
        "Is Primary": "true" if primary else "false",
        "Designation": "Purchasing",
    }


def _invoice(
    suffix: str, customer: str, status: str, date: str, due: str, *lines: Cells, **header: str
) -> list[Cells]:
    """Return an invoice's rows: header cells repeated on each, as Zoho does."""
    cells = {
        "Invoice Date": date,
        "Invoice ID": f"4000001000000005{suffix}",
        "Invoice Number": f"INV-{suffix}",
        "Invoice Status": status,
        "Customer ID": customer,
        "Customer Name": NAMES[customer],
        "Is Inclusive Tax": "false",
        "Due Date": due,
        "PurchaseOrder": "",
        "Currency Code": "GBP",
        "Exchange Rate": "1.00",
        "Entity Discount Amount": "0.0",
        "Shipping Charge": "0.00",
        "Shipping Charge Tax Amount": "",
        "Adjustment": "0.00",
        "Adjustment Description": "Adjustment",
        "Round Off": "0.00",
        "Payment Terms Label": "Net 30",
        "Notes": "Thank you.",
        "Terms & Conditions": "",
        "WriteOff Amount": "0.00",
        "WriteOff Date": "",
        "PayPal": "false",
        "Stripe": "true",
        "Partial Payments": "true",
        "Billing Address": "1 Quay Street",
        "Billing City": "Sandport",
        "Billing Code": "ZZ1 1ZZ",
        "Billing Country": "United Kingdom",
        "Estimate Number": "",
        "CF.Boat": "Tern",
    } | {key.replace("_", " "): value for key, value in header.items()}
    return [{**cells, **line} for line in lines]


def _line(name: str, quantity: str, price: str, total: str, **more: str) -> Cells:
    return {
        "Item Name": name,
        "Item Desc": "",
        "Quantity": quantity,
        "Usage unit": "pcs",
        "Item Price": price,
        "Discount": "0.00",
        "Discount Amount": "0.000",
        "Item Tax": "",
        "Item Tax %": "",
        "Item Tax Amount": "0.00",
        "Item Total": total,
        "SKU": "",
        "Product ID": "",
        "Item.CF.Colour": "",
    } | {key.replace("_", " "): value for key, value in more.items()}


def _vat(amount: str) -> Cells:
    return {"Item Tax": "VAT", "Item Tax %": "20.000000", "Item Tax Amount": amount}


def _application(
    payment: str, customer: str, amount: str, unused: str, date: str, invoice: str, **more: str
) -> Cells:
    return {
        "Payment Number": payment,
        "CustomerPayment ID": f"400000100000000700{payment}",
        "Mode": "Bank Transfer",
        "CustomerID": customer,
        "Description": "",
        "Exchange Rate": "1.00",
        "Amount": amount,
        "Unused Amount": unused,
        "Bank Charges": "0.00",
        "Reference Number": f"BANK-{payment}",
        "Currency Code": "GBP",
        "Customer Name": NAMES[customer],
        "Payment Type": "Invoice Payment",
        "Date": date,
        "Created Time": f"{date} 10:00:00",
        "Deposit To": "Current account",
        "Payment Status": "Paid",
        "InvoicePayment ID": f"40000010000000080{payment}{sum(map(ord, invoice))}"
        if invoice
        else "",
        "Amount Applied to Invoice": "",
        "Invoice Payment Applied Date": date if invoice else "",
        "Early Payment Discount": "",
        "Withholding Tax Amount": "0.00",
        "Invoice Number": invoice,
    } | {key.replace("_", " "): value for key, value in more.items()}


def _quote(suffix: str, status: str, total: str, **more: str) -> Cells:
    return {
        "Quote Date": "2024-01-05",
        "Quote ID": f"4000001000000004{suffix}",
        "Quote Number": f"QT-{suffix}",
        "Quote Status": status,
        "Customer ID": WREN,
        "Customer Name": NAMES[WREN],
        "Expiry Date": "2024-12-31",
        "Currency Code": "GBP",
        "Exchange Rate": "1.00",
        "SubTotal": total,
        "Total": total,
        "Adjustment": "0.00",
        "Subject": "Rigging",
        **_line("Rigging", "1.00", total, total),
    } | {key.replace("_", " "): value for key, value in more.items()}


def _credit(suffix: str, status: str, total: str, balance: str, applied: str) -> Cells:
    return {
        "Credit Note Date": "2024-02-20",
        "CreditNotes ID": f"4000001000000006{suffix}",
        "Credit Note Number": f"CN-{suffix}",
        "Credit Note Status": status,
        "Customer Name": NAMES[KITE],
        "Customer ID": KITE,
        "Currency Code": "GBP",
        "Exchange Rate": "1.00",
        "Is Inclusive Tax": "false",
        "Total": total,
        "Balance": balance,
        "Reference#": "",
        "Adjustment": "0.00",
        "SubTotal": total,
        "Applied Invoice Number": applied,
        **_line("Return", "1.00", total, total),
    }


def _hours(suffix: str, spent: str, billable: str, billed: str, **more: str) -> Cells:
    return {
        "Timesheet ID": f"400000100000001200{suffix}",
        "Project Name": "Refit",
        "Task Name": "Sanding",
        "Staff Name": "Gil Sample",
        "Email": "gil@staff.example",
        "Staff Rate": "40.00",
        "Notes": "",
        "Time Spent": spent,
        "Begin time": "",
        "End time": "",
        "Date": "2024-02-02",
        "Billable Status": billable,
        "Billed Status": billed,
    } | {key.replace("_", " "): value for key, value in more.items()}


def invented() -> Backup:
    """Return a fresh copy of the invented backup."""
    return deepcopy(_INVENTED)


_INVENTED = Backup(
    {
        "Contacts.csv": [
            _customer(WREN, "Ada", "Example", "ada@wren.example"),
            _customer(KITE, "Kit", "Example", "kit@kite.example", Notes="Rings\ntwice"),
            _customer(ODELL, "Odile", "Example", "", Opening_Balance="50.00", Status="Inactive"),
        ],
        "Contact_Persons.csv": [
            _person("4000001000000000201", WREN, "Ada", "ada@wren.example", True),
            _person("4000001000000000299", WREN, "Bea", "Bea@Wren.example", False),
            _person("4000001000000000202", KITE, "Kit", "kit@kite.example", True),
        ],
        "Item.csv": [
            {
                "Item ID": "4000001000000000301",
                "Item Name": "Rope",
                "SKU": "R-1",
                "Description": "Hemp",
                "Rate": "GBP 10.00",
                "Tax Name": "VAT",
                "Tax Percentage": "20.000000",
                "Tax Type": "ItemAmount",
                "Product Type": "goods",
                "Status": "Active",
                "Usage unit": "pcs",
            },
            {
                "Item ID": "4000001000000000302",
                "Item Name": "Fitting",
                "SKU": "",
                "Rate": "25.5",
                "Product Type": "service",
                "Status": "Inactive",
            },
        ],
        "Exchange_Rate.csv": [
            {"Currency Code": "EUR", "Date": "2024-01-01", "Exchange Rate": "0.860000000000"}
        ],
        "Invoice00.csv": [
            *_invoice(
                "101", WREN, "Closed", "2024-01-10", "2024-02-09",
                _line("Rope", "2.00", "10.00", "20.00", SKU="R-1",
                      Product_ID="4000001000000000301", **_vat("4.00")) | {"Item.CF.Colour": "tan"},
                _line("Cleat", "3.00", "5.50", "15.00", Discount_Amount="1.500", **_vat("3.00")),
                SubTotal="35.00", Shipping_Charge="5.00", Adjustment="-2.00",
                Entity_Discount_Amount="1.0", Total="44.00", Balance="0.00",
                Estimate_Number="QT-401", PurchaseOrder="PO-9",
            ),
            *_invoice(
                "102", WREN, "Overdue", "2024-01-31", "2024-03-01",
                _line("Sail", "4.00", "25.00", "100.00"),
                SubTotal="100.00", Total="100.00", Balance="60.00",
            ),
            *_invoice(
                "103", KITE, "Closed", "2024-02-01", "2024-03-02",
                _line("Mast", "1.00", "60.00", "60.00"),
                SubTotal="60.00", Total="60.00", Balance="0.00",
            ),
        ],
        "Invoice01.csv": [
            *_invoice(
                "104", KITE, "Draft", "2024-03-01", "2024-03-31",
                _line("Oar", "1.00", "15.00", "15.00"),
                SubTotal="15.00", Total="15.00", Balance="15.00",
            ),
            *_invoice(
                "105", KITE, "Void", "2024-02-01", "2024-03-02",
                _line("Oar", "1.00", "25.00", "25.00"),
                SubTotal="25.00", Total="25.00", Balance="0.00",
            ),
            *_invoice(
                "106", ODELL, "Closed", "2024-01-15", "2024-02-14",
                _line("Hull", "1.00", "80.00", "80.00"),
                SubTotal="80.00", Total="80.00", Balance="0.00",
                WriteOff_Amount="30.00", WriteOff_Date="2024-03-20",
            ),
            *_invoice(
                "107", ODELL, "Open", "2024-03-10", "2024-12-31",
                _line("Paint", "1.00", "12.00", "12.00", **_vat("2.00")),
                SubTotal="12.00", Total="12.00", Balance="12.00", Is_Inclusive_Tax="true",
            ),
        ],
        "Quote.csv": [
            _quote("401", "invoiced", "35.00"),
            _quote("402", "rejected", "20.00"),
            _quote("403", "sent", "30.00"),
            _quote("404", "expired", "10.00", Expiry_Date="2024-01-31"),
        ],
        "Customer_Payment.csv": [
            _application("11", WREN, "84.000", "0.00", "2024-02-09", "INV-101",
                         Amount_Applied_to_Invoice="44.00"),
            _application("11", WREN, "84.000", "0.00", "2024-02-09", "INV-102",
                         Amount_Applied_to_Invoice="40.00"),
            _application("12", KITE, "30.000", "0.00", "2024-02-25", "INV-103",
                         Amount_Applied_to_Invoice="30.00", Withholding_Tax_Amount="10.00"),
            _application("13", ODELL, "60.000", "10.00", "2024-02-14", "INV-106",
                         Amount_Applied_to_Invoice="50.00"),
            _application("14", WREN, "25.000", "25.00", "2024-03-01", ""),
            _application("15", WREN, "200.000", "0.00", "2024-03-05", "RET-1",
                         Amount_Applied_to_Invoice="200.00", Payment_Type="Retainer Payment"),
        ],
        "Credit_Note.csv": [
            _credit("601", "Open", "30.00", "4.00", "INV-103"),
            _credit("602", "Draft", "7.00", "7.00", ""),
        ],
        "Creditnotes_Invoice.csv": [
            {
                "Date": "2024-02-21",
                "Credit Note Number": "CN-601",
                "Invoice Number": "INV-103",
                "Applied Invoice Date": "2024-02-01",
                "Amount": "20.00",
            }
        ],
        "Refund.csv": [
            {
                "Date": "2024-02-28",
                "Credit Note Number": "CN-601",
                "Customer Name": NAMES[KITE],
                "Mode of Refund": "Bank Transfer",
                "Exchange Rate": "1.00",
                "Amount": "6.00",
                "Description": "",
                "Reference Number": "RF-1",
            }
        ],
        "Retainer_Invoice.csv": [
            {
                "Retainer Invoice Date": "2024-03-04",
                "Retainer Invoice ID": "4000001000000000901",
                "Retainer Invoice Number": "RET-1",
                "Retainer Invoice Status": "Paid",
                "Customer ID": WREN,
                "Customer Name": NAMES[WREN],
                "Currency Code": "GBP",
                "Description": "Deposit for the refit",
                "Item Total": "200.00",
                "Total": "200.00",
                "Balance": "0.00",
            }
        ],
        "Recurring_Invoice.csv": [
            {
                "Recurring Invoice ID": "4000001000000003001",
                "Recurring Invoice Name": "Monthly mooring",
                "Start Date": "2024-01-31",
                "End Date": "",
                "Last Sent Date": "2024-03-31",
                "Next Invoice Date": "2024-04-30",
                "Recurrence Profile Status": "Active",
                "Recurrence Frequency": "months",
                "Repeat Every": "1",
                "Payment Terms Label": "Net 30",
                "Customer Name": NAMES[WREN],
                "Customer ID": WREN,
                "Currency Code": "GBP",
                **_line(name, "1.00", price, price, Product_ID=item),
                "SubTotal": "45.00",
                "Total": "45.00",
            }
            for name, price, item in (
                ("Berth", "35.00", ""),
                ("Rope", "10.00", "4000001000000000301"),
            )
        ],
        "Projects.csv": [
            {
                "Project ID": "4000001000000001001",
                "Project Name": "Refit",
                "Project Code": "P-1",
                "Billing Type": "Based on Task Hours",
                "Project Cost": "",
                "Customer Name": NAMES[WREN],
                "Currency Code": "GBP",
                "Budget Type": "total_project_hours",
                "Project Budget Hours": "40:30",
                "Project Status": "Active",
            },
            {
                "Project ID": "4000001000000001002",
                "Project Name": "Survey",
                "Billing Type": "fixed_cost_for_project",
                "Project Cost": "900.00",
                "Customer Name": NAMES[KITE],
                "Currency Code": "GBP",
                "Project Status": "On Hold",
            },
        ],
        "Tasks.csv": [
            {
                "Task ID": "4000001000000001101",
                "Task Name": "Sanding",
                "Project Name": "Refit",
                "Task Rate Per Hour": "35.00",
                "Task Budget Hours": "10:00",
                "Is Billable": "true",
                "Task Status": "Active",
            }
        ],
        "Timesheet.csv": [
            _hours("01", "01:30", "Billable", "Billed"),
            _hours("02", "00:45", "Billable", "Unbilled"),
            _hours("03", "02:00", "Non-Billable", "Unbilled", Task_Name=""),
        ],
        "Task.csv": [{"Task ID": "1", "Owner": "Gil", "Title": "Ring back", "Due Date": ""}],
        "Vendors.csv": [{"Contact ID": "1", "Display Name": "Ropemaker", "EmailID": ""}],
    }
)  # fmt: skip

TODAY = "2024-04-01"
TOTALS = {
    "customers": 3,
    "contact_persons": 4,  # O'Dell's only person stands in Contacts.csv alone
    "invoices": 7,
    "invoice_lines": 8,
    "invoices_by_status": {
        "Closed": 2,
        "Draft": 1,
        "Open": 1,
        "Overdue": 1,
        "Void": 1,
        "Written Off": 1,
    },
    "invoice_total_all": "336.00",  # 44 + 100 + 60 + 15 + 25 + 80 + 12
    "invoices_posted": 5,
    "invoice_total_posted": "296.00",
    "invoice_balance_posted": "72.00",  # 60 of INV-102, 12 of INV-107
    "payments": 5,
    "payment_applications": 4,
    "payment_total": "399.00",
    "payment_unapplied": "35.00",  # 10 of payment 13, 25 of payment 14
    "payments_with_unapplied": 2,
    "payments_on_several_invoices": 1,
    "credit_notes": 2,
    "credit_note_lines": 2,
    "credit_notes_by_status": {"Draft": 1, "Open": 1},
    "credit_note_total_all": "37.00",
    "credit_note_total_posted": "30.00",
    "credit_note_balance_posted": "4.00",  # 30 - 20 applied - 6 paid back
    "credit_applications": 1,
    "credit_applied": "20.00",
    "refunds": 1,
    "refund_total": "6.00",
    "quotes": 4,
    "quote_lines": 4,
    "quotes_by_status": {"expired": 1, "invoiced": 1, "rejected": 1, "sent": 1},
    "quote_total": "95.00",
    "projects": 2,
    "tasks": 1,
    "time_entries": 3,
    "minutes": 255,
    "minutes_billable": 135,
    "minutes_unbilled_billable": 45,
    "aging": {
        "not_due": "12.00",
        "1_30": "0.00",
        "31_60": "60.00",  # due 1 March, 31 days before 1 April
        "61_90": "0.00",
        "over_90": "0.00",
    },
    "closing_balance": "-117.00",  # 50 opening + 72 - 4 - 35 - 200 of the retainer
    "items": 2,
}
