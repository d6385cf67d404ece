-- Who shared a file, in the words of then: a contact may be gone later.
alter table core.files add column uploaded_by_name text;
