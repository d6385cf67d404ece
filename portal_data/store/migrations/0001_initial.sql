-- The whole schema, in the SQL that DuckDB and PostgreSQL both accept.
--
-- Rules that hold everywhere: ids are UUIDv7; money is bigint in the minor unit of the row's
-- currency_code and named *_minor; quantities, unit prices and rates are decimal(18,6); moments are UTC
-- timestamps; JSON is kept as text. Every table that belongs to a customer has customer_id, also
-- where it could be derived: isolation never depends on a join. Foreign keys are PostgreSQL's alone
-- (DuckDB refuses updates of referenced rows): see postgres/ and integrity.sql.

-- Organisation and its settings -------------------------------------------------------------------

create table core.organisation (
    id uuid primary key,
    name text not null,
    legal_name text,
    slug text not null unique,
    email text,
    phone text,
    website text,
    tax_id text,
    street1 text, street2 text, city text, state text, postal_code text, country text,
    currency_code text not null,
    timezone text not null,
    locale text not null,
    bank_details text,
    document_footer text,
    is_demo boolean not null default false,
    created_at timestamp not null,
    updated_at timestamp not null
);

create table core.preferences (
    key text primary key,
    value text not null,
    updated_at timestamp not null,
    updated_by uuid
);

create table core.counters (
    kind text primary key,
    prefix text not null,
    next_number bigint not null check (next_number > 0),
    digits integer not null check (digits between 1 and 18)
);

create table core.exchange_rates (
    currency_code text not null,
    date date not null,
    rate decimal(28,12) not null check (rate > 0),
    primary key (currency_code, date)
);

-- Customers and people ----------------------------------------------------------------------------

create table core.customers (
    id uuid primary key,
    number text unique,
    display_name text not null,
    company_name text,
    kind text not null default 'business' check (kind in ('business', 'individual')),
    status text not null default 'active' check (status in ('active', 'inactive')),
    currency_code text not null,
    language text not null default 'en',
    email text,
    phone text,
    mobile text,
    website text,
    tax_id text,
    tax_treatment text,
    payment_terms_days integer,
    payment_terms_label text,
    credit_limit_minor bigint not null default 0,
    opening_balance_minor bigint not null default 0,
    bank_payment_allowed boolean not null default false,
    portal_enabled boolean not null default false,
    notes text,
    custom_fields text,
    created_at timestamp not null,
    updated_at timestamp not null
);

create table core.addresses (
    id uuid primary key,
    customer_id uuid not null,
    kind text not null check (kind in ('billing', 'shipping')),
    attention text, street1 text, street2 text, city text, state text, postal_code text,
    country text, phone text, fax text,
    updated_at timestamp not null,
    unique (customer_id, kind)
);

create table core.logins (
    id uuid primary key,
    email text not null unique check (email = lower(email)),
    password_hash text,
    password_changed_at timestamp,
    must_change_password boolean not null default false,
    totp_secret text,
    totp_last_step bigint,
    created_at timestamp not null
);

create table core.contacts (
    id uuid primary key,
    customer_id uuid not null,
    login_id uuid,
    salutation text,
    first_name text,
    last_name text,
    email text check (email = lower(email)),
    phone text,
    mobile text,
    designation text,
    department text,
    is_primary boolean not null default false,
    role text not null default 'admin' check (role in ('admin', 'payer', 'approver', 'viewer')),
    payment_limit_minor bigint,
    portal_status text not null default 'not_invited'
        check (portal_status in ('not_invited', 'invited', 'active', 'disabled')),
    created_at timestamp not null,
    updated_at timestamp not null,
    unique (customer_id, email)
);

create table core.staff (
    id uuid primary key,
    login_id uuid not null unique,
    name text not null,
    email text not null unique check (email = lower(email)),
    role text not null check (role in ('owner', 'staff')),
    status text not null default 'active' check (status in ('active', 'disabled')),
    created_at timestamp not null
);

create table core.sign_ins (
    id uuid primary key,
    token_hash text unique,
    login_id uuid not null,
    contact_id uuid,
    staff_id uuid,
    created_at timestamp not null,
    last_seen_at timestamp not null,
    expires_at timestamp not null,
    revoked_at timestamp,
    revoked_reason text,
    address text,
    user_agent text,
    check ((contact_id is null) <> (staff_id is null))
);

create table core.sign_in_tickets (
    ticket_hash text primary key,
    sign_in_id uuid not null,
    expires_at timestamp not null
);

create table core.sign_in_failures (
    key text primary key,
    failures integer not null,
    last_failed_at timestamp not null,
    locked_until timestamp
);

create table core.invitations (
    id uuid primary key,
    customer_id uuid not null,
    contact_id uuid not null,
    token_hash text not null unique,
    created_at timestamp not null,
    created_by uuid,
    expires_at timestamp not null,
    accepted_at timestamp,
    revoked_at timestamp
);

create table core.password_resets (
    id uuid primary key,
    login_id uuid not null,
    token_hash text not null unique,
    created_at timestamp not null,
    expires_at timestamp not null,
    used_at timestamp,
    revoked_at timestamp
);

-- Items and taxes ---------------------------------------------------------------------------------

create table core.taxes (
    id uuid primary key,
    name text not null,
    percent decimal(9,6) not null,
    kind text not null default 'simple' check (kind in ('simple', 'group')),
    status text not null default 'active' check (status in ('active', 'inactive'))
);

create table core.items (
    id uuid primary key,
    name text not null,
    sku text,
    description text,
    kind text not null default 'goods' check (kind in ('goods', 'service')),
    unit text,
    unit_price decimal(18,6),
    currency_code text,
    tax_id uuid,
    status text not null default 'active' check (status in ('active', 'inactive')),
    updated_at timestamp not null
);

-- Estimates ---------------------------------------------------------------------------------------
-- Stored states only: expired is derived from expiry_date.

create table core.estimates (
    id uuid primary key,
    customer_id uuid not null,
    number text not null unique,
    reference text,
    subject text,
    date date not null,
    expiry_date date,
    status text not null check (status in ('draft', 'sent', 'accepted', 'declined', 'invoiced')),
    source_status text,
    revision integer not null default 1,
    version integer not null default 1,
    currency_code text not null,
    exchange_rate decimal(28,12) not null default 1,
    tax_inclusive boolean not null default false,
    subtotal_minor bigint not null,
    discount_minor bigint not null default 0,
    tax_minor bigint not null default 0,
    shipping_minor bigint not null default 0,
    adjustment_minor bigint not null default 0,
    adjustment_label text,
    round_off_minor bigint not null default 0,
    total_minor bigint not null check (total_minor >= 0),
    billing_address text,
    shipping_address text,
    salesperson text,
    project_id uuid,
    notes text,
    terms text,
    custom_fields text,
    internal_notes text,
    retainer_percent decimal(9,6),
    sent_at timestamp,
    first_viewed_at timestamp,
    first_viewed_by uuid,
    accepted_at timestamp,
    accepted_by uuid,
    accepted_name text,
    declined_at timestamp,
    declined_by uuid,
    decline_reason text,
    created_at timestamp not null,
    updated_at timestamp not null
);

create table core.estimate_lines (
    id uuid primary key,
    customer_id uuid not null,
    estimate_id uuid not null,
    position integer not null,
    item_id uuid,
    sku text,
    name text,
    description text,
    quantity decimal(18,6) not null,
    unit text,
    unit_price decimal(18,6) not null,
    discount_percent decimal(9,6),
    discount_minor bigint not null default 0,
    tax_name text,
    tax_percent decimal(9,6),
    tax_minor bigint not null default 0,
    total_minor bigint not null,
    optional boolean not null default false,
    selected boolean not null default true,
    custom_fields text
);

create table core.estimate_revisions (
    id uuid primary key,
    customer_id uuid not null,
    estimate_id uuid not null,
    revision integer not null,
    total_minor bigint not null,
    snapshot text not null,
    reason text,
    created_at timestamp not null,
    created_by uuid,
    unique (estimate_id, revision)
);

-- Invoices ----------------------------------------------------------------------------------------
-- Stored states only: overdue, partially paid, paid and viewed are derived.
-- balance = total - allocations (with tax withheld and early discounts) - credits - retainers drawn
-- - written off; pending_minor is in flight.

create table core.recurring_profiles (
    id uuid primary key,
    customer_id uuid not null,
    name text not null,
    frequency text not null check (frequency in ('day', 'week', 'month', 'year')),
    every integer not null default 1 check (every > 0),
    starts_on date not null,
    ends_on date,
    next_on date,
    status text not null check (status in ('active', 'stopped', 'expired')),
    currency_code text not null,
    total_minor bigint not null,
    payment_terms_days integer,
    auto_charge boolean not null default false,
    saved_method_id uuid,
    notes text,
    terms text,
    created_at timestamp not null,
    updated_at timestamp not null
);

create table core.recurring_lines (
    id uuid primary key,
    customer_id uuid not null,
    recurring_profile_id uuid not null,
    position integer not null,
    item_id uuid,
    name text,
    description text,
    quantity decimal(18,6) not null,
    unit text,
    unit_price decimal(18,6) not null,
    tax_name text,
    tax_percent decimal(9,6),
    total_minor bigint not null
);

create table core.invoices (
    id uuid primary key,
    customer_id uuid not null,
    number text not null unique,
    estimate_id uuid,
    estimate_number text,
    recurring_profile_id uuid,
    project_id uuid,
    reference text,
    subject text,
    date date not null,
    due_date date not null,
    payment_terms_label text,
    expected_payment_date date,
    last_payment_date date,
    status text not null check (status in ('draft', 'sent', 'void', 'written_off')),
    version integer not null default 1,
    currency_code text not null,
    exchange_rate decimal(28,12) not null default 1,
    tax_inclusive boolean not null default false,
    subtotal_minor bigint not null,
    discount_minor bigint not null default 0,
    tax_minor bigint not null default 0,
    shipping_minor bigint not null default 0,
    adjustment_minor bigint not null default 0,
    adjustment_label text,
    round_off_minor bigint not null default 0,
    total_minor bigint not null check (total_minor >= 0),
    balance_minor bigint not null check (balance_minor >= 0 and balance_minor <= total_minor),
    pending_minor bigint not null default 0 check (pending_minor >= 0),
    written_off_minor bigint not null default 0,
    written_off_on date,
    partial_payments boolean not null default false,
    reminders_paused_until date,
    billing_address text,
    shipping_address text,
    salesperson text,
    notes text,
    terms text,
    custom_fields text,
    internal_notes text,
    sent_at timestamp,
    first_viewed_at timestamp,
    first_viewed_by uuid,
    created_at timestamp not null,
    updated_at timestamp not null
);

create table core.invoice_lines (
    id uuid primary key,
    customer_id uuid not null,
    invoice_id uuid not null,
    position integer not null,
    item_id uuid,
    project_id uuid,
    sku text,
    name text,
    description text,
    quantity decimal(18,6) not null,
    unit text,
    unit_price decimal(18,6) not null,
    discount_percent decimal(9,6),
    discount_minor bigint not null default 0,
    tax_name text,
    tax_percent decimal(9,6),
    tax_minor bigint not null default 0,
    total_minor bigint not null,
    custom_fields text
);

create table core.invoice_providers (
    customer_id uuid not null,
    invoice_id uuid not null,
    provider text not null,
    primary key (invoice_id, provider)
);

create table core.retainer_invoices (
    id uuid primary key,
    customer_id uuid not null,
    number text not null unique,
    estimate_id uuid,
    project_id uuid,
    reference text,
    date date not null,
    due_date date,
    status text not null check (status in ('draft', 'sent', 'void')),
    version integer not null default 1,
    currency_code text not null,
    exchange_rate decimal(28,12) not null default 1,
    total_minor bigint not null check (total_minor >= 0),
    balance_minor bigint not null check (balance_minor >= 0 and balance_minor <= total_minor),
    unused_minor bigint not null default 0 check (unused_minor >= 0),
    pending_minor bigint not null default 0 check (pending_minor >= 0),
    billing_address text,
    notes text,
    terms text,
    sent_at timestamp,
    first_viewed_at timestamp,
    first_viewed_by uuid,
    created_at timestamp not null,
    updated_at timestamp not null
);

create table core.retainer_invoice_lines (
    id uuid primary key,
    customer_id uuid not null,
    retainer_invoice_id uuid not null,
    position integer not null,
    description text not null,
    total_minor bigint not null
);

-- Drawing a paid retainer to settle an invoice: unused = paid - drawn.
create table core.retainer_applications (
    id uuid primary key,
    customer_id uuid not null,
    retainer_invoice_id uuid not null,
    invoice_id uuid not null,
    date date not null,
    amount_minor bigint not null check (amount_minor > 0),
    created_at timestamp not null
);

create table core.retainer_invoice_providers (
    customer_id uuid not null,
    retainer_invoice_id uuid not null,
    provider text not null,
    primary key (retainer_invoice_id, provider)
);

-- Credit notes ------------------------------------------------------------------------------------

create table core.credit_notes (
    id uuid primary key,
    customer_id uuid not null,
    number text not null unique,
    invoice_id uuid,
    reference text,
    subject text,
    date date not null,
    status text not null check (status in ('draft', 'open', 'void')),
    currency_code text not null,
    exchange_rate decimal(28,12) not null default 1,
    tax_inclusive boolean not null default false,
    subtotal_minor bigint not null,
    discount_minor bigint not null default 0,
    tax_minor bigint not null default 0,
    shipping_minor bigint not null default 0,
    adjustment_minor bigint not null default 0,
    adjustment_label text,
    round_off_minor bigint not null default 0,
    total_minor bigint not null check (total_minor >= 0),
    balance_minor bigint not null check (balance_minor >= 0 and balance_minor <= total_minor),
    billing_address text,
    shipping_address text,
    notes text,
    terms text,
    custom_fields text,
    first_viewed_at timestamp,
    first_viewed_by uuid,
    created_at timestamp not null,
    updated_at timestamp not null
);

create table core.credit_note_lines (
    id uuid primary key,
    customer_id uuid not null,
    credit_note_id uuid not null,
    position integer not null,
    item_id uuid,
    sku text,
    name text,
    description text,
    quantity decimal(18,6) not null,
    unit text,
    unit_price decimal(18,6) not null,
    discount_percent decimal(9,6),
    discount_minor bigint not null default 0,
    tax_name text,
    tax_percent decimal(9,6),
    tax_minor bigint not null default 0,
    total_minor bigint not null,
    custom_fields text
);

create table core.credit_applications (
    id uuid primary key,
    customer_id uuid not null,
    credit_note_id uuid not null,
    invoice_id uuid not null,
    date date not null,
    amount_minor bigint not null check (amount_minor > 0),
    created_at timestamp not null
);

-- Money received ----------------------------------------------------------------------------------
-- unused = amount - allocations - refunds of the payment itself.

create table core.payments (
    id uuid primary key,
    customer_id uuid not null,
    number text not null unique,
    kind text not null check (kind in ('invoice', 'retainer')),
    date date not null,
    status text not null check (status in ('draft', 'succeeded', 'void')),
    currency_code text not null,
    exchange_rate decimal(28,12) not null default 1,
    amount_minor bigint not null check (amount_minor > 0),
    unused_minor bigint not null check (unused_minor >= 0 and unused_minor <= amount_minor),
    bank_charges_minor bigint not null default 0,
    mode text not null,
    reference text,
    description text,
    deposited_to text,
    attempt_id uuid unique,
    provider text,
    provider_reference text,
    created_at timestamp not null,
    updated_at timestamp not null
);

create table core.allocations (
    id uuid primary key,
    customer_id uuid not null,
    payment_id uuid not null,
    invoice_id uuid,
    retainer_invoice_id uuid,
    date date not null,
    amount_minor bigint not null check (amount_minor >= 0),
    withheld_minor bigint not null default 0 check (withheld_minor >= 0),
    early_discount_minor bigint not null default 0 check (early_discount_minor >= 0),
    created_at timestamp not null,
    check ((invoice_id is null) <> (retainer_invoice_id is null))
);

create table core.refunds (
    id uuid primary key,
    customer_id uuid not null,
    credit_note_id uuid,
    payment_id uuid,
    date date not null,
    status text not null check (status in ('pending', 'succeeded', 'failed')),
    currency_code text not null,
    amount_minor bigint not null check (amount_minor > 0),
    mode text,
    reference text,
    description text,
    provider text,
    provider_reference text,
    created_at timestamp not null,
    check ((credit_note_id is null) <> (payment_id is null))
);

create table core.payment_attempts (
    id uuid primary key,
    customer_id uuid not null,
    contact_id uuid,
    key text not null unique,
    provider text not null,
    status text not null check (status in
        ('created', 'requires_action', 'pending', 'succeeded', 'failed', 'cancelled', 'expired')),
    currency_code text not null,
    amount_minor bigint not null check (amount_minor > 0),
    saved_method_id uuid,
    save_method boolean not null default false,
    provider_reference text,
    redirect_url text,
    failure_code text,
    failure_message text,
    created_at timestamp not null,
    updated_at timestamp not null,
    expires_at timestamp
);

create table core.payment_attempt_items (
    id uuid primary key,
    customer_id uuid not null,
    attempt_id uuid not null,
    invoice_id uuid,
    retainer_invoice_id uuid,
    amount_minor bigint not null check (amount_minor > 0),
    check ((invoice_id is null) <> (retainer_invoice_id is null))
);

create table core.saved_methods (
    id uuid primary key,
    customer_id uuid not null,
    contact_id uuid,
    provider text not null,
    provider_reference text not null,
    kind text not null check (kind in ('card', 'bank')),
    brand text,
    last4 text,
    holder text,
    expires_month integer,
    expires_year integer,
    status text not null check (status in
        ('new', 'pending_verification', 'verified', 'failed', 'removed')),
    is_default boolean not null default false,
    verification_attempts integer not null default 0,
    created_at timestamp not null,
    updated_at timestamp not null,
    unique (provider, provider_reference)
);

create table core.provider_customers (
    customer_id uuid not null,
    provider text not null,
    provider_reference text not null,
    created_at timestamp not null,
    primary key (customer_id, provider)
);

create table core.provider_events (
    id uuid primary key,
    provider text not null,
    external_id text not null,
    kind text not null,
    object_reference text,
    payload text not null,
    status text not null check (status in ('received', 'handling', 'handled', 'ignored', 'failed')),
    attempts integer not null default 0,
    error text,
    received_at timestamp not null,
    handled_at timestamp,
    unique (provider, external_id)
);

-- kind customer: raised in the portal against an invoice or line; kind provider: a chargeback.
create table core.disputes (
    id uuid primary key,
    customer_id uuid not null,
    kind text not null check (kind in ('customer', 'provider')),
    invoice_id uuid,
    invoice_line_id uuid,
    payment_id uuid,
    contact_id uuid,
    reason text not null,
    body text,
    currency_code text not null,
    amount_minor bigint not null check (amount_minor > 0),
    status text not null check (status in ('opened', 'in_review', 'accepted', 'rejected', 'withdrawn')),
    resolution text,
    credit_note_id uuid,
    provider_reference text,
    opened_at timestamp not null,
    decided_at timestamp,
    decided_by uuid
);

-- Projects and time -------------------------------------------------------------------------------

create table core.people (
    id uuid primary key,
    staff_id uuid,
    name text not null,
    email text,
    cost_rate decimal(18,6),
    status text not null default 'active' check (status in ('active', 'inactive'))
);

create table core.projects (
    id uuid primary key,
    customer_id uuid not null,
    name text not null,
    code text,
    description text,
    billing_method text not null check (billing_method in
        ('fixed_cost', 'project_hours', 'task_hours', 'staff_hours', 'daily_rate')),
    status text not null check (status in ('active', 'on_hold', 'completed', 'inactive')),
    currency_code text not null,
    fixed_cost_minor bigint,
    rate decimal(18,6),
    budget_kind text check (budget_kind in ('cost', 'hours', 'task_hours', 'staff_hours')),
    budget_minor bigint,
    budget_minutes bigint,
    internal_cost_budget_minor bigint,
    approvals_enabled boolean not null default false,
    created_at timestamp not null,
    updated_at timestamp not null
);

create table core.project_people (
    project_id uuid not null,
    person_id uuid not null,
    customer_id uuid not null,
    rate decimal(18,6),
    cost_rate decimal(18,6),
    budget_minutes bigint,
    primary key (project_id, person_id)
);

create table core.tasks (
    id uuid primary key,
    customer_id uuid not null,
    project_id uuid not null,
    name text not null,
    description text,
    rate decimal(18,6),
    budget_minutes bigint,
    billable boolean not null default true,
    status text not null check (status in ('active', 'completed'))
);

create table core.time_entries (
    id uuid primary key,
    customer_id uuid not null,
    project_id uuid not null,
    task_id uuid,
    person_id uuid not null,
    date date not null,
    minutes integer not null check (minutes > 0 and minutes <= 1440),
    begins text,
    ends text,
    notes text,
    billable boolean not null,
    billed boolean not null default false,
    invoice_id uuid,
    cost_rate decimal(18,6),
    created_at timestamp not null,
    updated_at timestamp not null
);

create table core.approvals (
    id uuid primary key,
    customer_id uuid not null,
    project_id uuid,
    name text not null,
    status text not null check (status in
        ('draft', 'submitted', 'approved', 'rejected', 'partly_approved')),
    version integer not null default 1,
    total_minutes bigint not null default 0,
    period_from date,
    period_to date,
    submitted_at timestamp,
    submitted_by uuid,
    decided_at timestamp,
    decided_by uuid,
    reason text,
    created_at timestamp not null,
    updated_at timestamp not null
);

create table core.approval_entries (
    approval_id uuid not null,
    time_entry_id uuid not null,
    customer_id uuid not null,
    decision text check (decision in ('approved', 'rejected', 'queried')),
    reason text,
    primary key (approval_id, time_entry_id)
);

-- Talk, files, reviews ----------------------------------------------------------------------------

create table core.comments (
    id uuid primary key,
    customer_id uuid not null,
    subject_kind text not null,
    subject_id uuid not null,
    author_kind text not null check (author_kind in ('contact', 'staff', 'system')),
    author_id uuid,
    author_name text not null,
    body text not null,
    visible boolean not null,
    created_at timestamp not null
);

create table core.files (
    id uuid primary key,
    customer_id uuid not null,
    subject_kind text not null,
    subject_id uuid not null,
    name text not null,
    media_type text not null,
    size_bytes bigint not null,
    sha256 text not null,
    storage_key text not null unique,
    uploaded_by_kind text not null check (uploaded_by_kind in ('contact', 'staff')),
    uploaded_by uuid not null,
    visible boolean not null,
    created_at timestamp not null,
    removed_at timestamp
);

create table core.reviews (
    id uuid primary key,
    customer_id uuid not null,
    contact_id uuid not null,
    rating integer not null check (rating between 1 and 5),
    body text,
    period text not null,
    may_publish boolean not null default false,
    published_at timestamp,
    created_at timestamp not null,
    updated_at timestamp not null,
    unique (contact_id, period)
);

-- What happened, and who is told ------------------------------------------------------------------
-- customer_id is null for what concerns no customer (staff signing in, preferences).

create table core.activity (
    id uuid primary key,
    customer_id uuid,
    happened_at timestamp not null,
    event text not null,
    subject_kind text,
    subject_id uuid,
    subject_number text,
    actor_kind text not null check (actor_kind in ('contact', 'staff', 'system')),
    actor_id uuid,
    actor_name text not null,
    amount_minor bigint,
    currency_code text,
    details text,
    visible boolean not null
);

-- One row for each contact who looked at a document; the document itself keeps who was first.
create table core.document_views (
    customer_id uuid not null,
    document_kind text not null check (document_kind in
        ('estimate', 'invoice', 'credit_note', 'retainer_invoice')),
    document_id uuid not null,
    contact_id uuid not null,
    contact_name text not null,
    views bigint not null check (views > 0),
    first_viewed_at timestamp not null,
    last_viewed_at timestamp not null check (last_viewed_at >= first_viewed_at),
    primary key (document_id, contact_id)
);

create table core.notifications (
    id uuid primary key,
    customer_id uuid,
    recipient_kind text not null check (recipient_kind in ('contact', 'staff')),
    recipient_id uuid not null,
    activity_id uuid not null,
    created_at timestamp not null,
    read_at timestamp
);

create table core.outbox (
    id uuid primary key,
    customer_id uuid,
    kind text not null,
    dedup_key text not null unique,
    payload text not null,
    status text not null check (status in ('queued', 'sending', 'sent', 'retry', 'failed')),
    attempts integer not null default 0,
    not_before timestamp not null,
    created_at timestamp not null,
    claimed_at timestamp,
    finished_at timestamp,
    error text
);

-- What came from elsewhere ------------------------------------------------------------------------

create table core.imports (
    id uuid primary key,
    source text not null,
    name text not null,
    sha256 text not null,
    started_at timestamp not null,
    finished_at timestamp not null,
    report text not null
);

-- Where a row came from and what it said then: an unchanged fingerprint means nothing to do.
create table core.import_refs (
    source text not null,
    kind text not null,
    external_id text not null,
    row_id uuid not null,
    customer_id uuid,
    fingerprint text not null,
    import_id uuid not null,
    primary key (source, kind, external_id)
);

-- Reads start from the customer, from a parent or from a queue --------------------------------------

create index contacts_customer on core.contacts (customer_id);
create index addresses_customer on core.addresses (customer_id);
create index contacts_login on core.contacts (login_id);
create index contacts_email on core.contacts (email);
create index sign_ins_login on core.sign_ins (login_id);
create index invitations_contact on core.invitations (contact_id);
create index estimates_customer on core.estimates (customer_id);
create index estimate_lines_estimate on core.estimate_lines (estimate_id);
create index invoices_customer on core.invoices (customer_id);
create index invoice_lines_invoice on core.invoice_lines (invoice_id);
create index retainer_invoices_customer on core.retainer_invoices (customer_id);
create index retainer_invoice_lines_retainer on core.retainer_invoice_lines (retainer_invoice_id);
create index credit_notes_customer on core.credit_notes (customer_id);
create index credit_note_lines_note on core.credit_note_lines (credit_note_id);
create index credit_applications_customer on core.credit_applications (customer_id);
create index credit_applications_invoice on core.credit_applications (invoice_id);
create index retainer_applications_customer on core.retainer_applications (customer_id);
create index retainer_applications_invoice on core.retainer_applications (invoice_id);
create index payments_customer on core.payments (customer_id);
create index allocations_customer on core.allocations (customer_id);
create index allocations_invoice on core.allocations (invoice_id);
create index allocations_payment on core.allocations (payment_id);
create index refunds_customer on core.refunds (customer_id);
create index projects_customer on core.projects (customer_id);
create index tasks_project on core.tasks (project_id);
create index time_entries_customer on core.time_entries (customer_id);
create index time_entries_project on core.time_entries (project_id);
create index approvals_customer on core.approvals (customer_id);
create index comments_customer on core.comments (customer_id);
create index comments_subject on core.comments (subject_id);
create index files_customer on core.files (customer_id);
create index files_subject on core.files (subject_id);
create index activity_customer on core.activity (customer_id);
create index activity_subject on core.activity (subject_id);
create index document_views_document on core.document_views (document_id);
create index notifications_customer on core.notifications (customer_id);
create index payment_attempts_customer on core.payment_attempts (customer_id);
create index saved_methods_customer on core.saved_methods (customer_id);
create index notifications_recipient on core.notifications (recipient_id);
