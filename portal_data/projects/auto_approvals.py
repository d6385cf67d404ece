"""Timesheets that count as approved when nobody answers within the days that were agreed.

The term is set when a timesheet is sent, stands on it for the customer to read, and is kept by the
worker. Any answer before ends it, a question too: then people are talking.
"""

from datetime import date as Date
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from portal_data.business import organisation, preferences
from portal_data.clock import start_of_day
from portal_data.messaging import activity, events, outbox
from portal_data.store import OpenSession

WORK = "approval.unanswered"
"""The kind of outbox row that ends a term."""

_HELD = """
    select id, name from core.approvals
    where id = $id and customer_id = $customer_id and status = 'submitted' and decided_at is null
        and auto_approve_on <= $today
    order by id
"""
_APPROVE_ENTRIES = """
    update core.approval_entries set decision = 'approved', decided_at = $now
    where customer_id = $customer_id and approval_id = $id and decision is null
"""
_APPROVE = """
    update core.approvals
    set status = 'approved', decided_at = $now, version = version + 1, updated_at = $now
    where id = $id and customer_id = $customer_id
"""


def agree(session: OpenSession, customer_id: UUID, approval_id: UUID, now: datetime) -> Date | None:
    """Return the day from which a timesheet that is sent now counts as approved, and see to it.

    None while the business wants an answer to every timesheet.
    """
    days = preferences.get(session).auto_approval.days
    if days is None:
        return None
    business = organisation.of_portal(session)
    term = business.today(now) + timedelta(days=days)
    outbox.enqueue(
        session,
        WORK,
        dedup_key=f"{WORK}:{approval_id}",
        payload={"approval_id": str(approval_id)},
        customer_id=customer_id,
        not_before=start_of_day(term, business.timezone),
        now=now,
    )
    return term


def end(session: OpenSession, customer_id: UUID, payload: dict[str, Any], now: datetime) -> None:
    """Approve a timesheet whose term is over, unless somebody has answered or asked."""
    own = {"id": UUID(payload["approval_id"]), "customer_id": customer_id}
    today = organisation.of_portal(session).today(now)
    held = session.locked(_HELD, **own, today=today)
    if not held:
        return
    session.change(_APPROVE_ENTRIES, **own, now=now)
    session.change(_APPROVE, **own, now=now)
    activity.record(
        session,
        None,
        events.APPROVAL_AUTO_APPROVED,
        now=now,
        customer_id=customer_id,
        subject_kind="approval",
        subject_id=own["id"],
        subject_number=held[0]["name"],
        visible=True,
    )
