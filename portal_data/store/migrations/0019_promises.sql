-- What of an invoice was open, and not on its way, when it was promised: how far that has fallen since
-- is how far the promise is kept. Null where nobody wrote it down, which counts as open as it is now.
alter table core.payment_promise_items add column open_minor bigint;
