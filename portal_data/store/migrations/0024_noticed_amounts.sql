-- What the last notice of a charge said that it would be: more than that is not charged without another.
alter table core.autopay_plans add column noticed_minor bigint;
