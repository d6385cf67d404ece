"""Timesheets that the business sends for approval: the list, and one with its entries.

A draft is nobody's but the business's. Everything here is refused as unknown while the business
keeps projects and timesheets out of its portal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from portal_data import lists, store
from portal_data.business import preferences
from portal_data.errors import NotFound
from portal_data.lists import columns
from portal_data.lists.columns import Column
from portal_data.scope import Scope
from portal_data.text.language import NP_, _


class Status(StrEnum):
    """How a timesheet was answered."""

    PENDING = NP_("timesheet", "Pending")
    APPROVED = NP_("timesheet", "Approved")
    REJECTED = NP_("timesheet", "Rejected")
    PARTLY_APPROVED = NP_("timesheet", "Partly approved")


class Filter(StrEnum):
    """The list's filters."""

    ALL = "all"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    PARTLY_APPROVED = "partly_approved"


class Sort(StrEnum):
    """The list's orders: when it was received, by name, or the most hours first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    NAME = "name"
    HOURS = "hours"


class Decision(StrEnum):
    """How one entry was answered; nothing yet is undecided."""

    APPROVED = NP_("time entry", "Approved")
    REJECTED = NP_("time entry", "Rejected")
    QUERIED = NP_("time entry", "Queried")
    UNDECIDED = NP_("time entry", "Undecided")


class EntryFilter(StrEnum):
    """The filters of a timesheet's entries."""

    ALL = "all"
    APPROVED = "approved"
    REJECTED = "rejected"
    QUERIED = "queried"
    UNDECIDED = "undecided"


class EntrySort(StrEnum):
    """The orders of a timesheet's entries."""

    OLDEST = "oldest"
    NEWEST = "newest"
    LONGEST = "longest"


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """One line of the list; `received_at` is naive UTC."""

    id: UUID
    name: str
    project: str | None
    status: Status
    minutes: int
    received_at: datetime | None


@dataclass(frozen=True, slots=True)
class Approval:
    """One timesheet. Moments are naive UTC; `decided_by` is the name of a contact."""

    id: UUID
    version: int
    name: str
    project_id: UUID | None
    project: str | None
    status: Status
    minutes: int
    period_from: Date | None
    period_to: Date | None
    received_at: datetime | None
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None
    auto_approve_on: Date | None
    """From when it counts as approved, unless somebody answers before."""
    invoiced: bool
    """Whether some of it is invoiced, so that its answer stands."""


@dataclass(frozen=True, slots=True)
class ApprovalEntry:
    """One entry of `minutes` with its answer."""

    id: UUID
    date: Date
    task: str | None
    person: str
    minutes: int
    notes: str | None
    decision: Decision
    reason: str | None


def _need_timesheets(session: store.Session, _: Mapping[str, Any]) -> None:
    preferences.need_projects(session)


_STATUS = "case when a.status = 'submitted' then 'pending' else a.status end"
LIST = lists.List(
    reading=store.reading,
    row=ApprovalRow,
    columns="a.id, a.name",
    derived={
        "project": "p.name",
        "minutes": "a.total_minutes",
        "received_at": "a.submitted_at",
        "status": _STATUS,
    },
    source="approvals a left join projects p on p.id = a.project_id",
    search=("a.name", "p.name"),
    filters=lists.each_of("status", Filter),
    orders={
        Sort.NEWEST: "received_at desc, id desc",
        Sort.OLDEST: "received_at, id",
        Sort.NAME: "lower(name), id",
        Sort.HOURS: "minutes desc, id desc",
    },
    words={"status": Status},
    need=_need_timesheets,
    export={
        Column("Timesheet"): "name",
        Column("Project"): "project",
        Column("Received", columns.Kind.DATE): "received_at",
        columns.STATUS: "status",
        **columns.WORKED,
    },
)
_GET = f"""
    select a.id, a.version, a.name, a.project_id, p.name as project, a.total_minutes as minutes,
        a.period_from, a.period_to, a.submitted_at as received_at, a.decided_at, a.reason,
        case when a.status = 'submitted' and a.decided_at is null then a.auto_approve_on end
            as auto_approve_on,
        exists (
            select 1 from approval_entries l join time_entries e on e.id = l.time_entry_id
            where l.approval_id = a.id and e.billed
        ) as invoiced,
        c.first_name, c.last_name,
        {_STATUS} as status
    from approvals a
    left join projects p on p.id = a.project_id
    left join contacts c on c.id = a.decided_by
    where a.id = $id
    order by a.id
"""
_EXISTS = "select id from approvals where id = $id order by id"


def _need(session: store.Session, given: Mapping[str, Any]) -> None:
    """Raise NotFound unless timesheets are shown, and the customer has this one."""
    preferences.need_projects(session)
    if session.value(_EXISTS, id=given["timesheet"]) is None:
        raise NotFound(_("There is no such timesheet."))


ENTRIES = lists.List(
    reading=store.reading,
    row=ApprovalEntry,
    columns="e.id, e.date, e.task_id, e.person_id, e.minutes, e.notes, a.reason",
    derived={"decision": "coalesce(a.decision, 'undecided')"},
    source="approval_entries a join time_entries e on e.id = a.time_entry_id",
    condition="a.approval_id = $timesheet",
    named="""select e.id, e.date, t.name as task, p.name as person, e.minutes, e.notes, e.decision,
        e.reason
    from page e
    join people p on p.id = e.person_id
    left join tasks t on t.id = e.task_id""",
    filters=lists.each_of("decision", EntryFilter),
    orders={
        EntrySort.OLDEST: "date, id",
        EntrySort.NEWEST: "date desc, id desc",
        EntrySort.LONGEST: "minutes desc, date, id",
    },
    size=50,
    words={"decision": Decision},
    timed=True,
    need=_need,
    export={
        columns.DATE: "date",
        Column("Task"): "task",
        Column("Person"): "person",
        **columns.WORKED,
        Column("Note"): "notes",
        Column("Answer"): "decision",
        Column("Reason"): "reason",
    },
)
"""The entries of the timesheet whose id is `timesheet`."""


@store.cached
def get(scope: Scope, approval_id: UUID) -> Approval:
    """Return a timesheet without its entries.

    Raises NotFound when the customer has none of this id that is sent, or while timesheets are
    switched off.
    """
    with store.reading(scope) as session:
        preferences.need_projects(session)
        row = session.one(_GET, id=approval_id)
    if row is None:
        raise NotFound(_("There is no such timesheet."))
    name = " ".join(part for part in (row.pop("first_name"), row.pop("last_name")) if part)
    status = Status[row["status"].upper()]
    return Approval(**{**row, "status": status}, decided_by=name or None)
