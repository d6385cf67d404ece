"""The measure for the import: DuckDB's own CSV reader and plain inserts, with nothing in between.

It writes every column of the same files into the same tables, with their keys, indexes and the ids
that Zoho gave, and checks the sums. It trusts every cell, knows one layout of the files and no
earlier import.
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
    insert into core.customers (id, number, display_name, company_name, status, currency_code,
        email, payment_terms_days, portal_enabled, source_fields, created_at, updated_at)
    select md5('c' || "Contact ID")::uuid, "Contact ID", "Display Name", "Company Name",
        lower("Status"), "Currency Code", "EmailID", "Payment Terms", "Portal Enabled",
        json_object('Contact Name', "Contact Name"), "Created Time", now()
    from contacts;
    insert into core.addresses (id, customer_id, kind, street1, city, country, updated_at)
    select uuidv7(), md5('c' || "Contact ID")::uuid, 'billing', "Billing Address", "Billing City",
        "Billing Country", now()
    from contacts;
    insert into core.contacts (id, customer_id, first_name, last_name, email, is_primary,
        created_at, updated_at)
    select uuidv7(), md5('c' || "Contact ID")::uuid, "First Name", "Last Name", "EmailID", true,
        "Created Time", now()
    from contacts;
    insert into core.invoices (id, customer_id, number, reference, date, due_date, status,
        currency_code, exchange_rate, tax_inclusive, subtotal_minor, adjustment_minor, total_minor,
        balance_minor, billing_address, notes, created_at, updated_at)
    select md5('i' || "Invoice ID")::uuid, any_value(md5('c' || "Customer ID")::uuid),
        any_value("Invoice Number"), any_value("PurchaseOrder"), any_value("Invoice Date"),
        any_value("Due Date"), 'sent', any_value("Currency Code"), any_value("Exchange Rate"),
        any_value("Is Inclusive Tax"), any_value("SubTotal" * 100)::bigint,
        any_value("Adjustment" * 100)::bigint, any_value("Total" * 100)::bigint,
        any_value("Balance" * 100)::bigint,
        any_value(concat_ws(chr(10), "Billing Address", "Billing City", "Billing Country")),
        any_value("Notes"), now(), now()
    from lines group by "Invoice ID";
    insert into core.invoice_lines (id, customer_id, invoice_id, position, sku, name, description,
        quantity, unit, unit_price, discount_percent, discount_minor, total_minor)
    select uuidv7(), md5('c' || "Customer ID")::uuid, md5('i' || "Invoice ID")::uuid,
        row_number() over (partition by "Invoice ID"), "SKU", "Item Name", "Item Desc", "Quantity",
        "Usage unit", "Item Price", "Discount", ("Discount Amount" * 100)::bigint,
        ("Item Total" * 100)::bigint
    from lines;
    insert into core.payments (id, customer_id, number, kind, date, status, currency_code,
        exchange_rate, amount_minor, unused_minor, mode, created_at, updated_at)
    select md5('p' || "CustomerPayment ID")::uuid, md5('c' || "CustomerID")::uuid,
        "Payment Number", 'invoice', "Date", 'succeeded', "Currency Code", "Exchange Rate",
        ("Amount" * 100)::bigint, ("Unused Amount" * 100)::bigint, "Mode", now(), now()
    from receipts;
    insert into core.allocations (id, customer_id, payment_id, invoice_id, date, amount_minor,
        source_fields, created_at)
    select md5('a' || "InvoicePayment ID")::uuid, md5('c' || "CustomerID")::uuid,
        md5('p' || "CustomerPayment ID")::uuid, i.id, r."Invoice Payment Applied Date",
        ("Amount Applied to Invoice" * 100)::bigint,
        json_object('Invoice Date', r."Invoice Date"::varchar), now()
    from receipts r join core.invoices i on i.number = r."Invoice Number";
    insert into core.import_refs (source, kind, external_id, row_id, customer_id, fingerprint,
        import_id)
    select 'zoho', kind, key, md5(letter || key)::uuid, md5('c' || customer)::uuid, '',
        md5('import')::uuid
    from (
        select 'customer' as kind, 'c' as letter, "Contact ID"::varchar as key,
            "Contact ID" as customer
        from contacts
        union all
        select distinct 'invoice', 'i', "Invoice ID"::varchar, "Customer ID" from lines
        union all
        select 'payment', 'p', "CustomerPayment ID"::varchar, "CustomerID" from receipts
        union all
        select 'allocation', 'a', "InvoicePayment ID"::varchar, "CustomerID" from receipts
    );
    insert into core.ledger_entries
    select * from core.ledger_sources where amount_minor <> 0;
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
