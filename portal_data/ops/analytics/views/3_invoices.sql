-- What was billed.

create view invoices as
    select i.id, i.number, i.customer_id, c.display_name as customer, i.date, i.due_date,
        case
            when i.status = 'draft' then 'Draft'
            when i.status = 'void' then 'Void'
            when i.status = 'written_off' then 'Written off'
            when i.balance_minor = 0 then 'Paid'
            when i.due_date < p.day then 'Overdue'
            when i.balance_minor < i.total_minor then 'Partially paid'
            else 'Unpaid'
        end as status,
        i.status = 'sent' and i.balance_minor > 0 and i.balance_minor < i.total_minor as partially_paid,
        case when i.status = 'sent' and i.balance_minor > 0 then greatest(p.day - i.due_date, 0)
            else 0 end as days_overdue,
        i.reference, i.subject, i.currency_code, i.exchange_rate, i.tax_inclusive,
        stored.major(i.subtotal_minor, m.unit) as subtotal,
        stored.major(i.discount_minor, m.unit) as discount,
        stored.major(i.tax_minor, m.unit) as tax,
        stored.major(i.shipping_minor, m.unit) as shipping,
        stored.major(i.adjustment_minor + i.round_off_minor, m.unit) as adjustment,
        stored.major(i.total_minor, m.unit) as total,
        stored.major(i.balance_minor, m.unit) as balance,
        stored.major(i.pending_minor, m.unit) as pending,
        stored.major(i.written_off_minor, m.unit) as written_off,
        i.written_off_on, i.last_payment_date, i.expected_payment_date,
        i.payment_terms_label as payment_terms, i.salesperson, i.estimate_id, i.estimate_number,
        i.project_id, i.sent_at, i.first_viewed_at, i.created_at
    from stored.invoices i
    join stored.customers c on c.id = i.customer_id
    join stored.currencies m on m.currency_code = i.currency_code
    cross join stored.published p;
comment on view invoices is 'One row an invoice, drafts and void ones included: ask for status.';
comment on column invoices.id is 'Key.';
comment on column invoices.number is 'Number on the document.';
comment on column invoices.customer_id is 'Who was billed: customers.id.';
comment on column invoices.customer is 'The customer''s name.';
comment on column invoices.date is 'Date of the document.';
comment on column invoices.due_date is 'Day it is to be paid.';
comment on column invoices.status is 'Draft, Unpaid, Partially paid, Overdue, Paid, Void or Written off, as the portal shows it.';
comment on column invoices.partially_paid is 'True when some of it is settled and some is open; Overdue does not hide this.';
comment on column invoices.days_overdue is 'Days past due_date on the published day; 0 when nothing is late.';
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
comment on column invoices.balance is 'Still open: total less payments, credits, retainers drawn and what was written off.';
comment on column invoices.pending is 'Part of the balance that is on its way from the bank.';
comment on column invoices.written_off is 'Given up as uncollectable.';
comment on column invoices.written_off_on is 'Day it was given up.';
comment on column invoices.last_payment_date is 'Day of the last payment.';
comment on column invoices.expected_payment_date is 'Day the customer promised to pay.';
comment on column invoices.payment_terms is 'Payment terms in words.';
comment on column invoices.salesperson is 'Who sold it.';
comment on column invoices.estimate_id is 'The estimate it was made from: estimates.id.';
comment on column invoices.estimate_number is 'Number of that estimate.';
comment on column invoices.project_id is 'The project it bills: projects.id.';
comment on column invoices.sent_at is 'When it was sent, UTC.';
comment on column invoices.first_viewed_at is 'When the customer first opened it in the portal, UTC.';
comment on column invoices.created_at is 'When it was written, UTC.';

create view invoice_lines as
    select l.invoice_id, i.number as invoice_number, i.customer_id, i.date, i.status, l.position,
        l.item_id, l.sku, l.name, l.description, l.quantity, l.unit, l.unit_price, l.tax_name,
        l.tax_percent, i.currency_code,
        stored.major(l.discount_minor, m.unit) as discount,
        stored.major(l.tax_minor, m.unit) as tax,
        stored.major(l.total_minor, m.unit) as total,
        l.project_id
    from stored.invoice_lines l
    join stored.invoices i on i.id = l.invoice_id
    join stored.currencies m on m.currency_code = i.currency_code;
comment on view invoice_lines is 'One row a line of an invoice.';
comment on column invoice_lines.invoice_id is 'Its invoice: invoices.id.';
comment on column invoice_lines.invoice_number is 'Number of the invoice.';
comment on column invoice_lines.customer_id is 'The customer: customers.id.';
comment on column invoice_lines.date is 'Date of the invoice.';
comment on column invoice_lines.status is 'Whether the invoice counts: draft, sent, void or written_off.';
comment on column invoice_lines.position is 'Place on the document, from 1.';
comment on column invoice_lines.item_id is 'Its article: items.id.';
comment on column invoice_lines.sku is 'Stock-keeping unit when it was written.';
comment on column invoice_lines.name is 'Name of the article.';
comment on column invoice_lines.description is 'Description.';
comment on column invoice_lines.quantity is 'How many.';
comment on column invoice_lines.unit is 'Of what.';
comment on column invoice_lines.unit_price is 'Price of one, up to six decimals.';
comment on column invoice_lines.tax_name is 'Name of the tax.';
comment on column invoice_lines.tax_percent is 'Rate of the tax.';
comment on column invoice_lines.currency_code is 'Currency of its amounts.';
comment on column invoice_lines.discount is 'Discount on the line.';
comment on column invoice_lines.tax is 'Tax on the line.';
comment on column invoice_lines.total is 'Line total after discount; without tax unless prices include it.';
comment on column invoice_lines.project_id is 'The project it bills: projects.id.';

create view retainers as
    select r.id, r.number, r.customer_id, c.display_name as customer, r.date, r.due_date,
        case
            when r.status = 'draft' then 'Draft'
            when r.status = 'void' then 'Void'
            when r.balance_minor = 0 then 'Paid'
            when r.due_date < p.day then 'Overdue'
            when r.balance_minor < r.total_minor then 'Partially paid'
            else 'Unpaid'
        end as status,
        r.reference, r.currency_code, r.exchange_rate,
        stored.major(r.total_minor, m.unit) as total,
        stored.major(r.balance_minor, m.unit) as balance,
        stored.major(r.unused_minor, m.unit) as unused,
        stored.major(r.pending_minor, m.unit) as pending,
        r.estimate_id, r.project_id, r.sent_at, r.first_viewed_at, r.created_at
    from stored.retainer_invoices r
    join stored.customers c on c.id = r.customer_id
    join stored.currencies m on m.currency_code = r.currency_code
    cross join stored.published p;
comment on view retainers is 'One row a retainer invoice: money asked for ahead of the work.';
comment on column retainers.id is 'Key.';
comment on column retainers.number is 'Number on the document.';
comment on column retainers.customer_id is 'Who was asked: customers.id.';
comment on column retainers.customer is 'The customer''s name.';
comment on column retainers.date is 'Date of the document.';
comment on column retainers.due_date is 'Day it is to be paid.';
comment on column retainers.status is 'Draft, Unpaid, Partially paid, Overdue, Paid or Void, as the portal shows it.';
comment on column retainers.reference is 'The customer''s reference.';
comment on column retainers.currency_code is 'Currency of its amounts, ISO 4217.';
comment on column retainers.exchange_rate is 'Units of the business''s currency for one unit of this one, on its date.';
comment on column retainers.total is 'Total.';
comment on column retainers.balance is 'Not yet paid.';
comment on column retainers.unused is 'Paid, and not yet drawn for an invoice.';
comment on column retainers.pending is 'On its way from the bank.';
comment on column retainers.estimate_id is 'The estimate it was made from: estimates.id.';
comment on column retainers.project_id is 'The project it is for: projects.id.';
comment on column retainers.sent_at is 'When it was sent, UTC.';
comment on column retainers.first_viewed_at is 'When the customer first opened it in the portal, UTC.';
comment on column retainers.created_at is 'When it was written, UTC.';

create view retainer_applications as
    select a.retainer_invoice_id as retainer_id, r.number as retainer_number, a.invoice_id,
        i.number as invoice_number, r.customer_id, a.date, r.currency_code,
        stored.major(a.amount_minor, m.unit) as amount
    from stored.retainer_applications a
    join stored.retainer_invoices r on r.id = a.retainer_invoice_id
    join stored.invoices i on i.id = a.invoice_id
    join stored.currencies m on m.currency_code = r.currency_code;
comment on view retainer_applications is 'One row each time a paid retainer settled an invoice.';
comment on column retainer_applications.retainer_id is 'The retainer: retainers.id.';
comment on column retainer_applications.retainer_number is 'Its number.';
comment on column retainer_applications.invoice_id is 'The invoice: invoices.id.';
comment on column retainer_applications.invoice_number is 'Its number.';
comment on column retainer_applications.customer_id is 'The customer: customers.id.';
comment on column retainer_applications.date is 'Day it was drawn.';
comment on column retainer_applications.currency_code is 'Currency of the amount.';
comment on column retainer_applications.amount is 'How much was drawn.';
