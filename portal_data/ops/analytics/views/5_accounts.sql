-- What is owed: now, on any day, and transaction by transaction.

create macro aging_as_of(as_of) as table
    with settled_later as (
        select invoice_id, sum(minor)::bigint as minor
        from (
            select invoice_id, amount_minor + withheld_minor + early_discount_minor as minor
            from stored.allocations
            where invoice_id is not null and date > as_of
            union all
            select invoice_id, amount_minor as minor
            from stored.credit_applications
            where date > as_of
            union all
            select invoice_id, amount_minor as minor
            from stored.retainer_applications
            where date > as_of
            union all
            select id as invoice_id, written_off_minor as minor
            from stored.invoices
            where written_off_minor > 0 and written_off_on > as_of
        ) settlements
        group by invoice_id
    ), open_then as (
        select i.customer_id, i.id, i.number, i.date, i.due_date, i.currency_code,
            i.balance_minor + coalesce(l.minor, 0) as minor,
            greatest(cast(as_of as date) - i.due_date, 0) as days_late
        from stored.invoices i
        left join settled_later l on l.invoice_id = i.id
        where i.status in ('sent', 'written_off') and i.date <= as_of
    )
    select o.customer_id, c.display_name as customer, o.id as invoice_id, o.number as invoice_number,
        o.date, o.due_date, o.days_late,
        case
            when o.days_late = 0 then 'not due'
            when o.days_late <= 30 then '1-30'
            when o.days_late <= 60 then '31-60'
            when o.days_late <= 90 then '61-90'
            else 'over 90'
        end as bucket,
        o.currency_code, stored.major(o.minor, m.unit) as open_amount
    from open_then o
    join stored.customers c on c.id = o.customer_id
    join stored.currencies m on m.currency_code = o.currency_code
    where o.minor > 0;
comment on macro table aging_as_of is 'aging_as_of(date ''2026-09-30''): the columns of aging, as the books stood at the end of that day.';

create view aging as
    select customer_id, customer, invoice_id, invoice_number, date, due_date, days_late, bucket,
        currency_code, open_amount
    from aging_as_of((select day from stored.published));
comment on view aging is 'One row an open invoice with its age on the published day. For another day: aging_as_of(day).';
comment on column aging.customer_id is 'Who owes it: customers.id.';
comment on column aging.customer is 'The customer''s name.';
comment on column aging.invoice_id is 'The invoice: invoices.id.';
comment on column aging.invoice_number is 'Its number.';
comment on column aging.date is 'Its date.';
comment on column aging.due_date is 'Day it was to be paid.';
comment on column aging.days_late is 'Days past due_date; 0 when it is not due yet.';
comment on column aging.bucket is 'not due, 1-30, 31-60, 61-90 or over 90 days late.';
comment on column aging.currency_code is 'Currency of the amount.';
comment on column aging.open_amount is 'Open on that day.';

create view balances as
    with owed as (
        select id as customer_id, currency_code, opening_balance_minor as opening, 0 as invoices,
            0 as overdue, 0 as credits, 0 as payments, 0 as retainers
        from stored.customers
        union all
        select i.customer_id, i.currency_code, 0, i.balance_minor,
            case when i.status = 'sent' and i.due_date < p.day then i.balance_minor else 0 end, 0, 0, 0
        from stored.invoices i cross join stored.published p
        where i.status in ('sent', 'written_off')
        union all
        select customer_id, currency_code, 0, 0, 0, balance_minor, 0, 0
        from stored.credit_notes where status = 'open'
        union all
        select customer_id, currency_code, 0, 0, 0, 0, unused_minor, 0
        from stored.payments where status = 'succeeded'
        union all
        select customer_id, currency_code, 0, 0, 0, 0, 0, unused_minor
        from stored.retainer_invoices where status = 'sent'
    ), summed as (
        select customer_id, currency_code, sum(opening)::bigint as opening,
            sum(invoices)::bigint as invoices, sum(overdue)::bigint as overdue,
            sum(credits)::bigint as credits, sum(payments)::bigint as payments,
            sum(retainers)::bigint as retainers
        from owed
        group by customer_id, currency_code
    )
    select s.customer_id, c.display_name as customer, s.currency_code,
        stored.major(s.opening, m.unit) as opening_balance,
        stored.major(s.invoices, m.unit) as open_invoices,
        stored.major(s.overdue, m.unit) as overdue,
        stored.major(s.credits, m.unit) as unused_credits,
        stored.major(s.payments, m.unit) as unused_payments,
        stored.major(s.retainers, m.unit) as unused_retainers,
        stored.major(s.opening + s.invoices - s.credits - s.payments - s.retainers, m.unit) as balance
    from summed s
    join stored.customers c on c.id = s.customer_id
    join stored.currencies m on m.currency_code = s.currency_code;
comment on view balances is 'One row a customer and currency: what is owed either way. Currencies are never to be added.';
comment on column balances.customer_id is 'The customer: customers.id.';
comment on column balances.customer is 'The customer''s name.';
comment on column balances.currency_code is 'Currency of the amounts.';
comment on column balances.opening_balance is 'Owed before the first document of these books.';
comment on column balances.open_invoices is 'Open on invoices.';
comment on column balances.overdue is 'Part of open_invoices that is past due on the published day.';
comment on column balances.unused_credits is 'Left on credit notes.';
comment on column balances.unused_payments is 'Received and not yet allocated.';
comment on column balances.unused_retainers is 'Paid ahead and not yet drawn.';
comment on column balances.balance is 'opening_balance + open_invoices - unused_credits - unused_payments - unused_retainers: the closing balance of a statement.';

create view statement_lines as
    with flows as (
        select customer_id, currency_code, date, 1 as place, 'Invoice' as kind, number,
            coalesce(subject, reference) as details, total_minor as minor
        from stored.invoices
        where status in ('sent', 'written_off')
        union all
        select customer_id, currency_code, date, 2, 'Credit note', number,
            coalesce(subject, reference), -total_minor
        from stored.credit_notes
        where status = 'open'
        union all
        select customer_id, currency_code, date, 3, 'Payment received', number,
            case when reference is null then mode else mode || ' · ' || reference end, -amount_minor
        from stored.payments
        where status = 'succeeded'
        union all
        select i.customer_id, i.currency_code, a.date, 4, 'Tax withheld', i.number, p.number,
            -a.withheld_minor
        from stored.allocations a
        join stored.invoices i on i.id = a.invoice_id
        join stored.payments p on p.id = a.payment_id
        where a.withheld_minor > 0
        union all
        select i.customer_id, i.currency_code, a.date, 5, 'Early payment discount', i.number, p.number,
            -a.early_discount_minor
        from stored.allocations a
        join stored.invoices i on i.id = a.invoice_id
        join stored.payments p on p.id = a.payment_id
        where a.early_discount_minor > 0
        union all
        select r.customer_id, r.currency_code, r.date, 6, 'Refund', coalesce(n.number, p.number),
            r.reference, r.amount_minor
        from stored.refunds r
        left join stored.credit_notes n on n.id = r.credit_note_id
        left join stored.payments p on p.id = r.payment_id
        where r.status = 'succeeded'
        union all
        select customer_id, currency_code, written_off_on, 7, 'Written off', number, subject,
            -written_off_minor
        from stored.invoices
        where status in ('sent', 'written_off') and written_off_minor > 0
        union all
        select id, currency_code, null, 0, 'Opening balance', null, null, opening_balance_minor
        from stored.customers
        where opening_balance_minor <> 0
    ), numbered as (
        select customer_id, currency_code, date, kind, number, details, minor,
            row_number() over in_order as line,
            sum(minor) over (in_order rows unbounded preceding)::bigint as balance_minor
        from flows
        window in_order as (
            partition by customer_id, currency_code
            order by date nulls first, place, number, details, minor
        )
    )
    select n.customer_id, c.display_name as customer, n.currency_code, n.line, n.date, n.kind,
        n.number, n.details, stored.major(greatest(n.minor, 0), m.unit) as charge,
        stored.major(greatest(-n.minor, 0), m.unit) as credit,
        stored.major(n.balance_minor, m.unit) as balance
    from numbered n
    join stored.customers c on c.id = n.customer_id
    join stored.currencies m on m.currency_code = n.currency_code;
comment on view statement_lines is 'One row a transaction of a customer''s statement in one currency, over all time.';
comment on column statement_lines.customer_id is 'The customer: customers.id.';
comment on column statement_lines.customer is 'The customer''s name.';
comment on column statement_lines.currency_code is 'Currency of the amounts; each has a statement of its own.';
comment on column statement_lines.line is 'Place in the statement, from 1.';
comment on column statement_lines.date is 'Day it counts; empty for the opening balance, which comes first.';
comment on column statement_lines.kind is 'Opening balance, Invoice, Credit note, Payment received, Tax withheld, Early payment discount, Refund or Written off.';
comment on column statement_lines.number is 'Number of the document.';
comment on column statement_lines.details is 'What it is about, or the payment that brought it.';
comment on column statement_lines.charge is 'Raises the balance.';
comment on column statement_lines.credit is 'Lowers the balance.';
comment on column statement_lines.balance is 'Owed after this line; negative is the customer''s credit.';
