"""Delivery notes: the list, and one of them."""

from datetime import datetime

from components.documents import document_view
from components.documents.paper import paper
from components.lists import listing
from components.lists.record_list import Cell, Column, Empty, Pill, Row
from components.ui import cards, links
from components.ui import format as say
from portal_data import kinds
from portal_data.billing import delivery_notes
from portal_data.billing.delivery_notes import DeliveryNote, Filter, Sort, Status
from portal_data.business.organisation import Organisation
from portal_data.scope import Scope

_TONES = {Status.ON_ITS_WAY: "blue", Status.DELIVERED: "green"}


def row(note: DeliveryNote, business: Organisation) -> Row:
    """Return a delivery note as a row that opens it."""
    return Row(
        links.document(kinds.DELIVERY_NOTE, note.number),
        (
            note.number,
            say.day(note.date, business.locale),
            Cell(pills=(Pill(note.status.value, _TONES[note.status]),)),
        ),
    )


SCREEN = listing.Screen(
    list=delivery_notes.LIST,
    path=kinds.DELIVERY_NOTE.path,
    title=kinds.DELIVERY_NOTE.list_title,
    search="Number, subject, amount",
    filters={Filter.ALL: "All", Filter.ON_ITS_WAY: "On its way", Filter.DELIVERED: "Delivered"},
    orders={Sort.NEWEST: "Newest", Sort.OLDEST: "Oldest"},
    columns=(
        Column("Delivery note", "middle-start", link=True),
        Column("Date", "middle"),
        Column("Status", "bottom-end"),
    ),
    row=row,
    empty=listing.nothing(
        Empty("No delivery notes yet", "They appear here."), "No delivery note matches"
    ),
    printed=True,
)


def draw(scope: Scope, number: str, now: datetime) -> document_view.Drawn[DeliveryNote]:
    """Return a delivery note, viewed by who looks unless it is staff. Raises NotFound."""
    opened = document_view.opened(scope, kinds.DELIVERY_NOTE, number, now)
    note: DeliveryNote = opened.document
    sheet = document_view.sheet(
        cards.card("", cards.sub(note.status.value)),
        cards.card("", paper(opened.values, opened.business.locale)),
        *opened.beside,
    )
    statuses = [(note.status.value, _TONES[note.status])]
    return document_view.Drawn(note, statuses, sheet)
