-- Who answered an estimate without a sign-in, by which of its public links (core.document_links).
--
-- A contact stands in accepted_by or declined_by; of anybody else there are a name and an e-mail address.

alter table core.estimates add column declined_name text;
alter table core.estimates add column answered_email text;
alter table core.estimates add column answered_link_id uuid;
