-- No customer's session sees a row of it, as it holds payers of every customer.

alter table core.bank_lines enable row level security;
alter table core.bank_lines force row level security;
create policy portal_alone on core.bank_lines using (core.getvariable('sees_all') = 'yes');
create index bank_lines_left on core.bank_lines (date) where status = 'left';
create index bank_lines_payment on core.bank_lines (payment_id);
