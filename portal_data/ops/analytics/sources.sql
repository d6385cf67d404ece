-- What is published: every table and column listed here, and no other, is read from `core`. This is
-- the allow-list. Never list password hashes, tokens, references of payment providers, internal notes,
-- details of activity, custom fields, cost rates or storage keys: a test looks for them.

create table source.organisation (
    name text, legal_name text, email text, phone text, website text, tax_id text, city text,
    country text, currency_code text, timezone text, locale text, is_demo boolean
);
create table source.customers (
    id uuid, number text, display_name text, company_name text, kind text, status text,
    currency_code text, language text, email text, phone text, mobile text, website text, tax_id text,
    tax_treatment text, payment_terms_days integer, payment_terms_label text, credit_limit_minor bigint,
    opening_balance_minor bigint, portal_enabled boolean, created_at timestamp, updated_at timestamp
);
create table source.addresses (
    customer_id uuid, kind text, city text, state text, postal_code text, country text
);
create table source.contacts (
    id uuid, customer_id uuid, salutation text, first_name text, last_name text, email text, phone text,
    mobile text, designation text, department text, is_primary boolean, role text, portal_status text,
    created_at timestamp, updated_at timestamp
);
create table source.items (
    id uuid, name text, sku text, description text, kind text, unit text, unit_price decimal(18,6),
    currency_code text, status text, updated_at timestamp
);
create table source.estimates (
    id uuid, customer_id uuid, number text, reference text, subject text, date date, expiry_date date,
    status text, source_status text, revision integer, currency_code text, exchange_rate decimal(28,12),
    tax_inclusive boolean, subtotal_minor bigint, discount_minor bigint, tax_minor bigint,
    shipping_minor bigint, adjustment_minor bigint, round_off_minor bigint, total_minor bigint,
    salesperson text, project_id uuid, sent_at timestamp, first_viewed_at timestamp,
    accepted_at timestamp, accepted_name text, declined_at timestamp, decline_reason text,
    created_at timestamp, updated_at timestamp
);
create table source.estimate_lines (
    estimate_id uuid, position integer, item_id uuid, sku text, name text, description text,
    quantity decimal(18,6), unit text, unit_price decimal(18,6), discount_percent decimal(9,6),
    discount_minor bigint, tax_name text, tax_percent decimal(9,6), tax_minor bigint,
    total_minor bigint, optional boolean, selected boolean
);
create table source.invoices (
    id uuid, customer_id uuid, number text, estimate_id uuid, estimate_number text,
    recurring_profile_id uuid, project_id uuid, reference text, subject text, date date, due_date date,
    payment_terms_label text, expected_payment_date date, last_payment_date date, status text,
    currency_code text, exchange_rate decimal(28,12), tax_inclusive boolean, subtotal_minor bigint,
    discount_minor bigint, tax_minor bigint, shipping_minor bigint, adjustment_minor bigint,
    round_off_minor bigint, total_minor bigint, balance_minor bigint, pending_minor bigint,
    in_question_minor bigint, written_off_minor bigint, written_off_on date, salesperson text,
    sent_at timestamp, first_viewed_at timestamp, created_at timestamp, updated_at timestamp
);
create table source.invoice_lines (
    invoice_id uuid, position integer, item_id uuid, project_id uuid, sku text, name text,
    description text, quantity decimal(18,6), unit text, unit_price decimal(18,6),
    discount_percent decimal(9,6), discount_minor bigint, tax_name text, tax_percent decimal(9,6),
    tax_minor bigint, total_minor bigint
);
create table source.retainer_invoices (
    id uuid, customer_id uuid, number text, estimate_id uuid, project_id uuid, reference text,
    date date, due_date date, status text, currency_code text, exchange_rate decimal(28,12),
    total_minor bigint, balance_minor bigint, unused_minor bigint, pending_minor bigint,
    in_question_minor bigint, sent_at timestamp, first_viewed_at timestamp, created_at timestamp,
    updated_at timestamp
);
create table source.retainer_applications (
    retainer_invoice_id uuid, invoice_id uuid, date date, amount_minor bigint
);
create table source.credit_notes (
    id uuid, customer_id uuid, number text, invoice_id uuid, reference text, subject text, date date,
    status text, currency_code text, exchange_rate decimal(28,12), tax_inclusive boolean,
    subtotal_minor bigint, discount_minor bigint, tax_minor bigint, shipping_minor bigint,
    adjustment_minor bigint, round_off_minor bigint, total_minor bigint, balance_minor bigint,
    first_viewed_at timestamp, created_at timestamp, updated_at timestamp
);
create table source.credit_note_lines (
    credit_note_id uuid, position integer, item_id uuid, sku text, name text, description text,
    quantity decimal(18,6), unit text, unit_price decimal(18,6), discount_percent decimal(9,6),
    discount_minor bigint, tax_name text, tax_percent decimal(9,6), tax_minor bigint, total_minor bigint
);
create table source.credit_applications (
    credit_note_id uuid, invoice_id uuid, date date, amount_minor bigint
);
create table source.payments (
    id uuid, customer_id uuid, number text, kind text, date date, status text, currency_code text,
    exchange_rate decimal(28,12), amount_minor bigint, unused_minor bigint, bank_charges_minor bigint,
    mode text, reference text, created_at timestamp, updated_at timestamp
);
create table source.allocations (
    customer_id uuid, payment_id uuid, invoice_id uuid, retainer_invoice_id uuid, date date,
    amount_minor bigint, withheld_minor bigint, early_discount_minor bigint
);
create table source.refunds (
    id uuid, customer_id uuid, credit_note_id uuid, payment_id uuid, date date, status text,
    currency_code text, amount_minor bigint, mode text, reference text, created_at timestamp
);
create table source.people (id uuid, name text, status text);
create table source.projects (
    id uuid, customer_id uuid, name text, code text, description text, billing_method text, status text,
    currency_code text, fixed_cost_minor bigint, rate decimal(18,6), budget_kind text,
    budget_minor bigint, budget_minutes bigint, approvals_enabled boolean, created_at timestamp,
    updated_at timestamp
);
create table source.project_people (project_id uuid, person_id uuid, rate decimal(18,6));
create table source.tasks (
    id uuid, project_id uuid, name text, description text, rate decimal(18,6), budget_minutes bigint,
    billable boolean, status text
);
create table source.time_entries (
    id uuid, customer_id uuid, project_id uuid, task_id uuid, person_id uuid, date date,
    minutes integer, notes text, billable boolean, billed boolean, invoice_id uuid,
    created_at timestamp, updated_at timestamp
);
create table source.approvals (
    id uuid, customer_id uuid, project_id uuid, name text, status text, total_minutes bigint,
    period_from date, period_to date, submitted_at timestamp, decided_at timestamp, reason text,
    created_at timestamp, updated_at timestamp
);
create table source.approval_entries (
    approval_id uuid, time_entry_id uuid, decision text, reason text
);
create table source.reviews (
    id uuid, customer_id uuid, contact_id uuid, rating integer, body text, period text,
    may_publish boolean, published_at timestamp, created_at timestamp, updated_at timestamp
);
create table source.activity (
    customer_id uuid, happened_at timestamp, event text, subject_kind text, subject_id uuid,
    subject_number text, actor_kind text, actor_name text, amount_minor bigint, currency_code text,
    visible boolean
);
create table source.document_views (
    customer_id uuid, document_kind text, document_id uuid, contact_id uuid, contact_name text,
    views bigint, first_viewed_at timestamp, last_viewed_at timestamp
);
create table source.recurring_profiles (
    id uuid, customer_id uuid, name text, frequency text, every integer, starts_on date, ends_on date,
    next_on date, status text, currency_code text, total_minor bigint, payment_terms_days integer,
    auto_charge boolean, created_at timestamp, updated_at timestamp
);
create table source.payment_attempts (
    id uuid, customer_id uuid, contact_id uuid, status text, currency_code text, amount_minor bigint,
    failure_code text, created_at timestamp, updated_at timestamp
);
create table source.payment_promises (
    id uuid, customer_id uuid, contact_id uuid, currency_code text, promised_on date, status text,
    created_at timestamp, closed_at timestamp
);
create table source.payment_promise_items (
    customer_id uuid, promise_id uuid, invoice_id uuid, amount_minor bigint
);
create table source.disputes (
    id uuid, customer_id uuid, kind text, invoice_id uuid, invoice_line_id uuid, payment_id uuid,
    contact_id uuid, reason text, body text, currency_code text, amount_minor bigint, status text,
    resolution text, credit_note_id uuid, opened_at timestamp, decided_at timestamp
);
create table source.imports (name text, finished_at timestamp);
create table source.migrations (version integer);
