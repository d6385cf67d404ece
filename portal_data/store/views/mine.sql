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
        portal_enabled, early_discount_percent, early_discount_days, buyer_reference, version,
        created_at, updated_at
    from (select * from core.customers where id = getvariable('customer_id')::uuid offset 0) own;

create view mine.addresses as
    select id, customer_id, kind, attention, street1, street2, city, state, postal_code,
        country, country_code, phone, fax, version, updated_at
    from (select * from core.addresses where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.contacts as
    select id, customer_id, salutation, first_name, last_name, email, phone, mobile,
        designation, department, is_primary, role, payment_limit_minor, payment_limit_currency,
        portal_status, version,
        created_at, updated_at
    from (select * from core.contacts where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.estimates as
    select id, customer_id, number, reference, subject, date, expiry_date, status,
        revision, version, currency_code, exchange_rate, tax_inclusive, subtotal_minor,
        discount_minor, discount_percent, discount_after_tax, tax_minor, shipping_minor, adjustment_minor, adjustment_label,
        round_off_minor, total_minor, billing_address, shipping_address, salesperson,
        project_id, notes, terms, sent_at, first_viewed_at, first_viewed_by,
        accepted_at, accepted_by, accepted_name, accepted_revision, accepted_copy_id, declined_at, declined_by,
        declined_name, decline_reason, answered_email, answered_link_id, created_at, updated_at
    from (select * from core.estimates where customer_id = getvariable('customer_id')::uuid offset 0) own
    where status <> 'draft';

create view mine.estimate_lines as
    select l.id, l.customer_id, l.estimate_id, l.position, l.item_id, l.sku, l.name,
        l.description, l.quantity, l.unit, l.unit_price, l.discount_percent,
        l.discount_minor, l.tax_name, l.tax_percent, l.tax_minor, l.total_minor,
        l.optional, l.selected, l.minimum_quantity, l.maximum_quantity
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
        exchange_rate, tax_inclusive, subtotal_minor, discount_minor, discount_percent, discount_after_tax, tax_minor,
        shipping_minor, adjustment_minor, adjustment_label, round_off_minor,
        total_minor, balance_minor, pending_minor, in_question_minor, written_off_minor,
        written_off_on,
        partial_payments, minimum_payment_minor, early_discount_percent, early_discount_until,
        billing_address,
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
    select id, customer_id, retainer_invoice_id, invoice_id, date, amount_minor,
        reverses_id, created_at
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
        discount_percent, discount_after_tax, version,
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
    select id, customer_id, credit_note_id, invoice_id, date, amount_minor, reverses_id,
        created_at
    from (select * from core.credit_applications where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.payments as
    select id, customer_id, number, kind, date, status, currency_code, exchange_rate,
        amount_minor, unused_minor, mode, reference, description, attempt_id, provider, version,
        created_at, updated_at
    from (select * from core.payments where customer_id = getvariable('customer_id')::uuid offset 0) own
    where status <> 'draft';

create view mine.allocations as
    select id, customer_id, payment_id, invoice_id, retainer_invoice_id, date,
        amount_minor, withheld_minor, early_discount_minor, reverses_id, source_key, created_at
    from (select * from core.allocations where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.refunds as
    select id, customer_id, credit_note_id, payment_id, date, status, currency_code,
        amount_minor, mode, reference, description, provider, kind, reason, version, created_at
    from (select * from core.refunds where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.payment_attempts as
    select id, customer_id, contact_id, key, provider, status, currency_code,
        amount_minor, saved_method_id, save_method,
        failure_code, failure_message, held_reason, expected_on, link_id, approved_by, approved_at, mandate_id, version, created_at, updated_at, expires_at
    from (select * from core.payment_attempts where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.payment_attempt_items as
    select id, customer_id, attempt_id, invoice_id, retainer_invoice_id, amount_minor
    from (select * from core.payment_attempt_items where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.saved_methods as
    select id, customer_id, contact_id, provider, kind, brand, last4, holder,
        expires_month, expires_year, status, is_default, verification_attempts, verification_expires_at, version,
        created_at, updated_at
    from (select * from core.saved_methods where customer_id = getvariable('customer_id')::uuid offset 0) own
    where status <> 'removed';

create view mine.disputes as
    select id, customer_id, kind, invoice_id, invoice_line_id, payment_id, contact_id,
        reason, body, currency_code, amount_minor, status, resolution, credit_note_id,
        opened_at, decided_at, version
    from (select * from core.disputes where customer_id = getvariable('customer_id')::uuid offset 0) own
    where kind = 'customer';

create view mine.projects as
    select id, customer_id, name, code, description, billing_method, status,
        currency_code, fixed_cost_minor, rate, budget_kind, budget_minor,
        budget_minutes, approvals_enabled, version, created_at, updated_at
    from (select * from core.projects where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.project_people as
    select project_id, person_id, customer_id, rate, budget_minutes
    from (select * from core.project_people where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.tasks as
    select id, customer_id, project_id, name, description, rate, budget_minutes,
        billable, status, version
    from (select * from core.tasks where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.time_entries as
    select id, customer_id, project_id, task_id, person_id, date, minutes, begins, ends,
        notes, billable, billed, invoice_id, version, created_at, updated_at
    from (select * from core.time_entries where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.approvals as
    select id, customer_id, project_id, name, status, version, total_minutes,
        period_from, period_to, submitted_at, decided_at, decided_by, reason, auto_approve_on,
        created_at, updated_at
    from (select * from core.approvals where customer_id = getvariable('customer_id')::uuid offset 0) own
    where status <> 'draft';

create view mine.approval_entries as
    select l.approval_id, l.time_entry_id, l.customer_id, l.decision, l.reason, l.decided_at
    from core.approval_entries l
    join mine.approvals p on p.id = l.approval_id and p.customer_id = l.customer_id;

create view mine.comments as
    select id, customer_id, subject_kind, subject_id, author_kind, author_id,
        author_name, body, visible, created_at
    from (select * from core.comments where customer_id = getvariable('customer_id')::uuid offset 0) own
    where visible;

create view mine.files as
    select id, customer_id, subject_kind, subject_id, name, media_type, size_bytes,
        sha256, uploaded_by_kind, uploaded_by_name, visible, created_at, removed_at
    from (select * from core.files where customer_id = getvariable('customer_id')::uuid offset 0) own
    where visible;

create view mine.data_archives as
    select id, customer_id, contact_id, role, status, asked_at, finished_at, expires_at, size_bytes,
        left_out, version
    from (select * from core.data_archives where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.reviews as
    select id, customer_id, contact_id, rating, body, period, may_publish, published_at, reply, replied_at, version,
        created_at, updated_at
    from (select * from core.reviews where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.activity as
    select id, customer_id, happened_at, event, subject_kind, subject_id,
        subject_number, actor_kind, actor_id, actor_name, amount_minor, currency_code,
        visible
    from (select * from core.activity where customer_id = getvariable('customer_id')::uuid offset 0) own
    where visible;

-- What the customer's own people did, with where they signed in from; nothing of staff's.
create view mine.activity_log as
    select id, customer_id, happened_at, event, subject_kind, subject_id, subject_number,
        actor_id, actor_name, address
    from (select * from core.activity where customer_id = getvariable('customer_id')::uuid offset 0) own
    where actor_kind = 'contact';

-- What its own people forwarded by mail; the details are the addresses, and the note that they wrote.
create view mine.forwardings as
    select id, customer_id, happened_at, subject_id, actor_name, details
    from (select * from core.activity where customer_id = getvariable('customer_id')::uuid offset 0) own
    where visible and event = 'document.forwarded';

create view mine.recurring_profiles as
    select id, customer_id, name, frequency, every, starts_on, ends_on, next_on, status,
        currency_code, total_minor, payment_terms_days, auto_charge, saved_method_id,
        notes, terms, version, created_at, updated_at
    from (select * from core.recurring_profiles where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.recurring_lines as
    select id, customer_id, recurring_profile_id, position, item_id, name, description,
        quantity, unit, unit_price, tax_name, tax_percent, total_minor
    from (select * from core.recurring_lines where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.notifications as
    select id, customer_id, recipient_kind, recipient_id, activity_id, created_at,
        read_at, at_bell
    from (select * from core.notifications where customer_id = getvariable('customer_id')::uuid offset 0) own
    where recipient_kind = 'contact';

create view mine.pending_changes as
    select id, customer_id, subject_kind, subject_id, field, old_value, new_value, status, version,
        requested_by, requested_at, decided_at, reason
    from (select * from core.pending_changes where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.document_copies as
    select id, customer_id, document_kind, document_id, document_version, format, sha256, size_bytes,
        created_at
    from (select * from core.document_copies where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.line_taxes as
    select id, customer_id, document_kind, line_id, position, name, percent, category, exemption_code,
        exemption_reason, base_minor, amount_minor
    from (select * from core.line_taxes where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.mandates as
    select id, customer_id, contact_id, saved_method_id, covers, currency_code, limit_minor, words,
        given_at, given_from, revoked_at, revoked_by, ended_because, version
    from (select * from core.mandates where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.autopay_plans as
    select id, customer_id, invoice_id, mandate_id, status, charge_on, noticed_on, noticed_minor, tries,
        declines, attempt_id, failure_code, version, created_at, updated_at
    from (select * from core.autopay_plans where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.payment_promises as
    select id, customer_id, contact_id, currency_code, amount_minor, promised_on, status, version,
        created_at, closed_at
    from (select * from core.payment_promises where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.payment_promise_items as
    select customer_id, promise_id, invoice_id, amount_minor, open_minor
    from (select * from core.payment_promise_items where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.ledger_entries as
    select customer_id, account_kind, account_id, source_kind, source_id, currency_code,
        amount_minor, effective_on, recorded_at
    from (select * from core.ledger_entries where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.reminders as
    select id, customer_id, invoice_id, days, sent_at
    from (select * from core.reminders where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.read_markers as
    select customer_id, reader_kind, reader_id, subject_id, read_at
    from (select * from core.read_markers where customer_id = getvariable('customer_id')::uuid offset 0) own
    where reader_kind = 'contact';

create view mine.review_requests as
    select id, customer_id, contact_id, requested_at, review_id
    from (select * from core.review_requests where customer_id = getvariable('customer_id')::uuid offset 0) own;

create view mine.notification_settings as
    select customer_id, recipient_id, digest, quiet_from, quiet_until, timezone, version,
        updated_at
    from (select * from core.notification_settings where customer_id = getvariable('customer_id')::uuid offset 0) own
    where recipient_kind = 'contact';

create view mine.notification_choices as
    select customer_id, recipient_id, event, channel, chosen, updated_at
    from (select * from core.notification_choices where customer_id = getvariable('customer_id')::uuid offset 0) own;

-- Names of the people who worked for this customer, and of nobody else.
create view mine.people as
    select id, name
    from core.people
    where id in (
        select person_id from core.time_entries where customer_id = getvariable('customer_id')::uuid
        union
        select person_id from core.project_people where customer_id = getvariable('customer_id')::uuid
    );
