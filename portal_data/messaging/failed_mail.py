"""Failed mail: what the outbox gave up on, why, and trying it again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from portal_data import lists, store
from portal_data.errors import Conflict, NotFound
from portal_data.messaging import activity, bounces, events, outbox
from portal_data.scope import Staff
from portal_data.store import Session

_ROW = """
    select id, customer_id, kind, payload, status from core.outbox where id = $id order by id
"""
_AGAIN = """
    update core.outbox set status = 'queued', attempts = 0, not_before = $now, error = null,
        finished_at = null
    where id = $id and status = 'failed'
"""


class Filter(StrEnum):
    """The filters of the list: given up, or to be tried again by itself."""

    FAILED = "failed"
    WAITING = "waiting"


class Sort(StrEnum):
    """The order of the list."""

    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class FailedMail:
    """One mail, or other work, that failed; moments are naive UTC.

    `resendable` is false where the mail's link was wiped: only who asks anew gets another.
    `bounced` says that the address is marked.
    """

    id: UUID
    customer_id: UUID
    kind: str
    to: str
    subject: str
    status: str
    attempts: int
    error: str | None
    created_at: datetime
    not_before: datetime
    customer: str | None
    resendable: bool
    bounced: bool


def retry(staff: Staff, row_id: UUID, now: datetime) -> None:
    """Queue what failed once more, and take the mark from its address.

    Raises NotFound for an unknown row, Conflict when somebody was faster, or its link was wiped.
    """
    with store.staff_writing(staff) as session:
        rows = session.locked(_ROW, id=row_id)
        if not rows:
            raise NotFound("There is no such mail.")
        payload = json.loads(rows[0]["payload"])
        if not _resendable(payload):
            raise Conflict("Its link works no more. Let the person ask for a new one.")
        if not session.change(_AGAIN, id=row_id, now=now):
            raise Conflict("It is being sent already.")
        to = payload.get("to")
        if to:
            bounces.clear(session, to, now, staff.staff_id)
        activity.record(
            session, staff, events.MAIL_SENT_AGAIN, now=now, subject_number=to,
            customer_id=rows[0]["customer_id"],
        )  # fmt: skip
        session.after_commit(outbox.WAITING.set)


def _resendable(payload: Mapping[str, Any]) -> bool:
    return "link" in payload or "link_label" not in payload


def _read(session: Session, rows: list[dict[str, Any]], _: Mapping[str, Any]) -> None:
    """Tell of each row of a page to whom and about what it is."""
    for row in rows:
        payload = json.loads(row.pop("payload"))
        row["to"], row["subject"] = payload.get("to", ""), payload.get("subject", "")
        row["resendable"] = row["status"] == "failed" and _resendable(payload)
    marked = bounces.marked(session, [row["to"] for row in rows if row["to"]])
    for row in rows:
        row["bounced"] = row["to"].lower() in marked


LIST = lists.List(
    reading=store.staff_reading,
    row=FailedMail,
    columns="""o.id, o.customer_id, o.kind, o.payload, o.status, o.attempts, o.error, o.created_at,
        o.not_before""",
    derived={"customer": "c.display_name"},
    source="core.outbox o left join core.customers c on c.id = o.customer_id",
    condition="o.status in ('failed', 'retry')",
    filters={Filter.FAILED: "status = 'failed'", Filter.WAITING: "status = 'retry'"},
    orders={Sort.NEWEST: "created_at desc, id desc"},
    complete=_read,
    cached=False,
)
"""What failed, for staff."""
