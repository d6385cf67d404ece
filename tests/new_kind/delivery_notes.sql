create table core.delivery_notes (
    id uuid primary key,
    customer_id uuid not null,
    number text not null,
    date date not null,
    delivered_on date,
    subject text,
    reference text,
    status text not null,
    currency_code text not null,
    total_minor bigint not null,
    first_viewed_at timestamp,
    first_viewed_by uuid,
    version bigint not null default 1
);

-- the counted views of a document name its kind
create table core.views_before as select * from core.document_views;
drop table core.document_views;
create table core.document_views (
    customer_id uuid not null,
    document_kind text not null check (document_kind in
        ('estimate', 'invoice', 'credit_note', 'retainer_invoice', 'delivery_note')),
    document_id uuid not null,
    contact_id uuid not null,
    contact_name text not null,
    views bigint not null check (views > 0),
    first_viewed_at timestamp not null,
    last_viewed_at timestamp not null check (last_viewed_at >= first_viewed_at),
    primary key (customer_id, document_id, contact_id)
);
insert into core.document_views select * from core.views_before;
drop table core.views_before;
create index document_views_document on core.document_views (document_id);
