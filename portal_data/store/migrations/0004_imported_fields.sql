-- What an import keeps beside the columns that the portal has a use for, as JSON by the file's own names:
-- custom_fields are those a business made up itself, source_fields everything else the file says.

alter table core.contacts add column custom_fields text;
alter table core.items add column custom_fields text;
alter table core.projects add column custom_fields text;
alter table core.tasks add column custom_fields text;
alter table core.time_entries add column custom_fields text;
alter table core.payments add column custom_fields text;
alter table core.credit_applications add column custom_fields text;
alter table core.refunds add column custom_fields text;
alter table core.retainer_invoices add column custom_fields text;
alter table core.retainer_invoice_lines add column custom_fields text;
alter table core.recurring_profiles add column custom_fields text;
alter table core.recurring_lines add column custom_fields text;

alter table core.customers add column source_fields text;
alter table core.contacts add column source_fields text;
alter table core.items add column source_fields text;
alter table core.projects add column source_fields text;
alter table core.tasks add column source_fields text;
alter table core.time_entries add column source_fields text;
alter table core.estimates add column source_fields text;
alter table core.estimate_lines add column source_fields text;
alter table core.invoices add column source_fields text;
alter table core.invoice_lines add column source_fields text;
alter table core.retainer_invoices add column source_fields text;
alter table core.retainer_invoice_lines add column source_fields text;
alter table core.recurring_profiles add column source_fields text;
alter table core.recurring_lines add column source_fields text;
alter table core.credit_notes add column source_fields text;
alter table core.credit_note_lines add column source_fields text;
alter table core.payments add column source_fields text;
alter table core.allocations add column source_fields text;
alter table core.credit_applications add column source_fields text;
alter table core.refunds add column source_fields text;
