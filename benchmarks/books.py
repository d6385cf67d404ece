"""Books of any size for measuring, made by set-based SQL and kept in a folder between runs.

All customers have a hundred invoices, mixed over the table by date as in life: what one of
them reads must cost the same however many customers there are.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal_data import store
from portal_data.auth import passwords, sessions
from portal_data.auth.sessions import Browser
from portal_data.billing import ledger
from portal_data.clock import utc_now
from portal_data.settings import ROOT

FOLDER = Path(os.environ.get("PORTAL_BENCH_DIR", ROOT / "data" / "bench"))
PER_CUSTOMER = 100
EMAIL = "reader@bench.example"
PASSWORD = "measure twice, cut once"  # noqa: S105 - opens made-up books in a folder of this machine

_FOUND = """
    insert into core.organisation (id, name, slug, email, currency_code, timezone, locale,
        created_at, updated_at)
    values (uuid(), 'Benchmark Ltd', 'benchmark', 'office@bench.example', 'GBP', 'Europe/London',
        'en_GB', $now, $now)
"""
_CUSTOMERS = """
    insert into core.customers (id, number, display_name, company_name, currency_code, email,
        payment_terms_days, portal_enabled, created_at, updated_at)
    select md5('customer ' || n)::uuid, 'C-' || lpad(n::text, 6, '0'), 'Customer ' || n,
        'Customer ' || n || ' Ltd', 'GBP', 'accounts@c' || n || '.example', 30, true, $now, $now
    from range(0, $customers::bigint) made(n)
"""
_INVOICES = """
    insert into core.invoices (id, customer_id, number, reference, subject, date, due_date,
        payment_terms_label, status, currency_code, subtotal_minor, tax_minor, total_minor,
        balance_minor, billing_address, sent_at, first_viewed_at, created_at, updated_at)
    select md5('invoice ' || n)::uuid, md5('customer ' || n % $customers)::uuid,
        'INV-' || lpad(n::text, 7, '0'), 'PO ' || hash(n) % 90000, 'Delivery of week ' || n % 52,
        day, day + 30, 'Net 30', 'sent', 'GBP', net, net // 5, net + net // 5,
        case when n // $customers % 10 = 9 then net + net // 5 else 0 end,
        'Customer ' || n % $customers || chr(10) || '1 Example Road' || chr(10) || 'Sampleton',
        day + interval '10' hour,
        case when n // $customers % 3 > 0 then day + interval '2' day end,
        day + interval '10' hour, day + interval '10' hour
    from (
        select n, $today::date - 600 + (n * 600 // $invoices)::integer as day,
            3 * 5 * (1000 + (hash(n) % 40000)::bigint) as net
        from range(0, $invoices::bigint) made(n)
    ) drawn
    order by n
"""
_LINES = """
    insert into core.invoice_lines (id, customer_id, invoice_id, position, sku, name, description,
        quantity, unit, unit_price, tax_name, tax_percent, tax_minor, total_minor)
    select md5('line ' || part || i.number)::uuid, i.customer_id, i.id, part, 'SKU-' || part,
        'Article ' || part, 'As ordered', 5, 'piece', i.subtotal_minor / 1500.0, 'VAT 20%', 20,
        i.tax_minor // 3, i.subtotal_minor // 3
    from core.invoices i, range(1, 4) parts(part)
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
_LOGIN = """
    insert into core.logins (id, email, password_hash, password_changed_at, created_at)
    values (md5('login')::uuid, $email, $hash, $now, $now)
"""
_CONTACT = """
    insert into core.contacts (id, customer_id, login_id, first_name, last_name, email, is_primary,
        role, portal_status, created_at, updated_at)
    values (md5('contact')::uuid, md5('customer 0')::uuid, md5('login')::uuid, 'Robin', 'Reader',
        $email, true, 'admin', 'active', $now, $now)
"""
_READER = """
    select c.id, c.login_id from core.contacts c where c.email = $email order by c.id
"""


@dataclass(frozen=True, slots=True)
class BenchBooks:
    """A store of a known size on this disk."""

    invoices: int
    path: Path

    @property
    def url(self) -> str:
        """The store's address."""
        return f"duckdb:///{self.path}"


def made(invoices: int) -> BenchBooks:
    """Return books with that many invoices, made now unless an earlier run left them."""
    books = BenchBooks(invoices, FOLDER / f"books-{invoices}.duckdb")
    if not books.path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        unfinished = books.path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        opened = store.open_store(f"duckdb:///{unfinished}")
        try:
            fill(opened, invoices)
        finally:
            opened.close()
        unfinished.rename(books.path)
    return books


def fill(opened: store.Store, invoices: int, per_customer: int = PER_CUSTOMER) -> None:
    """Fill an empty store, set by set."""
    now = utc_now()
    customers = max(invoices // per_customer, 1)
    steps: tuple[tuple[str, dict[str, Any]], ...] = (
        (_FOUND, {"now": now}),
        (_CUSTOMERS, {"customers": customers, "now": now}),
        (_LOGIN, {"email": EMAIL, "hash": passwords.make_hash(PASSWORD, 4), "now": now}),
        (_CONTACT, {"email": EMAIL, "now": now}),
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


def cookie(opened: store.Store) -> str:
    """Sign the reader in and return the token that its browser would hold."""
    now = utc_now()
    with opened.system_writing() as session:
        reader = session.one(_READER, email=EMAIL) or {}
        sign_in = sessions.start(
            session, reader["login_id"], contact_id=reader["id"], browser=Browser(), now=now
        )
        token = sessions.redeem(session, sessions.issue_ticket(session, sign_in, now), now)
    if token is None:
        raise RuntimeError("The reader's ticket was refused.")
    return token
