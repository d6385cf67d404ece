"""A customer's documents as staff see them: every kind in one list, drafts too."""

from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from portal_data import lists, store
from portal_data.errors import Conflict, Invalid, NotFound
from portal_data.kinds import KINDS, UNPAID, Kind
from portal_data.messaging import activity, events
from portal_data.scope import Staff
from portal_data.text.language import _


class Sort(StrEnum):
    """The list's orders."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LARGEST = "largest"
    SMALLEST = "smallest"


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One document. Amounts are minor units; `left_minor` is open, or unused of money received.

    `status` is as customers read it, besides draft: unpaid, partially paid, overdue, paid, written
    off, open, accepted, declined, invoiced, expired, closed, received or void. What is overdue may
    be partially paid as well.
    """

    kind: Kind
    id: UUID
    number: str
    subject: str | None
    date: Date
    status: str
    currency_code: str
    total_minor: int
    left_minor: int | None
    partially_paid: bool
    viewed: bool


@dataclass(frozen=True, slots=True)
class Located:
    """A document's id and version, and whose it is."""

    id: UUID
    customer_id: UUID
    version: int
    customer_name: str


_UNION = "\n    union all\n    "
_SELECTS = [
    f"""select '{kind.key}' as kind, id, number, {kind.subject} as subject, date,
        {kind.status} as status, currency_code, {kind.total} as total_minor,
        {kind.left} as left_minor,
        {"first_viewed_at is not null" if kind.viewed else "false"} as viewed
    from (select * from core.{kind.table} where customer_id = $id offset 0) own{kind.joined}"""
    for kind in KINDS.values()
]


def _row(**stored: Any) -> DocumentRow:
    kind, status = KINDS[stored["kind"]], stored["status"].replace("_", " ")
    return DocumentRow(**{**stored, "kind": kind, "status": status})


ALL = "all"
"""The filter of every kind; the others are the keys of the kinds."""
LIST = lists.List(
    reading=store.staff_reading,
    row=_row,
    before=f"documents as materialized (\n    {_UNION.join(_SELECTS)}\n), ",
    columns="""kind, id, number, subject, date, status, currency_code, total_minor, left_minor,
        viewed""",
    source="documents",
    paged=f"select *, {UNPAID} and left_minor < total_minor as partially_paid from listed",
    search=("number", "subject"),
    amounts=("total_minor",),
    filters={ALL: lists.EVERY, **{key: f"kind = '{key}'" for key in KINDS}},
    orders={
        Sort.NEWEST: "date desc, number desc, id",
        Sort.OLDEST: "date, number, id",
        Sort.LARGEST: "total_minor desc, number desc, id",
        Sort.SMALLEST: "total_minor, number, id",
    },
)
"""The documents of the customer whose id is `id`; amounts order the numbers alone, whatever their
currencies."""
_CLEAR = {
    kind.key: f"""
        update core.{kind.table} set version = version + 1, in_question_minor = 0,
            updated_at = $now
        where id = $id and customer_id = $customer_id and in_question_minor > 0
    """
    for kind in KINDS.values()
    if kind.questionable
}
_DECIDED = {
    kind.key: f"""
        select id, customer_id, version from core.{kind.table} where number = $number order by id
    """
    for kind in KINDS.values()
    if kind.questionable
}
_WHOSE = {
    kind.key: f"""
        select d.id, d.customer_id, d.version, c.display_name as customer_name
        from core.{kind.table} d join core.customers c on c.id = d.customer_id
        where d.number = $number order by d.id
    """
    for kind in KINDS.values()
}


def clear_question(staff: Staff, kind: Kind, number: str, now: datetime, *, seen: int) -> None:
    """Say that what an import put in question is owed: the customer may pay it again.

    `kind` is an invoice or a retainer, `seen` the version on whose amounts the member of staff
    decided. Raises NotFound when there is no such document, Conflict when it was changed since or
    nothing of it is in question.
    """
    if not kind.questionable:
        raise Invalid("Only invoices and retainers can be in question.")
    with store.staff_writing(staff) as session:
        found = session.as_seen(_DECIDED[kind.key], seen, number=number)
        own = {"id": found["id"], "customer_id": found["customer_id"]}
        if session.change(_CLEAR[kind.key], **own, now=now) != 1:
            raise Conflict("Nothing of this document is in question.")
        activity.record(
            session,
            staff,
            events.DOCUMENT_QUESTION_CLEARED,
            now=now,
            customer_id=found["customer_id"],
            subject_kind=kind.record,
            subject_id=found["id"],
            subject_number=number,
        )


def locate(staff: Staff, kind: Kind, number: str) -> Located:
    """Return whose the document of that number is. Raises NotFound when there is none."""
    with store.staff_reading(staff) as session:
        row = session.one(_WHOSE[kind.key], number=number)
    if row is None:
        raise NotFound(_("There is no such document."))
    return Located(**row)
