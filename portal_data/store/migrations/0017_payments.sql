-- Which attempt a provider's message names; null where it names the provider's own object alone.
alter table core.provider_events add column attempt_id uuid;
