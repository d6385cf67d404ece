-- PostgreSQL's own part: rules that changed, keys that hold for one customer, and walls around new tables.

alter table core.allocations drop constraint allocations_amount_minor_check;
alter table core.allocations drop constraint allocations_withheld_minor_check;
alter table core.allocations drop constraint allocations_early_discount_minor_check;
alter table core.allocations add check (case when reverses_id is null
    then amount_minor >= 0 and withheld_minor >= 0 and early_discount_minor >= 0
    else amount_minor <= 0 and withheld_minor <= 0 and early_discount_minor <= 0 end);
alter table core.credit_applications drop constraint credit_applications_amount_minor_check;
alter table core.credit_applications
    add check (case when reverses_id is null then amount_minor > 0 else amount_minor < 0 end);
alter table core.retainer_applications drop constraint retainer_applications_amount_minor_check;
alter table core.retainer_applications
    add check (case when reverses_id is null then amount_minor > 0 else amount_minor < 0 end);
alter table core.payment_attempts drop constraint payment_attempts_status_check;
alter table core.payment_attempts add check (status in ('awaiting_approval', 'created',
    'requires_action', 'pending', 'held', 'succeeded', 'failed', 'cancelled', 'expired'));

alter table core.allocations add unique (customer_id, source_key);
alter table core.credit_applications add unique (customer_id, source_key);
alter table core.retainer_applications add unique (customer_id, source_key);
alter table core.refunds add unique (customer_id, key);
alter table core.refunds add unique (customer_id, source_key);

-- The business's own rows get its id, which is no customer's.
alter table core.activity drop constraint activity_customer_id_fkey;
alter table core.notifications drop constraint notifications_customer_id_fkey;
alter table core.outbox drop constraint outbox_customer_id_fkey;
update core.activity set customer_id = '00000000-0000-0000-0000-00000000b051' where customer_id is null;
update core.notifications set customer_id = '00000000-0000-0000-0000-00000000b051'
    where customer_id is null;
update core.outbox set customer_id = '00000000-0000-0000-0000-00000000b051' where customer_id is null;
update core.import_refs set customer_id = '00000000-0000-0000-0000-00000000b051'
    where customer_id is null;
delete from core.notifications n using core.notifications earlier
    where earlier.recipient_id = n.recipient_id and earlier.activity_id = n.activity_id
        and (earlier.created_at, earlier.id) < (n.created_at, n.id);
-- what the foreign keys still had to check at the end is checked now: rules change below
set constraints all immediate;
alter table core.activity alter column customer_id set not null;
alter table core.notifications alter column customer_id set not null;
alter table core.notifications add unique (customer_id, recipient_id, activity_id);
alter table core.outbox alter column customer_id set not null;
alter table core.outbox drop constraint outbox_dedup_key_key;
alter table core.outbox add unique (customer_id, dedup_key);
alter table core.import_refs alter column customer_id set not null;
alter table core.document_views drop constraint document_views_pkey;
alter table core.document_views add primary key (customer_id, document_id, contact_id);

alter table core.recovery_codes add foreign key (login_id) references core.logins (id) deferrable initially deferred;
alter table core.login_identities add foreign key (login_id) references core.logins (id) deferrable initially deferred;
alter table core.login_links add foreign key (login_id) references core.logins (id) deferrable initially deferred;
alter table core.pending_changes add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.tax_members add foreign key (group_id) references core.taxes (id) deferrable initially deferred;
alter table core.tax_members add foreign key (tax_id) references core.taxes (id) deferrable initially deferred;
alter table core.line_taxes add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.line_taxes add foreign key (tax_id) references core.taxes (id) deferrable initially deferred;
alter table core.estimates add foreign key (template_id) references core.document_templates (id) deferrable initially deferred;
alter table core.invoices add foreign key (template_id) references core.document_templates (id) deferrable initially deferred;
alter table core.credit_notes add foreign key (template_id) references core.document_templates (id) deferrable initially deferred;
alter table core.retainer_invoices add foreign key (template_id) references core.document_templates (id) deferrable initially deferred;
alter table core.estimates add foreign key (accepted_copy_id) references core.document_copies (id) deferrable initially deferred;
alter table core.customers add foreign key (merged_into) references core.customers (id) deferrable initially deferred;
alter table core.document_copies add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.document_links add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.reminders add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.reminders add foreign key (invoice_id) references core.invoices (id) deferrable initially deferred;
alter table core.allocations add foreign key (reverses_id) references core.allocations (id) deferrable initially deferred;
alter table core.credit_applications add foreign key (reverses_id) references core.credit_applications (id) deferrable initially deferred;
alter table core.retainer_applications add foreign key (reverses_id) references core.retainer_applications (id) deferrable initially deferred;
alter table core.refunds add foreign key (attempt_id) references core.payment_attempts (id) deferrable initially deferred;
alter table core.refunds add foreign key (dispute_id) references core.disputes (id) deferrable initially deferred;
alter table core.payment_attempt_sources add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.payment_attempt_sources add foreign key (attempt_id) references core.payment_attempts (id) deferrable initially deferred;
alter table core.payment_attempt_sources add foreign key (invoice_id) references core.invoices (id) deferrable initially deferred;
alter table core.payment_attempt_sources add foreign key (credit_note_id) references core.credit_notes (id) deferrable initially deferred;
alter table core.payment_attempt_sources add foreign key (retainer_invoice_id) references core.retainer_invoices (id) deferrable initially deferred;
alter table core.payment_attempt_sources add foreign key (payment_id) references core.payments (id) deferrable initially deferred;
alter table core.mandates add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.mandates add foreign key (contact_id) references core.contacts (id) deferrable initially deferred;
alter table core.mandates add foreign key (saved_method_id) references core.saved_methods (id) deferrable initially deferred;
alter table core.payment_promises add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.payment_promises add foreign key (contact_id) references core.contacts (id) deferrable initially deferred;
alter table core.payment_promise_items add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.payment_promise_items add foreign key (promise_id) references core.payment_promises (id) deferrable initially deferred;
alter table core.payment_promise_items add foreign key (invoice_id) references core.invoices (id) deferrable initially deferred;
alter table core.ledger_entries add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.timers add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.timers add foreign key (person_id) references core.people (id) deferrable initially deferred;
alter table core.timers add foreign key (project_id) references core.projects (id) deferrable initially deferred;
alter table core.timers add foreign key (task_id) references core.tasks (id) deferrable initially deferred;
alter table core.review_requests add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.review_requests add foreign key (contact_id) references core.contacts (id) deferrable initially deferred;
alter table core.review_requests add foreign key (review_id) references core.reviews (id) deferrable initially deferred;

do $$
declare versioned record;
begin
    for versioned in
        select c.table_name as name from information_schema.columns c
        where c.table_schema = 'core' and c.column_name = 'version' and c.is_nullable = 'YES'
    loop
        execute format('alter table core.%I alter column version set not null', versioned.name);
    end loop;
end $$;

-- The second wall, as 0001 has it, around the tables that are new.
do $$
declare tenant record;
begin
    for tenant in
        select c.relname as name
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attname = 'customer_id'
        where c.relnamespace = 'core'::regnamespace and c.relkind = 'r' and not c.relrowsecurity
    loop
        execute format('alter table core.%I enable row level security', tenant.name);
        execute format('alter table core.%I force row level security', tenant.name);
        execute format(
            'create policy own_customer on core.%I using (
                core.getvariable(''sees_all'') = ''yes''
                or customer_id = core.getvariable(''customer_id'')::uuid)', tenant.name);
    end loop;
end $$;
