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
    happened = [
        (
            _day(event.happened, business),
            event.words,
            event.detail or "",
            say.money(event.amount_minor, currency_code, locale) if event.amount_minor else "",
        )
        for event in events
    ]
    for each in viewings:
        words = f"Viewed by {each.name}"
        happened.append((_day(each.first_viewed_at, business), words, _again(each, business), ""))
    happened.sort(key=lambda entry: entry[0])
    return cards.timeline(
        Happening(words, cards.when(day, today, locale), detail, amount)
        for day, words, detail, amount in reversed(happened)  # of one day, the later one first
    )


def _again(viewing: Viewing, business: Organisation) -> str:
    if viewing.views == 1:
        return ""
    last = say.day(_day(viewing.last_viewed_at, business), business.locale)
    return f"{viewing.views:,} times, last on {last}"


def _day(happened: date | datetime, business: Organisation) -> date:
    """Return the day of something; a moment's is that of the business's timezone."""
    return business.day_of(happened) if isinstance(happened, datetime) else happened
