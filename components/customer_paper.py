"""A customer's document as staff read it: as the customer sees it, and never viewed by doing so."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from components import (
    address,
    cards,
    credit_note_list,
    credit_note_view,
    document_view,
    estimate_list,
    estimate_view,
    invoice_list,
    invoice_view,
    payment_view,
    retainer_list,
    retainer_view,
)
from components.markup import Markup
from components.paper import paper
from portal_data import (
    credit_notes,
    customers,
    estimates,
    invoices,
    organisation,
    papers,
    payments,
    retainers,
    viewings,
)
from portal_data.customer_documents import Kind
from portal_data.scope import Scope

_VIEWED = {
    Kind.INVOICE: viewings.Kind.INVOICE,
    Kind.ESTIMATE: viewings.Kind.ESTIMATE,
    Kind.CREDIT_NOTE: viewings.Kind.CREDIT_NOTE,
    Kind.RETAINER: viewings.Kind.RETAINER_INVOICE,
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A document's statuses, and its sheet."""

    statuses: list[tuple[str, str]]
    sheet: Markup


def kind() -> Kind:
    """Return the kind of document that the address asks for: each kind has its own screen."""
    here = address.screen()
    return address.choice("kind", Kind(here) if here in list(Kind) else Kind.INVOICE)


def draw(looking: Scope, kind: Kind, document_id: UUID, number: str, now: datetime) -> Drawn:
    """Return a document of any kind. Raises NotFound for a draft, which nobody reads yet."""
    business = organisation.get(looking)
    details, locale = customers.my_details(looking), business.locale
    today = business.today(now)
    statuses: list[tuple[str, str]]
    if kind is Kind.PAYMENT:
        payment = payments.get(looking, number)
        parts = [
            cards.card("", payment_view.received(payment, today, locale)),
            cards.card("", payment_view.receipt(payment, business, details)),
        ]
        return Drawn(payment_view.statuses(payment), document_view.sheet(*parts))
    if kind is Kind.INVOICE:
        invoice = invoices.get(looking, number, today=today)
        statuses, history = invoice_list.statuses(invoice), invoice.history
        parts = [
            cards.card("", invoice_view.balance(invoice, today, locale)),
            cards.card("", paper(papers.of_invoice(invoice, business, details), locale)),
            cards.card("Payments and credits", invoice_view.settlements(invoice, locale)),
        ]
        currency = invoice.currency_code
    elif kind is Kind.ESTIMATE:
        estimate = estimates.get(looking, number, today=today)
        statuses, history = [estimate_list.status(estimate)], estimate.history
        parts = [
            cards.card("", estimate_view.offer(estimate, business, today)),
            cards.card("", estimate_view.document(estimate, business, details)),
        ]
        currency = estimate.currency_code
    elif kind is Kind.CREDIT_NOTE:
        note = credit_notes.get(looking, number)
        statuses, history = [(note.status.value, credit_note_list.TONES[note.status])], note.history
        parts = [
            cards.card("", credit_note_view.remaining(note, locale)),
            cards.card("", credit_note_view.document(note, business, details)),
            cards.card("Used for", credit_note_view.uses(note, locale)),
        ]
        currency = note.currency_code
    else:
        retainer = retainers.get(looking, number, today=today)
        statuses, history = retainer_list.statuses(retainer), retainer.history
        parts = [
            cards.card("", retainer_view.balance(retainer, today, locale)),
            cards.card("", retainer_view.document(retainer, business, details)),
            cards.card("Payments", retainer_view.payments(retainer, locale)),
        ]
        currency = retainer.currency_code
    seen = viewings.mark(looking, _VIEWED[kind], document_id, now)
    happened = document_view.history(history, seen, currency, business, today)
    return Drawn(statuses, document_view.sheet(*parts, cards.card("History", happened)))
