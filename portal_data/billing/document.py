"""What all documents with lines have in common, and how any kind of document is found by its id."""

from dataclasses import dataclass
from datetime import date as Date
from uuid import UUID

from portal_data import store
from portal_data.billing.history import Event
from portal_data.billing.lines import Line, TaxLine
from portal_data.errors import NotFound
from portal_data.kinds import KINDS, Kind
from portal_data.scope import Scope
from portal_data.text.language import N_, _


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole document. Amounts are in minor units; addresses are multi-line text."""

    id: UUID
    number: str
    date: Date
    subject: str | None
    reference: str | None
    currency_code: str
    tax_inclusive: bool
    subtotal_minor: int
    discount_minor: int
    tax_minor: int
    shipping_minor: int
    adjustment_minor: int
    adjustment_label: str | None
    round_off_minor: int
    total_minor: int
    billing_address: str | None
    shipping_address: str | None
    notes: str | None
    terms: str | None
    lines: list[Line]
    taxes: list[TaxLine]
    history: list[Event]


_NUMBERS = {
    kind.key: f"select number from {kind.table} where id = $id order by number"
    for kind in KINDS.values()
}

_MISSING = {
    "credit_note": N_("There is no such credit note."),
    "estimate": N_("There is no such estimate."),
    "invoice": N_("There is no such invoice."),
    "payment": N_("There is no such payment."),
    "retainer": N_("There is no such retainer invoice."),
}
"""What is said of a document that is not there, by its kind, as its own module says it."""


def number_of(scope: Scope, kind: Kind, document_id: UUID) -> str:
    """Return a document's number by its id. Raises NotFound when the customer has none."""
    with store.reading(scope) as session:
        number = read_number(session, kind, document_id)
    if number is None:
        raise NotFound(_(_MISSING.get(kind.key, N_("There is no such document."))))
    return number


def read_number(session: store.Session, kind: Kind, document_id: UUID) -> str | None:
    """Return a document's number in a session of its customer; None when that has none."""
    number: str | None = session.value(_NUMBERS[kind.key], id=document_id)
    return number
