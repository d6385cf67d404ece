-- Texts that many rows repeat, by the type that the published file keeps them as: see setup.sql. A type
-- without words is named too. Each part stops one word above the most that a type may have.

select type, word
from (values
    ('customer_word', cast(null as text)), ('country_word', null), ('sku_word', null),
    ('article_word', null), ('description_word', null), ('unit_word', null), ('tax_word', null),
    ('terms_word', null), ('salesperson_word', null), ('mode_word', null),
    ('payment_word', null), ('event_word', null), ('subject_word', null),
    ('actor_word', null), ('name_word', null), ('about_word', null), ('estimate_word', null)
) named(type, word)
union all (select 'customer_word', display_name from core.customers
    group by display_name limit 16385)
union all (select 'country_word', country from core.addresses
    where kind = 'billing' group by country limit 16385)
union all (select 'sku_word', sku from core.invoice_lines group by sku limit 16385)
union all (select 'article_word', name from core.invoice_lines group by name limit 16385)
union all (select 'description_word', description from core.invoice_lines
    group by description limit 16385)
union all (select 'unit_word', unit from core.invoice_lines group by unit limit 16385)
union all (select 'tax_word', tax_name from core.invoice_lines group by tax_name limit 16385)
union all (select 'terms_word', payment_terms_label from core.invoices
    group by payment_terms_label limit 16385)
union all (select 'salesperson_word', salesperson from core.invoices
    group by salesperson limit 16385)
union all (select 'about_word', subject from core.invoices group by subject limit 16385)
union all (select 'estimate_word', estimate_number from core.invoices
    group by estimate_number limit 16385)
union all (select 'mode_word', mode from core.payments group by mode limit 16385)
union all (select 'payment_word', kind from core.payments group by kind limit 16385)
union all (select 'event_word', event from core.activity group by event limit 16385)
union all (select 'subject_word', subject_kind from core.activity
    group by subject_kind limit 16385)
union all (select 'actor_word', actor_kind from core.activity group by actor_kind limit 16385)
union all (select 'name_word', actor_name from core.activity group by actor_name limit 16385)
