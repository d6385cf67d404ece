alter table core.data_archives add foreign key (customer_id) references core.customers (id)
    deferrable initially deferred;
alter table core.data_archives add foreign key (customer_id, contact_id)
    references core.contacts (customer_id, id) deferrable initially deferred;
alter table core.data_archives enable row level security;
alter table core.data_archives force row level security;
create policy own_customer on core.data_archives using (
    core.getvariable('sees_all') = 'yes' or customer_id = core.getvariable('customer_id')::uuid);
