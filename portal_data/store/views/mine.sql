-- What a customer's session sees. One view a table, of its own rows only, with listed columns: drafts,
-- internal notes, costs, provider references and storage keys are not in it, and a new column of a
-- table stays hidden until it is listed here. Without a customer in the session every view is empty.

create view mine.organisation as
    select id, name, legal_name, slug, email, phone, website, tax_id, street1, street2, city, state,
        postal_code, country, currency_code, timezone, locale, bank_details, document_footer
    from core.organisation;

create view mine.preferences as
    select key, value from core.preferences;


create view mine.customers as
    select id, number, display_name, company_name, kind, status, currency_code,
        language, email, phone, mobile, website, tax_id, tax_treatment,
        payment_terms_days, payment_terms_label, bank_payment_allowed, portal_enabled,
        created_at, updated_at
    from core.customers
    where id = getvariable('customer_id')::uuid;

create view mine.addresses as
    select id, customer_id, kind, attention, street1, street2, city, state, postal_code,
        country, phone, fax, updated_at
    from core.addresses
    where customer_id = getvariable('customer_id')::uuid;

create view mine.contacts as
    select id, customer_id, salutation, first_name, last_name, email, phone, mobile,
        designation, department, is_primary, role, payment_limit_minor, portal_status,
        created_at, updated_at
    from core.contacts
    where customer_id = getvariable('customer_id')::uuid;

create view mine.estimates as
    select id, customer_id, number, reference, subject, date, expiry_date, status,
        revision, version, currency_code, exchange_rate, tax_inclusive, subtotal_minor,
        discount_minor, tax_minor, shipping_minor, adjustment_minor, adjustment_label,
        round_off_minor, total_minor, billing_address, shipping_address, salesperson,
        project_id, notes, terms, sent_at, first_viewed_at, first_viewed_by,
        accepted_at, accepted_by, accepted_name, declined_at, declined_by,
        decline_reason, created_at, updated_at
    from core.estimates
    where customer_id = getvariable('customer_id')::uuid
        and status <> 'draft';

create view mine.estimate_lines as
    select id, customer_id, estimate_id, position, item_id, sku, name, description,
        quantity, unit, unit_price, discount_percent, discount_minor, tax_name,
        tax_percent, tax_minor, total_minor, optional, selected
    from core.estimate_lines
    where customer_id = getvariable('customer_id')::uuid
        and estimate_id in (select id from mine.estimates);

create view mine.estimate_revisions as
    select id, customer_id, estimate_id, revision, total_minor, snapshot, reason,
        created_at, created_by
    from core.estimate_revisions
    where customer_id = getvariable('customer_id')::uuid
        and estimate_id in (select id from mine.estimates);

create view mine.invoices as
    select id, customer_id, number, estimate_id, estimate_number, recurring_profile_id,
        project_id, reference, subject, date, due_date, payment_terms_label,
        expected_payment_date, last_payment_date, status, version, currency_code,
        exchange_rate, tax_inclusive, subtotal_minor, discount_minor, tax_minor,
        shipping_minor, adjustment_minor, adjustment_label, round_off_minor,
        total_minor, balance_minor, pending_minor, written_off_minor, written_off_on,
        partial_payments, billing_address,
        shipping_address, salesperson, notes, terms, sent_at, first_viewed_at,
        first_viewed_by, created_at, updated_at
    from core.invoices
    where customer_id = getvariable('customer_id')::uuid
        and status <> 'draft';

create view mine.invoice_lines as
    select id, customer_id, invoice_id, position, item_id, project_id, sku, name,
        description, quantity, unit, unit_price, discount_percent, discount_minor,
        tax_name, tax_percent, tax_minor, total_minor
    from core.invoice_lines
    where customer_id = getvariable('customer_id')::uuid
        and invoice_id in (select id from mine.invoices);

create view mine.invoice_providers as
    select customer_id, invoice_id, provider
    from core.invoice_providers
    where customer_id = getvariable('customer_id')::uuid
        and invoice_id in (select id from mine.invoices);

create view mine.retainer_invoices as
    select id, customer_id, number, estimate_id, project_id, reference, date, due_date,
        status, version, currency_code, exchange_rate, total_minor, balance_minor,
        unused_minor, pending_minor, billing_address, notes, terms, sent_at,
        first_viewed_at, first_viewed_by, created_at, updated_at
    from core.retainer_invoices
    where customer_id = getvariable('customer_id')::uuid
        and status <> 'draft';

create view mine.retainer_invoice_lines as
    select id, customer_id, retainer_invoice_id, position, description, total_minor
    from core.retainer_invoice_lines
    where customer_id = getvariable('customer_id')::uuid
        and retainer_invoice_id in (select id from mine.retainer_invoices);

create view mine.retainer_applications as
    select id, customer_id, retainer_invoice_id, invoice_id, date, amount_minor, created_at
    from core.retainer_applications
    where customer_id = getvariable('customer_id')::uuid;

create view mine.retainer_invoice_providers as
    select customer_id, retainer_invoice_id, provider
    from core.retainer_invoice_providers
    where customer_id = getvariable('customer_id')::uuid
        and retainer_invoice_id in (select id from mine.retainer_invoices);

create view mine.credit_notes as
    select id, customer_id, number, invoice_id, reference, subject, date, status,
        currency_code, exchange_rate, tax_inclusive, subtotal_minor, discount_minor,
        tax_minor, shipping_minor, adjustment_minor, adjustment_label, round_off_minor,
        total_minor, balance_minor, billing_address, shipping_address, notes, terms,
        first_viewed_at, first_viewed_by, created_at, updated_at
    from core.credit_notes
    where customer_id = getvariable('customer_id')::uuid
        and status <> 'draft';

create view mine.credit_note_lines as
    select id, customer_id, credit_note_id, position, item_id, sku, name, description,
        quantity, unit, unit_price, discount_percent, discount_minor, tax_name,
        tax_percent, tax_minor, total_minor
    from core.credit_note_lines
    where customer_id = getvariable('customer_id')::uuid
        and credit_note_id in (select id from mine.credit_notes);

create view mine.credit_applications as
    select id, customer_id, credit_note_id, invoice_id, date, amount_minor, created_at
    from core.credit_applications
    where customer_id = getvariable('customer_id')::uuid
        and credit_note_id in (select id from mine.credit_notes);

create view mine.payments as
    select id, customer_id, number, kind, date, status, currency_code, exchange_rate,
        amount_minor, unused_minor, mode, reference, description, attempt_id, provider,
        created_at, updated_at
    from core.payments
    where customer_id = getvariable('customer_id')::uuid
        and status <> 'draft';

create view mine.allocations as
    select id, customer_id, payment_id, invoice_id, retainer_invoice_id, date,
        amount_minor, withheld_minor, early_discount_minor, created_at
    from core.allocations
    where customer_id = getvariable('customer_id')::uuid
        and payment_id in (select id from mine.payments);

create view mine.refunds as
    select id, customer_id, credit_note_id, payment_id, date, status, currency_code,
        amount_minor, mode, reference, description, provider, created_at
    from core.refunds
    where customer_id = getvariable('customer_id')::uuid;

create view mine.payment_attempts as
    select id, customer_id, contact_id, key, provider, status, currency_code,
        amount_minor, saved_method_id, save_method, provider_reference, redirect_url,
        failure_code, failure_message, created_at, updated_at, expires_at
    from core.payment_attempts
    where customer_id = getvariable('customer_id')::uuid;

create view mine.payment_attempt_items as
    select id, customer_id, attempt_id, invoice_id, retainer_invoice_id, amount_minor
    from core.payment_attempt_items
    where customer_id = getvariable('customer_id')::uuid;

create view mine.saved_methods as
    select id, customer_id, contact_id, provider, kind, brand, last4, holder,
        expires_month, expires_year, status, is_default, verification_attempts,
        created_at, updated_at
    from core.saved_methods
    where customer_id = getvariable('customer_id')::uuid
        and status <> 'removed';

create view mine.disputes as
    select id, customer_id, kind, invoice_id, invoice_line_id, payment_id, contact_id,
        reason, body, currency_code, amount_minor, status, resolution, credit_note_id,
        opened_at, decided_at
    from core.disputes
    where customer_id = getvariable('customer_id')::uuid
        and kind = 'customer';

create view mine.projects as
    select id, customer_id, name, code, description, billing_method, status,
        currency_code, fixed_cost_minor, rate, budget_kind, budget_minor,
        budget_minutes, approvals_enabled, created_at, updated_at
    from core.projects
    where customer_id = getvariable('customer_id')::uuid;

create view mine.project_people as
    select project_id, person_id, customer_id, rate, budget_minutes
    from core.project_people
    where customer_id = getvariable('customer_id')::uuid;

create view mine.tasks as
    select id, customer_id, project_id, name, description, rate, budget_minutes,
        billable, status
    from core.tasks
    where customer_id = getvariable('customer_id')::uuid;

create view mine.time_entries as
    select id, customer_id, project_id, task_id, person_id, date, minutes, begins, ends,
        notes, billable, billed, invoice_id, created_at, updated_at
    from core.time_entries
    where customer_id = getvariable('customer_id')::uuid;

create view mine.approvals as
    select id, customer_id, project_id, name, status, version, total_minutes,
        period_from, period_to, submitted_at, decided_at, decided_by, reason,
        created_at, updated_at
    from core.approvals
    where customer_id = getvariable('customer_id')::uuid
        and status <> 'draft';

create view mine.approval_entries as
    select approval_id, time_entry_id, customer_id, decision, reason
    from core.approval_entries
    where customer_id = getvariable('customer_id')::uuid
        and approval_id in (select id from mine.approvals);

create view mine.comments as
    select id, customer_id, subject_kind, subject_id, author_kind, author_id,
        author_name, body, visible, created_at
    from core.comments
    where customer_id = getvariable('customer_id')::uuid
        and visible;

create view mine.files as
    select id, customer_id, subject_kind, subject_id, name, media_type, size_bytes,
        sha256, uploaded_by_kind, visible, created_at, removed_at
    from core.files
    where customer_id = getvariable('customer_id')::uuid
        and visible and removed_at is null;

create view mine.reviews as
    select id, customer_id, contact_id, rating, body, period, may_publish, published_at,
        created_at, updated_at
    from core.reviews
    where customer_id = getvariable('customer_id')::uuid;

create view mine.activity as
    select id, customer_id, happened_at, event, subject_kind, subject_id,
        subject_number, actor_kind, actor_id, actor_name, amount_minor, currency_code,
        visible
    from core.activity
    where customer_id = getvariable('customer_id')::uuid
        and visible;

create view mine.recurring_profiles as
    select id, customer_id, name, frequency, every, starts_on, ends_on, next_on, status,
        currency_code, total_minor, payment_terms_days, auto_charge, saved_method_id,
        notes, terms, created_at, updated_at
    from core.recurring_profiles
    where customer_id = getvariable('customer_id')::uuid;

create view mine.recurring_lines as
    select id, customer_id, recurring_profile_id, position, item_id, name, description,
        quantity, unit, unit_price, tax_name, tax_percent, total_minor
    from core.recurring_lines
    where customer_id = getvariable('customer_id')::uuid;

create view mine.notifications as
    select id, customer_id, recipient_kind, recipient_id, activity_id, created_at,
        read_at
    from core.notifications
    where customer_id = getvariable('customer_id')::uuid
        and recipient_kind = 'contact';

-- Names of the people who worked for this customer, and of nobody else.
create view mine.people as
    select id, name
    from core.people
    where id in (
        select person_id from core.time_entries where customer_id = getvariable('customer_id')::uuid
        union
        select person_id from core.project_people where customer_id = getvariable('customer_id')::uuid
    );
