"""Time that staff send to a customer for approval: what there is to send, and sending it.

An entry is sent once: not again while it waits or once it is approved, but again after it was
rejected. A draft is sent as it is.
"""

from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from uuid import UUID

from portal_data import store
from portal_data.business import preferences
from portal_data.errors import Conflict, NotFound
from portal_data.messaging import activity, events
from portal_data.projects import auto_approvals
from portal_data.scope import Staff
from portal_data.store import OpenSession
from portal_data.text import form_fields
from portal_data.text.form_fields import Field
from portal_data.text.normal_form import nfc

NAME = Field("Name", 120, nfc, required=True)
"""What the customer reads as the name of a timesheet."""

_PROJECT = """
    select id, customer_id, approvals_enabled from core.projects where id = $id order by id
"""
# what waits or is approved somewhere, whole timesheets of before among them, and what a draft has
_UNSENT = """
    with taken as (
        select distinct l.customer_id, l.time_entry_id
        from core.approval_entries l
        join core.approvals a on a.id = l.approval_id and a.customer_id = l.customer_id
        where l.customer_id = $customer_id and (
            a.status in ('draft', 'submitted') and coalesce(l.decision, 'queried') <> 'rejected'
            or l.decision in ('approved', 'queried')
            or (l.decision is null and a.status = 'approved')
        )
    )
    select e.id, e.date, e.minutes
    from core.time_entries e
    left join taken t on t.time_entry_id = e.id and t.customer_id = e.customer_id
    where e.customer_id = $customer_id and e.project_id = $project_id and e.billable
        and not e.billed and t.time_entry_id is null
    order by e.date, e.id
"""
_DRAFTS = """
    select id, name, version, total_minutes as minutes from core.approvals
    where customer_id = $customer_id and project_id = $project_id and status = 'draft'
    order by period_from, id
"""
_DRAFT = """
    select id, customer_id, project_id, name, status, version from core.approvals
    where id = $id order by id
"""
_MADE = "select id from core.approvals where id = $id order by id"
_ADD = """
    insert into core.approvals (id, customer_id, project_id, name, status, total_minutes,
        period_from, period_to, submitted_at, submitted_by, auto_approve_on, created_at, updated_at)
    values ($id, $customer_id, $project_id, $name, 'submitted', $minutes, $first, $last, $now,
        $staff_id, $auto_approve_on, $now, $now)
"""
_SEND = """
    update core.approvals
    set status = 'submitted', submitted_at = $now, submitted_by = $staff_id,
        auto_approve_on = $auto_approve_on, version = version + 1, updated_at = $now
    where id = $id and customer_id = $customer_id
"""


@dataclass(frozen=True, slots=True)
class Unsent:
    """An entry that can be sent."""

    id: UUID
    date: Date
    minutes: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A timesheet that is not sent yet."""

    id: UUID
    name: str
    version: int
    minutes: int


@dataclass(frozen=True, slots=True)
class ToSend:
    """What of a project's time can be sent; nothing where its customer approves none."""

    approved: bool
    entries: tuple[Unsent, ...]
    drafts: tuple[Draft, ...]


def to_send(staff: Staff, project_id: UUID) -> ToSend:
    """Return what of a project's time can be sent. Raises NotFound for an unknown project."""
    with store.staff_reading(staff) as session:
        project = session.one(_PROJECT, id=project_id)
        if project is None:
            raise NotFound("There is no such project.")
        if not project["approvals_enabled"]:
            return ToSend(False, (), ())
        own = {"customer_id": project["customer_id"], "project_id": project_id}
        entries, drafts = session.rows(_UNSENT, **own), session.rows(_DRAFTS, **own)
    return ToSend(True, tuple(Unsent(**row) for row in entries), tuple(Draft(**d) for d in drafts))


def submit(
    staff: Staff,
    project_id: UUID,
    name: str,
    *,
    first: Date,
    last: Date,
    key: UUID,
    now: datetime,
) -> None:
    """Send what can be sent of the days from `first` to `last`; who may approve it is mailed.

    `key` becomes the timesheet's id, which a second click brings. Raises InvalidFields for a name
    that is none, NotFound for an unknown project, Conflict when there is nothing to send, or the
    customer does not approve the time of this project or sees no timesheets.
    """
    typed = form_fields.clean({"name": NAME}, {"name": name})
    with store.staff_writing(staff) as session:
        held = session.locked(_PROJECT, id=project_id)
        if not held:
            raise NotFound("There is no such project.")
        if session.value(_MADE, id=key) is not None:
            return
        _need_approvals(session, asked=held[0]["approvals_enabled"])
        own = {"customer_id": held[0]["customer_id"], "project_id": project_id}
        rows = session.rows(_UNSENT, **own)
        entries = [row for row in rows if first <= row["date"] <= last]
        if not entries:
            raise Conflict("There is no time to send in these days.")
        term = auto_approvals.agree(session, own["customer_id"], key, now)
        session.change(
            _ADD, id=key, name=typed["name"], minutes=sum(row["minutes"] for row in entries),
            first=entries[0]["date"], last=entries[-1]["date"], staff_id=staff.staff_id,
            auto_approve_on=term, now=now, **own,
        )  # fmt: skip
        session.load(
            "core.approval_entries",
            ("approval_id", "time_entry_id", "customer_id"),
            [(key, row["id"], own["customer_id"]) for row in entries],
        )
        _record(session, staff, own["customer_id"], key, str(typed["name"]), now)


def send_draft(staff: Staff, approval_id: UUID, *, seen: int, now: datetime) -> None:
    """Send a draft; `seen` is its version on the screen.

    Raises NotFound for an unknown one, Conflict when it was changed since, is sent already, or the
    customer sees no timesheets.
    """
    with store.staff_writing(staff) as session:
        held = session.as_seen(_DRAFT, seen, id=approval_id)
        if held["status"] != "draft":
            raise Conflict("This timesheet is sent already.")
        _need_approvals(session, asked=True)
        customer_id = held["customer_id"]
        term = auto_approvals.agree(session, customer_id, approval_id, now)
        session.change(
            _SEND, id=approval_id, customer_id=customer_id, staff_id=staff.staff_id,
            auto_approve_on=term, now=now,
        )  # fmt: skip
        _record(session, staff, customer_id, approval_id, held["name"], now)


def _need_approvals(session: OpenSession, *, asked: bool) -> None:
    """Raise Conflict unless the customer approves time and sees timesheets."""
    if not asked:
        raise Conflict("The customer does not approve the time of this project.")
    if not preferences.get(session).projects_and_timesheets:
        raise Conflict("Customers see no timesheets: switch them on in the preferences first.")


def _record(
    session: OpenSession,
    staff: Staff,
    customer_id: UUID,
    approval_id: UUID,
    name: str,
    now: datetime,
) -> None:
    activity.record(
        session, staff, events.APPROVAL_SUBMITTED, now=now, customer_id=customer_id,
        subject_kind="approval", subject_id=approval_id, subject_number=name, visible=True,
    )  # fmt: skip
