"""Timesheets that the business sends for approval: pages of a list, and one with its entries.

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

import pyarrow as pa

from portal_data import store
from portal_data.billing.columnar import mapped, with_column
from portal_data.business import preferences
from portal_data.errors import NotFound
from portal_data.paging import Page
from portal_data.scope import Scope
from portal_data.search import contains

PAGE_SIZE = 20
ENTRIES = 50
"""Entries of a timesheet on one page."""


class Status(StrEnum):
    """How a timesheet was answered."""

    PENDING = "Pending"
    APPROVED = "Approved"
    REJECTED = "Rejected"
    PARTLY_APPROVED = "Partly approved"


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

    APPROVED = "Approved"
    REJECTED = "Rejected"
    QUERIED = "Queried"
    UNDECIDED = "Undecided"


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


@dataclass(frozen=True, slots=True)
class ApprovalEntryPage:
    """One page of a timesheet's entries, with the count and the minutes of every filter."""

    rows: list[ApprovalEntry]
    total: int
    counts: Mapping[EntryFilter, int]
    minutes: Mapping[EntryFilter, int]


_FOUND = """
    with mine as materialized (
        select a.id, a.name, p.name as project, a.total_minutes as minutes,
            a.submitted_at as received_at,
            case when a.status = 'submitted' then 'pending' else a.status end as status
        from approvals a
        left join projects p on p.id = a.project_id
        where $pattern = '%' or a.name ilike $pattern escape '!'
            or p.name ilike $pattern escape '!'
    )
"""
_COUNTS = _FOUND + "select status, count(*)::bigint as count from mine group by status order by 1"
_LISTED = (
    _FOUND
    + """
    select id, name, project, status, minutes, received_at
    from mine
    where $wanted = 'all' or status = $wanted
"""
)
_PAGED = " limit $size offset $skip"
_PAGES = {
    Sort.NEWEST: _LISTED + "order by received_at desc, id desc" + _PAGED,
    Sort.OLDEST: _LISTED + "order by received_at, id" + _PAGED,
    Sort.NAME: _LISTED + "order by lower(name), id" + _PAGED,
    Sort.HOURS: _LISTED + "order by minutes desc, id desc" + _PAGED,
}
_GET = """
    select a.id, a.name, a.project_id, p.name as project, a.total_minutes as minutes,
        a.period_from, a.period_to, a.submitted_at as received_at, a.decided_at, a.reason,
        c.first_name, c.last_name,
        case when a.status = 'submitted' then 'pending' else a.status end as status
    from approvals a
    left join projects p on p.id = a.project_id
    left join contacts c on c.id = a.decided_by
    where a.id = $id
    order by a.id
"""
_EXISTS = "select id from approvals where id = $id order by id"
_ENTRIES = """
    with mine as materialized (
        select e.id, e.date, e.task_id, e.person_id, e.minutes, e.notes, a.reason,
            coalesce(a.decision, 'undecided') as decision
        from approval_entries a
        join time_entries e on e.id = a.time_entry_id
        where a.approval_id = $id
    )
"""
_ENTRY_COUNTS = (
    _ENTRIES
    + """
    select decision, count(*)::bigint as count, sum(minutes)::bigint as minutes
    from mine
    group by decision
    order by decision
"""
)
_ENTRIES_LISTED = (
    _ENTRIES
    + """
    select m.id, m.date, t.name as task, p.name as person, m.minutes, m.notes, m.decision, m.reason
    from mine m
    join people p on p.id = m.person_id
    left join tasks t on t.id = m.task_id
    where $wanted = 'all' or m.decision = $wanted
"""
)
_ENTRY_PAGES = {
    EntrySort.OLDEST: _ENTRIES_LISTED + "order by m.date, m.id" + _PAGED,
    EntrySort.NEWEST: _ENTRIES_LISTED + "order by m.date desc, m.id desc" + _PAGED,
    EntrySort.LONGEST: _ENTRIES_LISTED + "order by m.minutes desc, m.date, m.id" + _PAGED,
}


@store.cached
def list_page(
    scope: Scope,
    *,
    wanted: Filter = Filter.ALL,
    search: str = "",
    sort: Sort = Sort.NEWEST,
    page: int = 1,
    size: int | None = PAGE_SIZE,
) -> Page[ApprovalRow, Filter]:
    """Return page `page` (from 1) of the customer's timesheets, with the count of every filter.

    `search` looks in the timesheet's and the project's name. A page past the end is empty; without
    a `size` one page holds all. Raises NotFound while timesheets are switched off.
    """
    pattern = contains(search)
    with store.reading(scope) as session:
        preferences.need_projects(session)
        counted = {row["status"]: row["count"] for row in session.rows(_COUNTS, pattern=pattern)}
        found = session.rows(
            _PAGES[sort],
            pattern=pattern,
            wanted=wanted.value,
            size=size,
            skip=max(page - 1, 0) * (size or 0),
        )
    counts = {each: int(counted.get(each.value, 0)) for each in Filter}
    counts[Filter.ALL] = sum(counted.values())
    rows = [ApprovalRow(**{**row, "status": Status[row["status"].upper()]}) for row in found]
    return Page(rows, counts[wanted], counts)


def extract(
    scope: Scope,
    *,
    wanted: Filter = Filter.ALL,
    search: str = "",
    sort: Sort = Sort.NEWEST,
) -> pa.Table:
    """Return all rows of `list_page` by column, under the names of `ApprovalRow`, for files.

    Raises NotFound as `list_page`.
    """
    with store.reading(scope) as session:
        preferences.need_projects(session)
        found = session.arrow(
            _PAGES[sort], pattern=contains(search), wanted=wanted.value, size=None, skip=0
        )
    status = mapped(found["status"], lambda stored: Status[stored.upper()])
    return with_column(found, "status", status)


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
        raise NotFound("There is no such timesheet.")
    name = " ".join(part for part in (row.pop("first_name"), row.pop("last_name")) if part)
    status = Status[row["status"].upper()]
    return Approval(**{**row, "status": status}, decided_by=name or None)


@store.cached
def entries(
    scope: Scope,
    approval_id: UUID,
    *,
    wanted: EntryFilter = EntryFilter.ALL,
    sort: EntrySort = EntrySort.OLDEST,
    page: int = 1,
    size: int | None = ENTRIES,
) -> ApprovalEntryPage:
    """Return page `page` (from 1) of a timesheet's entries, and the sums of every filter.

    Without a `size` one page holds all. Raises NotFound as `get`.
    """
    with store.reading(scope) as session:
        _need(session, approval_id)
        sums = {row["decision"]: row for row in session.rows(_ENTRY_COUNTS, id=approval_id)}
        skip = max(page - 1, 0) * (size or 0)
        found = session.rows(
            _ENTRY_PAGES[sort], id=approval_id, wanted=wanted.value, size=size, skip=skip
        )
    rows = [
        ApprovalEntry(**{**row, "decision": Decision[row["decision"].upper()]}) for row in found
    ]
    counts = _totals(sums, "count")
    return ApprovalEntryPage(rows, counts[wanted], counts, _totals(sums, "minutes"))


def extract_entries(
    scope: Scope,
    approval_id: UUID,
    *,
    wanted: EntryFilter = EntryFilter.ALL,
    sort: EntrySort = EntrySort.OLDEST,
) -> pa.Table:
    """Return all rows of `entries` by column, under the names of `ApprovalEntry`, for files.

    Raises NotFound as `get`.
    """
    with store.reading(scope) as session:
        _need(session, approval_id)
        found = session.arrow(
            _ENTRY_PAGES[sort], id=approval_id, wanted=wanted.value, size=None, skip=0
        )
    decision = mapped(found["decision"], lambda stored: Decision[stored.upper()])
    return with_column(found, "decision", decision)


def _need(session: store.Session, approval_id: UUID) -> None:
    """Raise NotFound unless timesheets are shown, and the customer has this one."""
    preferences.need_projects(session)
    if session.value(_EXISTS, id=approval_id) is None:
        raise NotFound("There is no such timesheet.")


def _totals(sums: Mapping[str, Mapping[str, Any]], name: str) -> dict[EntryFilter, int]:
    totals = {
        each: int(sums[each.value][name]) if each.value in sums else 0 for each in EntryFilter
    }
    totals[EntryFilter.ALL] = sum(totals.values())
    return totals
