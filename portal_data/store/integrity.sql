-- Rules of the books that no constraint can state. Each query returns (problem, row_id) for a breach,
-- run in tests, at the start and nightly. Statements end with a semicolon at the end of a line.

select 'invoice balance is not its total less what was applied' as problem, i.number as row_id
from core.invoices i
left join (
    select invoice_id, sum(amount_minor + withheld_minor + early_discount_minor)::bigint as paid
    from core.allocations where invoice_id is not null group by invoice_id
) a on a.invoice_id = i.id
left join (
    select invoice_id, sum(amount_minor)::bigint as credited
    from core.credit_applications group by invoice_id
) c on c.invoice_id = i.id
left join (
    select invoice_id, sum(amount_minor)::bigint as drawn
    from core.retainer_applications group by invoice_id
) d on d.invoice_id = i.id
where i.status in ('sent', 'written_off')
    and i.balance_minor <> i.total_minor - coalesce(a.paid, 0) - coalesce(c.credited, 0)
        - coalesce(d.drawn, 0) - i.written_off_minor
order by i.number;

select 'invoice is paid but draft or void' as problem, i.number as row_id
from core.invoices i
where i.status in ('draft', 'void')
    and exists (select 1 from core.allocations a where a.invoice_id = i.id)
order by i.number;

select 'retainer balance is not its total less what was paid' as problem, r.number as row_id
from core.retainer_invoices r
left join (
    select retainer_invoice_id, sum(amount_minor)::bigint as paid
    from core.allocations where retainer_invoice_id is not null group by retainer_invoice_id
) a on a.retainer_invoice_id = r.id
where r.status = 'sent' and r.balance_minor <> r.total_minor - coalesce(a.paid, 0)
order by r.number;

select 'unused part of a retainer is not what was paid less what was drawn' as problem, r.number as row_id
from core.retainer_invoices r
left join (
    select retainer_invoice_id, sum(amount_minor)::bigint as drawn
    from core.retainer_applications group by retainer_invoice_id
) d on d.retainer_invoice_id = r.id
where r.status = 'sent'
    and r.unused_minor <> r.total_minor - r.balance_minor - coalesce(d.drawn, 0)
order by r.number;

select 'credit note balance is not its total less applied and refunded' as problem, n.number as row_id
from core.credit_notes n
left join (
    select credit_note_id, sum(amount_minor)::bigint as applied
    from core.credit_applications group by credit_note_id
) c on c.credit_note_id = n.id
left join (
    select credit_note_id, sum(amount_minor)::bigint as refunded
    from core.refunds where credit_note_id is not null and status = 'succeeded' group by credit_note_id
) r on r.credit_note_id = n.id
where n.status = 'open'
    and n.balance_minor <> n.total_minor - coalesce(c.applied, 0) - coalesce(r.refunded, 0)
order by n.number;

select 'unused part of a payment is not its amount less allocations and refunds' as problem, p.number as row_id
from core.payments p
left join (
    select payment_id, sum(amount_minor)::bigint as allocated from core.allocations group by payment_id
) a on a.payment_id = p.id
left join (
    select payment_id, sum(amount_minor)::bigint as refunded
    from core.refunds where payment_id is not null and status = 'succeeded' group by payment_id
) r on r.payment_id = p.id
where p.status = 'succeeded'
    and p.unused_minor <> p.amount_minor - coalesce(a.allocated, 0) - coalesce(r.refunded, 0)
order by p.number;

select 'allocation crosses customers or currencies' as problem, cast(a.id as text) as row_id
from core.allocations a
join core.payments p on p.id = a.payment_id
join core.invoices i on i.id = a.invoice_id
where a.customer_id <> p.customer_id or a.customer_id <> i.customer_id or p.currency_code <> i.currency_code
order by a.id;

select 'credit application crosses customers or currencies' as problem, cast(c.id as text) as row_id
from core.credit_applications c
join core.credit_notes n on n.id = c.credit_note_id
join core.invoices i on i.id = c.invoice_id
where c.customer_id <> n.customer_id or c.customer_id <> i.customer_id or n.currency_code <> i.currency_code
order by c.id;

select 'invoice line without its invoice, or of another customer' as problem, cast(l.id as text) as row_id
from core.invoice_lines l
left join core.invoices i on i.id = l.invoice_id
where i.id is null or i.customer_id <> l.customer_id
order by l.id;

select 'invoice without a line' as problem, i.number as row_id
from core.invoices i
where not exists (select 1 from core.invoice_lines l where l.invoice_id = i.id)
order by i.number;

select 'estimate line without its estimate, or of another customer' as problem, cast(l.id as text) as row_id
from core.estimate_lines l
left join core.estimates e on e.id = l.estimate_id
where e.id is null or e.customer_id <> l.customer_id
order by l.id;

select 'credit note line without its credit note, or of another customer' as problem, cast(l.id as text) as row_id
from core.credit_note_lines l
left join core.credit_notes n on n.id = l.credit_note_id
where n.id is null or n.customer_id <> l.customer_id
order by l.id;

select 'allocation of a payment that is not received' as problem, p.number as row_id
from core.allocations a
join core.payments p on p.id = a.payment_id
where p.status <> 'succeeded'
order by p.number;

select 'credit applied from a note that is not open' as problem, n.number as row_id
from core.credit_applications c
join core.credit_notes n on n.id = c.credit_note_id
where n.status <> 'open'
order by n.number;

select 'allocation without its payment' as problem, cast(a.id as text) as row_id
from core.allocations a
left join core.payments p on p.id = a.payment_id
where p.id is null
order by a.id;

select 'document without its customer' as problem, d.number as row_id
from (
    select number, customer_id from core.invoices
    union all select number, customer_id from core.estimates
    union all select number, customer_id from core.credit_notes
    union all select number, customer_id from core.retainer_invoices
    union all select number, customer_id from core.payments
) d
left join core.customers c on c.id = d.customer_id
where c.id is null
order by d.number;

select 'contact without its customer' as problem, cast(p.id as text) as row_id
from core.contacts p
left join core.customers c on c.id = p.customer_id
where c.id is null
order by p.id;

select 'active contact without a login' as problem, cast(p.id as text) as row_id
from core.contacts p
left join core.logins l on l.id = p.login_id
where p.portal_status = 'active' and (l.id is null or l.password_hash is null)
order by p.id;

select 'time entry outside its project or customer' as problem, cast(t.id as text) as row_id
from core.time_entries t
left join core.projects p on p.id = t.project_id
where p.id is null or p.customer_id <> t.customer_id
order by t.id;

select 'approval holds an entry of another customer, or one that is gone' as problem, cast(a.approval_id as text) as row_id
from core.approval_entries a
left join core.time_entries t on t.id = a.time_entry_id
where t.id is null or t.customer_id <> a.customer_id
order by a.approval_id;

select 'view by a contact of another customer, or one that is gone' as problem, cast(v.document_id as text) as row_id
from core.document_views v
left join core.contacts c on c.id = v.contact_id
where c.id is null or c.customer_id <> v.customer_id
order by v.document_id;

select 'view of a document that is gone' as problem, cast(v.document_id as text) as row_id
from core.document_views v
left join core.estimates e on e.id = v.document_id and v.document_kind = 'estimate'
left join core.invoices i on i.id = v.document_id and v.document_kind = 'invoice'
left join core.credit_notes n on n.id = v.document_id and v.document_kind = 'credit_note'
left join core.retainer_invoices r on r.id = v.document_id and v.document_kind = 'retainer_invoice'
where coalesce(e.id, i.id, n.id, r.id) is null
order by v.document_id;

select 'sign-in of a contact or login that is gone' as problem, cast(s.id as text) as row_id
from core.sign_ins s
left join core.logins l on l.id = s.login_id
left join core.contacts c on c.id = s.contact_id
where l.id is null or (s.contact_id is not null and c.id is null)
order by s.id;

select 'organisation names a logo that is not there' as problem, o.name as row_id
from core.organisation o
where o.logo_sha256 is not null
    and not exists (select 1 from core.logos l where l.sha256 = o.logo_sha256)
order by o.name;
