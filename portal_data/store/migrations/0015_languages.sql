-- The language that a person reads is the person's, whatever they want to hear of; null is the customer's.

alter table core.contacts add column language text;
alter table core.notification_settings drop column language;
