
-- DuckDB lets no column go that a constraint names, so the table is made anew. With the key of a person
-- the links are signed that stop mails without a sign-in: one for each kind of mail, from one secret.
create table core.notification_settings_anew (
    customer_id uuid not null,
    recipient_kind text not null check (recipient_kind in ('contact', 'staff')),
    recipient_id uuid not null,
    digest text not null default 'at_once' check (digest in ('at_once', 'daily', 'weekly', 'none')),
    quiet_from integer check (quiet_from between 0 and 1439),
    quiet_until integer check (quiet_until between 0 and 1439),
    timezone text,
    language text,
    unsubscribe_key text,
    version integer not null default 1,
    updated_at timestamp not null,
    primary key (customer_id, recipient_id)
);
insert into core.notification_settings_anew (
    customer_id, recipient_kind, recipient_id, digest, quiet_from, quiet_until, timezone, language,
    version, updated_at
)
select customer_id, recipient_kind, recipient_id, digest, quiet_from, quiet_until, timezone, language,
    version, updated_at
from core.notification_settings;
drop table core.notification_settings;
alter table core.notification_settings_anew rename to notification_settings;
