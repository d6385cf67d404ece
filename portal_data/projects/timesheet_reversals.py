"""Taking back the answer to a timesheet: it waits for another one, as if nobody had answered.

The customer takes back its own answer for a while, staff ask for another one at any time; neither
once some of it is invoiced, or was sent again in another timesheet.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from portal_data import store
from portal_data.business import preferences
from portal_data.errors import Conflict, NotFound
from portal_data.messaging import activity, events
from portal_data.messaging.event import Event
from portal_data.scope import Permission, Scope, Staff
from portal_data.store import Session
from portal_data.text.language import _

GRACE = timedelta(days=7)
"""How long a customer may take back an answer."""

_HELD = """
    select id, customer_id, name, status, decided_at, version from core.approvals
    where id = $id and customer_id = $customer_id and status <> 'draft'
    order by id
"""
_OWNER = "select customer_id from core.approvals where id = $id order by id"
_INVOICED = """
    select count(*)::bigint as n
    from core.approval_entries l
    join core.time_entries e on e.id = l.time_entry_id and e.customer_id = l.customer_id
    where l.customer_id = $customer_id and l.approval_id = $id and e.billed
    order by n
"""
_ELSEWHERE = """
    select count(*)::bigint as n
    from core.approval_entries l
    join core.approval_entries o
        on o.time_entry_id = l.time_entry_id and o.customer_id = l.customer_id
    where l.customer_id = $customer_id and l.approval_id = $id and o.approval_id <> $id
        and l.decision = 'rejected' and coalesce(o.decision, 'queried') <> 'rejected'
    order by n
"""
_ENTRIES_OPEN = """
    update core.approval_entries
    set decision = null, reason = null, decided_by = null, decided_at = null
    where customer_id = $customer_id and approval_id = $id
"""
# nor does it count as approved by itself any more: people are talking
_OPEN = """
    update core.approvals
    set status = 'submitted', reason = null, decided_by = null, decided_at = null,
        auto_approve_on = null, version = version + 1, updated_at = $now
    where id = $id and customer_id = $customer_id
"""


def take_back(scope: Scope, approval_id: UUID, *, seen: int, now: datetime) -> None:
    """Take back the answer to a timesheet of the contact's customer, whoever gave it.

    Raises NotFound when the customer has no such timesheet, Conflict when it was changed since
    `seen`, is not answered or was answered too long ago, and when some of it is invoiced or sent
    again.
    """
    scope.need(Permission.TIMESHEET_ANSWER)
    with store.writing(scope) as session:
        preferences.need_projects(session)
        own = {"id": approval_id, "customer_id": scope.customer_id}
        held = session.as_seen(_HELD, seen, **own)
        answered_at = held["decided_at"]
        if answered_at is None or now - answered_at > GRACE:
            raise Conflict(_("An answer can be taken back for {days} days.", days=GRACE.days))
        _reopen(session, scope, held, events.APPROVAL_TAKEN_BACK, now)


def reopen(staff: Staff, approval_id: UUID, *, seen: int, now: datetime) -> None:
    """Ask the customer for another answer to a timesheet; raises as `take_back`."""
    with store.staff_writing(staff) as session:
        customer_id = session.value(_OWNER, id=approval_id)
        if customer_id is None:
            raise NotFound("There is no such timesheet.")
        held = session.as_seen(_HELD, seen, id=approval_id, customer_id=customer_id)
        _reopen(session, staff, held, events.APPROVAL_REOPENED, now)


def _reopen(
    session: Session, who: Scope | Staff, held: dict[str, Any], event: Event, now: datetime
) -> None:
    own = {"id": held["id"], "customer_id": held["customer_id"]}
    if held["status"] == "submitted":
        raise Conflict(_("This timesheet waits for an answer already."))
    if session.value(_INVOICED, **own):
        raise Conflict(_("Some of this timesheet is invoiced, so its answer stands."))
    if session.value(_ELSEWHERE, **own):
        raise Conflict(_("Some of it was sent again in another timesheet, so its answer stands."))
    session.change(_ENTRIES_OPEN, **own)
    session.change(_OPEN, **own, now=now)
    activity.record(
        session,
        who,
        event,
        now=now,
        customer_id=held["customer_id"],
        subject_kind="approval",
        subject_id=held["id"],
        subject_number=held["name"],
        visible=True,
    )
