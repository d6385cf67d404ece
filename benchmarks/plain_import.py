"""The measure for the import: DuckDB's own CSV reader and plain inserts, with nothing in between.

It writes the same files into the same tables, with their keys and indexes, and checks the sums. It
trusts every cell, knows one layout of the files and no earlier import.
"""

import sys
import tempfile
import zipfile
from pathlib import Path

import duckdb

from benchmarks.cost import Cost, measured, say
from portal_data import store

_READ = "create temp table {name} as select * from read_csv('{path}')"
_FILES = {"contacts": "Contacts", "lines": "Invoice", "receipts": "Customer_Payment"}
_INSERT = """
    begin;
    insert into core.customers (id, number, display_name, company_name, currency_code, email,
        created_at, updated_at)
    select md5('c' || "Contact ID")::uuid, "Contact ID", "Display Name", "Company Name",
        "Currency Code", "EmailID", now(), now()
    from contacts;
    insert into core.invoices (id, customer_id, number, reference, date, due_date, status,
        currency_code, exchange_rate, subtotal_minor, total_minor, balance_minor, notes,
        created_at, updated_at)
    select md5('i' || "Invoice ID")::uuid, any_value(md5('c' || "Customer ID")::uuid),
        any_value("Invoice Number"), any_value("PurchaseOrder"), any_value("Invoice Date"),
        any_value("Due Date"), 'sent', any_value("Currency Code"), any_value("Exchange Rate"),
        any_value("SubTotal" * 100)::bigint, any_value("Total" * 100)::bigint,
        any_value("Balance" * 100)::bigint, any_value("Notes"), now(), now()
    from lines group by "Invoice ID";
    insert into core.invoice_lines (id, customer_id, invoice_id, position, sku, name, description,
        quantity, unit, unit_price, discount_minor, total_minor)
    select uuidv7(), md5('c' || "Customer ID")::uuid, md5('i' || "Invoice ID")::uuid,
        row_number() over (partition by "Invoice ID"), "SKU", "Item Name", "Item Desc", "Quantity",
        "Usage unit", "Item Price", ("Discount Amount" * 100)::bigint, ("Item Total" * 100)::bigint
    from lines;
    insert into core.payments (id, customer_id, number, kind, date, status, currency_code,
        amount_minor, unused_minor, mode, created_at, updated_at)
    select md5('p' || "CustomerPayment ID")::uuid, md5('c' || "CustomerID")::uuid,
        "Payment Number", 'invoice', "Date", 'succeeded', "Currency Code",
        ("Amount" * 100)::bigint, ("Unused Amount" * 100)::bigint, "Mode", now(), now()
    from receipts;
    insert into core.allocations (id, customer_id, payment_id, invoice_id, date, amount_minor,
        created_at)
    select uuidv7(), md5('c' || "CustomerID")::uuid, md5('p' || "CustomerPayment ID")::uuid,
        i.id, r."Date", ("Amount Applied to Invoice" * 100)::bigint, now()
    from receipts r join core.invoices i on i.number = r."Invoice Number";
    commit
"""
_SUMS = """
    select (
        select count(*) from core.invoices i join (
            select invoice_id, sum(total_minor) as total from core.invoice_lines group by 1
        ) l on l.invoice_id = i.id
        where l.total <> i.subtotal_minor
    ) + (
        select count(*) from core.payments p join (
            select payment_id, sum(amount_minor) as used from core.allocations group by 1
        ) a on a.payment_id = p.id
        where a.used + p.unused_minor <> p.amount_minor
    )
"""


def load(backup: Path, database: Path) -> Cost:
    """Load the backup into a new store and return what that took."""
    store.open_store(f"duckdb:///{database}").close()
    with measured() as cost, tempfile.TemporaryDirectory(dir=backup.parent) as folder:
        with zipfile.ZipFile(backup) as archive:
            archive.extractall(folder)
        connection = duckdb.connect(str(database))
        for name, file in _FILES.items():
            connection.execute(_READ.format(name=name, path=Path(folder) / f"{file}.csv"))
        connection.execute(_INSERT)
        (wrong,) = connection.execute(_SUMS).fetchone() or (1,)
        connection.close()
    if wrong:
        raise RuntimeError(f"{wrong} sums are wrong.")
    return cost


if __name__ == "__main__":
    say(load(Path(sys.argv[1]), Path(sys.argv[2])))
