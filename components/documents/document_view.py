"""What the screens of all kinds of documents have in common: layout and history."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Generic, TypeVar

import streamlit as st

from components.ui import cards, tab
from components.ui import format as say
from components.ui.cards import Happening
from components.ui.markup import Markup, tag
from portal_data.billing import views
from portal_data.billing.history import Event, Viewing
from portal_data.business import organisation
from portal_data.business.organisation import Organisation
from portal_data.customers import details, forwarding
from portal_data.customers.details import MyDetails
from portal_data.kinds import Kind
from portal_data.output.document_views import VIEWS
from portal_data.scope import Scope
from portal_data.text import bidi
from portal_data.text.language import N_, _, counted

Document = TypeVar("Document", covariant=True)

_MISSING = {
    "document": (
        N_("Document not found"),
        N_("We cannot show this document"),
        N_("Check the address, or choose the document from the list."),
    ),
    "estimate": (
        N_("Estimate not found"),
        N_("We cannot show this estimate"),
        N_("Check the address, or choose the estimate from the list."),
    ),
    "invoice": (
        N_("Invoice not found"),
        N_("We cannot show this invoice"),
        N_("Check the address, or choose the invoice from the list."),
    ),
    "payment": (
        N_("Payment not found"),
        N_("We cannot show this payment"),
        N_("Check the address, or choose the payment from the list."),
    ),
    "retainer invoice": (
        N_("Retainer invoice not found"),
        N_("We cannot show this retainer invoice"),
        N_("Check the address, or choose the retainer invoice from the list."),
    ),
    "credit note": (
        N_("Credit note not found"),
        N_("We cannot show this credit note"),
        N_("Check the address, or choose the credit note from the list."),
    ),
    "project": (
        N_("Project not found"),
        N_("We cannot show this project"),
        N_("Check the address, or choose the project from the list."),
    ),
    "timesheet": (
        N_("Timesheet not found"),
        N_("We cannot show this timesheet"),
        N_("Check the address, or choose the timesheet from the list."),
    ),
}
"""What is said in place of what is not there: the title, the words and what helps."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A document that somebody opened, with what is known about it.

    `values` are what its paper is drawn from, `beside` the card of its history.
    """

    document: Any
    values: Any
    business: Organisation
    today: date
    customer: MyDetails
    beside: tuple[Markup | None, ...]


@dataclass(frozen=True, slots=True)
class Control:
    """A button beside a document's title: what it says in plain text, and what pressing it does."""

    key: str
    label: str
    press: Callable[[], None]
    primary: bool = False
    icon: str | None = None


@dataclass(frozen=True, slots=True)
class Drawn(Generic[Document]):
    """A document with its statuses as (words, tone) and its sheet, as customer and staff see it.

    `controls` are what the person who looks may do with it now, such as paying it. Where something
    is to be chosen first, `choosing` draws that, and returns the document as it is chosen then.
    `waiting` draws what is being paid of it, for the customer.
    """

    document: Document
    statuses: list[tuple[str, str]]
    sheet: Markup
    controls: tuple[Control, ...] = ()
    choosing: Callable[[], "Drawn[Document]"] | None = None
    waiting: Callable[[], None] | None = None


def opened(scope: Scope, kind: Kind, number: str, now: datetime) -> Opened:
    """Return a document of any kind, viewed by who looks unless it is staff. Raises NotFound."""
    business, view = organisation.get(scope), VIEWS[kind.key]
    today = business.today(now)
    document = view.read(scope, number, today)
    viewed = views.mark(scope, kind, document.id, now) if kind.viewed else []
    customer = details.my_details(scope)
    told = [*(document.history if kind.viewed else ()), *forwarding.history(scope, document.id)]
    beside = []
    if told or viewed:
        happened = history(told, viewed, document.currency_code, business, today)
        beside.append(cards.card(_("History"), happened))
    values = view.paper(document, business, customer)
    return Opened(document, values, business, today, customer, tuple(beside))


def draw_controls(*controls: Control) -> None:
    """Draw the buttons that do something with a document, and do it when one is pressed."""
    for each in controls:
        look = "primary" if each.primary else "secondary"
        if st.button(say.escape_markdown(each.label), type=look, icon=each.icon, key=each.key):
            each.press()


def missing(scope: Scope, noun: str, back: tuple[str, str]) -> None:
    """Draw what stands in place of a document that is not there, or is not the customer's."""
    title, words, text = map(_, _MISSING.get(noun, _MISSING["document"]))
    tab.name(scope, title)
    cards.draw(
        cards.head(title, back=back),
        cards.card("", cards.empty(words, text, tall=True)),
    )


def sheet(due: Markup, document: Markup, *beside: Markup | None) -> Markup:
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
    happened: list[tuple[datetime, Happening]] = []
    latest = datetime.combine(date.min, time())
    for event in events:
        day, minor = _day(event.happened, business), event.amount_minor
        amount = say.money(minor, currency_code, locale) if minor else ""
        when = cards.when(day, today, locale)
        if isinstance(event.happened, datetime):
            latest = _moment(event.happened, business)
        else:  # after what the document says happened before it
            latest = max(latest, datetime.combine(day, time()))
        happened.append((latest, Happening(event.sentence, when, event.detail or "", amount)))
    for viewing in viewings:
        day, last = (
            _day(each, business) for each in (viewing.first_viewed_at, viewing.last_viewed_at)
        )
        when = cards.when(day, today, locale)
        if viewing.views > 1:
            when = counted(
                viewing.views,
                "{when} · {count} view, last on {day}",
                "{when} · {count} views, last on {day}",
                when=when,
                day=say.day(last, locale),
            )
        viewed = Happening(_("Viewed by {name}", name=bidi.isolated(viewing.name)), when)
        happened.append((_moment(viewing.first_viewed_at, business), viewed))
    happened.sort(key=lambda entry: entry[0])
    return cards.timeline(each for _moment_of, each in reversed(happened))


def _moment(happened: datetime, business: Organisation) -> datetime:
    """Return a moment as the clocks where the business is show it."""
    return business.time_of(happened).replace(tzinfo=None)


def _day(happened: date | datetime, business: Organisation) -> date:
    """Return the day of something; a moment's is that of the business's timezone."""
    return business.day_of(happened) if isinstance(happened, datetime) else happened
