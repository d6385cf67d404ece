"""The screens of every kind of document, and the kind that an address names."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from components import session
from components.documents import (
    credit_note_screens,
    estimate_screens,
    invoice_screens,
    payment_screens,
    retainer_screens,
)
from components.documents.document_view import Drawn
from components.lists import listing
from components.ui import cards, links
from components.ui.markup import Markup
from portal_data import kinds
from portal_data.kinds import KINDS, Kind
from portal_data.scope import Scope
from portal_data.text.language import _


@dataclass(frozen=True, slots=True)
class Screens:
    """The list of a kind, and what draws one document by its number. That raises NotFound."""

    list: listing.Screen[Any, Any, Any]
    draw: Callable[[Scope, str, datetime], Drawn[Any]]


SCREENS = {
    kinds.INVOICE.key: Screens(invoice_screens.SCREEN, invoice_screens.draw),
    kinds.ESTIMATE.key: Screens(estimate_screens.SCREEN, estimate_screens.draw),
    kinds.PAYMENT.key: Screens(payment_screens.SCREEN, payment_screens.draw),
    kinds.CREDIT_NOTE.key: Screens(credit_note_screens.SCREEN, credit_note_screens.draw),
    kinds.RETAINER.key: Screens(retainer_screens.SCREEN, retainer_screens.draw),
}
"""Every kind of document by its key."""


def kind() -> Kind:
    """Return the kind of document whose list or document is the screen that is open."""
    here = session.screen()
    return next(each for each in KINDS.values() if here in (each.key, each.path))


def head(kind: Kind) -> Markup:
    """Return the title of a list, with the way to those under the same entry of the navigation."""
    entry = kind.menu or kind.path
    beside = [each for each in KINDS.values() if entry in (each.menu, each.path)]
    if len(beside) == 1:
        return cards.head(_(kind.list_title))
    screens = [(_(each.list_title), links.page(each.path)) for each in beside]
    return cards.head(
        _(kind.list_title),
        cards.tabs(_("Invoices and credit notes"), screens, links.page(kind.path)),
    )
