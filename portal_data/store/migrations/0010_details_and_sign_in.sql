-- What contacts change of their details is kept with its old value: `settled_at` is when an import found
-- that the imported books have it too, or have something newer. Until then it is newer than they are.

alter table core.pending_changes add column settled_at timestamp;
