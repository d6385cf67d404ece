"""How fast a Zoho backup is imported, and how much memory that takes.

The backup is as big as that of a wholesaler after a year: some 400,000 invoice lines. Each import
runs in a process of its own, whose peak the system knows.
"""

import csv
import io
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import fmean

from benchmarks import books
from benchmarks.cost import Cost, measured, run, say
from portal_data import store
from portal_data.clock import utc_now
from portal_data.zoho.importing import import_backup

INVOICES = 18_000
LINES = 22
CUSTOMERS = 1_200
_EPOCH = date(2024, 1, 1)
_NEW = 20  # invoices of the later backup
_CHANGED = 20


@dataclass(frozen=True, slots=True)
class Import:
    """What one backup costs to import, each time in a process of its own."""

    lines: int
    plain: Cost
    """DuckDB alone, with the same files and tables: see plain_import.py."""
    fresh: Cost
    again: Cost
    """The same backup once more, when nothing has changed."""
    later: Cost
    """A later backup, with a few new and changed invoices and payments."""


def measure(invoices: int = INVOICES) -> Import:
    """Write two backups and import them; DuckDB alone goes before and after, and counts twice."""
    books.FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=books.FOLDER) as folder:
        backup, later = Path(folder) / "backup.zip", Path(folder) / "later.zip"
        write_backup(backup, invoices)
        write_backup(later, invoices + _NEW, changed=_CHANGED)
        database = Path(folder) / "portal.duckdb"
        plain = [run("benchmarks.plain_import", backup, Path(folder) / "first.duckdb")]
        costs = [run("benchmarks.importing", each, database) for each in (backup, backup, later)]
        plain.append(run("benchmarks.plain_import", backup, Path(folder) / "last.duckdb"))
    return Import(invoices * LINES, _mean(plain), *costs)


def _mean(costs: list[Cost]) -> Cost:
    return Cost(
        fmean(cost.seconds for cost in costs),
        fmean(cost.processor for cost in costs),
        max(cost.memory for cost in costs),
    )


def write_backup(path: Path, invoices: int = INVOICES, changed: int = 0) -> None:
    """Write a Zoho Books backup of customers, invoices and one payment for nine of ten of them.

    The first `changed` invoices have a due date of their own.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Contacts.csv", _csv(_contacts()))
        archive.writestr("Invoice.csv", _csv(_invoice_rows(invoices, changed)))
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


def _invoice_rows(invoices: int, changed: int) -> Iterator[dict[str, str]]:
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
            "Due Date": (
                date.fromisoformat(day) + timedelta(days=60 if number < changed else 30)
            ).isoformat(),
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


def _import(backup: Path, database: Path) -> Cost:
    """Import into a store, new or not, and measure this process."""
    opened = store.install(store.open_store(f"duckdb:///{database}"))
    with measured() as cost, closing(opened):  # the measure closes its file, too
        report = import_backup(backup, now=utc_now())
    if report.set_aside:
        raise RuntimeError(f"The import ended as {report.verdict}.")
    return cost


if __name__ == "__main__":
    say(_import(Path(sys.argv[1]), Path(sys.argv[2])))
