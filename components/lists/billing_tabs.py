"""The head over invoices, retainer invoices and credit notes: three lists, one place to look."""

from components.ui import cards, links
from components.ui.markup import Markup

_TITLES = {
    "invoices": "Invoices",
    "retainers": "Retainer invoices",
    "credit_notes": "Credit notes",
}


def head(path: str) -> Markup:
    """Return the title of the list at `path` with the way to the other two."""
    screens = [(title, links.page(each)) for each, title in _TITLES.items()]
    return cards.head(
        _TITLES[path], cards.tabs("Invoices and credit notes", screens, links.page(path))
    )
