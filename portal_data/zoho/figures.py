"""The queries behind the control totals: every figure by customer and currency."""

CUSTOMERS = """
    select c.id, c.number, c.display_name, c.currency_code, c.opening_balance_minor, r.external_id
    from core.customers c
    left join core.import_refs r on r.row_id = c.id and r.kind = 'customer'
    order by c.number, c.display_name, c.id
"""
INVOICES = """
    select customer_id, currency_code, word, count(*)::bigint as count,
        sum(total_minor)::bigint as total, sum(balance_minor)::bigint as balance
    from (
        select customer_id, currency_code, total_minor, balance_minor,
            case
                when status = 'draft' then 'Draft'
                when status = 'void' then 'Void'
                when status = 'written_off' then 'Written Off'
                when balance_minor = 0 then 'Closed'
                when due_date < cast($today as date) then 'Overdue'
                when balance_minor < total_minor then 'Partially Paid'
                else 'Open'
            end as word
        from core.invoices
    ) invoices
    group by customer_id, currency_code, word
    order by customer_id, currency_code, word
"""
AGING = """
    select customer_id, currency_code, bucket, sum(balance_minor)::bigint as balance
    from (
        select customer_id, currency_code, balance_minor,
            case
                when cast($today as date) - due_date <= 0 then 'not_due'
                when cast($today as date) - due_date <= 30 then '1_30'
                when cast($today as date) - due_date <= 60 then '31_60'
                when cast($today as date) - due_date <= 90 then '61_90'
                else 'over_90'
            end as bucket
        from core.invoices
        where status in ('sent', 'written_off')
    ) invoices
    group by customer_id, currency_code, bucket
    order by customer_id, currency_code, bucket
"""
PAYMENTS = """
    select p.customer_id, p.currency_code, count(*)::bigint as count,
        sum(p.amount_minor)::bigint as total, sum(p.unused_minor)::bigint as unused,
        sum(case when p.unused_minor > 0 then 1 else 0 end)::bigint as with_unused,
        sum(coalesce(a.applications, 0))::bigint as applications,
        sum(case when a.invoices > 1 then 1 else 0 end)::bigint as on_several
    from core.payments p
    left join (
        select payment_id, count(*)::bigint as applications,
            count(distinct invoice_id)::bigint as invoices
        from core.allocations
        where invoice_id is not null
        group by payment_id
    ) a on a.payment_id = p.id
    where p.status = 'succeeded'
    group by p.customer_id, p.currency_code
    order by p.customer_id, p.currency_code
"""
CREDIT_NOTES = """
    select customer_id, currency_code, word, count(*)::bigint as count,
        sum(total_minor)::bigint as total, sum(balance_minor)::bigint as balance
    from (
        select customer_id, currency_code, total_minor, balance_minor,
            case
                when status = 'draft' then 'Draft'
                when status = 'void' then 'Void'
                when balance_minor = 0 then 'Closed'
                else 'Open'
            end as word
        from core.credit_notes
    ) credit_notes
    group by customer_id, currency_code, word
    order by customer_id, currency_code, word
"""
CREDITS_APPLIED = """
    select a.customer_id, n.currency_code, count(*)::bigint as count,
        sum(a.amount_minor)::bigint as total
    from core.credit_applications a
    join core.credit_notes n on n.id = a.credit_note_id
    group by a.customer_id, n.currency_code
    order by a.customer_id, n.currency_code
"""
REFUNDS = """
    select customer_id, currency_code, count(*)::bigint as count, sum(amount_minor)::bigint as total
    from core.refunds
    where status = 'succeeded'
    group by customer_id, currency_code
    order by customer_id, currency_code
"""
RETAINERS = """
    select customer_id, currency_code, sum(unused_minor)::bigint as unused
    from core.retainer_invoices
    where status = 'sent'
    group by customer_id, currency_code
    order by customer_id, currency_code
"""
QUOTES = """
    select customer_id, currency_code, status, source_status,
        expiry_date < cast($today as date) as late, count(*)::bigint as count,
        sum(total_minor)::bigint as total
    from core.estimates
    group by customer_id, currency_code, status, source_status,
        expiry_date < cast($today as date)
    order by customer_id, currency_code, status
"""
TIME = """
    select customer_id, count(*)::bigint as time_entries, sum(minutes)::bigint as minutes,
        sum(case when billable then minutes else 0 end)::bigint as minutes_billable,
        sum(case when billable and not billed then minutes else 0 end)::bigint
            as minutes_unbilled_billable
    from core.time_entries
    group by customer_id
    order by customer_id
"""
COUNTS = {
    "contact_persons": """
        select customer_id, count(*)::bigint as count from core.contacts
        group by customer_id order by customer_id
    """,
    "invoice_lines": """
        select customer_id, count(*)::bigint as count from core.invoice_lines
        group by customer_id order by customer_id
    """,
    "credit_note_lines": """
        select customer_id, count(*)::bigint as count from core.credit_note_lines
        group by customer_id order by customer_id
    """,
    "quote_lines": """
        select customer_id, count(*)::bigint as count from core.estimate_lines
        group by customer_id order by customer_id
    """,
    "projects": """
        select customer_id, count(*)::bigint as count from core.projects
        group by customer_id order by customer_id
    """,
    "tasks": """
        select customer_id, count(*)::bigint as count from core.tasks
        group by customer_id order by customer_id
    """,
}
ITEMS = "select count(*)::bigint from core.items"
