-- Auto-pay: what a mandate lets the portal charge by itself, and how far that has come.

alter table core.mandates add column version integer default 1;
alter table core.mandates add column ended_because text;

-- The mandate by which the portal began an attempt, and when it was let go to its provider. `consent`
-- is what the payer agreed to while paying, which becomes a mandate once the payment has succeeded.
alter table core.payment_attempts add column mandate_id uuid;
alter table core.payment_attempts add column handed_at timestamp;
alter table core.payment_attempts add column consent text;

-- One row an invoice, whatever mandate charges it: when next, how often it was tried, what came of it.
create table core.autopay_plans (
    id uuid not null,
    customer_id uuid not null,
    invoice_id uuid not null,
    mandate_id uuid not null,
    status text not null check (status in
        ('planned', 'charging', 'again', 'paid', 'stopped', 'by_hand', 'ended')),
    charge_on date not null,
    noticed_on date,
    tries integer not null default 0,
    declines integer not null default 0,
    attempt_id uuid,
    failure_code text,
    version integer not null default 1,
    created_at timestamp not null,
    updated_at timestamp not null,
    primary key (customer_id, id),
    unique (customer_id, invoice_id)
);
