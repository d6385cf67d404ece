-- Who publishes, and whom the business deals with.

-- Tables that views of this file are made of lie in a schema of their own.
create schema made.parts;

create table about as
    select p.version, p.published_at, p.day, p.books_changed_at, b.name as backup,
        b.finished_at as backup_imported_at, o.name as organisation, o.currency_code, o.timezone,
        o.is_demo, p.portal_version, (select max(version) from source_migrations) as schema_version
    from publication p
    cross join source_organisation o
    left join (select name, finished_at from source_imports order by finished_at desc limit 1) b
        on true;
comment on table about is 'One row: what this publication is, how fresh it is and where the books came from.';
comment on column about.version is 'Name of the publication; the same in this file and in the Parquet folder made with it.';
comment on column about.published_at is 'Moment the books were read, UTC.';
comment on column about.day is 'The business''s calendar day at that moment; overdue, expired and ages are as of this day.';
comment on column about.books_changed_at is 'When the books last changed before that, UTC.';
comment on column about.backup is 'Name of the backup that was imported last; empty when none was.';
comment on column about.backup_imported_at is 'When it was imported, UTC.';
comment on column about.organisation is 'Name of the business.';
comment on column about.currency_code is 'The business''s own currency, ISO 4217: that of every column that ends in _base.';
comment on column about.timezone is 'The business''s timezone, IANA name.';
comment on column about.is_demo is 'True when these are the invented books of the demo.';
comment on column about.portal_version is 'Version of the portal that published.';
comment on column about.schema_version is 'Version of the portal''s own schema.';

create table organisation as
    select name, legal_name, email, phone, website, tax_id, city, country, currency_code, timezone, locale
    from source_organisation;
comment on table organisation is 'One row: the business that runs the portal.';
comment on column organisation.name is 'Trading name.';
comment on column organisation.legal_name is 'Name on documents, where it differs.';
comment on column organisation.email is 'Address customers write to.';
comment on column organisation.phone is 'Phone number.';
comment on column organisation.website is 'Website.';
comment on column organisation.tax_id is 'Tax registration number.';
comment on column organisation.city is 'City of the business.';
comment on column organisation.country is 'Country of the business.';
comment on column organisation.currency_code is 'Its own currency, ISO 4217.';
comment on column organisation.timezone is 'Its timezone, IANA name.';
comment on column organisation.locale is 'How it writes numbers and dates, such as en_GB.';

create table people as
    select id, name, label(status) as status from source_people order by name, id;
comment on table people is 'One row a person who works for the business.';
comment on column people.id is 'Key; person_id of time_entries.';
comment on column people.name is 'Name.';
comment on column people.status is 'Active or Inactive.';

create table customers as
    select c.id, c.number, c.display_name as name, c.company_name, c.kind, label(c.status) as status,
        c.currency_code, c.language, c.email, c.phone, c.mobile, c.website, c.tax_id, c.tax_treatment,
        c.payment_terms_days, c.payment_terms_label as payment_terms,
        major(c.credit_limit_minor, m.unit) as credit_limit,
        major(c.opening_balance_minor, m.unit) as opening_balance,
        c.portal_enabled, b.city as billing_city, b.state as billing_state,
        b.postal_code as billing_postal_code, b.country as billing_country, c.created_at, c.updated_at
    from source_customers c
    join currencies m on m.currency_code = c.currency_code
    left join source_addresses b on b.customer_id = c.id and b.kind = 'billing';
comment on table customers is 'One row a customer.';
comment on column customers.id is 'Key; customer_id of the other views.';
comment on column customers.number is 'Customer number, where one was given.';
comment on column customers.name is 'Name by which staff know the customer; customer of the other views.';
comment on column customers.company_name is 'Company''s name on documents.';
comment on column customers.kind is 'business or individual.';
comment on column customers.status is 'Active or Inactive.';
comment on column customers.currency_code is 'Currency the customer is usually billed in; documents may have others.';
comment on column customers.language is 'Language the customer reads.';
comment on column customers.email is 'General e-mail address.';
comment on column customers.phone is 'Phone number.';
comment on column customers.mobile is 'Mobile number.';
comment on column customers.website is 'Website.';
comment on column customers.tax_id is 'Tax registration number.';
comment on column customers.tax_treatment is 'How the customer is taxed, as in the books.';
comment on column customers.payment_terms_days is 'Days a bill may stay unpaid.';
comment on column customers.payment_terms is 'Payment terms in words.';
comment on column customers.credit_limit is 'Credit limit in the customer''s currency; 0 is none set.';
comment on column customers.opening_balance is 'Owed before the first document of these books, in the customer''s currency.';
comment on column customers.portal_enabled is 'Whether the customer''s people may use the portal.';
comment on column customers.billing_city is 'City of the billing address.';
comment on column customers.billing_state is 'State or county of the billing address.';
comment on column customers.billing_postal_code is 'Postal code of the billing address.';
comment on column customers.billing_country is 'Country of the billing address.';
comment on column customers.created_at is 'When the customer entered the books, UTC.';
comment on column customers.updated_at is 'When the customer''s details last changed, UTC.';

-- What other tables say of a customer, in words.
create temp view named as
    select id, name::customer_word as name, billing_country::country_word as billing_country
    from customers;

create table contacts as
    select p.id, p.customer_id, c.name as customer, p.salutation, p.first_name, p.last_name,
        p.email, p.phone, p.mobile, p.designation, p.department, p.is_primary, p.role,
        label(p.portal_status) as portal_status, p.created_at, p.updated_at
    from source_contacts p
    join customers c on c.id = p.customer_id;
comment on table contacts is 'One row a person at a customer. Nothing they sign in with is here.';
comment on column contacts.id is 'Key.';
comment on column contacts.customer_id is 'Their customer: customers.id.';
comment on column contacts.customer is 'Their customer''s name.';
comment on column contacts.salutation is 'Mr, Ms, Dr …';
comment on column contacts.first_name is 'First name.';
comment on column contacts.last_name is 'Last name.';
comment on column contacts.email is 'E-mail address.';
comment on column contacts.phone is 'Phone number.';
comment on column contacts.mobile is 'Mobile number.';
comment on column contacts.designation is 'Position at the customer.';
comment on column contacts.department is 'Department at the customer.';
comment on column contacts.is_primary is 'True for the first person to turn to.';
comment on column contacts.role is 'What they may do in the portal: admin, payer, approver or viewer.';
comment on column contacts.portal_status is 'Not invited, Invited, Active or Disabled.';
comment on column contacts.created_at is 'When the person was added, UTC.';
comment on column contacts.updated_at is 'When the person''s details last changed, UTC.';

create table items as
    select id, name, sku, description, kind, unit, unit_price, currency_code, label(status) as status,
        updated_at
    from source_items;
comment on table items is 'One row an article or service of the price list.';
comment on column items.id is 'Key; item_id of lines.';
comment on column items.name is 'Name.';
comment on column items.sku is 'Stock-keeping unit.';
comment on column items.description is 'Description.';
comment on column items.kind is 'goods or service.';
comment on column items.unit is 'What one of it is: piece, hour, day …';
comment on column items.unit_price is 'List price of one, up to six decimals.';
comment on column items.currency_code is 'Currency of the price.';
comment on column items.status is 'Active or Inactive.';
comment on column items.updated_at is 'When it last changed, UTC.';
