"""Transactions: what raises or lowers the balance of a customer, a query for each kind."""

# Each kind of transaction is one plain query of its own: a single union of all of them is ten times
# as slow, since what costs is planning it, and the books of one customer are small. A query returns
# the period's transactions and, in one row without a date, the sum of all before.
FLOWS = {
    "invoice": """
        select case when date >= $first then date end as date,
            case when date >= $first then number end as number,
            case when date >= $first then coalesce(subject, reference) end as details,
            sum(total_minor)::bigint as amount
        from invoices
        where currency_code = $currency and status in ('sent', 'written_off') and date <= $last
        group by 1, 2, 3
        order by 1, 2
    """,
    "credit_note": """
        select case when date >= $first then date end as date,
            case when date >= $first then number end as number,
            case when date >= $first then coalesce(subject, reference) end as details,
            -sum(total_minor)::bigint as amount
        from credit_notes
        where currency_code = $currency and status = 'open' and date <= $last
        group by 1, 2, 3
        order by 1, 2
    """,
    "payment": """
        select case when date >= $first then date end as date,
            case when date >= $first then number end as number,
            case when date < $first then null when reference is null then mode
                else mode || ' · ' || reference end as details,
            -sum(amount_minor)::bigint as amount
        from payments
        where currency_code = $currency and status = 'succeeded' and date <= $last
        group by 1, 2, 3
        order by 1, 2
    """,
    "withheld": """
        select case when a.date >= $first then a.date end as date,
            case when a.date >= $first then i.number end as number,
            case when a.date >= $first then p.number end as details,
            -sum(a.withheld_minor)::bigint as amount
        from (
            select invoice_id, payment_id, date, withheld_minor from allocations
            where withheld_minor <> 0
        ) a
        join invoices i on i.id = a.invoice_id
        join payments p on p.id = a.payment_id
        where i.currency_code = $currency and a.date <= $last
        group by 1, 2, 3
        having sum(a.withheld_minor) <> 0
        order by 1, 2
    """,
    "early_discount": """
        select case when a.date >= $first then a.date end as date,
            case when a.date >= $first then i.number end as number,
            case when a.date >= $first then p.number end as details,
            -sum(a.early_discount_minor)::bigint as amount
        from (
            select invoice_id, payment_id, date, early_discount_minor from allocations
            where early_discount_minor <> 0
        ) a
        join invoices i on i.id = a.invoice_id
        join payments p on p.id = a.payment_id
        where i.currency_code = $currency and a.date <= $last
        group by 1, 2, 3
        having sum(a.early_discount_minor) <> 0
        order by 1, 2
    """,
    "refund": """
        select case when r.date >= $first then r.date end as date,
            case when r.date >= $first then coalesce(n.number, p.number) end as number,
            case when r.date >= $first then r.reference end as details,
            sum(r.amount_minor)::bigint as amount,
            case when r.date >= $first then r.id end as id,
            case when r.date < $first then null when n.number is null then 'payment'
                else 'credit_note' end as about
        from refunds r
        left join credit_notes n on n.id = r.credit_note_id
        left join payments p on p.id = r.payment_id
        where r.currency_code = $currency and r.status = 'succeeded' and r.date <= $last
        group by 1, 2, 3, 5, 6
        order by 1, 2, 5
    """,
    "write_off": """
        select case when written_off_on >= $first then written_off_on end as date,
            case when written_off_on >= $first then number end as number,
            case when written_off_on >= $first then subject end as details,
            -sum(written_off_minor)::bigint as amount
        from invoices
        where currency_code = $currency and status in ('sent', 'written_off')
            and written_off_minor > 0 and written_off_on <= $last
        group by 1, 2, 3
        order by 1, 2
    """,
}
KINDS = tuple(FLOWS)
"""Every kind of transaction."""
PLACES = {kind: place for place, kind in enumerate(FLOWS)}
"""The order of transactions of one day."""

ABOUT = dict.fromkeys(("withheld", "early_discount", "write_off"), "invoice")
"""What settled an invoice in part bears the invoice's number."""
