-- What was billed.

create table recurring_profiles as
    select r.id, r.customer_id, c.name as customer, r.name, label(r.status) as status, r.frequency,
        r.every, r.starts_on, r.ends_on, r.next_on, r.currency_code,
        major(r.total_minor, m.unit) as total, r.payment_terms_days, r.auto_charge, r.created_at,
        r.updated_at
    from source_recurring_profiles r
    join customers c on c.id = r.customer_id
    join currencies m on m.currency_code = r.currency_code;
comment on table recurring_profiles is 'One row a profile by which invoices are written again and again.';
comment on column recurring_profiles.id is 'Key; recurring_profile_id of invoices.';
comment on column recurring_profiles.customer_id is 'Who is billed: customers.id.';
comment on column recurring_profiles.customer is 'The customer''s name.';
comment on column recurring_profiles.name is 'Name of the profile.';
comment on column recurring_profiles.status is 'Active, Stopped or Expired.';
comment on column recurring_profiles.frequency is 'day, week, month or year.';
comment on column recurring_profiles.every is 'How many of those lie between two invoices.';
comment on column recurring_profiles.starts_on is 'Day of the first invoice.';
comment on column recurring_profiles.ends_on is 'Last day of the profile; empty when it has no end.';
comment on column recurring_profiles.next_on is 'Day of the next invoice.';
comment on column recurring_profiles.currency_code is 'Currency of the total.';
comment on column recurring_profiles.total is 'Total of each invoice.';
comment on column recurring_profiles.payment_terms_days is 'Days each invoice may stay unpaid.';
comment on column recurring_profiles.auto_charge is 'True when a saved payment method is charged.';
comment on column recurring_profiles.created_at is 'When it was set up, UTC.';
comment on column recurring_profiles.updated_at is 'When it last changed, UTC.';

create temp table applied (invoice_id uuid, date date);
insert into applied
    select invoice_id, date from source_allocations where invoice_id is not null;
insert into applied select invoice_id, date from source_credit_applications;
insert into applied select invoice_id, date from source_retainer_applications;

-- open disputes of customers; what a card company reclaims holds nothing back
create temp table held as
    select invoice_id, sum(amount_minor)::bigint as amount_minor
    from source_disputes
    where kind = 'customer' and status in ('opened', 'in_review') and invoice_id is not null
    group by invoice_id;

create table made.parts.invoices_compact as
    with stated as (
        select i.*, a.date as applied_on, i.status in ('sent', 'written_off') as is_posted,
            least(coalesce(h.amount_minor, 0), i.balance_minor) as disputed_minor
        from source_invoices i
        left join (select invoice_id, max(date) as date from applied group by invoice_id) a
            on a.invoice_id = i.id
        left join held h on h.invoice_id = i.id
    ), settled as (
        -- a write-off ends what is owed, but nobody has paid
        select *, case when is_posted and balance_minor = 0
                then greatest(date, applied_on, written_off_on) end as settled_on
        from stated
    )
    select i.id, i.number, i.customer_id, c.name as customer, i.date, i.due_date,
        payment_status(i.status, i.balance_minor, i.total_minor, i.in_question_minor, i.due_date, p.day)
            ::status_word as status,
        i.is_posted,
        i.status = 'sent' and i.balance_minor > 0 and i.balance_minor < i.total_minor as partially_paid,
        case when is_owed(i.status, i.balance_minor, i.in_question_minor)
            then greatest(p.day - i.due_date, 0) else 0 end as days_overdue,
        i.settled_on,
        case when i.written_off_minor = 0 then i.settled_on - i.date end as days_to_pay,
        i.reference, i.subject::about_word as subject,
        i.currency_code::currency_word as currency_code, i.exchange_rate, i.tax_inclusive,
        major(i.subtotal_minor, m.unit) as subtotal,
        major(i.discount_minor, m.unit) as discount,
        major(i.tax_minor, m.unit) as tax,
        major(i.shipping_minor, m.unit) as shipping,
        major(i.adjustment_minor + i.round_off_minor, m.unit) as adjustment,
        major(i.total_minor, m.unit) as total,
        base(major(i.total_minor, m.unit), i.exchange_rate, p.base_decimals) as total_base,
        major(i.balance_minor, m.unit) as balance,
        base(major(i.balance_minor, m.unit), i.exchange_rate, p.base_decimals) as balance_base,
        major(i.pending_minor, m.unit) as pending,
        major(i.in_question_minor, m.unit) as in_question,
        major(i.disputed_minor, m.unit) as disputed,
        base(major(i.disputed_minor, m.unit), i.exchange_rate, p.base_decimals) as disputed_base,
        major(i.written_off_minor, m.unit) as written_off,
        base(major(i.written_off_minor, m.unit), i.exchange_rate, p.base_decimals) as written_off_base,
        i.written_off_on, i.last_payment_date, i.expected_payment_date,
        i.payment_terms_label::terms_word as payment_terms,
        i.salesperson::salesperson_word as salesperson, i.estimate_id,
        i.estimate_number::estimate_word as estimate_number, i.recurring_profile_id, i.project_id, c.billing_country, i.sent_at, i.first_viewed_at,
        i.created_at, i.updated_at
    from settled i
    join named c on c.id = i.customer_id
    join currencies m on m.currency_code = i.currency_code
    cross join publication p;
drop table applied;
drop table held;
comment on table made.parts.invoices_compact is 'What invoices is made of; ask that.';

create view invoices as
    select * replace (
        customer::text as customer, status::text as status, subject::text as subject,
        currency_code::text as currency_code, payment_terms::text as payment_terms,
        salesperson::text as salesperson, estimate_number::text as estimate_number,
        billing_country::text as billing_country
    )
    from parts.invoices_compact;
comment on view invoices is 'One row an invoice, drafts and void ones included: is_posted tells which count.';
comment on column invoices.id is 'Key.';
comment on column invoices.number is 'Number on the document.';
comment on column invoices.customer_id is 'Who was billed: customers.id.';
comment on column invoices.customer is 'The customer''s name.';
comment on column invoices.date is 'Date of the document.';
comment on column invoices.due_date is 'Day it is to be paid.';
comment on column invoices.status is 'Draft, Unpaid, Partially paid, Overdue, In question, Paid, Void or Written off, as the portal shows it.';
comment on column invoices.is_posted is 'True when it counts: neither draft nor void. Written-off invoices count.';
comment on column invoices.partially_paid is 'True when some of it is settled and some is open; Overdue does not hide this.';
comment on column invoices.days_overdue is 'Days past due_date on the published day; 0 when nothing is late, or all of it is in question.';
comment on column invoices.settled_on is 'Day on which nothing was open any more, also by a write-off; empty while something is.';
comment on column invoices.days_to_pay is 'Days from date to settled_on; empty when open or written off.';
comment on column invoices.reference is 'The customer''s reference, such as a purchase order.';
comment on column invoices.subject is 'What it is about.';
comment on column invoices.currency_code is 'Currency of its amounts, ISO 4217.';
comment on column invoices.exchange_rate is 'Units of the business''s currency for one unit of this one, on its date.';
comment on column invoices.tax_inclusive is 'True when the prices of its lines include the tax.';
comment on column invoices.subtotal is 'Sum of its lines.';
comment on column invoices.discount is 'Discount on the whole document.';
comment on column invoices.tax is 'Tax.';
comment on column invoices.shipping is 'Shipping charge.';
comment on column invoices.adjustment is 'Adjustment and rounding together.';
comment on column invoices.total is 'Total.';
comment on column invoices.total_base is 'Total in the business''s own currency, at exchange_rate.';
comment on column invoices.balance is 'Still open: total less payments, credits, retainers drawn and what was written off.';
comment on column invoices.balance_base is 'Balance in the business''s own currency, at exchange_rate.';
comment on column invoices.pending is 'Part of the balance that is on its way from the bank.';
comment on column invoices.in_question is 'Part of the balance that the books of the last import call settled without saying by what; nobody is asked to pay the invoice meanwhile.';
comment on column invoices.disputed is 'Part of the balance that the customer holds is not owed: its open disputes, never more than the balance. It is asked of nobody.';
comment on column invoices.disputed_base is 'The same in the business''s own currency, at exchange_rate.';
comment on column invoices.written_off is 'Given up as uncollectable.';
comment on column invoices.written_off_base is 'The same in the business''s own currency, at exchange_rate.';
comment on column invoices.written_off_on is 'Day it was given up.';
comment on column invoices.last_payment_date is 'Day of the last payment.';
comment on column invoices.expected_payment_date is 'Day the customer promised to pay.';
comment on column invoices.payment_terms is 'Payment terms in words.';
comment on column invoices.salesperson is 'Who sold it.';
comment on column invoices.estimate_id is 'The estimate it was made from: estimates.id.';
comment on column invoices.estimate_number is 'Number of that estimate.';
comment on column invoices.recurring_profile_id is 'The profile it was written by: recurring_profiles.id.';
comment on column invoices.project_id is 'The project it bills: projects.id.';
comment on column invoices.billing_country is 'Country of the customer''s billing address as it is today.';
comment on column invoices.sent_at is 'When it was sent, UTC.';
comment on column invoices.first_viewed_at is 'When the customer first opened it in the portal, UTC.';
comment on column invoices.created_at is 'When it was written, UTC.';
comment on column invoices.updated_at is 'When it last changed, UTC.';

-- What a line says itself. What its invoice says is not repeated for each: a view puts it beside.
create table made.parts.invoice_line_values as
    with odd as (
        -- few invoices, if any: others have two decimals and are in the business's own currency
        select i.id, i.exchange_rate, m.unit
        from invoices i
        join currencies m on m.currency_code = i.currency_code
        where i.exchange_rate <> 1 or m.unit <> 0.01
    )
    select l.invoice_id, l.position, l.item_id, l.project_id, l.sku::sku_word as sku,
        l.name::article_word as name, l.description::description_word as description, l.quantity,
        l.unit::unit_word as unit, l.unit_price, l.discount_percent, l.tax_name::tax_word as tax_name,
        l.tax_percent,
        major(l.discount_minor, coalesce(o.unit, 0.01)) as discount,
        major(l.tax_minor, coalesce(o.unit, 0.01)) as tax,
        major(l.total_minor, coalesce(o.unit, 0.01)) as total,
        base(major(l.total_minor, o.unit), o.exchange_rate, p.base_decimals) as odd_total_base
    from source_invoice_lines l
    left join odd o on o.id = l.invoice_id
    cross join publication p;
comment on table made.parts.invoice_line_values is 'What invoice_lines is made of; ask that.';

create view made.parts.invoice_lines_compact as
    select v.invoice_id, i.number as invoice_number, i.customer_id, i.customer, i.date,
        i.status, i.is_posted, v.position, v.item_id, v.sku, v.name, v.description, v.quantity, v.unit,
        v.unit_price, v.discount_percent, v.tax_name, v.tax_percent, i.currency_code, i.tax_inclusive,
        v.discount, v.tax, v.total, coalesce(v.odd_total_base, v.total) as total_base,
        coalesce(v.project_id, i.project_id) as project_id
    from parts.invoice_line_values v
    join parts.invoices_compact i on i.id = v.invoice_id;
comment on view made.parts.invoice_lines_compact is 'What invoice_lines is made of; ask that.';

create view invoice_lines as
    select * replace (
        customer::text as customer, status::text as status, sku::text as sku, name::text as name,
        description::text as description, unit::text as unit, tax_name::text as tax_name,
        currency_code::text as currency_code
    )
    from parts.invoice_lines_compact;
comment on view invoice_lines is 'One row a line of an invoice.';
comment on column invoice_lines.invoice_id is 'Its invoice: invoices.id.';
comment on column invoice_lines.invoice_number is 'Number of the invoice.';
comment on column invoice_lines.customer_id is 'The customer: customers.id.';
comment on column invoice_lines.customer is 'The customer''s name.';
comment on column invoice_lines.date is 'Date of the invoice.';
comment on column invoice_lines.status is 'Status of the invoice.';
comment on column invoice_lines.is_posted is 'True when the invoice counts: neither draft nor void.';
comment on column invoice_lines.position is 'Place on the document, from 1.';
comment on column invoice_lines.item_id is 'Its article: items.id.';
comment on column invoice_lines.sku is 'Stock-keeping unit when it was written.';
comment on column invoice_lines.name is 'Name of the article.';
comment on column invoice_lines.description is 'Description.';
comment on column invoice_lines.quantity is 'How many.';
comment on column invoice_lines.unit is 'Of what.';
comment on column invoice_lines.unit_price is 'Price of one, up to six decimals.';
comment on column invoice_lines.discount_percent is 'Discount on the line in per cent, where it was given so.';
comment on column invoice_lines.tax_name is 'Name of the tax.';
comment on column invoice_lines.tax_percent is 'Rate of the tax.';
comment on column invoice_lines.currency_code is 'Currency of its amounts.';
comment on column invoice_lines.tax_inclusive is 'True when unit_price and total include the tax.';
comment on column invoice_lines.discount is 'Discount on the line.';
comment on column invoice_lines.tax is 'Tax on the line.';
comment on column invoice_lines.total is 'Line total after discount; without tax unless prices include it.';
comment on column invoice_lines.total_base is 'Line total in the business''s own currency.';
comment on column invoice_lines.project_id is 'The project it bills, or else the invoice''s: projects.id.';

create table retainers as
    select r.id, r.number, r.customer_id, c.name as customer, r.date, r.due_date,
        payment_status(r.status, r.balance_minor, r.total_minor, r.in_question_minor, r.due_date, p.day)
            as status,
        r.status = 'sent' as is_posted, r.reference, r.currency_code, r.exchange_rate,
        major(r.total_minor, m.unit) as total,
        base(major(r.total_minor, m.unit), r.exchange_rate, p.base_decimals) as total_base,
        major(r.balance_minor, m.unit) as balance,
        base(major(r.balance_minor, m.unit), r.exchange_rate, p.base_decimals) as balance_base,
        major(r.unused_minor, m.unit) as unused,
        base(major(r.unused_minor, m.unit), r.exchange_rate, p.base_decimals) as unused_base,
        major(r.pending_minor, m.unit) as pending,
        major(r.in_question_minor, m.unit) as in_question,
        r.estimate_id, r.project_id, c.billing_country, r.sent_at, r.first_viewed_at, r.created_at,
        r.updated_at
    from source_retainer_invoices r
    join customers c on c.id = r.customer_id
    join currencies m on m.currency_code = r.currency_code
    cross join publication p;
comment on table retainers is 'One row a retainer invoice: money asked for ahead of the work.';
comment on column retainers.id is 'Key.';
comment on column retainers.number is 'Number on the document.';
comment on column retainers.customer_id is 'Who was asked: customers.id.';
comment on column retainers.customer is 'The customer''s name.';
comment on column retainers.date is 'Date of the document.';
comment on column retainers.due_date is 'Day it is to be paid.';
comment on column retainers.status is 'Draft, Unpaid, Partially paid, Overdue, In question, Paid or Void, as the portal shows it.';
comment on column retainers.is_posted is 'True when it counts: neither draft nor void.';
comment on column retainers.reference is 'The customer''s reference.';
comment on column retainers.currency_code is 'Currency of its amounts, ISO 4217.';
comment on column retainers.exchange_rate is 'Units of the business''s currency for one unit of this one, on its date.';
comment on column retainers.total is 'Total.';
comment on column retainers.total_base is 'Total in the business''s own currency, at exchange_rate.';
comment on column retainers.balance is 'Not yet paid.';
comment on column retainers.balance_base is 'Balance in the business''s own currency, at exchange_rate.';
comment on column retainers.unused is 'Paid, and not yet drawn for an invoice.';
comment on column retainers.unused_base is 'Unused part in the business''s own currency, at exchange_rate.';
comment on column retainers.pending is 'On its way from the bank.';
comment on column retainers.in_question is 'Part of the balance that the books of the last import call settled without saying by what.';
comment on column retainers.estimate_id is 'The estimate it was made from: estimates.id.';
comment on column retainers.project_id is 'The project it is for: projects.id.';
comment on column retainers.billing_country is 'Country of the customer''s billing address as it is today.';
comment on column retainers.sent_at is 'When it was sent, UTC.';
comment on column retainers.first_viewed_at is 'When the customer first opened it in the portal, UTC.';
comment on column retainers.created_at is 'When it was written, UTC.';
comment on column retainers.updated_at is 'When it last changed, UTC.';

create table retainer_applications as
    select a.retainer_invoice_id as retainer_id, r.number as retainer_number, a.invoice_id,
        i.number as invoice_number, i.date as invoice_date, i.due_date, r.customer_id, r.customer,
        a.date, r.currency_code, major(a.amount_minor, m.unit) as amount,
        base(major(a.amount_minor, m.unit), i.exchange_rate, p.base_decimals) as amount_base
    from source_retainer_applications a
    join retainers r on r.id = a.retainer_invoice_id
    join invoices i on i.id = a.invoice_id
    join currencies m on m.currency_code = r.currency_code
    cross join publication p;
comment on table retainer_applications is 'One row each time a paid retainer settled an invoice.';
comment on column retainer_applications.retainer_id is 'The retainer: retainers.id.';
comment on column retainer_applications.retainer_number is 'Its number.';
comment on column retainer_applications.invoice_id is 'The invoice: invoices.id.';
comment on column retainer_applications.invoice_number is 'Its number.';
comment on column retainer_applications.invoice_date is 'The invoice''s date.';
comment on column retainer_applications.due_date is 'Day the invoice was to be paid.';
comment on column retainer_applications.customer_id is 'The customer: customers.id.';
comment on column retainer_applications.customer is 'The customer''s name.';
comment on column retainer_applications.date is 'Day it was drawn.';
comment on column retainer_applications.currency_code is 'Currency of the amount.';
comment on column retainer_applications.amount is 'How much was drawn.';
comment on column retainer_applications.amount_base is 'The same in the business''s own currency, at the invoice''s rate.';
