-- Rules of the books that no constraint can state. Each query returns (problem, row_id) for a breach,
-- run in tests, at the start and nightly. Statements end with a semicolon at the end of a line. Rows of
-- customers are joined within one customer: what points at another customer's row points at nothing.

select 'invoice balance is not its total less what was applied' as problem, i.number as row_id
from core.invoices i
left join (
    select customer_id, invoice_id,
        sum(amount_minor + withheld_minor + early_discount_minor)::bigint as paid
    from core.allocations where invoice_id is not null group by customer_id, invoice_id
) a on a.customer_id = i.customer_id and a.invoice_id = i.id
left join (
    select customer_id, invoice_id, sum(amount_minor)::bigint as credited
    from core.credit_applications group by customer_id, invoice_id
) c on c.customer_id = i.customer_id and c.invoice_id = i.id
left join (
    select customer_id, invoice_id, sum(amount_minor)::bigint as drawn
    from core.retainer_applications group by customer_id, invoice_id
) d on d.customer_id = i.customer_id and d.invoice_id = i.id
where i.status in ('sent', 'written_off')
    and i.balance_minor <> i.total_minor - coalesce(a.paid, 0) - coalesce(c.credited, 0)
        - coalesce(d.drawn, 0) - i.written_off_minor
order by i.number;

select 'invoice is paid but draft or void' as problem, i.number as row_id
from core.invoices i
where i.status in ('draft', 'void')
    and exists (
        select 1 from core.allocations a
        where a.customer_id = i.customer_id and a.invoice_id = i.id
    )
order by i.number;

select 'retainer balance is not its total less what was paid' as problem, r.number as row_id
from core.retainer_invoices r
left join (
    select customer_id, retainer_invoice_id, sum(amount_minor)::bigint as paid
    from core.allocations where retainer_invoice_id is not null
    group by customer_id, retainer_invoice_id
) a on a.customer_id = r.customer_id and a.retainer_invoice_id = r.id
where r.status = 'sent' and r.balance_minor <> r.total_minor - coalesce(a.paid, 0)
order by r.number;

select 'unused part of a retainer is not what was paid less what was drawn' as problem, r.number as row_id
from core.retainer_invoices r
left join (
    select customer_id, retainer_invoice_id, sum(amount_minor)::bigint as drawn
    from core.retainer_applications group by customer_id, retainer_invoice_id
) d on d.customer_id = r.customer_id and d.retainer_invoice_id = r.id
where r.status = 'sent'
    and r.unused_minor <> r.total_minor - r.balance_minor - coalesce(d.drawn, 0)
order by r.number;

select 'credit note balance is not its total less applied and refunded' as problem, n.number as row_id
from core.credit_notes n
left join (
    select customer_id, credit_note_id, sum(amount_minor)::bigint as applied
    from core.credit_applications group by customer_id, credit_note_id
) c on c.customer_id = n.customer_id and c.credit_note_id = n.id
left join (
    select customer_id, credit_note_id, sum(amount_minor)::bigint as refunded
    from core.refunds where credit_note_id is not null and status = 'succeeded'
    group by customer_id, credit_note_id
) r on r.customer_id = n.customer_id and r.credit_note_id = n.id
where n.status = 'open'
    and n.balance_minor <> n.total_minor - coalesce(c.applied, 0) - coalesce(r.refunded, 0)
order by n.number;

select 'unused part of a payment is not its amount less allocations and refunds' as problem, p.number as row_id
from core.payments p
left join (
    select customer_id, payment_id, sum(amount_minor)::bigint as allocated
    from core.allocations group by customer_id, payment_id
) a on a.customer_id = p.customer_id and a.payment_id = p.id
left join (
    select customer_id, payment_id, sum(amount_minor)::bigint as refunded
    from core.refunds where payment_id is not null and status = 'succeeded'
    group by customer_id, payment_id
) r on r.customer_id = p.customer_id and r.payment_id = p.id
where p.status = 'succeeded'
    and p.unused_minor <> p.amount_minor - coalesce(a.allocated, 0) - coalesce(r.refunded, 0)
order by p.number;

select 'allocation crosses customers or currencies' as problem, cast(a.id as text) as row_id
from core.allocations a
left join core.payments p on p.customer_id = a.customer_id and p.id = a.payment_id
left join core.invoices i on i.customer_id = a.customer_id and i.id = a.invoice_id
where a.invoice_id is not null
    and (p.id is null or i.id is null or p.currency_code <> i.currency_code)
order by a.id;

select 'credit application crosses customers or currencies' as problem, cast(c.id as text) as row_id
from core.credit_applications c
left join core.credit_notes n on n.customer_id = c.customer_id and n.id = c.credit_note_id
left join core.invoices i on i.customer_id = c.customer_id and i.id = c.invoice_id
where n.id is null or i.id is null or n.currency_code <> i.currency_code
order by c.id;

select 'invoice line without its invoice, or of another customer' as problem, cast(l.id as text) as row_id
from core.invoice_lines l
left join core.invoices i on i.customer_id = l.customer_id and i.id = l.invoice_id
where i.id is null
order by l.id;

select 'invoice without a line' as problem, i.number as row_id
from core.invoices i
where not exists (
    select 1 from core.invoice_lines l
    where l.customer_id = i.customer_id and l.invoice_id = i.id
)
order by i.number;

select 'estimate line without its estimate, or of another customer' as problem, cast(l.id as text) as row_id
from core.estimate_lines l
left join core.estimates e on e.customer_id = l.customer_id and e.id = l.estimate_id
where e.id is null
order by l.id;

select 'credit note line without its credit note, or of another customer' as problem, cast(l.id as text) as row_id
from core.credit_note_lines l
left join core.credit_notes n on n.customer_id = l.customer_id and n.id = l.credit_note_id
where n.id is null
order by l.id;

select 'number given twice' as problem, concat(d.kind, ' ', d.number) as row_id
from (
    select 'invoice' as kind, number from core.invoices
    union all select 'estimate', number from core.estimates
    union all select 'credit note', number from core.credit_notes
    union all select 'retainer invoice', number from core.retainer_invoices
    union all select 'payment', number from core.payments
    union all select 'customer', number from core.customers
) d
where d.number is not null
group by d.kind, d.number
having count(*) > 1
order by 2;

select 'payment that was not received pays something' as problem, p.number as row_id
from core.allocations a
join core.payments p on p.customer_id = a.customer_id and p.id = a.payment_id
where p.status <> 'succeeded'
group by p.number, coalesce(a.invoice_id, a.retainer_invoice_id)
having sum(a.amount_minor) <> 0 or sum(a.withheld_minor) <> 0 or sum(a.early_discount_minor) <> 0
order by p.number;

select 'credit applied from a note that is not open' as problem, n.number as row_id
from core.credit_applications c
join core.credit_notes n on n.customer_id = c.customer_id and n.id = c.credit_note_id
where n.status <> 'open'
order by n.number;

select 'allocation without its payment' as problem, cast(a.id as text) as row_id
from core.allocations a
left join core.payments p on p.customer_id = a.customer_id and p.id = a.payment_id
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
left join core.projects p on p.customer_id = t.customer_id and p.id = t.project_id
where p.id is null
order by t.id;

select 'approval holds an entry of another customer, or one that is gone' as problem, cast(a.approval_id as text) as row_id
from core.approval_entries a
left join core.time_entries t on t.customer_id = a.customer_id and t.id = a.time_entry_id
where t.id is null
order by a.approval_id;

select 'view by a contact of another customer, or one that is gone' as problem, cast(v.document_id as text) as row_id
from core.document_views v
left join core.contacts c on c.customer_id = v.customer_id and c.id = v.contact_id
where c.id is null
order by v.document_id;

select 'view of a document that is gone' as problem, cast(v.document_id as text) as row_id
from core.document_views v
left join core.estimates e on e.customer_id = v.customer_id and e.id = v.document_id
    and v.document_kind = 'estimate'
left join core.invoices i on i.customer_id = v.customer_id and i.id = v.document_id
    and v.document_kind = 'invoice'
left join core.credit_notes n on n.customer_id = v.customer_id and n.id = v.document_id
    and v.document_kind = 'credit_note'
left join core.retainer_invoices r on r.customer_id = v.customer_id and r.id = v.document_id
    and v.document_kind = 'retainer_invoice'
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

-- The ledger, and what 0007 could not say as rules of its tables.

select 'ledger does not say what the books say of a document' as problem,
    concat(d.account_kind, ' ', d.account_id, ': ', d.source_kind) as row_id
from (
    select customer_id, account_kind, account_id, source_kind, source_id, currency_code, effective_on,
        amount_minor
    from core.ledger_sources
    union all
    select customer_id, account_kind, account_id, source_kind, source_id, currency_code, effective_on,
        -amount_minor
    from core.ledger_entries
) d
group by d.customer_id, d.account_kind, d.account_id, d.source_kind, d.source_id, d.currency_code,
    d.effective_on
having sum(d.amount_minor) <> 0
order by 2;

select 'balance is not what the ledger says' as problem, concat(b.account_kind, ' ', b.number) as row_id
from (
    select customer_id, 'invoice' as account_kind, id, number, currency_code, balance_minor as minor
    from core.invoices where status in ('sent', 'written_off')
    union all
    select customer_id, 'retainer_invoice', id, number, currency_code, balance_minor
    from core.retainer_invoices where status = 'sent'
    union all
    select customer_id, 'retainer', id, number, currency_code, -unused_minor
    from core.retainer_invoices where status = 'sent'
    union all
    select customer_id, 'credit_note', id, number, currency_code, -balance_minor
    from core.credit_notes where status = 'open'
    union all
    select customer_id, 'payment', id, number, currency_code, -unused_minor
    from core.payments where status = 'succeeded'
) b
left join (
    select customer_id, account_kind, account_id, currency_code, sum(amount_minor)::bigint as minor
    from core.ledger_entries group by customer_id, account_kind, account_id, currency_code
) l on l.customer_id = b.customer_id and l.account_kind = b.account_kind and l.account_id = b.id
    and l.currency_code = b.currency_code
where b.minor <> coalesce(l.minor, 0)
order by 2;

select 'more came back than was settled' as problem, cast(r.reverses_id as text) as row_id
from (
    select customer_id, reverses_id, sum(amount_minor)::bigint as minor
    from core.allocations where reverses_id is not null group by customer_id, reverses_id
    union all
    select customer_id, reverses_id, sum(amount_minor)::bigint
    from core.credit_applications where reverses_id is not null group by customer_id, reverses_id
    union all
    select customer_id, reverses_id, sum(amount_minor)::bigint
    from core.retainer_applications where reverses_id is not null group by customer_id, reverses_id
) r
left join (
    select customer_id, id, amount_minor from core.allocations where reverses_id is null
    union all
    select customer_id, id, amount_minor from core.credit_applications where reverses_id is null
    union all
    select customer_id, id, amount_minor from core.retainer_applications where reverses_id is null
) s on s.customer_id = r.customer_id and s.id = r.reverses_id
where s.id is null or s.amount_minor + r.minor < 0
order by 2;

select 'reversal of another document or payment' as problem, cast(r.id as text) as row_id
from core.allocations r
join core.allocations s on s.customer_id = r.customer_id and s.id = r.reverses_id
where r.payment_id <> s.payment_id or r.invoice_id is distinct from s.invoice_id
    or r.retainer_invoice_id is distinct from s.retainer_invoice_id
order by r.id;

select 'row has no version' as problem, v.kind as row_id
from (
    select 'staff' as kind from core.staff where version is null
    union all select 'customer' from core.customers where version is null
    union all select 'address' from core.addresses where version is null
    union all select 'contact' from core.contacts where version is null
    union all select 'tax' from core.taxes where version is null
    union all select 'item' from core.items where version is null
    union all select 'credit note' from core.credit_notes where version is null
    union all select 'recurring profile' from core.recurring_profiles where version is null
    union all select 'payment' from core.payments where version is null
    union all select 'refund' from core.refunds where version is null
    union all select 'saved method' from core.saved_methods where version is null
    union all select 'dispute' from core.disputes where version is null
    union all select 'person' from core.people where version is null
    union all select 'project' from core.projects where version is null
    union all select 'task' from core.tasks where version is null
    union all select 'time entry' from core.time_entries where version is null
    union all select 'review' from core.reviews where version is null
) v
order by v.kind;

select 'taxes of a line are not its tax' as problem, cast(t.line_id as text) as row_id
from (
    select customer_id, line_id, sum(amount_minor)::bigint as minor
    from core.line_taxes where document_kind <> 'recurring_profile' group by customer_id, line_id
) t
left join (
    select customer_id, id, tax_minor from core.estimate_lines
    union all select customer_id, id, tax_minor from core.invoice_lines
    union all select customer_id, id, tax_minor from core.credit_note_lines
) l on l.customer_id = t.customer_id and l.id = t.line_id
where l.id is null or l.tax_minor <> t.minor
order by t.line_id;

select 'items of a payment attempt are not its amount' as problem, cast(a.id as text) as row_id
from core.payment_attempts a
join (
    select customer_id, attempt_id, sum(amount_minor)::bigint as minor
    from core.payment_attempt_items group by customer_id, attempt_id
) i on i.customer_id = a.customer_id and i.attempt_id = a.id
where i.minor <> a.amount_minor
order by a.id;

select 'in flight is not what attempts in flight are for' as problem, d.number as row_id
from (
    select customer_id, id, number, pending_minor from core.invoices
    union all
    select customer_id, id, number, pending_minor from core.retainer_invoices
) d
left join (
    select t.customer_id, coalesce(t.invoice_id, t.retainer_invoice_id) as document_id,
        sum(t.amount_minor)::bigint as minor
    from core.payment_attempt_items t
    join core.payment_attempts a on a.customer_id = t.customer_id and a.id = t.attempt_id
    where a.status in ('awaiting_approval', 'created', 'requires_action', 'pending', 'held')
    group by 1, 2
) f on f.customer_id = d.customer_id and f.document_id = d.id
where d.pending_minor <> coalesce(f.minor, 0)
order by d.number;

select 'promise is not the sum of its items' as problem, cast(p.id as text) as row_id
from core.payment_promises p
join (
    select customer_id, promise_id, sum(amount_minor)::bigint as minor
    from core.payment_promise_items group by customer_id, promise_id
) i on i.customer_id = p.customer_id and i.promise_id = p.id
where i.minor <> p.amount_minor
order by p.id;

select 'payment limit without its currency' as problem, cast(c.id as text) as row_id
from core.contacts c
where c.payment_limit_minor is not null and c.payment_limit_currency is null
order by c.id;

select 'minimum or discount of an invoice is out of its bounds' as problem, i.number as row_id
from core.invoices i
where i.minimum_payment_minor < 0 or i.minimum_payment_minor > i.total_minor
    or i.early_discount_percent not between 0 and 100 or i.discount_percent not between 0 and 100
order by i.number;

select 'activity of a customer that is gone' as problem, cast(a.id as text) as row_id
from core.activity a
left join core.customers c on c.id = a.customer_id
where c.id is null and a.customer_id <> '00000000-0000-0000-0000-00000000b051'
order by a.id;

select 'customer was merged into itself or into one that is gone' as problem, cast(c.id as text) as row_id
from core.customers c
left join core.customers t on t.id = c.merged_into
where c.merged_into is not null and (t.id is null or t.id = c.id)
order by c.id;

select 'link, reminder, promise or copy of a document that is gone' as problem, cast(d.id as text) as row_id
from (
    select customer_id, document_kind, document_id, id from core.document_links
    union all select customer_id, document_kind, document_id, id from core.document_copies
    union all select customer_id, 'invoice', invoice_id, id from core.reminders
    union all select customer_id, 'invoice', invoice_id, promise_id from core.payment_promise_items
) d
left join (
    select customer_id, 'estimate' as kind, id from core.estimates
    union all select customer_id, 'invoice', id from core.invoices
    union all select customer_id, 'credit_note', id from core.credit_notes
    union all select customer_id, 'retainer_invoice', id from core.retainer_invoices
    union all select customer_id, 'payment', id from core.payments
) x on x.customer_id = d.customer_id and x.kind = d.document_kind and x.id = d.document_id
where x.id is null
order by d.id;

select 'second factor without its secret, or a recovery code of nobody' as problem, cast(f.id as text) as row_id
from (
    select id from core.logins where totp_confirmed_at is not null and totp_secret is null
    union all
    select r.login_id from core.recovery_codes r left join core.logins l on l.id = r.login_id
    where l.id is null
    union all
    select r.login_id from core.login_identities r left join core.logins l on l.id = r.login_id
    where l.id is null
) f
order by f.id;
