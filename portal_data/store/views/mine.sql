-- What a customer's session sees. One view a table, of its own rows only, with listed columns: drafts,
-- internal notes, costs, provider references and storage keys are not in it, and a new column of a
-- table stays hidden until it is listed here. Without a customer in the session every view is empty.
--
-- `offset 0` keeps other conditions out of the scan: DuckDB uses an index only for a scan with one
-- condition, and without this every list would read the whole table. Lines are found by their parent's
-- index and must agree with it on the customer.

create view mine.organisation as
    select id, name, legal_name, slug, email, phone, website, tax_id, street1, street2, city, state,
        postal_code, country, currency_code, timezone, locale, account_holder, bank_name, iban, bic,
        sort_code, account_number, bank_details, document_footer, accent, logo_sha256
    from core.organisation;

create view mine.preferences as
    select key, value from core.preferences;

create view mine.customers as
    select id, number, display_name, company_name, kind, status, currency_code,
        language, email, phone, mobile, website, tax_id, tax_treatment,
        payment_terms_days, payment_terms_label, opening_balance_minor, bank_payment_allowed,
        portal_enabled,
        created_at, updated_at
    from (select * from core.customers where id = getvariable('customer_id')::uuid offset 0) own;

create view mine.addresses as
    select id, customer_id, kind, attention, street1, street2, city, state, postal_code,
        country, phone, fax, updated_at
    from (select * from core.addresses where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.contacts as
    select id, customer_id, salutation, first_name, last_name, email, phone, mobile,
        designation, department, is_primary, role, payment_limit_minor, portal_status,
        created_at, updated_at
    from (select * from core.contacts where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.estimates as
    select id, customer_id, number, reference, subject, date, expiry_date, status,
        revision, version, currency_code, exchange_rate, tax_inclusive, subtotal_minor,
        discount_minor, tax_minor, shipping_minor, adjustment_minor, adjustment_label,
        round_off_minor, total_minor, billing_address, shipping_address, salesperson,
        project_id, notes, terms, sent_at, first_viewed_at, first_viewed_by,
        accepted_at, accepted_by, accepted_name, declined_at, declined_by,
        decline_reason, created_at, updated_at
    from (select * from core.estimates where customer_id = getvariable('customer_id')::uuid offset 0) own
    where status <> 'draft';

create view mine.estimate_lines as
    select l.id, l.customer_id, l.estimate_id, l.position, l.item_id, l.sku, l.name,
        l.description, l.quantity, l.unit, l.unit_price, l.discount_percent,
        l.discount_minor, l.tax_name, l.tax_percent, l.tax_minor, l.total_minor,
        l.optional, l.selected
    from core.estimate_lines l
    join mine.estimates p on p.id = l.estimate_id and p.customer_id = l.customer_id;

create view mine.estimate_revisions as
    select l.id, l.customer_id, l.estimate_id, l.revision, l.total_minor, l.snapshot,
        l.reason, l.created_at, l.created_by
    from core.estimate_revisions l
    join mine.estimates p on p.id = l.estimate_id and p.customer_id = l.customer_id;

create view mine.invoices as
    select id, customer_id, number, estimate_id, estimate_number, recurring_profile_id,
        project_id, reference, subject, date, due_date, payment_terms_label,
        expected_payment_date, last_payment_date, status, version, currency_code,
        exchange_rate, tax_inclusive, subtotal_minor, discount_minor, tax_minor,
        shipping_minor, adjustment_minor, adjustment_label, round_off_minor,
        total_minor, balance_minor, pending_minor, in_question_minor, written_off_minor,
        written_off_on,
        partial_payments, billing_address,
        shipping_address, salesperson, notes, terms, sent_at, first_viewed_at,
        first_viewed_by, created_at, updated_at
    from (select * from core.invoices where customer_id = getvariable('customer_id')::uuid offset 0) own
    where status <> 'draft';

create view mine.invoice_lines as
    select l.id, l.customer_id, l.invoice_id, l.position, l.item_id, l.project_id,
        l.sku, l.name, l.description, l.quantity, l.unit, l.unit_price,
        l.discount_percent, l.discount_minor, l.tax_name, l.tax_percent, l.tax_minor,
        l.total_minor
    from core.invoice_lines l
    join mine.invoices p on p.id = l.invoice_id and p.customer_id = l.customer_id;

create view mine.invoice_providers as
    select l.customer_id, l.invoice_id, l.provider
    from core.invoice_providers l
    join mine.invoices p on p.id = l.invoice_id and p.customer_id = l.customer_id;

create view mine.retainer_invoices as
    select id, customer_id, number, estimate_id, project_id, reference, date, due_date,
        status, version, currency_code, exchange_rate, total_minor, balance_minor,
        unused_minor, pending_minor, in_question_minor, billing_address, notes, terms, sent_at,
        first_viewed_at, first_viewed_by, created_at, updated_at
    from (select * from core.retainer_invoices where customer_id = getvariable('customer_id')::uuid offset 0) own
    where status <> 'draft';

create view mine.retainer_invoice_lines as
    select l.id, l.customer_id, l.retainer_invoice_id, l.position, l.description,
        l.total_minor
    from core.retainer_invoice_lines l
    join mine.retainer_invoices p on p.id = l.retainer_invoice_id and p.customer_id = l.customer_id;

create view mine.retainer_applications as
    select id, customer_id, retainer_invoice_id, invoice_id, date, amount_minor, created_at
    from (select * from core.retainer_applications where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.retainer_invoice_providers as
    select l.customer_id, l.retainer_invoice_id, l.provider
    from core.retainer_invoice_providers l
    join mine.retainer_invoices p on p.id = l.retainer_invoice_id and p.customer_id = l.customer_id;

create view mine.credit_notes as
    select id, customer_id, number, invoice_id, reference, subject, date, status,
        currency_code, exchange_rate, tax_inclusive, subtotal_minor, discount_minor,
        tax_minor, shipping_minor, adjustment_minor, adjustment_label, round_off_minor,
        total_minor, balance_minor, billing_address, shipping_address, notes, terms,
        first_viewed_at, first_viewed_by, created_at, updated_at
    from (select * from core.credit_notes where customer_id = getvariable('customer_id')::uuid offset 0) own
    where status <> 'draft';

create view mine.credit_note_lines as
    select l.id, l.customer_id, l.credit_note_id, l.position, l.item_id, l.sku, l.name,
        l.description, l.quantity, l.unit, l.unit_price, l.discount_percent,
        l.discount_minor, l.tax_name, l.tax_percent, l.tax_minor, l.total_minor
    from core.credit_note_lines l
    join mine.credit_notes p on p.id = l.credit_note_id and p.customer_id = l.customer_id;

create view mine.credit_applications as
    select id, customer_id, credit_note_id, invoice_id, date, amount_minor, created_at
    from (select * from core.credit_applications where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.payments as
    select id, customer_id, number, kind, date, status, currency_code, exchange_rate,
        amount_minor, unused_minor, mode, reference, description, attempt_id, provider,
        created_at, updated_at
    from (select * from core.payments where customer_id = getvariable('customer_id')::uuid offset 0) own
    where status <> 'draft';

create view mine.allocations as
    select id, customer_id, payment_id, invoice_id, retainer_invoice_id, date,
        amount_minor, withheld_minor, early_discount_minor, created_at
    from (select * from core.allocations where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.refunds as
    select id, customer_id, credit_note_id, payment_id, date, status, currency_code,
        amount_minor, mode, reference, description, provider, created_at
    from (select * from core.refunds where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.payment_attempts as
    select id, customer_id, contact_id, key, provider, status, currency_code,
        amount_minor, saved_method_id, save_method,
        failure_code, failure_message, created_at, updated_at, expires_at
    from (select * from core.payment_attempts where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.payment_attempt_items as
    select id, customer_id, attempt_id, invoice_id, retainer_invoice_id, amount_minor
    from (select * from core.payment_attempt_items where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.saved_methods as
    select id, customer_id, contact_id, provider, kind, brand, last4, holder,
        expires_month, expires_year, status, is_default, verification_attempts,
        created_at, updated_at
    from (select * from core.saved_methods where customer_id = getvariable('customer_id')::uuid offset 0) own
    where status <> 'removed';

create view mine.disputes as
    select id, customer_id, kind, invoice_id, invoice_line_id, payment_id, contact_id,
        reason, body, currency_code, amount_minor, status, resolution, credit_note_id,
        opened_at, decided_at
    from (select * from core.disputes where customer_id = getvariable('customer_id')::uuid offset 0) own
    where kind = 'customer';

create view mine.projects as
    select id, customer_id, name, code, description, billing_method, status,
        currency_code, fixed_cost_minor, rate, budget_kind, budget_minor,
        budget_minutes, approvals_enabled, created_at, updated_at
    from (select * from core.projects where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.project_people as
    select project_id, person_id, customer_id, rate, budget_minutes
    from (select * from core.project_people where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.tasks as
    select id, customer_id, project_id, name, description, rate, budget_minutes,
        billable, status
    from (select * from core.tasks where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.time_entries as
    select id, customer_id, project_id, task_id, person_id, date, minutes, begins, ends,
        notes, billable, billed, invoice_id, created_at, updated_at
    from (select * from core.time_entries where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.approvals as
    select id, customer_id, project_id, name, status, version, total_minutes,
        period_from, period_to, submitted_at, decided_at, decided_by, reason,
        created_at, updated_at
    from (select * from core.approvals where customer_id = getvariable('customer_id')::uuid offset 0) own
    where status <> 'draft';

create view mine.approval_entries as
    select l.approval_id, l.time_entry_id, l.customer_id, l.decision, l.reason
    from core.approval_entries l
    join mine.approvals p on p.id = l.approval_id and p.customer_id = l.customer_id;

create view mine.comments as
    select id, customer_id, subject_kind, subject_id, author_kind, author_id,
        author_name, body, visible, created_at
    from (select * from core.comments where customer_id = getvariable('customer_id')::uuid offset 0) own
    where visible;

create view mine.files as
    select id, customer_id, subject_kind, subject_id, name, media_type, size_bytes,
        sha256, uploaded_by_kind, visible, created_at, removed_at
    from (select * from core.files where customer_id = getvariable('customer_id')::uuid offset 0) own
    where visible and removed_at is null;

create view mine.reviews as
    select id, customer_id, contact_id, rating, body, period, may_publish, published_at,
        created_at, updated_at
    from (select * from core.reviews where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.activity as
    select id, customer_id, happened_at, event, subject_kind, subject_id,
        subject_number, actor_kind, actor_id, actor_name, amount_minor, currency_code,
        visible
    from (select * from core.activity where customer_id = getvariable('customer_id')::uuid offset 0) own
    where visible;

create view mine.recurring_profiles as
    select id, customer_id, name, frequency, every, starts_on, ends_on, next_on, status,
        currency_code, total_minor, payment_terms_days, auto_charge, saved_method_id,
        notes, terms, created_at, updated_at
    from (select * from core.recurring_profiles where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.recurring_lines as
    select id, customer_id, recurring_profile_id, position, item_id, name, description,
        quantity, unit, unit_price, tax_name, tax_percent, total_minor
    from (select * from core.recurring_lines where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.notifications as
    select id, customer_id, recipient_kind, recipient_id, activity_id, created_at,
        read_at
    from (select * from core.notifications where customer_id = getvariable('customer_id')::uuid offset 0) own
    where recipient_kind = 'contact';

-- Names of the people who worked for this customer, and of nobody else.
create view mine.people as
    select id, name
    from core.people
    where id in (
        select person_id from core.time_entries where customer_id = getvariable('customer_id')::uuid
        union
        select person_id from core.project_people where customer_id = getvariable('customer_id')::uuid
    );
