"""How fast a Zoho backup is imported, and how much memory that takes.

The backup is as big as that of a wholesaler after a year: some 400,000 invoice lines. The import
runs in a process of its own (`python -m benchmarks.importing`), whose peak the system knows.
"""

import csv
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

from benchmarks import books
from portal_data import store
from portal_data.clock import utc_now
from portal_data.settings import ROOT
from portal_data.zoho.importing import import_backup

INVOICES = 18_000
LINES = 22
CUSTOMERS = 1_200
_EPOCH = date(2024, 1, 1)
_KIBIBYTE = 1024


@dataclass(frozen=True, slots=True)
class Import:
    """One import: rows of invoice lines, seconds, and peak memory in bytes."""

    lines: int
    seconds: float
    again_seconds: float
    """The same backup once more, when nothing has changed."""
    memory: int


def measure(invoices: int = INVOICES) -> Import:
    """Write a backup, and import it twice into a new store in a new process."""
    books.FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=books.FOLDER) as folder:
        backup = Path(folder) / "backup.zip"
        write_backup(backup, invoices)
        command = [sys.executable, "-m", "benchmarks.importing", str(backup)]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)  # noqa: S603 - ourselves
    return Import(**json.loads(done.stdout))


def write_backup(path: Path, invoices: int = INVOICES) -> None:
    """Write a Zoho Books backup of customers, invoices and one payment for nine of ten of them."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Contacts.csv", _csv(_contacts()))
        archive.writestr("Invoice.csv", _csv(_invoice_rows(invoices)))
        archive.writestr("Customer_Payment.csv", _csv(_payments(invoices)))


def _csv(rows: Iterator[dict[str, str]]) -> str:
    out = io.StringIO()
    first = next(rows)
    writer = csv.DictWriter(out, list(first), lineterminator="\n")
    writer.writeheader()
    writer.writerow(first)
    writer.writerows(rows)
    return out.getvalue()


def _contacts() -> Iterator[dict[str, str]]:
    for number in range(CUSTOMERS):
        yield {
            "Created Time": "2024-01-01 08:00:00",
            "Display Name": f"Customer {number}",
            "Company Name": f"Customer {number} Ltd",
            "First Name": "Robin",
            "Last Name": f"Reader {number}",
            "EmailID": f"customer{number}@bench.example",
            "Currency Code": "GBP",
            "Status": "Active",
            "Portal Enabled": "false",
            "Payment Terms": "30",
            "Billing Address": f"{number} Example Road",
            "Billing City": "Sampleton",
            "Billing Country": "United Kingdom",
            "Contact ID": f"{4_000_000_000_000 + number}",
            "Contact Name": f"Customer {number}",
            "Contact Type": "customer",
        }


def _facts(number: int) -> tuple[str, str, str, int]:
    """Return an invoice's customer id, customer name, date and total in pence."""
    customer = number * 7 % CUSTOMERS
    day = _EPOCH + timedelta(days=number * 365 // INVOICES)
    total = sum(_line_total(number, line) for line in range(LINES))
    return f"{4_000_000_000_000 + customer}", f"Customer {customer}", day.isoformat(), total


def _line_total(number: int, line: int) -> int:
    return (1 + (number + line) % 12) * (85 + (number * 31 + line * 17) % 4000)


def _money(pence: int) -> str:
    return f"{pence // 100}.{pence % 100:02d}"


def _invoice_rows(invoices: int) -> Iterator[dict[str, str]]:
    for number in range(invoices):
        customer, name, day, total = _facts(number)
        paid = number % 10 != 0
        head = {
            "Invoice Date": day,
            "Invoice ID": f"{5_000_000_000_000 + number}",
            "Invoice Number": f"INV-{number:06d}",
            "Invoice Status": "Closed" if paid else "Overdue",
            "Customer ID": customer,
            "Customer Name": name,
            "Is Inclusive Tax": "false",
            "Due Date": (date.fromisoformat(day) + timedelta(days=30)).isoformat(),
            "PurchaseOrder": f"PO {number}",
            "Currency Code": "GBP",
            "Exchange Rate": "1.00",
            "SubTotal": _money(total),
            "Total": _money(total),
            "Balance": "0.00" if paid else _money(total),
            "Adjustment": "0.00",
            "Notes": "Thank you.",
            "Billing Address": "1 Example Road",
            "Billing City": "Sampleton",
            "Billing Country": "United Kingdom",
        }
        for line in range(LINES):
            quantity = 1 + (number + line) % 12
            amount = _line_total(number, line)
            yield head | {
                "Item Name": f"Article {line}",
                "Item Desc": "As ordered",
                "Quantity": f"{quantity}.00",
                "Usage unit": "pcs",
                "Item Price": _money(amount // quantity),
                "Discount": "0.00",
                "Discount Amount": "0.000",
                "Item Total": _money(amount),
                "SKU": f"SKU-{line}",
            }


def _payments(invoices: int) -> Iterator[dict[str, str]]:
    for number in range(invoices):
        if number % 10 == 0:
            continue
        customer, name, day, total = _facts(number)
        yield {
            "Payment Number": str(number),
            "CustomerPayment ID": f"{6_000_000_000_000 + number}",
            "Mode": "Bank Transfer",
            "CustomerID": customer,
            "Customer Name": name,
            "Exchange Rate": "1.00",
            "Amount": _money(total),
            "Unused Amount": "0.00",
            "Currency Code": "GBP",
            "Payment Type": "Invoice Payment",
            "Date": day,
            "InvoicePayment ID": f"{7_000_000_000_000 + number}",
            "Amount Applied to Invoice": _money(total),
            "Invoice Payment Applied Date": day,
            "Invoice Number": f"INV-{number:06d}",
            "Invoice Date": day,
        }


def _import(backup: Path) -> Import:
    """Import twice into a store beside the backup, and measure this process."""
    opened = store.install(store.open_store(f"duckdb:///{backup.with_suffix('.duckdb')}"))
    try:
        began = time.perf_counter()
        report = import_backup(backup, now=utc_now())
        first = time.perf_counter()
        again = import_backup(backup, now=utc_now())
        ended = time.perf_counter()
    finally:
        opened.close()
    if (report.verdict, again.verdict) != ("imported", "unchanged"):
        raise RuntimeError(f"The import ended as {report.verdict}, then {again.verdict}.")
    lines = next(file.rows for file in report.files if file.module == "invoices")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak *= 1 if sys.platform == "darwin" else _KIBIBYTE  # in bytes there, in KiB elsewhere
    return Import(lines, first - began, ended - first, peak)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(_import(Path(sys.argv[1])))))
