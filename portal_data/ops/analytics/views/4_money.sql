-- What was paid, credited and given back.

create view payments as
    select p.id, p.number, p.customer_id, c.display_name as customer, p.kind, p.date,
        case p.status when 'succeeded' then 'Received' when 'void' then 'Void' else 'Draft' end as status,
        p.mode, p.reference, p.currency_code, p.exchange_rate,
        stored.major(p.amount_minor, m.unit) as amount,
        stored.major(p.unused_minor, m.unit) as unused,
        stored.major(p.bank_charges_minor, m.unit) as bank_charges,
        p.created_at
    from stored.payments p
    join stored.customers c on c.id = p.customer_id
    join stored.currencies m on m.currency_code = p.currency_code;
comment on view payments is 'One row a payment. What it settled is in allocations.';
comment on column payments.id is 'Key.';
comment on column payments.number is 'Number of the receipt.';
comment on column payments.customer_id is 'Who paid: customers.id.';
comment on column payments.customer is 'The customer''s name.';
comment on column payments.kind is 'invoice, or retainer when it paid ahead.';
comment on column payments.date is 'Day it was received.';
comment on column payments.status is 'Received, Draft or Void; only Received counts.';
comment on column payments.mode is 'How it was paid: bank transfer, card, cheque …';
comment on column payments.reference is 'Reference on the payment.';
comment on column payments.currency_code is 'Currency of its amounts, ISO 4217.';
comment on column payments.exchange_rate is 'Units of the business''s currency for one unit of this one, on its date.';
comment on column payments.amount is 'Received.';
comment on column payments.unused is 'Neither allocated to a document nor refunded.';
comment on column payments.bank_charges is 'What the bank kept; not part of the amount.';
comment on column payments.created_at is 'When it was recorded, UTC.';

create view allocations as
    select a.payment_id, p.number as payment_number, p.customer_id, a.invoice_id,
        i.number as invoice_number, a.retainer_invoice_id as retainer_id,
        r.number as retainer_number, a.date, p.currency_code,
        stored.major(a.amount_minor, m.unit) as amount,
        stored.major(a.withheld_minor, m.unit) as withheld,
        stored.major(a.early_discount_minor, m.unit) as early_discount
    from stored.allocations a
    join stored.payments p on p.id = a.payment_id
    join stored.currencies m on m.currency_code = p.currency_code
    left join stored.invoices i on i.id = a.invoice_id
    left join stored.retainer_invoices r on r.id = a.retainer_invoice_id;
comment on view allocations is 'One row a part of a payment that settled an invoice or a retainer.';
comment on column allocations.payment_id is 'The payment: payments.id.';
comment on column allocations.payment_number is 'Its number.';
comment on column allocations.customer_id is 'The customer: customers.id.';
comment on column allocations.invoice_id is 'The invoice it settled: invoices.id; empty for a retainer.';
comment on column allocations.invoice_number is 'Its number.';
comment on column allocations.retainer_id is 'The retainer it paid: retainers.id; empty for an invoice.';
comment on column allocations.retainer_number is 'Its number.';
comment on column allocations.date is 'Day it settled the document.';
comment on column allocations.currency_code is 'Currency of its amounts.';
comment on column allocations.amount is 'Part of the payment.';
comment on column allocations.withheld is 'Tax the customer kept back; settles the document too.';
comment on column allocations.early_discount is 'Discount for paying early; settles the document too.';

create view credit_notes as
    select n.id, n.number, n.customer_id, c.display_name as customer, n.date,
        case
            when n.status = 'draft' then 'Draft'
            when n.status = 'void' then 'Void'
            when n.balance_minor = 0 then 'Closed'
            else 'Open'
        end as status,
        n.invoice_id, n.reference, n.subject, n.currency_code, n.exchange_rate,
        stored.major(n.subtotal_minor, m.unit) as subtotal,
        stored.major(n.discount_minor, m.unit) as discount,
        stored.major(n.tax_minor, m.unit) as tax,
        stored.major(n.shipping_minor, m.unit) as shipping,
        stored.major(n.adjustment_minor + n.round_off_minor, m.unit) as adjustment,
        stored.major(n.total_minor, m.unit) as total,
        stored.major(n.balance_minor, m.unit) as balance,
        n.first_viewed_at, n.created_at
    from stored.credit_notes n
    join stored.customers c on c.id = n.customer_id
    join stored.currencies m on m.currency_code = n.currency_code;
comment on view credit_notes is 'One row a credit note, drafts and void ones included.';
comment on column credit_notes.id is 'Key.';
comment on column credit_notes.number is 'Number on the document.';
comment on column credit_notes.customer_id is 'Who was credited: customers.id.';
comment on column credit_notes.customer is 'The customer''s name.';
comment on column credit_notes.date is 'Date of the document.';
comment on column credit_notes.status is 'Draft, Open (something is left), Closed or Void.';
comment on column credit_notes.invoice_id is 'The invoice it corrects: invoices.id.';
comment on column credit_notes.reference is 'The customer''s reference.';
comment on column credit_notes.subject is 'What it is about.';
comment on column credit_notes.currency_code is 'Currency of its amounts, ISO 4217.';
comment on column credit_notes.exchange_rate is 'Units of the business''s currency for one unit of this one, on its date.';
comment on column credit_notes.subtotal is 'Sum of its lines.';
comment on column credit_notes.discount is 'Discount on the whole document.';
comment on column credit_notes.tax is 'Tax.';
comment on column credit_notes.shipping is 'Shipping charge given back.';
comment on column credit_notes.adjustment is 'Adjustment and rounding together.';
comment on column credit_notes.total is 'Total.';
comment on column credit_notes.balance is 'Neither applied to an invoice nor refunded.';
comment on column credit_notes.first_viewed_at is 'When the customer first opened it in the portal, UTC.';
comment on column credit_notes.created_at is 'When it was written, UTC.';

create view credit_note_lines as
    select l.credit_note_id, n.number as credit_note_number, n.customer_id, n.date, l.position,
        l.item_id, l.sku, l.name, l.description, l.quantity, l.unit, l.unit_price, l.tax_name,
        l.tax_percent, n.currency_code,
        stored.major(l.discount_minor, m.unit) as discount,
        stored.major(l.tax_minor, m.unit) as tax,
        stored.major(l.total_minor, m.unit) as total
    from stored.credit_note_lines l
    join stored.credit_notes n on n.id = l.credit_note_id
    join stored.currencies m on m.currency_code = n.currency_code;
comment on view credit_note_lines is 'One row a line of a credit note.';
comment on column credit_note_lines.credit_note_id is 'Its credit note: credit_notes.id.';
comment on column credit_note_lines.credit_note_number is 'Number of the credit note.';
comment on column credit_note_lines.customer_id is 'The customer: customers.id.';
comment on column credit_note_lines.date is 'Date of the credit note.';
comment on column credit_note_lines.position is 'Place on the document, from 1.';
comment on column credit_note_lines.item_id is 'Its article: items.id.';
comment on column credit_note_lines.sku is 'Stock-keeping unit when it was written.';
comment on column credit_note_lines.name is 'Name of the article.';
comment on column credit_note_lines.description is 'Description.';
comment on column credit_note_lines.quantity is 'How many.';
comment on column credit_note_lines.unit is 'Of what.';
comment on column credit_note_lines.unit_price is 'Price of one, up to six decimals.';
comment on column credit_note_lines.tax_name is 'Name of the tax.';
comment on column credit_note_lines.tax_percent is 'Rate of the tax.';
comment on column credit_note_lines.currency_code is 'Currency of its amounts.';
comment on column credit_note_lines.discount is 'Discount on the line.';
comment on column credit_note_lines.tax is 'Tax on the line.';
comment on column credit_note_lines.total is 'Line total after discount; without tax unless prices include it.';

create view credit_applications as
    select a.credit_note_id, n.number as credit_note_number, a.invoice_id, i.number as invoice_number,
        n.customer_id, a.date, n.currency_code,
        stored.major(a.amount_minor, m.unit) as amount
    from stored.credit_applications a
    join stored.credit_notes n on n.id = a.credit_note_id
    join stored.invoices i on i.id = a.invoice_id
    join stored.currencies m on m.currency_code = n.currency_code;
comment on view credit_applications is 'One row each time a credit note settled an invoice.';
comment on column credit_applications.credit_note_id is 'The credit note: credit_notes.id.';
comment on column credit_applications.credit_note_number is 'Its number.';
comment on column credit_applications.invoice_id is 'The invoice: invoices.id.';
comment on column credit_applications.invoice_number is 'Its number.';
comment on column credit_applications.customer_id is 'The customer: customers.id.';
comment on column credit_applications.date is 'Day it was applied.';
comment on column credit_applications.currency_code is 'Currency of the amount.';
comment on column credit_applications.amount is 'How much was applied.';

create view refunds as
    select r.id, r.customer_id, c.display_name as customer, r.date, r.status, r.credit_note_id,
        r.payment_id, coalesce(n.number, p.number) as document_number, r.mode, r.reference,
        r.currency_code,
        stored.major(r.amount_minor, m.unit) as amount
    from stored.refunds r
    join stored.customers c on c.id = r.customer_id
    join stored.currencies m on m.currency_code = r.currency_code
    left join stored.credit_notes n on n.id = r.credit_note_id
    left join stored.payments p on p.id = r.payment_id;
comment on view refunds is 'One row a refund of a credit note or of a payment.';
comment on column refunds.id is 'Key.';
comment on column refunds.customer_id is 'Who got it back: customers.id.';
comment on column refunds.customer is 'The customer''s name.';
comment on column refunds.date is 'Day of the refund.';
comment on column refunds.status is 'pending, succeeded or failed; only succeeded counts.';
comment on column refunds.credit_note_id is 'The credit note refunded: credit_notes.id.';
comment on column refunds.payment_id is 'Or the payment refunded: payments.id.';
comment on column refunds.document_number is 'Number of that credit note or payment.';
comment on column refunds.mode is 'How it was given back.';
comment on column refunds.reference is 'Reference on the refund.';
comment on column refunds.currency_code is 'Currency of the amount.';
comment on column refunds.amount is 'Given back.';
