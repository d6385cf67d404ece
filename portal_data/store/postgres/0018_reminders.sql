-- Only what is open: so the daily look costs the same however many invoices were ever paid.
create index invoices_open_due on core.invoices (due_date) where status = 'sent' and balance_minor > 0;
