-- Who is told what, and how.
--
-- A notification that only waits for a mail is not `at_bell`. `digest_at` is when the mail that tells of
-- it is due; it is null once that was written, or when none is wanted. `cleared_at` of a bounce says
-- since when the address is tried again.

alter table core.notifications add column at_bell boolean default true;
alter table core.notifications add column digest_at timestamp;
alter table core.mail_bounces add column cleared_at timestamp;
alter table core.mail_bounces add column cleared_by uuid;
