"""Payments through providers as staff watch them: what is held, on its way, and what failed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from portal_data import lists, store
from portal_data.payments import attempts
from portal_data.scope import Staff
from portal_data.store import Session


class Filter(StrEnum):
    """The list's filters: what waits for a decision first."""

    HELD = "held"
    FLYING = "in_flight"
    FAILED = "failed"
    ALL = "all"


class Sort(StrEnum):
    """The order of the list."""

    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt to pay, of any customer. The amount is in minor units, moments naive UTC."""

    id: UUID
    customer_id: UUID
    version: int
    provider: str
    status: str
    currency_code: str
    amount_minor: int
    held_reason: str | None
    failure_message: str | None
    expected_on: Date | None
    provider_reference: str | None
    created_at: datetime
    customer: str | None
    numbers: str


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A provider's message that led to no payment of ours, or could not be looked at yet."""

    provider: str
    external_id: str
    kind: str
    status: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Document:
    """What an attempt is for, or its receipt: `record` is how activity names its kind."""

    record: str
    number: str
    amount_minor: int


_RECEIPTS = """
    select 'payment' as record, number, amount_minor from core.payments where attempt_id = $id
    order by number
"""
_UNMATCHED = """
    select provider, external_id, kind, status, received_at from core.provider_events
    where (status = 'ignored' and (object_reference is not null or attempt_id is not null))
        or (status = 'received' and received_at < $before)
    order by received_at desc, id
    limit $most
"""


def _name(session: Session, rows: list[dict[str, Any]], _: Mapping[str, Any]) -> None:
    """Read the numbers of what each attempt is for."""
    found = attempts.documents_of(session, [row["id"] for row in rows])
    for row in rows:
        row["numbers"] = attempts.numbered([each["number"] for each in found[row["id"]]])


LIST = lists.List(
    reading=store.staff_reading,
    row=AttemptRow,
    columns="""a.id, a.customer_id, a.version, a.provider, a.status, a.currency_code,
        a.amount_minor, a.held_reason, a.failure_message, a.expected_on, a.provider_reference,
        a.created_at""",
    derived={"customer": "c.display_name"},
    source="core.payment_attempts a left join core.customers c on c.id = a.customer_id",
    filters={
        Filter.HELD: "status = 'held'",
        Filter.FLYING: attempts.FLYING,
        Filter.FAILED: "status = 'failed'",
        Filter.ALL: lists.EVERY,
    },
    orders={Sort.NEWEST: "created_at desc, id desc"},
    complete=_name,
    cached=False,
)
"""Attempts to pay, for staff."""


def documents(staff: Staff, attempt_id: UUID) -> list[Document]:
    """Return what an attempt is for, and its receipt once there is one."""
    with store.staff_reading(staff) as session:
        found = attempts.documents_of(session, [attempt_id])[attempt_id]
        return [Document(**row) for row in [*found, *session.rows(_RECEIPTS, id=attempt_id)]]


def unmatched(staff: Staff, before: datetime, most: int = 20) -> list[Unmatched]:
    """Return messages that led nowhere, or that wait since `before`, the newest first."""
    with store.staff_reading(staff) as session:
        return [Unmatched(**row) for row in session.rows(_UNMATCHED, before=before, most=most)]
