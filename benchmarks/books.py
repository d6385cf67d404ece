"""Books of any size for measuring, made by set-based SQL and kept in a folder between runs.

All customers have a hundred invoices, mixed over the table by date as in life: what one of
them reads must cost the same however many customers there are. The SQL runs on both engines, so
every division leaves no rest.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import side_books
from portal_data import settings, store
from portal_data.auth import passwords
from portal_data.billing import ledger
from portal_data.clock import utc_now
from portal_data.settings import ROOT

FOLDER = Path(os.environ.get("PORTAL_BENCH_DIR", ROOT / "data" / "bench"))
PER_CUSTOMER = 100
MOST_READERS = 2_000
"""Customers that have somebody who can sign in; each has one such contact."""
PASSWORD = "measure twice, cut once"  # noqa: S105 - opens made-up books in a folder of this machine

_FOUND = """
    insert into core.organisation (id, name, slug, email, currency_code, timezone, locale,
        created_at, updated_at)
    values (md5('organisation')::uuid, 'Benchmark Ltd', 'benchmark', 'office@bench.example', 'GBP',
        'Europe/London', 'en_GB', $now, $now)
"""
_CUSTOMERS = """
    insert into core.customers (id, number, display_name, company_name, currency_code, email,
        payment_terms_days, portal_enabled, created_at, updated_at)
    select md5('customer ' || n)::uuid, 'C-' || lpad(n::text, 6, '0'), 'Customer ' || n,
        'Customer ' || n || ' Ltd', 'GBP', 'accounts@c' || n || '.example', 30, true, $now, $now
    from generate_series(0, $customers::bigint - 1) made(n)
"""
_INVOICES = """
    insert into core.invoices (id, customer_id, number, reference, subject, date, due_date,
        payment_terms_label, status, currency_code, subtotal_minor, tax_minor, total_minor,
        balance_minor, billing_address, sent_at, first_viewed_at, created_at, updated_at)
    select md5('invoice ' || n)::uuid, md5('customer ' || owner)::uuid,
        'INV-' || lpad(n::text, 7, '0'), 'PO ' || n * 7919 % 90000, 'Delivery of week ' || n % 52,
        day, day + 30, 'Net 30', 'sent', 'GBP', 5 * fifth, fifth, 6 * fifth,
        case when place % 10 = 9 then 6 * fifth else 0 end,
        'Customer ' || owner || chr(10) || '1 Example Road' || chr(10) || 'Sampleton',
        day + interval '10' hour,
        case when place % 3 > 0 then day + interval '2' day end,
        day + interval '10' hour, day + interval '10' hour
    from (
        select n, n % $customers::bigint as owner,
            ((n - n % $customers::bigint) / $customers::bigint)::bigint as place,
            $today::date - 600 + floor(n * 600 / $invoices::bigint)::integer as day,
            3 * (1000 + n * 2654435761 % 40000) as fifth
        from generate_series(0, $invoices::bigint - 1) made(n)
    ) drawn
    order by n
"""
_LINES = """
    insert into core.invoice_lines (id, customer_id, invoice_id, position, sku, name, description,
        quantity, unit, unit_price, tax_name, tax_percent, tax_minor, total_minor)
    select md5('line ' || part || i.number)::uuid, i.customer_id, i.id, part, 'SKU-' || part,
        'Article ' || part, 'As ordered', 5, 'piece', i.subtotal_minor / 1500.0, 'VAT 20%', 20,
        (i.tax_minor / 3)::bigint, (i.subtotal_minor / 3)::bigint
    from core.invoices i, generate_series(1, 3) parts(part)
"""
_PAYMENTS = """
    insert into core.payments (id, customer_id, number, kind, date, status, currency_code,
        amount_minor, unused_minor, mode, reference, created_at, updated_at)
    select md5('payment ' || number)::uuid, customer_id, 'PAY-' || number, 'invoice', date + 25,
        'succeeded', 'GBP', total_minor, 0, 'Bank transfer', reference, created_at, created_at
    from core.invoices
    where balance_minor = 0
"""
_ALLOCATIONS = """
    insert into core.allocations (id, customer_id, payment_id, invoice_id, date, amount_minor,
        created_at)
    select md5('allocation ' || number)::uuid, customer_id, md5('payment ' || number)::uuid, id,
        date + 25, total_minor, created_at
    from core.invoices
    where balance_minor = 0
"""
_ACTIVITY = """
    insert into core.activity (id, customer_id, happened_at, event, subject_kind, subject_id,
        subject_number, actor_kind, actor_name, amount_minor, currency_code, visible)
    select md5('sent ' || number)::uuid, customer_id, sent_at, 'invoice.sent', 'invoice', id,
        number, 'staff', 'Sam Sender', total_minor, 'GBP', true
    from core.invoices
"""
_LOGINS = """
    insert into core.logins (id, email, password_hash, password_changed_at, created_at)
    select md5('login ' || n)::uuid, 'reader' || n || '@bench.example', $hash, $now, $now
    from generate_series(0, $readers::bigint - 1) made(n)
"""
_CONTACTS = """
    insert into core.contacts (id, customer_id, login_id, first_name, last_name, email, is_primary,
        role, portal_status, created_at, updated_at)
    select md5('contact ' || n)::uuid, md5('customer ' || n)::uuid, md5('login ' || n)::uuid,
        'Robin', 'Reader ' || n, 'reader' || n || '@bench.example', true, 'admin', 'active',
        $now, $now
    from generate_series(0, $readers::bigint - 1) made(n)
"""


@dataclass(frozen=True, slots=True)
class BenchBooks:
    """A store of a known size, at its address."""

    invoices: int
    url: str

    @property
    def path(self) -> Path:
        """The file of an embedded store."""
        return Path(self.url.removeprefix("duckdb:///"))


def made(invoices: int) -> BenchBooks:
    """Return books with that many invoices, made now unless an earlier run left the same ones."""
    path = FOLDER / f"books-{invoices}-{_version()}.duckdb"
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        for old in (unfinished, *FOLDER.glob(f"books-{invoices}[-.]*")):
            old.unlink(missing_ok=True)
        opened = store.open_store(f"duckdb:///{unfinished}")
        try:
            fill(opened, invoices)
            side_books.fill(opened, customers_of(invoices))
        finally:
            opened.close()
        unfinished.rename(path)
    return BenchBooks(invoices, f"duckdb:///{path}")


def customers_of(invoices: int, per_customer: int = PER_CUSTOMER) -> int:
    """Return how many customers so many invoices are spread over."""
    return max(invoices // per_customer, 1)


def fill(opened: store.Store, invoices: int, per_customer: int = PER_CUSTOMER) -> None:
    """Fill an empty store, set by set."""
    now = utc_now()
    customers = customers_of(invoices, per_customer)
    readers = min(customers, MOST_READERS)
    password_hash = passwords.make_hash(PASSWORD, settings.load().bcrypt_cost)
    steps: tuple[tuple[str, dict[str, Any]], ...] = (
        (_FOUND, {"now": now}),
        (_CUSTOMERS, {"customers": customers, "now": now}),
        (_LOGINS, {"hash": password_hash, "readers": readers, "now": now}),
        (_CONTACTS, {"readers": readers, "now": now}),
        (_INVOICES, {"invoices": invoices, "customers": customers, "today": now.date()}),
        (_LINES, {}),
        (_PAYMENTS, {}),
        (_ALLOCATIONS, {}),
        (_ACTIVITY, {}),
    )
    for sql, parameters in steps:  # one transaction a step keeps memory flat
        with opened.system_writing() as session:
            session.change(sql, **parameters)
    with opened.system_writing() as session:
        ledger.post(session, now)


def _version() -> str:
    """Return a word that is another one once the books would be made otherwise."""
    constants = {**globals(), **vars(side_books)}
    of_books = [(name, each) for name, each in constants.items() if name.isupper()]
    texts = repr([pair for pair in of_books if isinstance(pair[1], str | int)])
    return hashlib.sha256(texts.encode()).hexdigest()[:8]
