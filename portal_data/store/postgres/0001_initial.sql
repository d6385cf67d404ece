-- PostgreSQL's own part of the first schema: foreign keys, row-level security, the session variable.

-- The same call as DuckDB's own function, so the views read alike on both engines.
create function core.getvariable(name text) returns text language sql stable as
    $$ select nullif(current_setting('portal.' || name, true), '') $$;

-- Checked at commit: a bulk load may insert in any order.
alter table core.addresses add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.contacts add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.contacts add foreign key (login_id) references core.logins (id) deferrable initially deferred;
alter table core.staff add foreign key (login_id) references core.logins (id) deferrable initially deferred;
alter table core.sign_ins add foreign key (login_id) references core.logins (id) deferrable initially deferred;
alter table core.sign_ins add foreign key (contact_id) references core.contacts (id) deferrable initially deferred;
alter table core.sign_ins add foreign key (staff_id) references core.staff (id) deferrable initially deferred;
alter table core.sign_in_tickets add foreign key (sign_in_id) references core.sign_ins (id) deferrable initially deferred;
alter table core.invitations add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.invitations add foreign key (contact_id) references core.contacts (id) deferrable initially deferred;
alter table core.password_resets add foreign key (login_id) references core.logins (id) deferrable initially deferred;
alter table core.items add foreign key (tax_id) references core.taxes (id) deferrable initially deferred;
alter table core.estimates add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.estimates add foreign key (project_id) references core.projects (id) deferrable initially deferred;
alter table core.estimate_lines add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.estimate_lines add foreign key (estimate_id) references core.estimates (id) deferrable initially deferred;
alter table core.estimate_lines add foreign key (item_id) references core.items (id) deferrable initially deferred;
alter table core.estimate_revisions add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.estimate_revisions add foreign key (estimate_id) references core.estimates (id) deferrable initially deferred;
alter table core.recurring_profiles add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.recurring_profiles add foreign key (saved_method_id) references core.saved_methods (id) deferrable initially deferred;
alter table core.recurring_lines add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.recurring_lines add foreign key (recurring_profile_id) references core.recurring_profiles (id) deferrable initially deferred;
alter table core.recurring_lines add foreign key (item_id) references core.items (id) deferrable initially deferred;
alter table core.invoices add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.invoices add foreign key (estimate_id) references core.estimates (id) deferrable initially deferred;
alter table core.invoices add foreign key (recurring_profile_id) references core.recurring_profiles (id) deferrable initially deferred;
alter table core.invoices add foreign key (project_id) references core.projects (id) deferrable initially deferred;
alter table core.invoice_lines add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.invoice_lines add foreign key (invoice_id) references core.invoices (id) deferrable initially deferred;
alter table core.invoice_lines add foreign key (item_id) references core.items (id) deferrable initially deferred;
alter table core.invoice_lines add foreign key (project_id) references core.projects (id) deferrable initially deferred;
alter table core.invoice_providers add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.invoice_providers add foreign key (invoice_id) references core.invoices (id) deferrable initially deferred;
alter table core.retainer_invoices add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.retainer_invoices add foreign key (estimate_id) references core.estimates (id) deferrable initially deferred;
alter table core.retainer_invoices add foreign key (project_id) references core.projects (id) deferrable initially deferred;
alter table core.retainer_invoice_lines add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.retainer_invoice_lines add foreign key (retainer_invoice_id) references core.retainer_invoices (id) deferrable initially deferred;
alter table core.retainer_applications add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.retainer_applications add foreign key (retainer_invoice_id) references core.retainer_invoices (id) deferrable initially deferred;
alter table core.retainer_applications add foreign key (invoice_id) references core.invoices (id) deferrable initially deferred;
alter table core.retainer_invoice_providers add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.retainer_invoice_providers add foreign key (retainer_invoice_id) references core.retainer_invoices (id) deferrable initially deferred;
alter table core.credit_notes add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.credit_notes add foreign key (invoice_id) references core.invoices (id) deferrable initially deferred;
alter table core.credit_note_lines add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.credit_note_lines add foreign key (credit_note_id) references core.credit_notes (id) deferrable initially deferred;
alter table core.credit_note_lines add foreign key (item_id) references core.items (id) deferrable initially deferred;
alter table core.credit_applications add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.credit_applications add foreign key (credit_note_id) references core.credit_notes (id) deferrable initially deferred;
alter table core.credit_applications add foreign key (invoice_id) references core.invoices (id) deferrable initially deferred;
alter table core.payments add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.payments add foreign key (attempt_id) references core.payment_attempts (id) deferrable initially deferred;
alter table core.allocations add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.allocations add foreign key (payment_id) references core.payments (id) deferrable initially deferred;
alter table core.allocations add foreign key (invoice_id) references core.invoices (id) deferrable initially deferred;
alter table core.allocations add foreign key (retainer_invoice_id) references core.retainer_invoices (id) deferrable initially deferred;
alter table core.refunds add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.refunds add foreign key (credit_note_id) references core.credit_notes (id) deferrable initially deferred;
alter table core.refunds add foreign key (payment_id) references core.payments (id) deferrable initially deferred;
alter table core.payment_attempts add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.payment_attempts add foreign key (contact_id) references core.contacts (id) deferrable initially deferred;
alter table core.payment_attempts add foreign key (saved_method_id) references core.saved_methods (id) deferrable initially deferred;
alter table core.payment_attempt_items add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.payment_attempt_items add foreign key (attempt_id) references core.payment_attempts (id) deferrable initially deferred;
alter table core.payment_attempt_items add foreign key (invoice_id) references core.invoices (id) deferrable initially deferred;
alter table core.payment_attempt_items add foreign key (retainer_invoice_id) references core.retainer_invoices (id) deferrable initially deferred;
alter table core.saved_methods add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.saved_methods add foreign key (contact_id) references core.contacts (id) deferrable initially deferred;
alter table core.provider_customers add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.disputes add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.disputes add foreign key (invoice_id) references core.invoices (id) deferrable initially deferred;
alter table core.disputes add foreign key (invoice_line_id) references core.invoice_lines (id) deferrable initially deferred;
alter table core.disputes add foreign key (payment_id) references core.payments (id) deferrable initially deferred;
alter table core.disputes add foreign key (contact_id) references core.contacts (id) deferrable initially deferred;
alter table core.disputes add foreign key (credit_note_id) references core.credit_notes (id) deferrable initially deferred;
alter table core.people add foreign key (staff_id) references core.staff (id) deferrable initially deferred;
alter table core.projects add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.project_people add foreign key (project_id) references core.projects (id) deferrable initially deferred;
alter table core.project_people add foreign key (person_id) references core.people (id) deferrable initially deferred;
alter table core.project_people add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.tasks add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.tasks add foreign key (project_id) references core.projects (id) deferrable initially deferred;
alter table core.time_entries add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.time_entries add foreign key (project_id) references core.projects (id) deferrable initially deferred;
alter table core.time_entries add foreign key (task_id) references core.tasks (id) deferrable initially deferred;
alter table core.time_entries add foreign key (person_id) references core.people (id) deferrable initially deferred;
alter table core.time_entries add foreign key (invoice_id) references core.invoices (id) deferrable initially deferred;
alter table core.approvals add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.approvals add foreign key (project_id) references core.projects (id) deferrable initially deferred;
alter table core.approval_entries add foreign key (approval_id) references core.approvals (id) deferrable initially deferred;
alter table core.approval_entries add foreign key (time_entry_id) references core.time_entries (id) deferrable initially deferred;
alter table core.approval_entries add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.comments add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.files add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.reviews add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.reviews add foreign key (contact_id) references core.contacts (id) deferrable initially deferred;
alter table core.activity add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.document_views add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.document_views add foreign key (contact_id) references core.contacts (id) deferrable initially deferred;
alter table core.notifications add foreign key (customer_id) references core.customers (id) deferrable initially deferred;
alter table core.notifications add foreign key (activity_id) references core.activity (id) deferrable initially deferred;
alter table core.outbox add foreign key (customer_id) references core.customers (id) deferrable initially deferred;

-- A second wall behind the views: without the right variable a row cannot be seen or written at all,
-- also by SQL that names core. It binds every role but superusers; connect as an ordinary one.
do $$
declare tenant record;
begin
    for tenant in
        select c.table_name as name from information_schema.columns c
        where c.table_schema = 'core' and c.column_name = 'customer_id'
    loop
        execute format('alter table core.%I enable row level security', tenant.name);
        execute format('alter table core.%I force row level security', tenant.name);
        execute format(
            'create policy own_customer on core.%I using (
                core.getvariable(''sees_all'') = ''yes''
                or customer_id = core.getvariable(''customer_id'')::uuid)', tenant.name);
    end loop;
end $$;
