"""A credit note as a document, what remains of it, and what it was used for."""

from datetime import datetime

from components.documents import document_view, settlement_rows
from components.documents.paper import paper
from components.lists import credit_note_list
from components.ui import cards, links
from components.ui import format as say
from components.ui.markup import Markup, join, tag
from portal_data.billing import credit_notes, refunds, views
from portal_data.billing.credit_notes import CreditNote, Status
from portal_data.business import organisation
from portal_data.business.organisation import Organisation
from portal_data.customers import details
from portal_data.customers.details import MyDetails
from portal_data.messaging import comments
from portal_data.output import document_views
from portal_data.output.documents import CREDIT_NOTE
from portal_data.scope import Scope


def draw(scope: Scope, number: str, now: datetime) -> document_view.Drawn[CreditNote]:
    """Return a credit note, viewed by who looks unless it is staff. Raises NotFound."""
    business = organisation.get(scope)
    today, locale = business.today(now), business.locale
    note = credit_notes.get(scope, number)
    viewed = views.mark(scope, views.Kind.CREDIT_NOTE, note.id, now)
    remarks = comments.of_document(scope, note.id)
    happened = document_view.history(note.history, viewed, note.currency_code, business, today)
    sheet = document_view.sheet(
        cards.card("", remaining(note, locale)),
        cards.card("", document(note, business, details.my_details(scope))),
        cards.card("Used for", uses(note, locale)),
        document_view.conversation(remarks, business, today),
        cards.card("History", happened),
    )
    statuses = [(note.status.value, credit_note_list.TONES[note.status])]
    return document_view.Drawn(note, statuses, sheet, locale)


def document(note: CreditNote, business: Organisation, customer: MyDetails) -> Markup:
    """Return the credit note as its PDF shows it."""
    return paper(
        document_views.of_credit_note(note, business, customer), business.locale, CREDIT_NOTE
    )


def remaining(note: CreditNote, locale: str) -> Markup:
    """Return what can still be used of the note, and how much of it is used."""

    def amount(minor: int) -> str:
        return say.money(minor, note.currency_code, locale)

    if note.status is Status.VOID:
        return join(tag("div", "Void", class_="pt-due"), cards.sub("Nothing of it can be used."))
    used = note.total_minor - note.balance_minor
    notes = [cards.bar(used, note.total_minor, "used")]
    on_its_way = sum(
        each.amount_minor for each in note.refunds if each.status is refunds.Status.PENDING
    )
    if used:
        notes.append(cards.sub(f"{amount(used)} of {amount(note.total_minor)} used"))
    elif not on_its_way:
        notes.append(cards.sub("Not used yet. We set it against an invoice or pay it back."))
    if on_its_way:
        notes.append(cards.sub(f"A refund of {amount(on_its_way)} is on its way to you."))
    return join(
        tag("div", "Credits remaining", class_="pt-overline"),
        tag("div", amount(note.balance_minor), class_="pt-due"),
        *notes,
    )


def uses(note: CreditNote, locale: str) -> Markup:
    """Return the invoices it was set against and what was paid back of it."""
    rows = [
        settlement_rows.row(
            settlement_rows.opening(
                "Invoice", each.invoice_number, links.invoice(each.invoice_number)
            ),
            (say.day(each.date, locale),),
            say.money(each.amount_minor, note.currency_code, locale),
        )
        for each in note.applications
    ]
    rows += settlement_rows.refunds(note.refunds, note.currency_code, locale)
    if not rows:
        return cards.empty("Not used yet", "Invoices it is set against appear here.")
    return cards.rows(rows)
