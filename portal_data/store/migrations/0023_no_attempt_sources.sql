-- Credit is used on the pay screen at once, in a transaction of its own (decision 33), and so no
-- attempt to pay has a source beside its provider. The table was never written to.
drop table core.payment_attempt_sources;
