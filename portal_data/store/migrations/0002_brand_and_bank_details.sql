-- How to pay by bank transfer as fields that can be checked and copied one by one, and the brand: its
-- colour and its logo. organisation.bank_details stays for whatever fits no field.

alter table core.organisation add column account_holder text;
alter table core.organisation add column bank_name text;
alter table core.organisation add column iban text;
alter table core.organisation add column bic text;
alter table core.organisation add column sort_code text;
alter table core.organisation add column account_number text;
alter table core.organisation add column accent text;
alter table core.organisation add column logo_sha256 text;

-- The pictures by their own digest, so that a copy kept in a process or a browser is never stale.
create table core.logos (
    sha256 text primary key,
    png_base64 text not null,
    added_at timestamp not null
);
