-- What staff look at each day, and what ends with a card: both however many plans and mandates ever were.
create index autopay_plans_stopped on core.autopay_plans (updated_at desc) where status = 'stopped';
create index mandates_method on core.mandates (customer_id, saved_method_id) where revoked_at is null;
