-- What acting needs: customers and staff change things, money moves and comes back, more processes write.
--
-- `version` is raised by every statement that changes a row of its table, so that an action can tell
-- whether it decides on what the person saw. DuckDB can add neither a constraint nor `not null` to a
-- table that is there: tables whose rules change are made anew in duckdb/, and integrity.sql says the
-- rest. What belongs to the business and to no customer has the fixed id
-- 00000000-0000-0000-0000-00000000b051 where a customer's stands (portal_data/ids.py).

alter table core.staff add column version integer default 1;
alter table core.customers add column version integer default 1;
alter table core.addresses add column version integer default 1;
alter table core.contacts add column version integer default 1;
alter table core.taxes add column version integer default 1;
alter table core.items add column version integer default 1;
alter table core.credit_notes add column version integer default 1;
alter table core.recurring_profiles add column version integer default 1;
alter table core.payments add column version integer default 1;
alter table core.refunds add column version integer default 1;
alter table core.saved_methods add column version integer default 1;
alter table core.disputes add column version integer default 1;
alter table core.people add column version integer default 1;
alter table core.projects add column version integer default 1;
alter table core.tasks add column version integer default 1;
alter table core.time_entries add column version integer default 1;
alter table core.reviews add column version integer default 1;

-- Who somebody is ----------------------------------------------------------------------------------

alter table core.logins add column totp_confirmed_at timestamp;
alter table core.sign_ins add column method text;
alter table core.invitations add column created_by_kind text;
update core.invitations set created_by_kind = 'staff' where created_by is not null;

create table core.recovery_codes (
    login_id uuid not null,
    code_hash text not null,
    created_at timestamp not null,
    used_at timestamp,
    primary key (login_id, code_hash)
);

-- Who somebody is to an OpenID provider; the e-mail address there may change.
create table core.login_identities (
    issuer text not null,
    subject text not null,
    login_id uuid not null,
    created_at timestamp not null,
    last_used_at timestamp,
    primary key (issuer, subject)
);

-- Links that sign somebody in, once.
create table core.login_links (
    id uuid primary key,
    login_id uuid not null,
    token_hash text not null unique,
    created_at timestamp not null,
    expires_at timestamp not null,
    used_at timestamp,
    revoked_at timestamp
);

-- Customers ----------------------------------------------------------------------------------------

alter table core.customers add column merged_into uuid;
alter table core.customers add column merged_at timestamp;
alter table core.customers add column reminders_paused_until date;
alter table core.customers add column early_discount_percent decimal(9,6);
alter table core.customers add column early_discount_days integer;
alter table core.customers add column buyer_reference text;
alter table core.customers add column endpoint_scheme text;
alter table core.customers add column endpoint_id text;
alter table core.addresses add column country_code text;
alter table core.organisation add column country_code text;
alter table core.contacts add column payment_limit_currency text;
update core.contacts set payment_limit_currency = (
    select c.currency_code from core.customers c where c.id = contacts.customer_id
) where payment_limit_minor is not null;

-- What a customer has asked to be changed and staff decide on, such as a tax number.
create table core.pending_changes (
    id uuid primary key,
    customer_id uuid not null,
    subject_kind text not null,
    subject_id uuid not null,
    field text not null,
    old_value text,
    new_value text,
    status text not null default 'waiting'
        check (status in ('waiting', 'accepted', 'refused', 'withdrawn')),
    version integer not null default 1,
    requested_by uuid not null,
    requested_at timestamp not null,
    decided_by uuid,
    decided_at timestamp,
    reason text
);

-- Documents ----------------------------------------------------------------------------------------

-- A group's members; the group itself is a tax of kind group.
create table core.tax_members (
    group_id uuid not null,
    tax_id uuid not null,
    primary key (group_id, tax_id)
);
-- What e-invoices call a tax: the category of EN 16931 (S, Z, E, AE, K, G, O) and why it is exempt.
alter table core.taxes add column category text default 'S';
alter table core.taxes add column exemption_code text;
alter table core.taxes add column exemption_reason text;

-- What e-invoices call a unit (UN/ECE recommendation 20), for the words that lines have.
create table core.unit_codes (
    unit text primary key,
    code text not null
);

-- The taxes of a line that has several, or one that needs more said of it than its rate. The line
-- itself keeps their sum.
create table core.line_taxes (
    id uuid primary key,
    customer_id uuid not null,
    document_kind text not null check (document_kind in
        ('estimate', 'invoice', 'credit_note', 'recurring_profile')),
    line_id uuid not null,
    position integer not null,
    tax_id uuid,
    name text not null,
    percent decimal(9,6) not null,
    category text not null default 'S',
    exemption_code text,
    exemption_reason text,
    base_minor bigint not null,
    amount_minor bigint not null
);

-- A discount of the whole document, as a rate or as the amount in discount_minor.
alter table core.estimates add column discount_percent decimal(9,6);
alter table core.estimates add column discount_after_tax boolean default false;
alter table core.invoices add column discount_percent decimal(9,6);
alter table core.invoices add column discount_after_tax boolean default false;
alter table core.credit_notes add column discount_percent decimal(9,6);
alter table core.credit_notes add column discount_after_tax boolean default false;
alter table core.invoices add column minimum_payment_minor bigint;
alter table core.invoices add column early_discount_percent decimal(9,6);
alter table core.invoices add column early_discount_until date;
alter table core.estimates add column template_id uuid;
alter table core.invoices add column template_id uuid;
alter table core.credit_notes add column template_id uuid;
alter table core.retainer_invoices add column template_id uuid;

alter table core.estimates add column accepted_address text;
alter table core.estimates add column accepted_revision integer;
alter table core.estimates add column accepted_copy_id uuid;
alter table core.estimate_lines add column minimum_quantity decimal(18,6);
alter table core.estimate_lines add column maximum_quantity decimal(18,6);

-- Files of a document as they were issued or signed, kept byte for byte: PDF and e-invoices. An
-- e-invoice keeps both parties as they were then, as JSON of the fields of EN 16931.
create table core.document_copies (
    id uuid primary key,
    customer_id uuid not null,
    document_kind text not null check (document_kind in
        ('estimate', 'invoice', 'credit_note', 'retainer_invoice', 'payment')),
    document_id uuid not null,
    document_version integer not null,
    format text not null check (format in ('pdf', 'factur_x', 'ubl')),
    sha256 text not null,
    size_bytes bigint not null,
    storage_key text not null,
    seller text,
    buyer text,
    created_at timestamp not null,
    unique (customer_id, storage_key)
);

-- Links that need no sign-in: to pay or read one invoice, to answer one estimate.
create table core.document_links (
    id uuid primary key,
    customer_id uuid not null,
    document_kind text not null check (document_kind in ('estimate', 'invoice', 'retainer_invoice')),
    document_id uuid not null,
    purpose text not null check (purpose in ('pay', 'answer')),
    token_hash text not null,
    created_at timestamp not null,
    created_by uuid,
    expires_at timestamp not null,
    last_used_at timestamp,
    revoked_at timestamp,
    unique (customer_id, token_hash)
);

create table core.document_templates (
    id uuid primary key,
    name text not null,
    document_kind text not null check (document_kind in
        ('estimate', 'invoice', 'credit_note', 'retainer_invoice', 'payment', 'statement')),
    settings text not null,
    is_default boolean not null default false,
    version integer not null default 1,
    updated_at timestamp not null
);
create table core.mail_templates (
    kind text not null,
    language text not null,
    subject text not null,
    body text not null,
    version integer not null default 1,
    updated_at timestamp not null,
    primary key (kind, language)
);

-- Reminders: what is sent how many days after an invoice is due (before it: negative), and what was.
create table core.reminder_steps (
    id uuid primary key,
    days integer not null unique,
    mail_kind text not null,
    active boolean not null default true,
    version integer not null default 1
);
create table core.reminders (
    id uuid primary key,
    customer_id uuid not null,
    invoice_id uuid not null,
    days integer not null,
    outbox_id uuid,
    sent_at timestamp not null,
    unique (customer_id, invoice_id, days)
);

-- Money --------------------------------------------------------------------------------------------
-- Money that comes back is a row of its own that names what it reverses and is below zero; nothing that
-- was settled is changed. `source_key` names the fact outside, such as a provider's refund: what
-- arrives twice is written once.

alter table core.allocations add column reverses_id uuid;
alter table core.allocations add column source_key text;
alter table core.credit_applications add column reverses_id uuid;
alter table core.credit_applications add column source_key text;
alter table core.retainer_applications add column reverses_id uuid;
alter table core.retainer_applications add column source_key text;

-- kind says why the money went back: staff refunded it, the bank returned a debit, a dispute was lost.
alter table core.refunds add column kind text default 'refund';
alter table core.refunds add column key text;
alter table core.refunds add column source_key text;
alter table core.refunds add column attempt_id uuid;
alter table core.refunds add column dispute_id uuid;
alter table core.refunds add column requested_by uuid;
alter table core.refunds add column reason text;
alter table core.refunds add column failure_message text;

alter table core.payment_attempts add column version integer default 1;
alter table core.payment_attempts add column held_reason text;
alter table core.payment_attempts add column expected_on date;
alter table core.payment_attempts add column approved_by uuid;
alter table core.payment_attempts add column approved_at timestamp;

-- What else settles an attempt's invoices when it succeeds: credit and retainers the customer has.
create table core.payment_attempt_sources (
    id uuid primary key,
    customer_id uuid not null,
    attempt_id uuid not null,
    invoice_id uuid not null,
    credit_note_id uuid,
    retainer_invoice_id uuid,
    payment_id uuid,
    amount_minor bigint not null check (amount_minor > 0),
    check ((case when credit_note_id is null then 0 else 1 end)
        + (case when retainer_invoice_id is null then 0 else 1 end)
        + (case when payment_id is null then 0 else 1 end) = 1)
);

alter table core.saved_methods add column verification_expires_at timestamp;
alter table core.provider_events add column deliveries integer default 1;
alter table core.provider_events add column not_before timestamp;

-- Consent to be charged without being asked, in the words that were shown.
create table core.mandates (
    id uuid primary key,
    customer_id uuid not null,
    contact_id uuid not null,
    saved_method_id uuid not null,
    covers text not null check (covers in ('recurring', 'everything')),
    currency_code text not null,
    limit_minor bigint,
    words text not null,
    provider_reference text,
    given_at timestamp not null,
    given_from text,
    revoked_at timestamp,
    revoked_by uuid
);

-- Promises to pay: a day and an amount for some invoices, whose reminders rest until then.
create table core.payment_promises (
    id uuid primary key,
    customer_id uuid not null,
    contact_id uuid,
    currency_code text not null,
    amount_minor bigint not null check (amount_minor > 0),
    promised_on date not null,
    status text not null default 'open' check (status in ('open', 'kept', 'broken', 'withdrawn')),
    version integer not null default 1,
    created_at timestamp not null,
    closed_at timestamp
);
create table core.payment_promise_items (
    customer_id uuid not null,
    promise_id uuid not null,
    invoice_id uuid not null,
    amount_minor bigint not null check (amount_minor > 0),
    primary key (customer_id, promise_id, invoice_id)
);

-- The ledger ---------------------------------------------------------------------------------------
-- Only ever added to. An account is a document: above zero the customer owes it, below zero the
-- business does. What the books say is a view; billing/ledger.py posts where the ledger says otherwise.

create table core.ledger_entries (
    customer_id uuid not null,
    account_kind text not null,
    account_id uuid not null,
    source_kind text not null,
    source_id uuid not null,
    currency_code text not null,
    amount_minor bigint not null,
    effective_on date not null,
    recorded_at timestamp not null
);

create view core.ledger_sources as
    select customer_id, 'invoice' as account_kind, id as account_id, 'invoice' as source_kind,
        id as source_id, currency_code, total_minor as amount_minor, date as effective_on,
        created_at as recorded_at
    from core.invoices where status in ('sent', 'written_off')
    union all
    select customer_id, 'invoice', id, 'write_off', id, currency_code, -written_off_minor,
        coalesce(written_off_on, date), updated_at
    from core.invoices where status in ('sent', 'written_off')
    union all
    select a.customer_id, 'invoice', a.invoice_id, 'allocation', a.id, p.currency_code,
        -(a.amount_minor + a.withheld_minor + a.early_discount_minor), a.date, a.created_at
    from core.allocations a
    join core.payments p on p.customer_id = a.customer_id and p.id = a.payment_id
    where a.invoice_id is not null
    union all
    select c.customer_id, 'invoice', c.invoice_id, 'credit_application', c.id, n.currency_code,
        -c.amount_minor, c.date, c.created_at
    from core.credit_applications c
    join core.credit_notes n on n.customer_id = c.customer_id and n.id = c.credit_note_id
    union all
    select d.customer_id, 'invoice', d.invoice_id, 'retainer_application', d.id, r.currency_code,
        -d.amount_minor, d.date, d.created_at
    from core.retainer_applications d
    join core.retainer_invoices r on r.customer_id = d.customer_id and r.id = d.retainer_invoice_id
    union all
    select customer_id, 'retainer_invoice', id, 'retainer_invoice', id, currency_code, total_minor,
        date, created_at
    from core.retainer_invoices where status = 'sent'
    union all
    select a.customer_id, 'retainer_invoice', a.retainer_invoice_id, 'allocation', a.id,
        p.currency_code, -(a.amount_minor + a.withheld_minor + a.early_discount_minor), a.date,
        a.created_at
    from core.allocations a
    join core.payments p on p.customer_id = a.customer_id and p.id = a.payment_id
    where a.retainer_invoice_id is not null
    union all
    select a.customer_id, 'retainer', a.retainer_invoice_id, 'allocation', a.id, p.currency_code,
        -(a.amount_minor + a.withheld_minor + a.early_discount_minor), a.date, a.created_at
    from core.allocations a
    join core.payments p on p.customer_id = a.customer_id and p.id = a.payment_id
    where a.retainer_invoice_id is not null
    union all
    select d.customer_id, 'retainer', d.retainer_invoice_id, 'retainer_application', d.id,
        r.currency_code, d.amount_minor, d.date, d.created_at
    from core.retainer_applications d
    join core.retainer_invoices r on r.customer_id = d.customer_id and r.id = d.retainer_invoice_id
    union all
    select customer_id, 'credit_note', id, 'credit_note', id, currency_code, -total_minor, date,
        created_at
    from core.credit_notes where status = 'open'
    union all
    select c.customer_id, 'credit_note', c.credit_note_id, 'credit_application', c.id,
        n.currency_code, c.amount_minor, c.date, c.created_at
    from core.credit_applications c
    join core.credit_notes n on n.customer_id = c.customer_id and n.id = c.credit_note_id
    union all
    select customer_id, 'payment', id, 'payment', id, currency_code, -amount_minor, date, created_at
    from core.payments where status = 'succeeded'
    union all
    select a.customer_id, 'payment', a.payment_id, 'allocation', a.id, p.currency_code,
        a.amount_minor, a.date, a.created_at
    from core.allocations a
    join core.payments p on p.customer_id = a.customer_id and p.id = a.payment_id
    union all
    select customer_id, case when payment_id is null then 'credit_note' else 'payment' end,
        coalesce(payment_id, credit_note_id), 'refund', id, currency_code, amount_minor, date,
        created_at
    from core.refunds where status = 'succeeded'
    union all
    select id, 'customer', id, 'opening_balance', id, currency_code, opening_balance_minor,
        cast('1970-01-01' as date), created_at
    from core.customers;

insert into core.ledger_entries
select * from core.ledger_sources where amount_minor <> 0;

-- Projects and time --------------------------------------------------------------------------------

alter table core.approvals add column auto_approve_on date;
alter table core.approval_entries add column decided_by uuid;
alter table core.approval_entries add column decided_at timestamp;

-- A clock that runs for somebody until it becomes a time entry.
create table core.timers (
    customer_id uuid not null,
    person_id uuid not null,
    project_id uuid not null,
    task_id uuid,
    notes text,
    started_at timestamp not null,
    primary key (customer_id, person_id)
);

-- Talk and reviews ---------------------------------------------------------------------------------

-- Up to when somebody has read what is said about a document.
create table core.read_markers (
    customer_id uuid not null,
    reader_kind text not null check (reader_kind in ('contact', 'staff')),
    reader_id uuid not null,
    subject_id uuid not null,
    read_at timestamp not null,
    primary key (customer_id, reader_id, subject_id)
);

create table core.review_requests (
    id uuid primary key,
    customer_id uuid not null,
    contact_id uuid not null,
    requested_by uuid,
    requested_at timestamp not null,
    review_id uuid
);
alter table core.reviews add column published_by uuid;
alter table core.reviews add column reply text;
alter table core.reviews add column replied_at timestamp;
alter table core.reviews add column replied_by uuid;

-- Who is told, and how -----------------------------------------------------------------------------

-- How one person wants to be told. Quiet hours are minutes after midnight in the time zone.
create table core.notification_settings (
    customer_id uuid not null,
    recipient_kind text not null check (recipient_kind in ('contact', 'staff')),
    recipient_id uuid not null,
    digest text not null default 'at_once' check (digest in ('at_once', 'daily', 'weekly', 'none')),
    last_digest_at timestamp,
    quiet_from integer check (quiet_from between 0 and 1439),
    quiet_until integer check (quiet_until between 0 and 1439),
    timezone text,
    language text,
    unsubscribe_hash text,
    version integer not null default 1,
    updated_at timestamp not null,
    primary key (customer_id, recipient_id),
    unique (customer_id, unsubscribe_hash)
);
create table core.notification_choices (
    customer_id uuid not null,
    recipient_id uuid not null,
    event text not null,
    channel text not null check (channel in ('bell', 'mail')),
    chosen boolean not null,
    updated_at timestamp not null,
    primary key (customer_id, recipient_id, event, channel)
);
create table core.mail_bounces (
    id uuid primary key,
    customer_id uuid not null,
    email text not null check (email = lower(email)),
    kind text not null check (kind in ('hard', 'soft', 'complaint')),
    reason text,
    outbox_id uuid,
    happened_at timestamp not null
);

-- Each entry of the activity hashes the one before it of the same customer; see messaging/chain.py.
-- `unchained` counts those that were there before.
alter table core.activity add column address text;
alter table core.activity add column sequence bigint;
alter table core.activity add column hash text;
create table core.activity_chains (
    customer_id uuid primary key,
    sequence bigint not null,
    hash text not null,
    unchained bigint not null default 0
);
insert into core.activity_chains (customer_id, sequence, hash, unchained)
select coalesce(customer_id, cast('00000000-0000-0000-0000-00000000b051' as uuid)), 0, '', count(*)
from core.activity group by 1;

create index ledger_entries_customer on core.ledger_entries (customer_id);
create index pending_changes_customer on core.pending_changes (customer_id);
create index line_taxes_line on core.line_taxes (line_id);
create index document_copies_document on core.document_copies (document_id);
create index document_links_token on core.document_links (token_hash);
create index document_links_document on core.document_links (document_id);
create index payment_promises_customer on core.payment_promises (customer_id);
create index payment_attempt_items_attempt on core.payment_attempt_items (attempt_id);
create index payment_attempt_sources_attempt on core.payment_attempt_sources (attempt_id);
create index mandates_customer on core.mandates (customer_id);
create index read_markers_reader on core.read_markers (reader_id);
create index mail_bounces_email on core.mail_bounces (email);
create index notification_settings_unsubscribe on core.notification_settings (unsubscribe_hash);
