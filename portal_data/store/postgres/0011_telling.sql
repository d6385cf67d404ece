
alter table core.notification_settings drop column last_digest_at;
alter table core.notification_settings drop column unsubscribe_hash;
alter table core.notification_settings add column unsubscribe_key text;
create index notifications_unread on core.notifications (recipient_id) where read_at is null;
