-- What was offered.

create table estimates as
    select e.id, e.number, e.customer_id, c.name as customer, e.date, e.expiry_date,
        case
            when e.status = 'sent' and e.expiry_date < p.day then 'Expired'
            when e.status = 'sent' then 'Open'
            else label(e.status)
        end as status,
        e.source_status, e.revision, e.reference, e.subject, e.currency_code, e.exchange_rate,
        e.tax_inclusive,
        major(e.subtotal_minor, m.unit) as subtotal,
        major(e.discount_minor, m.unit) as discount,
        major(e.tax_minor, m.unit) as tax,
        major(e.shipping_minor, m.unit) as shipping,
        major(e.adjustment_minor + e.round_off_minor, m.unit) as adjustment,
        major(e.total_minor, m.unit) as total,
        base(major(e.total_minor, m.unit), e.exchange_rate, p.base_decimals) as total_base,
        e.salesperson, e.project_id, c.billing_country, e.sent_at, e.first_viewed_at, e.accepted_at,
        e.accepted_name, e.declined_at, e.decline_reason, e.created_at, e.updated_at
    from source_estimates e
    join customers c on c.id = e.customer_id
    join currencies m on m.currency_code = e.currency_code
    cross join publication p;
comment on table estimates is 'One row an estimate (quote), drafts included.';
comment on column estimates.id is 'Key.';
comment on column estimates.number is 'Number on the document.';
comment on column estimates.customer_id is 'Whom it was written for: customers.id.';
comment on column estimates.customer is 'The customer''s name.';
comment on column estimates.date is 'Date of the document.';
comment on column estimates.expiry_date is 'Last day it can be accepted.';
comment on column estimates.status is 'Draft, Open, Accepted, Declined, Invoiced or Expired, as the portal shows it.';
comment on column estimates.source_status is 'Status in the books it was imported from.';
comment on column estimates.revision is 'How often it was issued; 1 is the first.';
comment on column estimates.reference is 'The customer''s reference.';
comment on column estimates.subject is 'What it is about.';
comment on column estimates.currency_code is 'Currency of its amounts, ISO 4217.';
comment on column estimates.exchange_rate is 'Units of the business''s currency for one unit of this one, on its date.';
comment on column estimates.tax_inclusive is 'True when the prices of its lines include the tax.';
comment on column estimates.subtotal is 'Sum of its lines.';
comment on column estimates.discount is 'Discount on the whole document.';
comment on column estimates.tax is 'Tax.';
comment on column estimates.shipping is 'Shipping charge.';
comment on column estimates.adjustment is 'Adjustment and rounding together.';
comment on column estimates.total is 'Total.';
comment on column estimates.total_base is 'Total in the business''s own currency, at exchange_rate.';
comment on column estimates.salesperson is 'Who sells it.';
comment on column estimates.project_id is 'The project it is for: projects.id.';
comment on column estimates.billing_country is 'Country of the customer''s billing address as it is today.';
comment on column estimates.sent_at is 'When it was sent, UTC.';
comment on column estimates.first_viewed_at is 'When the customer first opened it in the portal, UTC.';
comment on column estimates.accepted_at is 'When it was accepted, UTC.';
comment on column estimates.accepted_name is 'Who signed for the acceptance.';
comment on column estimates.declined_at is 'When it was declined, UTC.';
comment on column estimates.decline_reason is 'Why, in the customer''s words.';
comment on column estimates.created_at is 'When it was written, UTC.';
comment on column estimates.updated_at is 'When it last changed, UTC.';

create table estimate_lines as
    select l.estimate_id, e.number as estimate_number, e.customer_id, e.customer, e.date, e.status,
        l.position, l.item_id, l.sku, l.name, l.description, l.quantity, l.unit, l.unit_price,
        l.discount_percent, l.tax_name, l.tax_percent, e.currency_code, e.tax_inclusive,
        major(l.discount_minor, m.unit) as discount,
        major(l.tax_minor, m.unit) as tax,
        major(l.total_minor, m.unit) as total,
        base(major(l.total_minor, m.unit), e.exchange_rate, p.base_decimals) as total_base,
        e.project_id, l.optional, l.selected
    from source_estimate_lines l
    join estimates e on e.id = l.estimate_id
    join currencies m on m.currency_code = e.currency_code
    cross join publication p;
comment on table estimate_lines is 'One row a line of an estimate.';
comment on column estimate_lines.estimate_id is 'Its estimate: estimates.id.';
comment on column estimate_lines.estimate_number is 'Number of the estimate.';
comment on column estimate_lines.customer_id is 'The customer: customers.id.';
comment on column estimate_lines.customer is 'The customer''s name.';
comment on column estimate_lines.date is 'Date of the estimate.';
comment on column estimate_lines.status is 'Status of the estimate.';
comment on column estimate_lines.position is 'Place on the document, from 1.';
comment on column estimate_lines.item_id is 'Its article: items.id.';
comment on column estimate_lines.sku is 'Stock-keeping unit when it was written.';
comment on column estimate_lines.name is 'Name of the article.';
comment on column estimate_lines.description is 'Description.';
comment on column estimate_lines.quantity is 'How many.';
comment on column estimate_lines.unit is 'Of what.';
comment on column estimate_lines.unit_price is 'Price of one, up to six decimals.';
comment on column estimate_lines.discount_percent is 'Discount on the line in per cent, where it was given so.';
comment on column estimate_lines.tax_name is 'Name of the tax.';
comment on column estimate_lines.tax_percent is 'Rate of the tax.';
comment on column estimate_lines.currency_code is 'Currency of its amounts.';
comment on column estimate_lines.tax_inclusive is 'True when unit_price and total include the tax.';
comment on column estimate_lines.discount is 'Discount on the line.';
comment on column estimate_lines.tax is 'Tax on the line.';
comment on column estimate_lines.total is 'Line total after discount; without tax unless prices include it.';
comment on column estimate_lines.total_base is 'Line total in the business''s own currency.';
comment on column estimate_lines.project_id is 'The project of the estimate: projects.id.';
comment on column estimate_lines.optional is 'True when the customer may leave it out.';
comment on column estimate_lines.selected is 'False when the customer left it out.';
