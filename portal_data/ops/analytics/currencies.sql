-- Every currency that something in the books has an amount in.

select distinct currency_code from (
    select currency_code from core.organisation
    union all select currency_code from core.customers
    union all select currency_code from core.items
    union all select currency_code from core.estimates
    union all select currency_code from core.recurring_profiles
    union all select currency_code from core.invoices
    union all select currency_code from core.retainer_invoices
    union all select currency_code from core.credit_notes
    union all select currency_code from core.payments
    union all select currency_code from core.payment_attempts
    union all select currency_code from core.payment_promises
    union all select currency_code from core.refunds
    union all select currency_code from core.disputes
    union all select currency_code from core.projects
    union all select currency_code from core.activity
) used
where currency_code is not null
order by currency_code
