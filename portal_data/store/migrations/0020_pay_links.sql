-- By which public link (core.document_links) a payment was begun; null for a contact's own.
alter table core.payment_attempts add column link_id uuid;
