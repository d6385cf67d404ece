"""The queries behind the control totals: every figure by customer and currency.

All are of the end of the day `$last`: later documents are left out, and what settled earlier ones
after it is given back. What is overdue then, `$today` decides. Void documents are void on any day,
since nothing says when they became so.
"""

CUSTOMERS = """
    select c.id, c.number, c.display_name, c.currency_code, c.opening_balance_minor, r.external_id
    from core.customers c
    left join core.import_refs r on r.customer_id = c.id and r.row_id = c.id
        and r.kind = 'customer'
    order by c.number, c.display_name, c.id
"""
INVOICES = """
    select customer_id, currency_code, word, bucket, count(*)::bigint as count,
        sum(total_minor)::bigint as total, sum(balance_minor)::bigint as balance
    from (
        select customer_id, currency_code, total_minor, balance_minor,
            case
                when status = 'draft' then 'Draft'
                when status = 'void' then 'Void'
                when status = 'written_off' then 'Written Off'
                when balance_minor = 0 then 'Closed'
                when days_late > 0 then 'Overdue'
                when balance_minor < total_minor then 'Partially Paid'
                else 'Open'
            end as word,
            case
                when days_late <= 0 then 'not_due'
                when days_late <= 30 then '1_30'
                when days_late <= 60 then '31_60'
                when days_late <= 90 then '61_90'
                else 'over_90'
            end as bucket
        from (
            select i.customer_id, i.currency_code, i.total_minor,
                cast($today as date) - i.due_date as days_late,
                case
                    when i.status = 'written_off' and i.written_off_on > $last then 'sent'
                    else i.status
                end as status,
                i.balance_minor + coalesce(l.amount, 0)
                    + case when i.written_off_on > $last then i.written_off_minor else 0 end
                    as balance_minor
            from core.invoices i
            left join (
                select customer_id, invoice_id, sum(amount)::bigint as amount
                from (
                    select customer_id, invoice_id,
                        amount_minor + withheld_minor + early_discount_minor as amount
                    from core.allocations where invoice_id is not null and date > $last
                    union all
                    select customer_id, invoice_id, amount_minor from core.credit_applications
                    where date > $last
                    union all
                    select customer_id, invoice_id, amount_minor from core.retainer_applications
                    where date > $last
                ) settled
                group by customer_id, invoice_id
            ) l on l.customer_id = i.customer_id and l.invoice_id = i.id
            where i.date <= $last
        ) invoices
    ) sorted
    group by customer_id, currency_code, word, bucket
    order by customer_id, currency_code, word, bucket
"""
PAYMENTS = """
    select customer_id, currency_code, count(*)::bigint as count,
        sum(amount_minor)::bigint as total, sum(unused)::bigint as unused,
        sum(case when unused > 0 then 1 else 0 end)::bigint as with_unused,
        sum(applications)::bigint as applications,
        sum(case when invoices > 1 then 1 else 0 end)::bigint as on_several
    from (
        select p.customer_id, p.currency_code, p.amount_minor,
            p.unused_minor + coalesce(l.amount, 0) + coalesce(r.amount, 0) as unused,
            coalesce(a.applications, 0) as applications, coalesce(a.invoices, 0) as invoices
        from core.payments p
        left join (
            select customer_id, payment_id, count(*)::bigint as applications,
                count(distinct invoice_id)::bigint as invoices
            from core.allocations
            where invoice_id is not null and date <= $last
            group by customer_id, payment_id
        ) a on a.customer_id = p.customer_id and a.payment_id = p.id
        left join (
            select customer_id, payment_id, sum(amount_minor)::bigint as amount
            from core.allocations
            where date > $last
            group by customer_id, payment_id
        ) l on l.customer_id = p.customer_id and l.payment_id = p.id
        left join (
            select customer_id, payment_id, sum(amount_minor)::bigint as amount
            from core.refunds
            where payment_id is not null and status = 'succeeded' and date > $last
            group by customer_id, payment_id
        ) r on r.customer_id = p.customer_id and r.payment_id = p.id
        where p.status = 'succeeded' and p.date <= $last
    ) payments
    group by customer_id, currency_code
    order by customer_id, currency_code
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
        from (
            select n.customer_id, n.currency_code, n.total_minor, n.status,
                n.balance_minor + coalesce(l.amount, 0) as balance_minor
            from core.credit_notes n
            left join (
                select customer_id, credit_note_id, sum(amount)::bigint as amount
                from (
                    select customer_id, credit_note_id, amount_minor as amount
                    from core.credit_applications where date > $last
                    union all
                    select customer_id, credit_note_id, amount_minor from core.refunds
                    where credit_note_id is not null and status = 'succeeded' and date > $last
                ) used
                group by customer_id, credit_note_id
            ) l on l.customer_id = n.customer_id and l.credit_note_id = n.id
            where n.date <= $last
        ) credit_notes
    ) sorted
    group by customer_id, currency_code, word
    order by customer_id, currency_code, word
"""
CREDITS_APPLIED = """
    select a.customer_id, n.currency_code, count(*)::bigint as count,
        sum(a.amount_minor)::bigint as total
    from core.credit_applications a
    join core.credit_notes n on n.customer_id = a.customer_id and n.id = a.credit_note_id
    where a.date <= $last
    group by a.customer_id, n.currency_code
    order by a.customer_id, n.currency_code
"""
REFUNDS = """
    select customer_id, currency_code, count(*)::bigint as count, sum(amount_minor)::bigint as total
    from core.refunds
    where status = 'succeeded' and date <= $last
    group by customer_id, currency_code
    order by customer_id, currency_code
"""
CLOSING = """
    select customer_id, currency_code, sum(amount)::bigint as amount
    from (
        select id as customer_id, currency_code, opening_balance_minor as amount
        from core.customers
        union all
        select customer_id, currency_code, total_minor from core.invoices
        where status in ('sent', 'written_off') and date <= $last
        union all
        select customer_id, currency_code, -written_off_minor from core.invoices
        where status in ('sent', 'written_off') and written_off_on <= $last
        union all
        select customer_id, currency_code, -total_minor from core.credit_notes
        where status = 'open' and date <= $last
        union all
        select customer_id, currency_code, -amount_minor from core.payments
        where status = 'succeeded' and date <= $last
        union all
        select i.customer_id, i.currency_code, -a.withheld_minor - a.early_discount_minor
        from core.allocations a
        join core.invoices i on i.customer_id = a.customer_id and i.id = a.invoice_id
        where a.date <= $last
        union all
        select customer_id, currency_code, amount_minor from core.refunds
        where status = 'succeeded' and date <= $last
    ) flows
    group by customer_id, currency_code
    order by customer_id, currency_code
"""
QUOTES = """
    select customer_id, currency_code, status, source_status, late, count(*)::bigint as count,
        sum(total_minor)::bigint as total
    from (
        select customer_id, currency_code, source_status, total_minor,
            expiry_date < $today as late,
            case
                when cast(accepted_at as date) > $last or cast(declined_at as date) > $last
                then 'sent'
                else status
            end as status
        from core.estimates
        where date <= $last
    ) estimates
    group by customer_id, currency_code, status, source_status, late
    order by customer_id, currency_code, status
"""
TIME = """
    select customer_id, count(*)::bigint as time_entries, sum(minutes)::bigint as minutes,
        sum(case when billable then minutes else 0 end)::bigint as minutes_billable,
        sum(case when billable and not billed then minutes else 0 end)::bigint
            as minutes_unbilled_billable
    from core.time_entries
    where date <= $last
    group by customer_id
    order by customer_id
"""
COUNTS = {  # what has no day is counted as it is now
    "contact_persons": """
        select customer_id, count(*)::bigint as count from core.contacts
        group by customer_id order by customer_id
    """,
    "invoice_lines": """
        select l.customer_id, count(*)::bigint as count from core.invoice_lines l
        join core.invoices d on d.customer_id = l.customer_id and d.id = l.invoice_id
        where d.date <= $last
        group by l.customer_id order by l.customer_id
    """,
    "credit_note_lines": """
        select l.customer_id, count(*)::bigint as count from core.credit_note_lines l
        join core.credit_notes d on d.customer_id = l.customer_id and d.id = l.credit_note_id
        where d.date <= $last
        group by l.customer_id order by l.customer_id
    """,
    "quote_lines": """
        select l.customer_id, count(*)::bigint as count from core.estimate_lines l
        join core.estimates d on d.customer_id = l.customer_id and d.id = l.estimate_id
        where d.date <= $last
        group by l.customer_id order by l.customer_id
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
