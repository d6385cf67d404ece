"""The history of a document: what happened to it and who looked at it, alike for every kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date as Date
from datetime import datetime

from portal_data.text.language import _


@dataclass(frozen=True, slots=True)
class Event:
    """One entry: it happened on a day, or at a moment (naive UTC) whose day a timezone decides.

    `words` are English, as the catalogues have them, with places for `values`: events are kept for
    whoever reads them. `amount_minor` is in the document's currency. Nouns return events in the
    order they happened.
    """

    happened: Date | datetime
    words: str
    detail: str | None = None
    amount_minor: int | None = None
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """What happened, in the language of whoever reads it now."""
        return _(self.words, **self.values)


@dataclass(frozen=True, slots=True)
class Viewing:
    """How often a contact looked at a document, first and last when (naive UTC)."""

    name: str
    views: int
    first_viewed_at: datetime
    last_viewed_at: datetime
