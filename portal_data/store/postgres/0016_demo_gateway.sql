-- No customer's session sees a row of it, as it is another company's.

alter table core.demo_gateway enable row level security;
alter table core.demo_gateway force row level security;
create policy portal_alone on core.demo_gateway using (core.getvariable('sees_all') = 'yes');
