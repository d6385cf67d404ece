"""Topics: the kinds of events that a person chooses the ways for."""

from enum import StrEnum
from typing import Literal

from portal_data.messaging.event import Audience, Event
from portal_data.messaging.events import EVENTS
from portal_data.scope import Permission, Role, roles_that_may
from portal_data.text.language import N_

Side = Literal["contact", "staff"]


class Topic(StrEnum):
    """What events are about, as `notification_choices` keeps it."""

    COMMENTS = "comments"
    ESTIMATES = "estimates"
    TIMESHEETS = "timesheets"
    INVOICES = "invoices"
    PAYMENTS = "payments"
    DISPUTES = "disputes"
    DOCUMENTS = "documents"
    VIEWS = "views"
    PEOPLE = "people"
    REVIEWS = "reviews"
    OTHER = "other"


LABELS = {
    Topic.COMMENTS: N_("Comments"),
    Topic.ESTIMATES: N_("Estimates"),
    Topic.TIMESHEETS: N_("Timesheets"),
    Topic.INVOICES: N_("Invoices"),
    Topic.PAYMENTS: N_("Payments"),
    Topic.DISPUTES: N_("Disputes"),
    Topic.DOCUMENTS: N_("Documents"),
    Topic.VIEWS: N_("First views"),
    Topic.PEOPLE: N_("People and details"),
    Topic.REVIEWS: N_("Reviews"),
    Topic.OTHER: N_("Everything else"),
}
_OF_RECORD = {
    "approval": Topic.TIMESHEETS,
    "archive": Topic.DOCUMENTS,
    "autopay": Topic.PAYMENTS,
    "comment": Topic.COMMENTS,
    "contact": Topic.PEOPLE,
    "credit": Topic.PAYMENTS,
    "details": Topic.PEOPLE,
    "dispute": Topic.DISPUTES,
    "document": Topic.DOCUMENTS,
    "estimate": Topic.ESTIMATES,
    "file": Topic.DOCUMENTS,
    "invoice": Topic.INVOICES,
    "payment": Topic.PAYMENTS,
    "promise": Topic.PAYMENTS,
    "retainer_invoice": Topic.INVOICES,
    "review": Topic.REVIEWS,
}

_ALONE: dict[Side, Audience] = {"staff": Audience.STAFF, "contact": Audience.COLLEAGUES}
"""Who hears of what only one side hears of."""


def topic_of(event: Event) -> Topic:
    """Return what an event is about."""
    record, _dot, verb = event.key.partition(".")
    return Topic.VIEWS if verb == "viewed" else _OF_RECORD.get(record, Topic.OTHER)


def heard_by(side: Side) -> list[Topic]:
    """Return the topics that somebody of a side may hear of, in the order of screens."""
    found = {
        topic_of(event)
        for event in EVENTS.values()
        if event.heard_by in (Audience.OTHER_SIDE, Audience.EVERYBODY)
        or event.heard_by is _ALONE[side]
    }
    return [topic for topic in Topic if topic in found]


def mails(event: Event, side: Side, role: Role | None, switched_on: object) -> bool:
    """Tell whether the business lets somebody be mailed of an event, whatever that person chose.

    `switched_on` are the preferences, which have a field for each name that events give.
    """
    name = event.mailed if side == "staff" else event.mailed_to_contacts
    asked = event.asks is not None and role in roles_that_may(event.asks)
    return asked or (name is not None and bool(getattr(switched_on, name)))


def mailed_to(side: Side, role: Role | None, switched_on: object) -> list[Topic]:
    """Return the topics that somebody may be mailed of, in the order of screens; see `mails`.

    Whoever may pay may be reminded, of which no bell rings.
    """
    heard = heard_by(side)
    found = {
        topic_of(event)
        for event in EVENTS.values()
        if (topic_of(event) in heard and mails(event, side, role, switched_on))
        or (side == "contact" and _reminds(event, role, switched_on))
    }
    return [topic for topic in Topic if topic in found]


def _reminds(event: Event, role: Role | None, switched_on: object) -> bool:
    if event.reminds is None or role not in roles_that_may(Permission.INVOICE_PAY):
        return False
    return bool(getattr(switched_on, event.reminds))
