"""One customer with as many rows in every list: the books that files are measured with."""

import hashlib
from pathlib import Path
from uuid import UUID

from benchmarks import books
from portal_data import store
from portal_data.billing import ledger
from portal_data.clock import utc_now

PROJECT, TIMESHEET = (UUID(hashlib.md5(name, usedforsecurity=False).hexdigest())
                      for name in (b"project 0", b"timesheet 0"))  # fmt: skip
"""The project that has as many entries, and the timesheet with all of them."""

_ESTIMATES = """
    insert into core.estimates (id, customer_id, number, reference, subject, date, expiry_date,
        status, currency_code, subtotal_minor, tax_minor, total_minor, created_at, updated_at)
    select md5('estimate ' || number)::uuid, customer_id, 'EST-' || number, reference, subject,
        date, date + 30, case hash(number) % 3 when 0 then 'sent' when 1 then 'accepted'
            else 'declined' end,
        currency_code, subtotal_minor, tax_minor, total_minor, created_at, updated_at
    from core.invoices
"""
_CREDIT_NOTES = """
    insert into core.credit_notes (id, customer_id, number, reference, subject, date, status,
        currency_code, subtotal_minor, tax_minor, total_minor, balance_minor, created_at,
        updated_at)
    select md5('credit ' || number)::uuid, customer_id, 'CN-' || number, reference, subject, date,
        'open', currency_code, subtotal_minor, tax_minor, total_minor,
        case when hash(number) % 2 = 0 then total_minor else 0 end, created_at, updated_at
    from core.invoices
"""
_RETAINERS = """
    insert into core.retainer_invoices (id, customer_id, number, reference, date, due_date, status,
        currency_code, total_minor, balance_minor, unused_minor, created_at, updated_at)
    select md5('retainer ' || number)::uuid, customer_id, 'RET-' || number, reference, date,
        date + 30, 'sent', currency_code, total_minor,
        case when hash(number) % 2 = 0 then total_minor else 0 end,
        case when hash(number) % 2 = 0 then 0 else total_minor end, created_at, updated_at
    from core.invoices
"""
_RETAINER_LINES = """
    insert into core.retainer_invoice_lines (id, customer_id, retainer_invoice_id, position,
        description, total_minor)
    select md5('line ' || number)::uuid, customer_id, id, 1, 'Retainer for ' || number, total_minor
    from core.retainer_invoices
"""
_PROJECTS = """
    insert into core.projects (id, customer_id, name, code, billing_method, status, currency_code,
        rate, budget_kind, budget_minutes, created_at, updated_at)
    select md5('project ' || n)::uuid, md5('customer 0')::uuid, 'Project ' || n, 'P-' || n,
        'project_hours', 'active', 'GBP', 60, case when n % 10 = 0 then 'hours' end,
        case when n % 10 = 0 then 6000 end, $now, $now
    from range(0, $rows::bigint) made(n)
"""
_TASK = """
    insert into core.tasks (id, customer_id, project_id, name, status)
    values (md5('task')::uuid, md5('customer 0')::uuid, md5('project 0')::uuid, 'Digging', 'active')
"""
_PERSON = """
    insert into core.people (id, name) values (md5('person')::uuid, 'Petra Worker')
"""
# all of the first project's, and one of each other's
_ENTRIES = """
    insert into core.time_entries (id, customer_id, project_id, person_id, task_id, date, minutes,
        billable, billed, begins, ends, notes, created_at, updated_at)
    select md5('entry ' || part || ' ' || n)::uuid, md5('customer 0')::uuid,
        md5('project ' || case part when 0 then 0 else n end)::uuid, md5('person')::uuid,
        case part when 0 then md5('task')::uuid end, $today::date - (n % 900)::integer,
        1 + n % 480, n % 7 > 0, n % 7 > 3, '09:00', '17:00', 'Beds and borders, week ' || n % 52,
        $now, $now
    from range(0, $rows::bigint) made(n), range(0, 2) parts(part)
    where part = 0 or n > 0
"""
_TIMESHEETS = """
    insert into core.approvals (id, customer_id, name, project_id, total_minutes, status,
        submitted_at, created_at, updated_at)
    select md5('timesheet ' || n)::uuid, md5('customer 0')::uuid, 'Week ' || n,
        md5('project ' || n)::uuid, 60 * (n % 40), 'submitted',
        $now - to_minutes(n * 7 % 800000), $now, $now
    from range(0, $rows::bigint) made(n)
"""
_DECISIONS = """
    insert into core.approval_entries (approval_id, time_entry_id, customer_id, decision)
    select md5('timesheet 0')::uuid, id, customer_id,
        case hash(id) % 3 when 0 then 'approved' when 1 then 'queried' end
    from core.time_entries
    where project_id = md5('project 0')::uuid
"""
_SHOWN = """
    insert into core.preferences (key, value, updated_at)
    values ('projects_and_timesheets', 'true', $now)
"""


def make(path: Path, rows: int) -> Path:
    """Write a new store with that many rows in each list of its only customer, and return it."""
    now = utc_now()
    opened = store.open_store(f"duckdb:///{path}")
    try:
        books.fill(opened, rows, per_customer=rows)
        for sql in (
            _ESTIMATES, _CREDIT_NOTES, _RETAINERS, _RETAINER_LINES, _PROJECTS, _TASK, _PERSON,
            _ENTRIES, _TIMESHEETS, _DECISIONS, _SHOWN,
        ):  # fmt: skip
            given = {"rows": rows, "now": now, "today": now.date()}
            with opened.system_writing() as session:
                session.change(sql, **{name: given[name] for name in given if f"${name}" in sql})
        with opened.system_writing() as session:
            ledger.post(session, now)
    finally:
        opened.close()
    return path
