-- What settled invoices, and what is owed: now, at month ends and transaction by transaction.

create view settlements as
    select invoice_id, invoice_number, invoice_date, due_date, customer_id, customer, date,
        'Payment' as kind, payment_number as document_number, currency_code, amount, amount_base
    from allocations
    where invoice_id is not null and amount <> 0
    union all
    select invoice_id, invoice_number, invoice_date, due_date, customer_id, customer, date,
        'Tax withheld', payment_number, currency_code, withheld, withheld_base
    from allocations
    where invoice_id is not null and withheld <> 0
    union all
    select invoice_id, invoice_number, invoice_date, due_date, customer_id, customer, date,
        'Early payment discount', payment_number, currency_code, early_discount, early_discount_base
    from allocations
    where invoice_id is not null and early_discount <> 0
    union all
    select invoice_id, invoice_number, invoice_date, due_date, customer_id, customer, date,
        'Credit note', credit_note_number, currency_code, amount, amount_base
    from credit_applications
    union all
    select invoice_id, invoice_number, invoice_date, due_date, customer_id, customer, date,
        'Retainer', retainer_number, currency_code, amount, amount_base
    from retainer_applications
    union all
    select id, number, date, due_date, customer_id, customer, written_off_on, 'Written off', null,
        currency_code, written_off, written_off_base
    from invoices
    where is_posted and written_off > 0;
comment on view settlements is 'One row each thing that settled a part of an invoice, below zero where it was taken back: with invoices, what was open on any day.';
comment on column settlements.invoice_id is 'The invoice: invoices.id.';
comment on column settlements.invoice_number is 'Its number.';
comment on column settlements.invoice_date is 'Its date.';
comment on column settlements.due_date is 'Day it was to be paid.';
comment on column settlements.customer_id is 'The customer: customers.id.';
comment on column settlements.customer is 'The customer''s name.';
comment on column settlements.date is 'Day it settled the invoice.';
comment on column settlements.kind is 'Payment, Tax withheld, Early payment discount, Credit note, Retainer or Written off.';
comment on column settlements.document_number is 'Number of the payment, credit note or retainer; empty for a write-off.';
comment on column settlements.currency_code is 'Currency of the amount.';
comment on column settlements.amount is 'How much of the invoice it settled.';
comment on column settlements.amount_base is 'The same in the business''s own currency, at the invoice''s rate.';

-- What statements are made of, not yet in order; kinds are in the order of their words. What a line is
-- about is kept in parts, since few texts are sorted in half the time of many: subject, or else mode
-- and reference.
create temp view flows as
    select customer_id, currency_code, date, 'Invoice'::kind_word as kind, number, subject,
        null::mode_word as mode, case when subject is null then reference end as reference,
        total as amount, total_base as amount_base
    from parts.invoices_compact
    where is_posted
    union all
    select customer_id, currency_code::currency_word, date, 'Credit note'::kind_word, number,
        null::about_word, null::mode_word, coalesce(subject, reference), -total, -total_base
    from credit_notes
    where is_posted
    union all
    select customer_id, currency_code, date, 'Payment received'::kind_word, number,
        null::about_word, mode, case when mode is not null then reference end, -amount, -amount_base
    from parts.payments_compact
    where is_posted
    union all
    select customer_id, currency_code, date, 'Tax withheld'::kind_word, invoice_number,
        null::about_word, null::mode_word, payment_number, -sum(withheld), -sum(withheld_base)
    from parts.allocations_compact
    where invoice_id is not null and withheld <> 0
    group by customer_id, currency_code, date, invoice_number, payment_number
    having sum(withheld) <> 0
    union all
    select customer_id, currency_code, date, 'Early payment discount'::kind_word, invoice_number,
        null::about_word, null::mode_word, payment_number, -sum(early_discount), -sum(early_discount_base)
    from parts.allocations_compact
    where invoice_id is not null and early_discount <> 0
    group by customer_id, currency_code, date, invoice_number, payment_number
    having sum(early_discount) <> 0
    union all
    select customer_id, currency_code::currency_word, date, 'Refund'::kind_word, document_number,
        null::about_word, null::mode_word, reference, amount, amount_base
    from refunds
    where is_posted
    union all
    select customer_id, currency_code, written_off_on, 'Written off'::kind_word, number, subject,
        null::mode_word, null, -written_off, -written_off_base
    from parts.invoices_compact
    where is_posted and written_off > 0
    union all
    -- what was owed before the books in a foreign currency has no rate
    select c.id, c.currency_code::currency_word, null, 'Opening balance'::kind_word, null,
        null::about_word, null::mode_word, null, c.opening_balance,
        case when c.currency_code = a.currency_code then c.opening_balance end
    from customers c cross join about a
    where c.opening_balance <> 0;

-- Statements in the business's own currency: what they are in it need not be said twice.
create table made.parts.statement_values as
    select customer_id, (select currency_code from about)::currency_word as currency_code,
        (row_number() over in_order)::integer as line, date, kind, number, subject, mode,
        reference, amount,
        (sum(amount) over (in_order rows unbounded preceding))::decimal(23,4) as balance,
        false as is_foreign, null::decimal(23,4) as foreign_base,
        null::decimal(23,4) as foreign_balance_base
    from flows
    where currency_code = (select currency_code from about)::currency_word
    window in_order as (
        partition by customer_id order by date nulls first, kind, number, amount
    );
insert into made.parts.statement_values
    select customer_id, currency_code, (row_number() over in_order)::integer, date, kind,
        number, subject, mode, reference, amount,
        (sum(amount) over (in_order rows unbounded preceding))::decimal(23,4), true, amount_base,
        case when count(amount_base) over (in_order rows unbounded preceding)
                = row_number() over in_order
            then (sum(amount_base) over (in_order rows unbounded preceding))::decimal(23,4) end
    from flows
    where currency_code <> (select currency_code from about)::currency_word
    window in_order as (
        partition by customer_id, currency_code order by date nulls first, kind, number, amount
    );
drop view flows;
comment on table made.parts.statement_values is 'What statement_lines is made of; ask that.';

create view statement_lines as
    select v.customer_id, c.name as customer, v.currency_code::text as currency_code,
        v.line::bigint as line, v.date, v.kind::text as kind, v.number,
        coalesce(v.subject::text, v.mode::text || ' · ' || v.reference, v.mode::text, v.reference)
            as details,
        greatest(v.amount, 0)::decimal(23,4) as charge,
        case when not v.is_foreign then greatest(v.amount, 0)::decimal(23,4)
            when v.foreign_base is not null then greatest(v.foreign_base, 0)::decimal(23,4) end
            as charge_base,
        greatest(-v.amount, 0)::decimal(23,4) as credit,
        case when not v.is_foreign then greatest(-v.amount, 0)::decimal(23,4)
            when v.foreign_base is not null then greatest(-v.foreign_base, 0)::decimal(23,4) end
            as credit_base,
        v.balance,
        case when not v.is_foreign then v.balance else v.foreign_balance_base end as balance_base
    from parts.statement_values v
    join customers c on c.id = v.customer_id;
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
comment on column statement_lines.charge_base is 'The same in the business''s own currency, at the document''s rate; empty for an opening balance in another currency, which has none.';
comment on column statement_lines.credit is 'Lowers the balance.';
comment on column statement_lines.credit_base is 'The same in the business''s own currency, at the document''s rate.';
comment on column statement_lines.balance is 'Owed after this line; negative is the customer''s credit.';
comment on column statement_lines.balance_base is 'Sum of charge_base less credit_base so far: what is left of it when balance is 0 was gained or lost by changes of the rate. Empty when the statement opens with a balance in another currency.';

create macro aging_as_of(as_of, books := '') as table
    with later as (
        select invoice_id, sum(amount) as amount
        from query_table(books || case books when '' then '' else '.' end || 'settlements')
        where date > as_of
        group by invoice_id
    ), held as (
        select invoice_id, sum(amount) as amount
        from query_table(books || case books when '' then '' else '.' end || 'disputes')
        where kind = 'customer' and opened_on <= as_of and (decided_on is null or decided_on > as_of)
        group by invoice_id
    ), owed as (
        select i.customer_id, i.customer, i.id as invoice_id, i.number as invoice_number, i.date,
            i.due_date, greatest(cast(as_of as date) - i.due_date, 0) as days_late, i.currency_code,
            i.exchange_rate, (i.balance + coalesce(l.amount, 0))::decimal(23,4) as open_amount,
            h.amount as held
        from query_table(books || case books when '' then '' else '.' end || 'invoices') i
        left join later l on l.invoice_id = i.id
        left join held h on h.invoice_id = i.id
        where i.is_posted and i.date <= as_of
    )
    select customer_id, customer, invoice_id, invoice_number, date, due_date, days_late,
        case
            when days_late = 0 then 'not due'
            when days_late <= 30 then '1-30'
            when days_late <= 60 then '31-60'
            when days_late <= 90 then '61-90'
            else 'over 90'
        end as bucket,
        currency_code, exchange_rate, open_amount,
        least(coalesce(held, 0), open_amount)::decimal(23,4) as disputed
    from owed
    where open_amount > 0;
comment on macro table aging_as_of is 'aging_as_of(date ''2026-09-30''): one row an invoice that was open at the end of that day, with its age and what of it was disputed then. In a file attached as ledger: ledger.aging_as_of(date ''2026-09-30'', books := ''ledger'').';

create table aging as
    select a.customer_id, a.customer, a.invoice_id, a.invoice_number, a.date, a.due_date, a.days_late,
        a.bucket, a.currency_code, a.open_amount,
        base(a.open_amount, a.exchange_rate, p.base_decimals) as open_amount_base, a.disputed,
        base(a.disputed, a.exchange_rate, p.base_decimals) as disputed_base
    from aging_as_of((select day from publication)) a
    cross join publication p;
comment on table aging is 'One row an open invoice with its age on the published day. For another day: aging_as_of(day).';
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
comment on column aging.open_amount_base is 'The same in the business''s own currency, at the invoice''s rate.';
comment on column aging.disputed is 'Part of open_amount that was in dispute on that day; the rest is not doubted.';
comment on column aging.disputed_base is 'The same in the business''s own currency, at the invoice''s rate.';

create table balances as
    with owed as (
        select c.id as customer_id, c.currency_code, c.opening_balance as opening,
            case when c.currency_code = a.currency_code or c.opening_balance = 0
                then c.opening_balance end as opening_base,
            0 as invoices, 0 as invoices_base, 0 as overdue, 0 as overdue_base, 0 as credits,
            0 as credits_base, 0 as payments, 0 as payments_base, 0 as retainers, 0 as retainers_base
        from customers c cross join about a
        union all
        select customer_id, currency_code, 0, 0, balance, balance_base,
            case when status = 'Overdue' then balance else 0 end,
            case when status = 'Overdue' then balance_base else 0 end, 0, 0, 0, 0, 0, 0
        from invoices
        where is_posted and balance > 0
        union all
        select customer_id, currency_code, 0, 0, 0, 0, 0, 0, balance, balance_base, 0, 0, 0, 0
        from credit_notes
        where is_posted
        union all
        select customer_id, currency_code, 0, 0, 0, 0, 0, 0, 0, 0, unused, unused_base, 0, 0
        from payments
        where is_posted and unused > 0
        union all
        select customer_id, currency_code, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, unused, unused_base
        from retainers
        where is_posted
        union all
        -- a customer has a line in every currency that was used, also when nothing is left of it
        select distinct customer_id, currency_code, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
        from parts.statement_values
    )
    select o.customer_id, c.name as customer, o.currency_code,
        sum(o.opening)::decimal(23,4) as opening_balance,
        case when count(*) = count(o.opening_base) then sum(o.opening_base)::decimal(23,4) end
            as opening_balance_base,
        sum(o.invoices)::decimal(23,4) as open_invoices,
        sum(o.invoices_base)::decimal(23,4) as open_invoices_base,
        sum(o.overdue)::decimal(23,4) as overdue,
        sum(o.overdue_base)::decimal(23,4) as overdue_base,
        sum(o.credits)::decimal(23,4) as unused_credits,
        sum(o.credits_base)::decimal(23,4) as unused_credits_base,
        sum(o.payments)::decimal(23,4) as unused_payments,
        sum(o.payments_base)::decimal(23,4) as unused_payments_base,
        sum(o.retainers)::decimal(23,4) as unused_retainers,
        sum(o.retainers_base)::decimal(23,4) as unused_retainers_base,
        sum(o.opening + o.invoices - o.credits - o.payments - o.retainers)::decimal(23,4) as balance,
        case when count(*) = count(o.opening_base)
            then sum(o.opening_base + o.invoices_base - o.credits_base - o.payments_base
                - o.retainers_base)::decimal(23,4) end as balance_base
    from owed o
    join customers c on c.id = o.customer_id
    group by o.customer_id, c.name, o.currency_code;

create macro balances_as_of(as_of, books := '') as table
    with events as (
        select customer_id, customer, currency_code, total as owed,
            case when due_date < as_of then total else 0 end as overdue, 0 as balance
        from query_table(books || case books when '' then '' else '.' end || 'invoices')
        where is_posted and date <= as_of
        union all
        select customer_id, customer, currency_code, -amount,
            case when due_date < as_of then -amount else 0 end, 0
        from query_table(books || case books when '' then '' else '.' end || 'settlements')
        where greatest(date, invoice_date) <= as_of
        union all
        select customer_id, customer, currency_code, 0, 0, charge - credit
        from query_table(books || case books when '' then '' else '.' end || 'statement_lines')
        where date is null or date <= as_of
    )
    select customer_id, customer, currency_code, sum(owed)::decimal(23,4) as open_invoices,
        sum(overdue)::decimal(23,4) as overdue, sum(balance)::decimal(23,4) as balance
    from events
    group by customer_id, customer, currency_code
    having sum(owed) <> 0 or sum(balance) <> 0;
comment on macro table balances_as_of is 'balances_as_of(date ''2026-09-30''): one row a customer and currency with what was open, overdue and owed in all at the end of that day. In a file attached as ledger: ledger.balances_as_of(date ''2026-09-30'', books := ''ledger'').';
comment on table balances is 'One row a customer and currency: what is owed either way. Currencies are never to be added.';
comment on column balances.customer_id is 'The customer: customers.id.';
comment on column balances.customer is 'The customer''s name.';
comment on column balances.currency_code is 'Currency of the amounts.';
comment on column balances.opening_balance is 'Owed before the first document of these books.';
comment on column balances.opening_balance_base is 'The same in the business''s own currency; empty when it is in another, as it has no rate.';
comment on column balances.open_invoices is 'Open on invoices.';
comment on column balances.open_invoices_base is 'The same in the business''s own currency, at the rates of the invoices.';
comment on column balances.overdue is 'Part of open_invoices that is past due on the published day.';
comment on column balances.overdue_base is 'The same in the business''s own currency, at the rates of the invoices.';
comment on column balances.unused_credits is 'Left on credit notes.';
comment on column balances.unused_credits_base is 'The same in the business''s own currency, at the rates of the credit notes.';
comment on column balances.unused_payments is 'Received and not yet allocated.';
comment on column balances.unused_payments_base is 'The same in the business''s own currency, at the rates of the payments.';
comment on column balances.unused_retainers is 'Paid ahead and not yet drawn.';
comment on column balances.unused_retainers_base is 'The same in the business''s own currency, at the rates of the retainers.';
comment on column balances.balance is 'opening_balance + open_invoices - unused_credits - unused_payments - unused_retainers: the closing balance of a statement.';
comment on column balances.balance_base is 'The same of the columns that end in _base; empty when opening_balance_base is.';

create table month_end_balances as
    with owed as (
        -- an invoice is owed from its date on, and overdue from the day after it was due; what settles
        -- it takes from both. Summed by both months first: what follows has few rows
        select customer_id, currency_code::text as currency_code, last_day(date) as owed_by,
            last_day(greatest(date, due_date + 1)) as overdue_by, sum(total) as amount,
            sum(total_base) as amount_base
        from parts.invoices_compact
        where is_posted
        group by customer_id, parts.invoices_compact.currency_code, owed_by, overdue_by
        union all
        select customer_id, currency_code, last_day(greatest(date, invoice_date)) as owed_by,
            last_day(greatest(date, invoice_date, due_date + 1)) as overdue_by, -sum(amount),
            -sum(amount_base)
        from settlements
        group by all
    ), events as (
        select customer_id, currency_code, owed_by as month_end, amount as owed, 0 as overdue,
            amount_base as owed_base, 0 as overdue_base, 0 as balance
        from owed
        union all
        select customer_id, currency_code, overdue_by, 0, amount, 0, amount_base, 0
        from owed
        union all
        select customer_id, currency_code::text, month_end, 0, 0, 0, 0, amount
        from (
            select customer_id, currency_code, last_day(coalesce(date, date '0001-01-01')) as month_end,
                sum(amount) as amount
            from parts.statement_values
            group by all
        ) booked
    ), changes as (
        select customer_id, currency_code, month_end, sum(owed) as owed, sum(overdue) as overdue,
            sum(owed_base) as owed_base, sum(overdue_base) as overdue_base, sum(balance) as balance
        from events
        group by customer_id, currency_code, month_end
    ), sums as (
        select customer_id, currency_code, month_end, sum(owed) over until_then as owed,
            sum(overdue) over until_then as overdue, sum(owed_base) over until_then as owed_base,
            sum(overdue_base) over until_then as overdue_base,
            sum(balance) over until_then as balance
        from changes
        window until_then as (
            partition by customer_id, currency_code order by month_end rows unbounded preceding
        )
    ), months as (
        select last_day(month::date) as month_end
        from (
            select unnest(generate_series(min(date_trunc('month', s.date)), max(p.day),
                interval 1 month)) as month
            from parts.statement_values s cross join publication p
        ) made
        where last_day(month::date) < (select day from publication)
    ), grid as (
        select e.customer_id, e.currency_code, m.month_end
        from (select distinct customer_id, currency_code from changes) e cross join months m
    )
    select g.month_end, g.customer_id, c.name as customer, g.currency_code,
        s.owed::decimal(23,4) as open_invoices, s.owed_base::decimal(23,4) as open_invoices_base,
        s.overdue::decimal(23,4) as overdue, s.overdue_base::decimal(23,4) as overdue_base,
        s.balance::decimal(23,4) as balance
    from grid g
    asof join sums s on s.customer_id = g.customer_id and s.currency_code = g.currency_code
        and g.month_end >= s.month_end
    join customers c on c.id = g.customer_id
    where s.owed <> 0 or s.balance <> 0
    order by g.month_end, c.name, g.customer_id, g.currency_code;
comment on table month_end_balances is 'One row a month end, customer and currency with anything owed either way: balances_as_of of every past month end.';
comment on column month_end_balances.month_end is 'Last day of a month that has ended.';
comment on column month_end_balances.customer_id is 'The customer: customers.id.';
comment on column month_end_balances.customer is 'The customer''s name.';
comment on column month_end_balances.currency_code is 'Currency of the amounts but those that end in _base.';
comment on column month_end_balances.open_invoices is 'Open on invoices at the end of that day.';
comment on column month_end_balances.open_invoices_base is 'The same in the business''s own currency, at the invoices'' rates.';
comment on column month_end_balances.overdue is 'Part of it that was past due.';
comment on column month_end_balances.overdue_base is 'The same in the business''s own currency.';
comment on column month_end_balances.balance is 'Closing balance of the statement on that day: open invoices less unused credits, payments and retainers.';
