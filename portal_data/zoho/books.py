"""What the store already holds that an import can meet: read once, before anything is decided."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from portal_data.store import OpenSession
from portal_data.zoho import portal_edits

SOURCE = "zoho"

_ORGANISATION = "select currency_code, timezone from core.organisation order by created_at limit 1"
# of tables with many rows ids come as text: see _Ids
_REFS = """
    select kind, external_id, row_id::text as row_id, customer_id::text as customer_id, fingerprint
    from core.import_refs where source = $source order by kind, external_id
"""
_CUSTOMER_REFS = """
    select external_id, row_id, customer_id, fingerprint
    from core.import_refs where source = $source and kind = 'customer' order by external_id
"""
_CUSTOMERS = "select id, number, display_name, currency_code from core.customers order by id"
_CONTACTS = "select id, customer_id, email, login_id from core.contacts order by id"
# made in the portal, so that no file has named it yet
_OWN_ADDRESSES = """
    select a.id, a.customer_id, a.kind from core.addresses a
    where not exists (
        select 1 from core.import_refs r
        where r.kind = 'address' and r.customer_id = a.customer_id and r.row_id = a.id
    )
    order by a.id
"""
_REPORTS = "select report from core.imports where source = $source order by started_at, id"
_ITEMS = "select id, name from core.items order by id"
_TAXES = "select id, name, percent, kind from core.taxes order by id"
_RATES = "select currency_code, date, rate from core.exchange_rates order by currency_code, date"
_PROJECTS = "select id, customer_id, name from core.projects order by id"
_TASKS = "select id, project_id, name from core.tasks order by id"
_PEOPLE = "select id, name, email from core.people order by id"
_PROJECT_PEOPLE = (
    "select project_id, person_id from core.project_people order by project_id, person_id"
)
_ESTIMATES = """
    select id, customer_id, number, accepted_by, declined_by from core.estimates order by id
"""
_INVOICES = """
    select i.id::text as id, customer_id::text as customer_id, number, currency_code, status,
        total_minor, written_off_minor, balance_minor, in_question_minor, pending_minor
    from core.invoices i order by i.id
"""
_PROFILES = "select id, customer_id, name from core.recurring_profiles order by id"
_RETAINERS = """
    select id, customer_id, number, currency_code, status, total_minor, balance_minor, unused_minor,
        in_question_minor, pending_minor
    from core.retainer_invoices order by id
"""
_CREDIT_NOTES = """
    select id, customer_id, number, currency_code, status, total_minor, balance_minor
    from core.credit_notes order by id
"""
_PAYMENTS = """
    select p.id::text as id, customer_id::text as customer_id, number, currency_code, status,
        amount_minor, unused_minor
    from core.payments p order by p.id
"""
_ALLOCATIONS = """
    select a.id::text as id, payment_id::text as payment_id, invoice_id::text as invoice_id,
        retainer_invoice_id::text as retainer_invoice_id, amount_minor,
        withheld_minor + early_discount_minor as besides_minor
    from core.allocations a order by a.id
"""
_APPLICATIONS = """
    select id, credit_note_id, invoice_id, amount_minor from core.credit_applications order by id
"""
_DRAWN = """
    select id, retainer_invoice_id, invoice_id, amount_minor
    from core.retainer_applications order by id
"""
_REFUNDS = """
    select id, credit_note_id, payment_id, amount_minor
    from core.refunds where status = 'succeeded' order by id
"""
_AS_TEXT = frozenset(("id", "customer_id", "payment_id", "invoice_id", "retainer_invoice_id"))


class Ref(NamedTuple):
    """A row that an earlier import wrote, and what the file said then."""

    row_id: UUID
    customer_id: UUID | None
    fingerprint: str


@dataclass
class Books:
    """The store's rows that matter to an import, by the names that an upload uses for them."""

    base_currency: str | None = None
    timezone: str = "UTC"
    imported_modules: frozenset[str] = frozenset()
    refs: dict[str, dict[str, Ref]] = field(default_factory=lambda: defaultdict(dict))
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def numbers(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the rows of a numbered kind by number."""
        return {row["number"]: row for row in self.rows[kind] if row["number"]}

    def currencies(self) -> dict[str, str]:
        """Return the currency of each customer, by Zoho's id and by `=name`."""
        by_id = {row["id"]: row["currency_code"] for row in self.rows["customer"]}
        known = {
            f"={row['display_name'].strip().lower()}": row["currency_code"]
            for row in self.rows["customer"]
        }
        for external_id, ref in self.refs["customer"].items():
            known[external_id] = by_id[ref.row_id]
        return known


def read_customers(session: OpenSession) -> Books:
    """Read the organisation and its customers: what the reading of an upload needs to know."""
    organisation = session.one(_ORGANISATION) or {"currency_code": None, "timezone": "UTC"}
    books = Books(organisation["currency_code"], organisation["timezone"])
    for row in session.rows(_CUSTOMER_REFS, source=SOURCE):
        ref = Ref(row["row_id"], row["customer_id"], row["fingerprint"])
        books.refs["customer"][row["external_id"]] = ref
    books.rows["customer"] = session.rows(_CUSTOMERS)
    return books


def read_books(session: OpenSession) -> Books:
    """Read everything an import may have to compare with."""
    organisation = session.one(_ORGANISATION) or {"currency_code": None, "timezone": "UTC"}
    books = Books(organisation["currency_code"], organisation["timezone"])
    ids = _Ids()
    for row in session.rows(_REFS, source=SOURCE):
        ref = Ref(ids[row["row_id"]], ids[row["customer_id"]], row["fingerprint"])
        books.refs[row["kind"]][row["external_id"]] = ref
    for row in session.rows(_REPORTS, source=SOURCE):
        files = json.loads(row["report"])["files"]
        books.imported_modules |= {file["module"] for file in files}
    for kind, query in (
        ("customer", _CUSTOMERS),
        ("contact", _CONTACTS),
        ("address", _OWN_ADDRESSES),
        ("portal edit", portal_edits.UNSETTLED),
        ("item", _ITEMS),
        ("tax", _TAXES),
        ("exchange rate", _RATES),
        ("project", _PROJECTS),
        ("task", _TASKS),
        ("person", _PEOPLE),
        ("project person", _PROJECT_PEOPLE),
        ("estimate", _ESTIMATES),
        ("recurring profile", _PROFILES),
        ("invoice", _INVOICES),
        ("retainer invoice", _RETAINERS),
        ("credit note", _CREDIT_NOTES),
        ("payment", _PAYMENTS),
        ("allocation", _ALLOCATIONS),
        ("credit application", _APPLICATIONS),
        ("retainer application", _DRAWN),
        ("refund", _REFUNDS),
    ):
        books.rows[kind] = session.rows(query)
    for kind in ("invoice", "payment", "allocation"):
        for row in books.rows[kind]:
            row.update({name: ids[text] for name, text in row.items() if name in _AS_TEXT})
    return books


class _Ids(dict[str | None, Any]):
    """Ids by their text. Many rows name the same few, and to make one takes a microsecond."""

    def __init__(self) -> None:
        super().__init__({None: None})

    def __missing__(self, text: str) -> UUID:
        made = self[text] = UUID(text)
        return made
