"""Where each kind of record is kept: its table, the columns an import fills, SQL to replace rows.

An update puts the whole row back: what the file says over what the books hold, so that columns the
portal owns (first views, answers, internal notes) survive. That is why these queries take every
column.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shelf:
    """One table. `kept` columns belong to the portal once a row exists."""

    table: str
    columns: tuple[str, ...]
    stored: str
    delete: str
    kept: frozenset[str] = frozenset({"created_at"})


@dataclass(frozen=True)
class LineShelf:
    """The line table of a kind of document, and where the document's payment providers are kept."""

    table: str
    parent: str
    columns: tuple[str, ...]
    stored: str
    delete: str
    providers: str | None = None
    delete_providers: str = ""


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_DOCUMENT = _names("id customer_id number reference date status created_at updated_at")
_AMOUNTS = _names(
    """
    currency_code exchange_rate tax_inclusive subtotal_minor discount_minor tax_minor
    shipping_minor adjustment_minor adjustment_label round_off_minor total_minor billing_address
    shipping_address notes terms custom_fields source_fields subject
    """
)

SHELVES = {
    "customer": Shelf(
        "core.customers",
        _names(
            """
            id number display_name company_name kind status currency_code language email phone
            mobile website tax_id tax_treatment payment_terms_days payment_terms_label
            credit_limit_minor opening_balance_minor bank_payment_allowed portal_enabled notes
            custom_fields source_fields created_at updated_at
            """
        ),
        "select * from core.customers where id = any($ids) order by id",
        "delete from core.customers where id = any($ids)",
        frozenset({"created_at", "language", "bank_payment_allowed", "portal_enabled"}),
    ),
    "address": Shelf(
        "core.addresses",
        _names(
            """
            id customer_id kind attention street1 street2 city state postal_code country phone fax
            updated_at
            """
        ),
        "select * from core.addresses where id = any($ids) order by id",
        "delete from core.addresses where id = any($ids)",
    ),
    "contact": Shelf(
        "core.contacts",
        _names(
            """
            id customer_id salutation first_name last_name email phone mobile designation
            department is_primary role custom_fields source_fields created_at updated_at
            """
        ),
        "select * from core.contacts where id = any($ids) order by id",
        "delete from core.contacts where id = any($ids)",
        frozenset({"created_at", "role"}),
    ),
    "item": Shelf(
        "core.items",
        _names(
            """
            id name sku description kind unit unit_price currency_code tax_id status custom_fields
            source_fields updated_at
            """
        ),
        "select * from core.items where id = any($ids) order by id",
        "delete from core.items where id = any($ids)",
    ),
    "project": Shelf(
        "core.projects",
        _names(
            """
            id customer_id name code description billing_method status currency_code
            fixed_cost_minor rate budget_kind budget_minor budget_minutes
            internal_cost_budget_minor custom_fields source_fields created_at updated_at
            """
        ),
        "select * from core.projects where id = any($ids) order by id",
        "delete from core.projects where id = any($ids)",
    ),
    "task": Shelf(
        "core.tasks",
        _names(
            """
            id customer_id project_id name description rate budget_minutes billable status
            custom_fields source_fields
            """
        ),
        "select * from core.tasks where id = any($ids) order by id",
        "delete from core.tasks where id = any($ids)",
    ),
    "recurring profile": Shelf(
        "core.recurring_profiles",
        _names(
            """
            id customer_id name frequency every starts_on ends_on next_on status currency_code
            total_minor payment_terms_days notes terms custom_fields source_fields created_at
            updated_at
            """
        ),
        "select * from core.recurring_profiles where id = any($ids) order by id",
        "delete from core.recurring_profiles where id = any($ids)",
    ),
    "estimate": Shelf(
        "core.estimates",
        (*_DOCUMENT, *_AMOUNTS, *_names("expiry_date source_status salesperson project_id")),
        "select * from core.estimates where id = any($ids) order by id",
        "delete from core.estimates where id = any($ids)",
    ),
    "invoice": Shelf(
        "core.invoices",
        (
            *_DOCUMENT,
            *_AMOUNTS,
            *_names(
                """
                estimate_id estimate_number recurring_profile_id project_id due_date
                payment_terms_label
                expected_payment_date last_payment_date balance_minor in_question_minor
                written_off_minor
                written_off_on partial_payments salesperson sent_at
                """
            ),
        ),
        "select * from core.invoices where id = any($ids) order by id",
        "delete from core.invoices where id = any($ids)",
    ),
    "retainer invoice": Shelf(
        "core.retainer_invoices",
        (
            *_DOCUMENT,
            *_names(
                """
                estimate_id project_id due_date currency_code exchange_rate total_minor
                balance_minor unused_minor in_question_minor billing_address notes terms
                custom_fields source_fields
                """
            ),
        ),
        "select * from core.retainer_invoices where id = any($ids) order by id",
        "delete from core.retainer_invoices where id = any($ids)",
    ),
    "credit note": Shelf(
        "core.credit_notes",
        (*_DOCUMENT, *_AMOUNTS, "invoice_id", "balance_minor"),
        "select * from core.credit_notes where id = any($ids) order by id",
        "delete from core.credit_notes where id = any($ids)",
    ),
    "payment": Shelf(
        "core.payments",
        _names(
            """
            id customer_id number kind date status currency_code exchange_rate amount_minor
            unused_minor bank_charges_minor mode reference description deposited_to custom_fields
            source_fields created_at updated_at
            """
        ),
        "select * from core.payments where id = any($ids) order by id",
        "delete from core.payments where id = any($ids)",
    ),
    "credit application": Shelf(
        "core.credit_applications",
        _names(
            """
            id customer_id credit_note_id invoice_id date amount_minor custom_fields source_fields
            created_at
            """
        ),
        "select * from core.credit_applications where id = any($ids) order by id",
        "delete from core.credit_applications where id = any($ids)",
    ),
    "refund": Shelf(
        "core.refunds",
        _names(
            """
            id customer_id credit_note_id date status currency_code amount_minor mode reference
            description custom_fields source_fields created_at
            """
        ),
        "select * from core.refunds where id = any($ids) order by id",
        "delete from core.refunds where id = any($ids)",
    ),
    "time entry": Shelf(
        "core.time_entries",
        _names(
            """
            id customer_id project_id task_id person_id date minutes begins ends notes billable
            billed custom_fields source_fields created_at updated_at
            """
        ),
        "select * from core.time_entries where id = any($ids) order by id",
        "delete from core.time_entries where id = any($ids)",
    ),
}
"""Every kind of record, in the order of writing: what is referred to comes before what refers."""

_LINE = _names(
    """
    id customer_id position item_id sku name description quantity unit unit_price discount_percent
    discount_minor tax_name tax_percent tax_minor total_minor custom_fields source_fields
    """
)

LINES = {
    "recurring profile": LineShelf(
        "core.recurring_lines",
        "recurring_profile_id",
        _names(
            """
            id customer_id position item_id name description quantity unit unit_price tax_name
            tax_percent total_minor custom_fields source_fields recurring_profile_id
            """
        ),
        "select * from core.recurring_lines where recurring_profile_id = any($ids) order by id",
        "delete from core.recurring_lines where recurring_profile_id = any($ids)",
    ),
    "estimate": LineShelf(
        "core.estimate_lines",
        "estimate_id",
        (*_LINE, "estimate_id"),
        "select * from core.estimate_lines where estimate_id = any($ids) order by id",
        "delete from core.estimate_lines where estimate_id = any($ids)",
    ),
    "invoice": LineShelf(
        "core.invoice_lines",
        "invoice_id",
        (*_LINE, "project_id", "invoice_id"),
        "select * from core.invoice_lines where invoice_id = any($ids) order by id",
        "delete from core.invoice_lines where invoice_id = any($ids)",
        "core.invoice_providers",
        "delete from core.invoice_providers where invoice_id = any($ids)",
    ),
    "retainer invoice": LineShelf(
        "core.retainer_invoice_lines",
        "retainer_invoice_id",
        _names(
            """
            id customer_id position description total_minor custom_fields source_fields
            retainer_invoice_id
            """
        ),
        """
        select * from core.retainer_invoice_lines where retainer_invoice_id = any($ids) order by id
        """,
        "delete from core.retainer_invoice_lines where retainer_invoice_id = any($ids)",
        "core.retainer_invoice_providers",
        "delete from core.retainer_invoice_providers where retainer_invoice_id = any($ids)",
    ),
    "credit note": LineShelf(
        "core.credit_note_lines",
        "credit_note_id",
        (*_LINE, "credit_note_id"),
        "select * from core.credit_note_lines where credit_note_id = any($ids) order by id",
        "delete from core.credit_note_lines where credit_note_id = any($ids)",
    ),
}
