-- How many rows there are and when the latest of them changed: another answer means that the books
-- have changed. Tables whose rows carry no moment are compared by their content: see publish.py.

select 'activity' as of, count(*)::bigint as n, max(happened_at) as latest from core.activity
union all select 'addresses', count(*)::bigint, max(updated_at) from core.addresses
union all select 'approvals', count(*)::bigint, max(updated_at) from core.approvals
union all select 'contacts', count(*)::bigint, max(updated_at) from core.contacts
union all select 'credit_notes', count(*)::bigint, max(updated_at) from core.credit_notes
union all select 'customers', count(*)::bigint, max(updated_at) from core.customers
union all select 'document_views', count(*)::bigint, max(last_viewed_at)
    from core.document_views
union all select 'estimates', count(*)::bigint, max(updated_at) from core.estimates
union all select 'imports', count(*)::bigint, max(finished_at) from core.imports
union all select 'invoices', count(*)::bigint, max(updated_at) from core.invoices
union all select 'items', count(*)::bigint, max(updated_at) from core.items
union all select 'organisation', count(*)::bigint, max(updated_at) from core.organisation
union all select 'payment_attempts', count(*)::bigint, max(updated_at) from core.payment_attempts
union all select 'payments', count(*)::bigint, max(updated_at) from core.payments
union all select 'projects', count(*)::bigint, max(updated_at) from core.projects
union all select 'recurring_profiles', count(*)::bigint, max(updated_at)
    from core.recurring_profiles
union all select 'retainer_invoices', count(*)::bigint, max(updated_at) from core.retainer_invoices
union all select 'reviews', count(*)::bigint, max(updated_at) from core.reviews
union all select 'time_entries', count(*)::bigint, max(updated_at) from core.time_entries
order by 1
