-- DuckDB's own part: it can change no rule of a table, so each of these is made anew with its rows. The
-- business's own rows get its id.

create table core.allocations_anew (
    id uuid primary key,
    customer_id uuid not null,
    payment_id uuid not null,
    invoice_id uuid,
    retainer_invoice_id uuid,
    date date not null,
    amount_minor bigint not null,
    withheld_minor bigint not null default 0,
    early_discount_minor bigint not null default 0,
    created_at timestamp not null,
    source_fields text,
    reverses_id uuid,
    source_key text,
    check ((invoice_id is null) <> (retainer_invoice_id is null)),
    check (case when reverses_id is null
        then amount_minor >= 0 and withheld_minor >= 0 and early_discount_minor >= 0
        else amount_minor <= 0 and withheld_minor <= 0 and early_discount_minor <= 0 end)
);
insert into core.allocations_anew (
    id, customer_id, payment_id, invoice_id, retainer_invoice_id, date, amount_minor,
    withheld_minor, early_discount_minor, created_at, source_fields, reverses_id, source_key
)
select
    id, customer_id, payment_id, invoice_id, retainer_invoice_id, date, amount_minor,
    withheld_minor, early_discount_minor, created_at, source_fields, reverses_id, source_key
from core.allocations;
drop table core.allocations;
alter table core.allocations_anew rename to allocations;
create index allocations_customer on core.allocations (customer_id);
create index allocations_invoice on core.allocations (invoice_id);
create index allocations_payment on core.allocations (payment_id);
create unique index allocations_source on core.allocations (customer_id, source_key);

create table core.credit_applications_anew (
    id uuid primary key,
    customer_id uuid not null,
    credit_note_id uuid not null,
    invoice_id uuid not null,
    date date not null,
    amount_minor bigint not null,
    created_at timestamp not null,
    custom_fields text,
    source_fields text,
    reverses_id uuid,
    source_key text,
    check (case when reverses_id is null then amount_minor > 0 else amount_minor < 0 end)
);
insert into core.credit_applications_anew (
    id, customer_id, credit_note_id, invoice_id, date, amount_minor, created_at, custom_fields,
    source_fields, reverses_id, source_key
)
select
    id, customer_id, credit_note_id, invoice_id, date, amount_minor, created_at, custom_fields,
    source_fields, reverses_id, source_key
from core.credit_applications;
drop table core.credit_applications;
alter table core.credit_applications_anew rename to credit_applications;
create index credit_applications_customer on core.credit_applications (customer_id);
create index credit_applications_invoice on core.credit_applications (invoice_id);
create unique index credit_applications_source on core.credit_applications (customer_id, source_key);

create table core.retainer_applications_anew (
    id uuid primary key,
    customer_id uuid not null,
    retainer_invoice_id uuid not null,
    invoice_id uuid not null,
    date date not null,
    amount_minor bigint not null,
    created_at timestamp not null,
    reverses_id uuid,
    source_key text,
    check (case when reverses_id is null then amount_minor > 0 else amount_minor < 0 end)
);
insert into core.retainer_applications_anew (
    id, customer_id, retainer_invoice_id, invoice_id, date, amount_minor, created_at, reverses_id,
    source_key
)
select
    id, customer_id, retainer_invoice_id, invoice_id, date, amount_minor, created_at, reverses_id,
    source_key
from core.retainer_applications;
drop table core.retainer_applications;
alter table core.retainer_applications_anew rename to retainer_applications;
create index retainer_applications_customer on core.retainer_applications (customer_id);
create index retainer_applications_invoice on core.retainer_applications (invoice_id);
create unique index retainer_applications_source on core.retainer_applications (customer_id, source_key);

create table core.payment_attempts_anew (
    id uuid primary key,
    customer_id uuid not null,
    contact_id uuid,
    key text not null unique,
    provider text not null,
    status text not null check (status in ('awaiting_approval', 'created', 'requires_action',
        'pending', 'held', 'succeeded', 'failed', 'cancelled', 'expired')),
    currency_code text not null,
    amount_minor bigint not null check (amount_minor > 0),
    saved_method_id uuid,
    save_method boolean not null default false,
    provider_reference text,
    redirect_url text,
    failure_code text,
    failure_message text,
    created_at timestamp not null,
    updated_at timestamp not null,
    expires_at timestamp,
    version integer not null default 1,
    held_reason text,
    expected_on date,
    approved_by uuid,
    approved_at timestamp
);
insert into core.payment_attempts_anew (
    id, customer_id, contact_id, key, provider, status, currency_code, amount_minor,
    saved_method_id, save_method, provider_reference, redirect_url, failure_code, failure_message,
    created_at, updated_at, expires_at, version, held_reason, expected_on, approved_by, approved_at
)
select
    id, customer_id, contact_id, key, provider, status, currency_code, amount_minor,
    saved_method_id, save_method, provider_reference, redirect_url, failure_code, failure_message,
    created_at, updated_at, expires_at, version, held_reason, expected_on, approved_by, approved_at
from core.payment_attempts;
drop table core.payment_attempts;
alter table core.payment_attempts_anew rename to payment_attempts;
create index payment_attempts_customer on core.payment_attempts (customer_id);

create table core.document_views_anew (
    customer_id uuid not null,
    document_kind text not null check (document_kind in
        ('estimate', 'invoice', 'credit_note', 'retainer_invoice')),
    document_id uuid not null,
    contact_id uuid not null,
    contact_name text not null,
    views bigint not null check (views > 0),
    first_viewed_at timestamp not null,
    last_viewed_at timestamp not null check (last_viewed_at >= first_viewed_at),
    primary key (customer_id, document_id, contact_id)
);
insert into core.document_views_anew (
    customer_id, document_kind, document_id, contact_id, contact_name, views, first_viewed_at,
    last_viewed_at
)
select
    customer_id, document_kind, document_id, contact_id, contact_name, views, first_viewed_at,
    last_viewed_at
from core.document_views;
drop table core.document_views;
alter table core.document_views_anew rename to document_views;
create index document_views_document on core.document_views (document_id);

create table core.activity_anew (
    id uuid primary key,
    customer_id uuid not null,
    happened_at timestamp not null,
    event text not null,
    subject_kind text,
    subject_id uuid,
    subject_number text,
    actor_kind text not null check (actor_kind in ('contact', 'staff', 'system')),
    actor_id uuid,
    actor_name text not null,
    amount_minor bigint,
    currency_code text,
    details text,
    visible boolean not null,
    address text,
    sequence bigint,
    hash text
);
insert into core.activity_anew (
    id, customer_id, happened_at, event, subject_kind, subject_id, subject_number, actor_kind,
    actor_id, actor_name, amount_minor, currency_code, details, visible, address, sequence, hash
)
select
    id, coalesce(customer_id, cast('00000000-0000-0000-0000-00000000b051' as uuid)), happened_at,
    event, subject_kind, subject_id, subject_number, actor_kind, actor_id, actor_name,
    amount_minor, currency_code, details, visible, address, sequence, hash
from core.activity;
drop table core.activity;
alter table core.activity_anew rename to activity;
create index activity_customer on core.activity (customer_id);
create index activity_subject on core.activity (subject_id);

create table core.notifications_anew (
    id uuid primary key,
    customer_id uuid not null,
    recipient_kind text not null check (recipient_kind in ('contact', 'staff')),
    recipient_id uuid not null,
    activity_id uuid not null,
    created_at timestamp not null,
    read_at timestamp,
    unique (customer_id, recipient_id, activity_id)
);
insert into core.notifications_anew (
    id, customer_id, recipient_kind, recipient_id, activity_id, created_at, read_at
)
select
    id, coalesce(customer_id, cast('00000000-0000-0000-0000-00000000b051' as uuid)),
    recipient_kind, recipient_id, activity_id, created_at, read_at
from core.notifications
qualify row_number() over (partition by recipient_id, activity_id order by created_at, id) = 1;
drop table core.notifications;
alter table core.notifications_anew rename to notifications;
create index notifications_customer on core.notifications (customer_id);
create index notifications_recipient on core.notifications (recipient_id);

create table core.outbox_anew (
    id uuid primary key,
    customer_id uuid not null,
    kind text not null,
    dedup_key text not null,
    payload text not null,
    status text not null check (status in ('queued', 'sending', 'sent', 'retry', 'failed')),
    attempts integer not null default 0,
    not_before timestamp not null,
    created_at timestamp not null,
    claimed_at timestamp,
    finished_at timestamp,
    error text,
    unique (customer_id, dedup_key)
);
insert into core.outbox_anew (
    id, customer_id, kind, dedup_key, payload, status, attempts, not_before, created_at,
    claimed_at, finished_at, error
)
select
    id, coalesce(customer_id, cast('00000000-0000-0000-0000-00000000b051' as uuid)), kind,
    dedup_key, payload, status, attempts, not_before, created_at, claimed_at, finished_at, error
from core.outbox;
drop table core.outbox;
alter table core.outbox_anew rename to outbox;

create table core.import_refs_anew (
    source text not null,
    kind text not null,
    external_id text not null,
    row_id uuid not null,
    customer_id uuid not null,
    fingerprint text not null,
    import_id uuid not null,
    primary key (source, kind, external_id)
);
insert into core.import_refs_anew (
    source, kind, external_id, row_id, customer_id, fingerprint, import_id
)
select
    source, kind, external_id, row_id,
    coalesce(customer_id, cast('00000000-0000-0000-0000-00000000b051' as uuid)), fingerprint,
    import_id
from core.import_refs;
drop table core.import_refs;
alter table core.import_refs_anew rename to import_refs;

create unique index refunds_key on core.refunds (customer_id, key);
create unique index refunds_source on core.refunds (customer_id, source_key);
