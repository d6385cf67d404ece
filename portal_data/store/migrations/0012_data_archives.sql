-- Files of all that a contact may see of their company, asked for on Account and made in the background.
-- A row says who asked, in which role, and what became of it; the file lies in the data folder until it
-- expires. `attempt` is whose file counts, should two processes make one.
create table core.data_archives (
    customer_id uuid not null,
    id uuid not null,
    contact_id uuid not null,
    role text not null,
    status text not null default 'asked'
        check (status in ('asked', 'making', 'ready', 'failed', 'expired')),
    attempt integer not null default 0,
    asked_at timestamp not null,
    finished_at timestamp,
    expires_at timestamp,
    storage_key text,
    size_bytes bigint,
    left_out integer,
    version integer not null default 1,
    primary key (customer_id, id)
);
