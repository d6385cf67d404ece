"""Credit notes: the list, and one with what remains of it and what it was used for."""

from datetime import datetime

from components.documents import document_view, settlement_rows
from components.documents.paper import paper
from components.lists import listing
from components.lists.record_list import Cell, Column, Empty, Pill, Row
from components.ui import cards, links
from components.ui import format as say
from components.ui.markup import Markup, join, tag
from portal_data import kinds
from portal_data.billing import credit_notes, refunds
from portal_data.billing.credit_notes import CreditNote, CreditNoteRow, Filter, Sort, Status
from portal_data.business.organisation import Organisation
from portal_data.scope import Scope
from portal_data.text.language import N_, NP_, _, _p

TONES = {Status.OPEN: "blue", Status.CLOSED: "green", Status.VOID: "gray"}


def row(note: CreditNoteRow, business: Organisation) -> Row:
    """Return a credit note as a row that opens it."""
    locale = business.locale

    def amount(minor: int, tone: str | None = None) -> Cell:
        return Cell(say.money(minor, note.currency_code, locale), tone=tone)

    remaining = note.balance_minor if note.status is Status.OPEN else 0
    return Row(
        links.document(kinds.CREDIT_NOTE, note.number),
        (
            note.number,
            note.subject or note.reference or _("No subject"),
            say.day(note.date, locale),
            Cell(pills=(Pill(_p("credit note", note.status.value), TONES[note.status]),)),
            amount(note.total_minor, "quiet"),
            amount(remaining, None if remaining else "quiet"),
        ),
    )


SCREEN = listing.Screen(
    list=credit_notes.LIST,
    path=kinds.CREDIT_NOTE.path,
    title=kinds.CREDIT_NOTE.list_title,
    search=N_("Number, subject, amount"),
    filters={
        Filter.ALL: NP_("credit notes", "All"),
        Filter.OPEN: NP_("credit notes", "Open"),
        Filter.CLOSED: NP_("credit notes", "Closed"),
        Filter.VOID: NP_("credit notes", "Void"),
    },
    orders={
        Sort.NEWEST: N_("Newest"),
        Sort.OLDEST: N_("Oldest"),
        Sort.NUMBER: N_("Number"),
        Sort.TOTAL: N_("Amount"),
        Sort.BALANCE: N_("Remaining"),
    },
    columns=(
        Column(N_("Credit note"), "middle-start", link=True),
        Column(N_("Subject"), "top-start", wide=True, people=True),
        Column(N_("Date"), "middle"),
        Column(N_("Status"), "bottom-end"),
        Column(N_("Amount"), "middle-end", end=True, narrow=NP_("a whole amount", "of")),
        Column(N_("Remaining"), "top-end", end=True),
    ),
    sorts={
        "Credit note": (Sort.NUMBER,),
        "Date": (Sort.NEWEST, Sort.OLDEST),
        "Amount": (Sort.TOTAL,),
        "Remaining": (Sort.BALANCE,),
    },
    ascending=frozenset({Sort.OLDEST}),
    row=row,
    empty=listing.nothing(
        Empty(N_("No credit notes"), N_("When you are credited something, it appears here.")),
        N_("No credit note matches"),
        {
            Filter.OPEN: Empty(N_("No open credit notes")),
            Filter.CLOSED: Empty(N_("No closed credit notes")),
            Filter.VOID: Empty(N_("No void credit notes")),
        },
    ),
    printed=True,
)


def draw(scope: Scope, number: str, now: datetime) -> document_view.Drawn[CreditNote]:
    """Return a credit note, viewed by who looks unless it is staff. Raises NotFound."""
    opened = document_view.opened(scope, kinds.CREDIT_NOTE, number, now)
    note: CreditNote = opened.document
    locale = opened.business.locale
    sheet = document_view.sheet(
        cards.card("", remaining(note, locale)),
        cards.card("", paper(opened.values, locale)),
        cards.card(_("Used for"), uses(note, locale)),
        *opened.beside,
    )
    return document_view.Drawn(
        note, [(_p("credit note", note.status.value), TONES[note.status])], sheet
    )


def remaining(note: CreditNote, locale: str) -> Markup:
    """Return what can still be used of the note, and how much of it is used."""

    def amount(minor: int) -> str:
        return say.money(minor, note.currency_code, locale)

    if note.status is Status.VOID:
        return join(
            tag("div", _p("credit note", "Void"), class_="pt-due"),
            cards.sub(_("Nothing of it can be used.")),
        )
    used = note.total_minor - note.balance_minor
    notes = [cards.bar(used, note.total_minor, _("{percent} used"))]
    on_its_way = sum(
        each.amount_minor for each in note.refunds if each.status is refunds.Status.PENDING
    )
    if used:
        notes.append(
            cards.sub(
                _("{part} of {total} used", part=amount(used), total=amount(note.total_minor))
            )
        )
    elif not on_its_way:
        notes.append(cards.sub(_("Not used yet. We set it against an invoice or pay it back.")))
    if on_its_way:
        notes.append(
            cards.sub(_("A refund of {amount} is on its way to you.", amount=amount(on_its_way)))
        )
    return join(
        tag("div", _("Credits remaining"), class_="pt-overline"),
        tag("div", amount(note.balance_minor), class_="pt-due"),
        *notes,
    )


def uses(note: CreditNote, locale: str) -> Markup:
    """Return the invoices it was set against and what was paid back of it."""
    rows = [
        settlement_rows.row(
            settlement_rows.opening(_("Invoice {number}"), kinds.INVOICE, each.invoice_number),
            (say.day(each.date, locale),),
            say.money(each.amount_minor, note.currency_code, locale),
        )
        for each in note.applications
    ]
    rows += settlement_rows.refunds(note.refunds, note.currency_code, locale)
    if not rows:
        return cards.empty(_("Not used yet"), _("Invoices it is set against appear here."))
    return cards.rows(rows)
