-- One mandate of a customer is in force for each currency.
create unique index mandates_in_force on core.mandates (customer_id, currency_code) where revoked_at is null;
create index payment_attempts_mandate on core.payment_attempts (customer_id, mandate_id) where mandate_id is not null;

alter table core.autopay_plans add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.autopay_plans add foreign key (customer_id, invoice_id) references core.invoices (customer_id, id) deferrable initially deferred;
alter table core.autopay_plans add foreign key (customer_id, mandate_id) references core.mandates (customer_id, id) deferrable initially deferred;
alter table core.autopay_plans add foreign key (customer_id, attempt_id) references core.payment_attempts (customer_id, id) deferrable initially deferred;
alter table core.payment_attempts add foreign key (customer_id, mandate_id) references core.mandates (customer_id, id) deferrable initially deferred;
