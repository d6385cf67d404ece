"""The portal's lists as plain SQL over the same books: what DuckDB and pandas write into files.

The rows, columns and words are those of the portal's files; nothing is made inert, no totals are
added, and pandas has binary floats for amounts.
"""

from benchmarks.export_books import PROJECT, TIMESHEET

_OPEN = """case when balance_minor = 0 then 'Paid' when due_date < current_date then 'Overdue'
        when balance_minor < total_minor then 'Partially paid' else 'Unpaid' end as "Status",
    case when balance_minor > 0 then greatest(current_date - due_date, 0) else 0 end
        as "Days overdue",
    currency_code as "Currency", (total_minor / 100)::decimal(18, 2) as "Amount",
    (balance_minor / 100)::decimal(18, 2) as "Balance" """
_WORKED = 'minutes as "Minutes", (minutes / 60)::decimal(18, 2) as "Hours"'

QUERIES = {
    "invoices": f"""
        select number as "Invoice", subject as "Subject", reference as "Reference", date as "Date",
            due_date as "Due date", {_OPEN}
        from core.invoices order by date desc, number desc
    """,
    "estimates": """
        select number as "Estimate", subject as "Subject", reference as "Reference",
            date as "Date", expiry_date as "Valid until",
            case when status <> 'sent' then status when expiry_date < current_date then 'expired'
                else 'open' end as "Status",
            currency_code as "Currency", (total_minor / 100)::decimal(18, 2) as "Amount"
        from core.estimates order by date desc, number desc
    """,
    "payments": """
        select p.number as "Receipt", p.date as "Date", kind as "Made for", mode as "Mode",
            reference as "Reference", a.numbers as "Applied to", currency_code as "Currency",
            (amount_minor / 100)::decimal(18, 2) as "Amount",
            (unused_minor / 100)::decimal(18, 2) as "Unused"
        from core.payments p
        left join (
            select l.payment_id, string_agg(i.number, ', ' order by i.number) as numbers
            from core.allocations l
            join core.invoices i on i.id = l.invoice_id
            group by l.payment_id
        ) a on a.payment_id = p.id
        order by p.date desc, p.number desc
    """,
    "credit_notes": """
        select number as "Credit note", subject as "Subject", reference as "Reference",
            date as "Date", case when balance_minor = 0 then 'Closed' else 'Open' end as "Status",
            currency_code as "Currency", (total_minor / 100)::decimal(18, 2) as "Amount",
            (balance_minor / 100)::decimal(18, 2) as "Balance"
        from core.credit_notes order by date desc, number desc
    """,
    "retainers": f"""
        select number as "Retainer", l.description as "Purpose", reference as "Reference",
            date as "Date", due_date as "Due date",
            {_OPEN.replace("total_minor", "r.total_minor")},
            (unused_minor / 100)::decimal(18, 2) as "Available"
        from core.retainer_invoices r
        join core.retainer_invoice_lines l on l.retainer_invoice_id = r.id and l.position = 1
        order by date desc, number desc
    """,
    "projects": f"""
        with worked as (
            select project_id, sum(minutes)::bigint as minutes,
                coalesce(sum(minutes) filter (where billed), 0)::bigint as billed,
                max(date) as latest
            from core.time_entries group by project_id
        )
        select name as "Project", code as "Code", status as "Status",
            billing_method as "Billing method", {_WORKED}, billed as "Billed minutes",
            (billed / 60)::decimal(18, 2) as "Billed hours",
            (budget_minutes / 60)::decimal(18, 2) as "Budget hours", currency_code as "Currency",
            (budget_minor / 100)::decimal(18, 2) as "Budget amount",
            minutes * 100 // budget_minutes as "Budget used percent", latest as "Latest work"
        from core.projects left join worked on project_id = id
        order by latest desc, lower(name)
    """,
    "project": f"""
        select e.date as "Date", t.name as "Task", p.name as "Person", begins as "Begins",
            ends as "Ends", {_WORKED}, e.notes as "Note",
            case when not e.billable then 'Non-billable' when billed then 'Billed'
                else 'Unbilled' end as "Status", i.number as "Invoice"
        from core.time_entries e
        join core.people p on p.id = e.person_id
        left join core.tasks t on t.id = e.task_id
        left join core.invoices i on i.id = e.invoice_id
        where e.project_id = '{PROJECT}'
        order by e.date desc, e.id desc
    """,
    "timesheets": """
        select a.name as "Timesheet", p.name as "Project", submitted_at::date as "Received",
            case a.status when 'submitted' then 'Pending' else a.status end as "Status",
            total_minutes as "Minutes", (total_minutes / 60)::decimal(18, 2) as "Hours"
        from core.approvals a
        left join core.projects p on p.id = a.project_id
        order by submitted_at desc, a.id desc
    """,
    "timesheet": f"""
        select e.date as "Date", t.name as "Task", p.name as "Person", {_WORKED}, e.notes as "Note",
            coalesce(decision, 'undecided') as "Answer", reason as "Reason"
        from core.approval_entries a
        join core.time_entries e on e.id = a.time_entry_id
        join core.people p on p.id = e.person_id
        left join core.tasks t on t.id = e.task_id
        where a.approval_id = '{TIMESHEET}'
        order by e.date, e.id
    """,
    "statement": """
        select date as "Date", kind as "Transaction", number as "Number", details as "Details",
            'GBP' as "Currency",
            (case when amount > 0 then amount end / 100)::decimal(18, 2) as "Amount",
            (case when amount < 0 then -amount end / 100)::decimal(18, 2) as "Payment or credit",
            (sum(amount) over (order by date, place, number) / 100)::decimal(18, 2) as "Balance"
        from (
            select 0 as place, 'Invoice' as kind, date, number, subject as details,
                total_minor as amount
            from core.invoices
            union all
            select 1, 'Credit note', date, number, subject, -total_minor from core.credit_notes
            union all
            select 2, 'Payment received', date, number, mode || ' · ' || reference, -amount_minor
            from core.payments
        ) flows
        order by date, place, number
    """,
}
"""A query by the address of each list."""
