"""What settled a document or came out of it: rows of what each was, when, and how much."""

from collections.abc import Iterable

from components.ui import cards, links
from components.ui import format as say
from components.ui.markup import Markup, filled, tag
from portal_data.billing.refunds import Refund
from portal_data.kinds import Kind
from portal_data.text import bidi
from portal_data.text.language import _


def opening(words: str, kind: Kind, number: str) -> Markup:
    """Return translated words, whose `{number}` leads to the document."""
    return filled(words, number=cards.link(number, links.document(kind, number)))


def row(words: object, details: Iterable[str | None], amount: str) -> Markup:
    """Return one movement: its `details` stand below, what is empty is left out."""
    below = bidi.listed(*details)
    return cards.row(words, below, after=tag("span", amount, class_="pt-num"))


def refunds(paid_back: Iterable[Refund], currency_code: str, locale: str) -> list[Markup]:
    """Return a row for every refund, those that did not arrive too."""
    return [
        row(
            _(each.words),
            (say.day(each.date, locale), each.mode, each.reference, each.reason),
            say.money(each.amount_minor, currency_code, locale),
        )
        for each in paid_back
    ]
