"""What customers of the measured books have besides invoices: estimates, a project with its time
log, a timesheet that waits for an answer. So every screen has something to show."""

from portal_data import store
from portal_data.clock import utc_now

ESTIMATES = 10
ENTRIES = 20
"""Estimates and time entries of each customer."""

_ESTIMATES = """
    insert into core.estimates (id, customer_id, number, reference, subject, date, expiry_date,
        status, currency_code, subtotal_minor, tax_minor, total_minor, sent_at, first_viewed_at,
        created_at, updated_at)
    select md5('estimate ' || n)::uuid, md5('customer ' || n % $customers::bigint)::uuid,
        'EST-' || lpad(n::text, 7, '0'), 'PO ' || n, 'Beds and borders', $today::date - 10,
        $today::date + 20, case when n % 3 = 0 then 'accepted' else 'sent' end, 'GBP', 50000,
        10000, 60000, $now, $now, $now, $now
    from generate_series(0, $customers::bigint * $many::bigint - 1) made(n)
"""
_ESTIMATE_LINES = """
    insert into core.estimate_lines (id, customer_id, estimate_id, position, name, quantity, unit,
        unit_price, tax_name, tax_percent, tax_minor, total_minor)
    select md5('line of ' || number)::uuid, customer_id, id, 1, 'Digging', 10, 'hour', 50,
        'VAT 20%', 20, tax_minor, subtotal_minor
    from core.estimates
"""
_PERSON = """
    insert into core.people (id, name) values (md5('person')::uuid, 'Petra Worker')
"""
_PROJECTS = """
    insert into core.projects (id, customer_id, name, code, billing_method, status, currency_code,
        rate, budget_kind, budget_minutes, approvals_enabled, created_at, updated_at)
    select md5('project ' || n)::uuid, md5('customer ' || n)::uuid, 'Garden ' || n, 'P-' || n,
        'project_hours', 'active', 'GBP', 60, 'hours', 6000, true, $now, $now
    from generate_series(0, $customers::bigint - 1) made(n)
"""
_TASKS = """
    insert into core.tasks (id, customer_id, project_id, name, status)
    select md5('task of ' || code)::uuid, customer_id, id, 'Digging', 'active'
    from core.projects
"""
_ENTRIES = """
    insert into core.time_entries (id, customer_id, project_id, person_id, task_id, date, minutes,
        billable, begins, ends, notes, created_at, updated_at)
    select md5('entry ' || part || ' of ' || code)::uuid, customer_id, id, md5('person')::uuid,
        md5('task of ' || code)::uuid, $today::date - (part % 90)::integer, 60 + part * 10 % 240,
        part % 5 > 0, '09:00', '17:00', 'Week ' || part % 52, $now, $now
    from core.projects, generate_series(0, $many::bigint - 1) parts(part)
"""
_TIMESHEETS = """
    insert into core.approvals (id, customer_id, name, project_id, total_minutes, status,
        submitted_at, created_at, updated_at)
    select md5('timesheet of ' || p.code)::uuid, p.customer_id, 'Time of ' || p.name, p.id,
        sum(t.minutes)::bigint, 'submitted', $now, $now, $now
    from core.projects p
    join core.time_entries t on t.customer_id = p.customer_id and t.project_id = p.id
    group by p.id, p.customer_id, p.code, p.name
"""
_TO_ANSWER = """
    insert into core.approval_entries (approval_id, time_entry_id, customer_id)
    select a.id, t.id, t.customer_id
    from core.approvals a
    join core.time_entries t on t.customer_id = a.customer_id and t.project_id = a.project_id
"""
_SHOWN = """
    insert into core.preferences (key, value, updated_at)
    values ('projects_and_timesheets', 'true', $now)
"""


def fill(opened: store.Store, customers: int) -> None:
    """Give every customer of the books its share, set by set."""
    now = utc_now()
    moment = {"now": now, "today": now.date()}
    steps = (
        (_ESTIMATES, {**moment, "customers": customers, "many": ESTIMATES}),
        (_ESTIMATE_LINES, {}),
        (_PERSON, {}),
        (_PROJECTS, {"now": now, "customers": customers}),
        (_TASKS, {}),
        (_ENTRIES, {**moment, "many": ENTRIES}),
        (_TIMESHEETS, {"now": now}),
        (_TO_ANSWER, {}),
        (_SHOWN, {"now": now}),
    )
    for sql, parameters in steps:
        with opened.system_writing() as session:
            session.change(sql, **parameters)
