-- What was paid, credited and given back.

create table made.parts.payments_compact as
    select p.id, p.number, p.customer_id, c.name as customer, p.kind::payment_word as kind, p.date,
        case p.status when 'succeeded' then 'Received' else label(p.status) end::status_word as status,
        p.status = 'succeeded' as is_posted, p.mode::mode_word as mode, p.reference,
        p.currency_code::currency_word as currency_code, p.exchange_rate,
        major(p.amount_minor, m.unit) as amount,
        base(major(p.amount_minor, m.unit), p.exchange_rate, b.base_decimals) as amount_base,
        major(p.unused_minor, m.unit) as unused,
        base(major(p.unused_minor, m.unit), p.exchange_rate, b.base_decimals) as unused_base,
        major(p.bank_charges_minor, m.unit) as bank_charges,
        p.created_at, p.updated_at
    from source_payments p
    join named c on c.id = p.customer_id
    join currencies m on m.currency_code = p.currency_code
    cross join publication b;
comment on table made.parts.payments_compact is 'What payments is made of; ask that.';

create view payments as
    select * replace (
        customer::text as customer, kind::text as kind, status::text as status, mode::text as mode,
        currency_code::text as currency_code
    )
    from parts.payments_compact;
comment on view payments is 'One row a payment. What it settled is in allocations.';
comment on column payments.id is 'Key.';
comment on column payments.number is 'Number of the receipt.';
comment on column payments.customer_id is 'Who paid: customers.id.';
comment on column payments.customer is 'The customer''s name.';
comment on column payments.kind is 'invoice, or retainer when it paid ahead.';
comment on column payments.date is 'Day it was received.';
comment on column payments.status is 'Received, Draft or Void; only Received counts.';
comment on column payments.is_posted is 'True when it counts: received, neither draft nor void.';
comment on column payments.mode is 'How it was paid: bank transfer, card, cheque …';
comment on column payments.reference is 'Reference on the payment.';
comment on column payments.currency_code is 'Currency of its amounts, ISO 4217.';
comment on column payments.exchange_rate is 'Units of the business''s currency for one unit of this one, on its date.';
comment on column payments.amount is 'Received.';
comment on column payments.amount_base is 'Amount in the business''s own currency, at exchange_rate.';
comment on column payments.unused is 'Neither allocated to a document nor refunded.';
comment on column payments.unused_base is 'Unused part in the business''s own currency, at exchange_rate.';
comment on column payments.bank_charges is 'What the bank kept; not part of the amount.';
comment on column payments.created_at is 'When it was recorded, UTC.';
comment on column payments.updated_at is 'When it last changed, UTC.';

create table made.parts.allocations_compact as
    select a.payment_id, p.number as payment_number, a.customer_id, c.name as customer, a.invoice_id,
        i.number as invoice_number, i.date as invoice_date, i.due_date,
        a.retainer_invoice_id as retainer_id, r.number as retainer_number, a.date, p.currency_code,
        major(a.amount_minor, m.unit) as amount,
        base(major(a.amount_minor, m.unit), coalesce(i.exchange_rate, r.exchange_rate, 1),
            b.base_decimals) as amount_base,
        major(a.withheld_minor, m.unit) as withheld,
        base(major(a.withheld_minor, m.unit), coalesce(i.exchange_rate, r.exchange_rate, 1),
            b.base_decimals) as withheld_base,
        major(a.early_discount_minor, m.unit) as early_discount,
        base(major(a.early_discount_minor, m.unit), coalesce(i.exchange_rate, r.exchange_rate, 1),
            b.base_decimals) as early_discount_base
    from source_allocations a
    join named c on c.id = a.customer_id
    join parts.payments_compact p on p.id = a.payment_id
    join currencies m on m.currency_code = p.currency_code
    left join parts.invoices_compact i on i.id = a.invoice_id
    left join retainers r on r.id = a.retainer_invoice_id
    cross join publication b;
comment on table made.parts.allocations_compact is 'What allocations is made of; ask that.';

create view allocations as
    select * replace (customer::text as customer, currency_code::text as currency_code)
    from parts.allocations_compact;
comment on view allocations is 'One row a part of a payment that settled an invoice or a retainer.';
comment on column allocations.payment_id is 'The payment: payments.id.';
comment on column allocations.payment_number is 'Its number.';
comment on column allocations.customer_id is 'The customer: customers.id.';
comment on column allocations.customer is 'The customer''s name.';
comment on column allocations.invoice_id is 'The invoice it settled: invoices.id; empty for a retainer.';
comment on column allocations.invoice_number is 'Its number.';
comment on column allocations.invoice_date is 'The invoice''s date.';
comment on column allocations.due_date is 'Day the invoice was to be paid.';
comment on column allocations.retainer_id is 'The retainer it paid: retainers.id; empty for an invoice.';
comment on column allocations.retainer_number is 'Its number.';
comment on column allocations.date is 'Day it settled the document.';
comment on column allocations.currency_code is 'Currency of its amounts.';
comment on column allocations.amount is 'Part of the payment.';
comment on column allocations.amount_base is 'The same in the business''s own currency, at the rate of what was settled.';
comment on column allocations.withheld is 'Tax the customer kept back; settles the document too.';
comment on column allocations.withheld_base is 'The same in the business''s own currency.';
comment on column allocations.early_discount is 'Discount for paying early; settles the document too.';
comment on column allocations.early_discount_base is 'The same in the business''s own currency.';

create table payment_attempts as
    select a.id, a.customer_id, c.name as customer, a.contact_id,
        case a.status when 'requires_action' then 'Action needed' else label(a.status) end as status,
        a.currency_code, major(a.amount_minor, m.unit) as amount, a.failure_code, a.created_at,
        a.updated_at
    from source_payment_attempts a
    join customers c on c.id = a.customer_id
    join currencies m on m.currency_code = a.currency_code;
comment on table payment_attempts is 'One row an attempt to pay in the portal, also those that failed.';
comment on column payment_attempts.id is 'Key.';
comment on column payment_attempts.customer_id is 'Who tried: customers.id.';
comment on column payment_attempts.customer is 'The customer''s name.';
comment on column payment_attempts.contact_id is 'Which person: contacts.id; none by a public link or by auto-pay.';
comment on column payment_attempts.status is 'Created, Action needed, Pending, Succeeded, Failed, Cancelled or Expired.';
comment on column payment_attempts.currency_code is 'Currency of the amount.';
comment on column payment_attempts.amount is 'What was to be paid.';
comment on column payment_attempts.failure_code is 'Why it failed, as a code of the payment service.';
comment on column payment_attempts.created_at is 'When it began, UTC.';
comment on column payment_attempts.updated_at is 'When its status last changed, UTC.';

create table credit_notes as
    select n.id, n.number, n.customer_id, c.name as customer, n.date,
        case when n.status = 'open' and n.balance_minor = 0 then 'Closed' else label(n.status) end
            as status,
        n.status = 'open' as is_posted, n.invoice_id, n.reference, n.subject, n.currency_code,
        n.exchange_rate, n.tax_inclusive,
        major(n.subtotal_minor, m.unit) as subtotal,
        major(n.discount_minor, m.unit) as discount,
        major(n.tax_minor, m.unit) as tax,
        major(n.shipping_minor, m.unit) as shipping,
        major(n.adjustment_minor + n.round_off_minor, m.unit) as adjustment,
        major(n.total_minor, m.unit) as total,
        base(major(n.total_minor, m.unit), n.exchange_rate, p.base_decimals) as total_base,
        major(n.balance_minor, m.unit) as balance,
        base(major(n.balance_minor, m.unit), n.exchange_rate, p.base_decimals) as balance_base,
        c.billing_country, n.first_viewed_at, n.created_at, n.updated_at
    from source_credit_notes n
    join customers c on c.id = n.customer_id
    join currencies m on m.currency_code = n.currency_code
    cross join publication p;
comment on table credit_notes is 'One row a credit note, drafts and void ones included.';
comment on column credit_notes.id is 'Key.';
comment on column credit_notes.number is 'Number on the document.';
comment on column credit_notes.customer_id is 'Who was credited: customers.id.';
comment on column credit_notes.customer is 'The customer''s name.';
comment on column credit_notes.date is 'Date of the document.';
comment on column credit_notes.status is 'Draft, Open (something is left), Closed or Void.';
comment on column credit_notes.is_posted is 'True when it counts: neither draft nor void.';
comment on column credit_notes.invoice_id is 'The invoice it corrects: invoices.id.';
comment on column credit_notes.reference is 'The customer''s reference.';
comment on column credit_notes.subject is 'What it is about.';
comment on column credit_notes.currency_code is 'Currency of its amounts, ISO 4217.';
comment on column credit_notes.exchange_rate is 'Units of the business''s currency for one unit of this one, on its date.';
comment on column credit_notes.tax_inclusive is 'True when the prices of its lines include the tax.';
comment on column credit_notes.subtotal is 'Sum of its lines.';
comment on column credit_notes.discount is 'Discount on the whole document.';
comment on column credit_notes.tax is 'Tax.';
comment on column credit_notes.shipping is 'Shipping charge given back.';
comment on column credit_notes.adjustment is 'Adjustment and rounding together.';
comment on column credit_notes.total is 'Total.';
comment on column credit_notes.total_base is 'Total in the business''s own currency, at exchange_rate.';
comment on column credit_notes.balance is 'Neither applied to an invoice nor refunded.';
comment on column credit_notes.balance_base is 'Balance in the business''s own currency, at exchange_rate.';
comment on column credit_notes.billing_country is 'Country of the customer''s billing address as it is today.';
comment on column credit_notes.first_viewed_at is 'When the customer first opened it in the portal, UTC.';
comment on column credit_notes.created_at is 'When it was written, UTC.';
comment on column credit_notes.updated_at is 'When it last changed, UTC.';

create table credit_note_lines as
    select l.credit_note_id, n.number as credit_note_number, n.customer_id, n.customer, n.date,
        n.status, n.is_posted, l.position, l.item_id, l.sku, l.name, l.description, l.quantity, l.unit,
        l.unit_price, l.discount_percent, l.tax_name, l.tax_percent, n.currency_code, n.tax_inclusive,
        major(l.discount_minor, m.unit) as discount,
        major(l.tax_minor, m.unit) as tax,
        major(l.total_minor, m.unit) as total,
        base(major(l.total_minor, m.unit), n.exchange_rate, p.base_decimals) as total_base
    from source_credit_note_lines l
    join credit_notes n on n.id = l.credit_note_id
    join currencies m on m.currency_code = n.currency_code
    cross join publication p;
comment on table credit_note_lines is 'One row a line of a credit note.';
comment on column credit_note_lines.credit_note_id is 'Its credit note: credit_notes.id.';
comment on column credit_note_lines.credit_note_number is 'Number of the credit note.';
comment on column credit_note_lines.customer_id is 'The customer: customers.id.';
comment on column credit_note_lines.customer is 'The customer''s name.';
comment on column credit_note_lines.date is 'Date of the credit note.';
comment on column credit_note_lines.status is 'Status of the credit note.';
comment on column credit_note_lines.is_posted is 'True when the credit note counts: neither draft nor void.';
comment on column credit_note_lines.position is 'Place on the document, from 1.';
comment on column credit_note_lines.item_id is 'Its article: items.id.';
comment on column credit_note_lines.sku is 'Stock-keeping unit when it was written.';
comment on column credit_note_lines.name is 'Name of the article.';
comment on column credit_note_lines.description is 'Description.';
comment on column credit_note_lines.quantity is 'How many.';
comment on column credit_note_lines.unit is 'Of what.';
comment on column credit_note_lines.unit_price is 'Price of one, up to six decimals.';
comment on column credit_note_lines.discount_percent is 'Discount on the line in per cent, where it was given so.';
comment on column credit_note_lines.tax_name is 'Name of the tax.';
comment on column credit_note_lines.tax_percent is 'Rate of the tax.';
comment on column credit_note_lines.currency_code is 'Currency of its amounts.';
comment on column credit_note_lines.tax_inclusive is 'True when unit_price and total include the tax.';
comment on column credit_note_lines.discount is 'Discount on the line.';
comment on column credit_note_lines.tax is 'Tax on the line.';
comment on column credit_note_lines.total is 'Line total after discount; without tax unless prices include it.';
comment on column credit_note_lines.total_base is 'Line total in the business''s own currency.';

create table credit_applications as
    select a.credit_note_id, n.number as credit_note_number, a.invoice_id, i.number as invoice_number,
        i.date as invoice_date, i.due_date, n.customer_id, n.customer, a.date, n.currency_code,
        major(a.amount_minor, m.unit) as amount,
        base(major(a.amount_minor, m.unit), i.exchange_rate, p.base_decimals) as amount_base
    from source_credit_applications a
    join credit_notes n on n.id = a.credit_note_id
    join invoices i on i.id = a.invoice_id
    join currencies m on m.currency_code = n.currency_code
    cross join publication p;
comment on table credit_applications is 'One row each time a credit note settled an invoice.';
comment on column credit_applications.credit_note_id is 'The credit note: credit_notes.id.';
comment on column credit_applications.credit_note_number is 'Its number.';
comment on column credit_applications.invoice_id is 'The invoice: invoices.id.';
comment on column credit_applications.invoice_number is 'Its number.';
comment on column credit_applications.invoice_date is 'The invoice''s date.';
comment on column credit_applications.due_date is 'Day the invoice was to be paid.';
comment on column credit_applications.customer_id is 'The customer: customers.id.';
comment on column credit_applications.customer is 'The customer''s name.';
comment on column credit_applications.date is 'Day it was applied.';
comment on column credit_applications.currency_code is 'Currency of the amount.';
comment on column credit_applications.amount is 'How much was applied.';
comment on column credit_applications.amount_base is 'The same in the business''s own currency, at the invoice''s rate.';

create table refunds as
    select r.id, r.customer_id, c.name as customer, r.date,
        case r.status when 'succeeded' then 'Refunded' else label(r.status) end as status,
        r.status = 'succeeded' as is_posted, r.credit_note_id, r.payment_id,
        coalesce(n.number, p.number) as document_number, r.mode, r.reference, r.currency_code,
        major(r.amount_minor, m.unit) as amount,
        base(major(r.amount_minor, m.unit), coalesce(n.exchange_rate, p.exchange_rate, 1),
            b.base_decimals) as amount_base,
        r.created_at
    from source_refunds r
    join customers c on c.id = r.customer_id
    join currencies m on m.currency_code = r.currency_code
    cross join publication b
    left join credit_notes n on n.id = r.credit_note_id
    left join payments p on p.id = r.payment_id;
comment on table refunds is 'One row a refund of a credit note or of a payment.';
comment on column refunds.id is 'Key.';
comment on column refunds.customer_id is 'Who got it back: customers.id.';
comment on column refunds.customer is 'The customer''s name.';
comment on column refunds.date is 'Day of the refund.';
comment on column refunds.status is 'Pending, Refunded or Failed.';
comment on column refunds.is_posted is 'True when it counts: the money has gone back.';
comment on column refunds.credit_note_id is 'The credit note refunded: credit_notes.id.';
comment on column refunds.payment_id is 'Or the payment refunded: payments.id.';
comment on column refunds.document_number is 'Number of that credit note or payment.';
comment on column refunds.mode is 'How it was given back.';
comment on column refunds.reference is 'Reference on the refund.';
comment on column refunds.currency_code is 'Currency of the amount.';
comment on column refunds.amount is 'Given back.';
comment on column refunds.amount_base is 'Amount in the business''s own currency, at the rate of what was refunded.';
comment on column refunds.created_at is 'When it was recorded, UTC.';

create table payment_promises as
    select p.id as promise_id, p.customer_id, c.name as customer, p.contact_id,
        label(p.status) as status, p.promised_on, t.invoice_id, i.number as invoice_number,
        p.currency_code, major(t.amount_minor, m.unit) as amount,
        base(major(t.amount_minor, m.unit), i.exchange_rate, b.base_decimals) as amount_base,
        p.created_at, p.closed_at
    from source_payment_promise_items t
    join source_payment_promises p on p.id = t.promise_id
    join customers c on c.id = p.customer_id
    join currencies m on m.currency_code = p.currency_code
    join invoices i on i.id = t.invoice_id
    cross join publication b;
comment on table payment_promises is 'One row an invoice that a customer promised to pay, in one promise.';
comment on column payment_promises.promise_id is 'The promise, which may be of several invoices.';
comment on column payment_promises.customer_id is 'Who promised: customers.id.';
comment on column payment_promises.customer is 'The customer''s name.';
comment on column payment_promises.contact_id is 'The person who promised: contacts.id.';
comment on column payment_promises.status is 'Open, Kept, Broken or Withdrawn; a promise that was changed was withdrawn for a new one.';
comment on column payment_promises.promised_on is 'The day it was promised for.';
comment on column payment_promises.invoice_id is 'The invoice: invoices.id.';
comment on column payment_promises.invoice_number is 'Its number.';
comment on column payment_promises.currency_code is 'Currency of the amount.';
comment on column payment_promises.amount is 'What was promised of this invoice.';
comment on column payment_promises.amount_base is 'The same in the business''s own currency, at the invoice''s rate.';
comment on column payment_promises.created_at is 'When it was promised, UTC.';
comment on column payment_promises.closed_at is 'When it was kept, broken or withdrawn, UTC; empty while it is open.';

create table disputes as
    select d.id, d.customer_id, c.name as customer, d.kind, label(d.status) as status, d.invoice_id,
        i.number as invoice_number, l.position as line_position, l.name as line_name, d.payment_id,
        p.number as payment_number, d.contact_id, d.reason, d.body, d.currency_code,
        major(d.amount_minor, m.unit) as amount, d.resolution, d.credit_note_id, d.opened_at,
        d.decided_at, t.opened_on, t.decided_on
    from source_disputes d
    join customers c on c.id = d.customer_id
    join currencies m on m.currency_code = d.currency_code
    join dispute_days t on t.id = d.id
    left join disputed_lines l on l.id = d.invoice_line_id
    left join invoices i on i.id = d.invoice_id
    left join payments p on p.id = d.payment_id;
comment on table disputes is 'One row an invoice or payment that was questioned.';
comment on column disputes.id is 'Key.';
comment on column disputes.customer_id is 'The customer: customers.id.';
comment on column disputes.customer is 'The customer''s name.';
comment on column disputes.kind is 'customer when raised in the portal, provider when a payment was charged back.';
comment on column disputes.status is 'Opened, In review, Accepted, Rejected or Withdrawn.';
comment on column disputes.invoice_id is 'The invoice in question: invoices.id.';
comment on column disputes.invoice_number is 'Its number.';
comment on column disputes.line_position is 'Place on the invoice of the line in question; empty when it is about the whole.';
comment on column disputes.line_name is 'Name of the article on that line.';
comment on column disputes.payment_id is 'The payment in question: payments.id.';
comment on column disputes.payment_number is 'Its number.';
comment on column disputes.contact_id is 'Who raised it: contacts.id.';
comment on column disputes.reason is 'Reason, as a code or in words.';
comment on column disputes.body is 'The customer''s words.';
comment on column disputes.currency_code is 'Currency of the amount.';
comment on column disputes.amount is 'Amount in question.';
comment on column disputes.resolution is 'How it was decided, in words.';
comment on column disputes.credit_note_id is 'The credit note that came of it: credit_notes.id.';
comment on column disputes.opened_at is 'When it was raised, UTC.';
comment on column disputes.decided_at is 'When it was decided or withdrawn, UTC.';
comment on column disputes.opened_on is 'Day it was raised: from then on its amount is disputed.';
comment on column disputes.decided_on is 'Day it was decided or withdrawn: from then on nothing of it is. Empty while it is open.';
