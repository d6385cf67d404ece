"""What the rows of each module become."""

KINDS = {  # module of a file: the kind that its rows become
    "customers": "customer",
    "contact_persons": "contact",
    "items": "item",
    "exchange_rates": "exchange rate",
    "projects": "project",
    "tasks": "task",
    "estimates": "estimate",
    "invoices": "invoice",
    "retainer_invoices": "retainer invoice",
    "credit_notes": "credit note",
    "payments": "payment",
    "credit_applications": "credit application",
    "refunds": "refund",
    "time_entries": "time entry",
    "recurring_invoices": "recurring profile",
}
