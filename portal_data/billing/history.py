"""The history of a document: what happened to it and who looked at it, alike for every kind."""

from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One entry: it happened on a day, or at a moment (naive UTC) whose day a timezone decides.

    `amount_minor` is in the document's currency. Nouns return events in the order they happened.
    """

    happened: Date | datetime
    words: str
    detail: str | None = None
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Viewing:
    """How often a contact looked at a document, first and last when (naive UTC)."""

    name: str
    views: int
    first_viewed_at: datetime
    last_viewed_at: datetime
