-- What a member of staff may record, void or send back alone, at once; null for no limit.
alter table core.staff add column limit_minor bigint;
alter table core.staff add column limit_currency text;

-- Lines of bank statements that staff recorded, and those that were left for a person: each once, whatever
-- file it came in. They are the business's own; which customer's they are says the payment that they became.
create table core.bank_lines (
    id uuid primary key,
    fingerprint text not null unique,
    account text not null,
    currency_code text not null,
    date date not null,
    amount_minor bigint not null check (amount_minor > 0),
    payer text,
    details text,
    status text not null check (status in ('left', 'recorded', 'dismissed')),
    payment_id uuid,
    recorded_by uuid,
    version integer not null default 1,
    created_at timestamp not null,
    updated_at timestamp not null
);
