"""A document of the kind that an address names, drawn by the code of that kind's own screen."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from components.documents import (
    credit_note_view,
    estimate_view,
    invoice_view,
    payment_view,
    retainer_view,
)
from components.documents.document_view import Drawn
from components.ui import address
from portal_data.customers.documents import Kind
from portal_data.scope import Scope

_DRAW: Mapping[Kind, Callable[[Scope, str, datetime], Drawn[Any]]] = {
    Kind.INVOICE: invoice_view.draw,
    Kind.ESTIMATE: estimate_view.draw,
    Kind.PAYMENT: payment_view.draw,
    Kind.CREDIT_NOTE: credit_note_view.draw,
    Kind.RETAINER: retainer_view.draw,
}


def kind() -> Kind:
    """Return the kind of document that the address asks for: each kind has its own screen."""
    here = address.screen()
    return address.choice("kind", Kind(here) if here in list(Kind) else Kind.INVOICE)


def draw(scope: Scope, kind: Kind, number: str, now: datetime) -> Drawn[Any]:
    """Return a document of any kind. Raises NotFound for a draft, which nobody reads yet."""
    return _DRAW[kind](scope, number, now)
