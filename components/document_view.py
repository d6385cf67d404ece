"""What the screens of all kinds of documents have in common: their layout and their history."""

from collections.abc import Iterable
from datetime import date, datetime

from components import cards
from components import format as say
from components.cards import Happening
from components.markup import Markup, tag
from portal_data.document_history import Event, Viewing
from portal_data.organisation import Organisation


def sheet(due: Markup, document: Markup, *beside: Markup) -> Markup:
    """Return a document with what matters now and more beside it; a phone shows `due` first."""
    return tag(
        "div",
        tag("div", due, class_="due"),
        tag("div", document, class_="document"),
        tag("div", beside, class_="beside"),
        class_="pt-sheet",
    )


def history(
    events: Iterable[Event],
    viewings: Iterable[Viewing],
    currency_code: str,
    business: Organisation,
    today: date,
) -> Markup:
    """Return what happened to a document and who looked at it, newest first."""
    locale = business.locale
    happened = []
    for event in events:
        day, minor = _day(event.happened, business), event.amount_minor
        amount = say.money(minor, currency_code, locale) if minor else ""
        when = cards.when(day, today, locale)
        happened.append((day, Happening(event.words, when, event.detail or "", amount)))
    for viewing in viewings:
        day, last = (
            _day(each, business) for each in (viewing.first_viewed_at, viewing.last_viewed_at)
        )
        when = cards.when(day, today, locale)
        if viewing.views > 1:
            when += f" · {viewing.views:,} views, last on {say.day(last, locale)}"
        happened.append((day, Happening(f"Viewed by {viewing.name}", when)))
    happened.sort(key=lambda entry: entry[0])
    return cards.timeline(each for _, each in reversed(happened))  # of one day, the later one first


def _day(happened: date | datetime, business: Organisation) -> date:
    """Return the day of something; a moment's is that of the business's timezone."""
    return business.day_of(happened) if isinstance(happened, datetime) else happened
