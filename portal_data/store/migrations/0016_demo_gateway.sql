-- What the demo payment gateway keeps: it plays a company elsewhere, whose books no customer of ours reads.
-- `customer` is its own name for whoever pays, `state` all else it knows, as JSON.
create table core.demo_gateway (
    reference text primary key,
    kind text not null check (kind in ('customer', 'method', 'payment', 'saving')),
    customer text,
    state text not null,
    version integer not null default 1,
    created_at timestamp not null,
    updated_at timestamp not null
);

create index demo_gateway_customer on core.demo_gateway (customer);
