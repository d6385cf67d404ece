"""The line that stands on every screen while payments are only played."""

from components.ui import cards
from components.ui.markup import tag
from portal_data.payments import collecting
from portal_data.text.language import _

_PLAYED = "demo"
"""The key of the provider that moves no money."""


def draw() -> None:
    """Say that no money moves, where that is so."""
    provider = collecting.current().provider
    if provider is not None and provider.key == _PLAYED:
        cards.draw(tag("p", _("Demo payments: no money moves"), class_="pt-demo", role="note"))
