"""Delivery notes, a kind that the portal does not have: its rows and rules."""

from dataclasses import dataclass
from datetime import date as Date
from enum import StrEnum
from uuid import UUID

from portal_data import lists, store
from portal_data.billing.history import Event
from portal_data.errors import NotFound
from portal_data.kinds import DELIVERY_NOTE
from portal_data.lists import columns
from portal_data.lists.columns import Column
from portal_data.scope import Scope


class Status(StrEnum):
    """Where the goods are."""

    ON_ITS_WAY = "On its way"
    DELIVERED = "Delivered"


class Filter(StrEnum):
    """The list's filters."""

    ALL = "all"
    ON_ITS_WAY = "on_its_way"
    DELIVERED = "delivered"


class Sort(StrEnum):
    """The list's orders."""

    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class DeliveryNote:
    """One delivery; the worth of its goods is in minor units."""

    id: UUID
    number: str
    date: Date
    subject: str | None
    reference: str | None
    currency_code: str
    total_minor: int
    status: Status

    @property
    def history(self) -> list[Event]:
        """What happened to it."""
        return [Event(self.date, "Goods sent")]


LIST = lists.List(
    reading=store.reading,
    row=DeliveryNote,
    columns="id, number, date, subject, reference, currency_code, total_minor",
    derived={"status": DELIVERY_NOTE.status},
    source="delivery_notes",
    search=("number", "subject"),
    amounts=("total_minor",),
    filters=lists.each_of("status", Filter),
    orders={Sort.NEWEST: "date desc, number desc", Sort.OLDEST: "date, number"},
    words={"status": Status},
    export={
        Column("Delivery note"): "number",
        columns.DATE: "date",
        columns.STATUS: "status",
        columns.CURRENCY: "currency_code",
        columns.AMOUNT: "total_minor",
    },
)
_GET = f"""
    select id, number, date, subject, reference, currency_code, total_minor,
        {DELIVERY_NOTE.status} as status
    from delivery_notes
    where number = $number
    order by number
"""


@store.cached
def get(scope: Scope, number: str) -> DeliveryNote:
    """Return the delivery note with this number. Raises NotFound when there is none."""
    with store.reading(scope) as session:
        head = session.one(_GET, number=number)
    if head is None:
        raise NotFound("There is no such delivery note.")
    return DeliveryNote(**{**head, "status": Status[head["status"].upper()]})
