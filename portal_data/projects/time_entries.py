"""The time log of a project: who worked on what, when, for how long, and whether it is billed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from enum import StrEnum
from typing import Any
from uuid import UUID

import pyarrow as pa

from portal_data import store
from portal_data.billing.columnar import mapped, with_column
from portal_data.business import preferences
from portal_data.errors import NotFound
from portal_data.scope import Scope
from portal_data.search import contains

PAGE_SIZE = 50


class Status(StrEnum):
    """What became of an entry. One that is not billable is never on an invoice."""

    UNBILLED = "Unbilled"
    BILLED = "Billed"
    NON_BILLABLE = "Non-billable"


class Filter(StrEnum):
    """The log's filters."""

    ALL = "all"
    UNBILLED = "unbilled"
    BILLED = "billed"
    NON_BILLABLE = "non_billable"


class Sort(StrEnum):
    """The log's orders; the longest entry first is one of them."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LONGEST = "longest"


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry of `minutes`; `begins` and `ends` are HH:MM of the clock where it was worked."""

    id: UUID
    date: Date
    task: str | None
    person: str
    minutes: int
    begins: str | None
    ends: str | None
    notes: str | None
    status: Status
    invoice_number: str | None


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One page of the log, with the count and the minutes of every filter."""

    rows: list[EntryRow]
    total: int
    counts: Mapping[Filter, int]
    minutes: Mapping[Filter, int]


_PROJECT = "select id from projects where id = $project order by id"
_FOUND = """
    with mine as materialized (
        select id, date, task_id, person_id, minutes, begins, ends, notes, invoice_id,
            case when not billable then 'non_billable' when billed then 'billed'
                else 'unbilled' end as status
        from time_entries
        where project_id = $project
            and (cast($task as uuid) is null or task_id = cast($task as uuid))
            and (cast($person as uuid) is null or person_id = cast($person as uuid))
            and (cast($first as date) is null or date >= cast($first as date))
            and (cast($last as date) is null or date <= cast($last as date))
            and ($pattern = '%' or notes ilike $pattern escape '!')
    )
"""
_COUNTS = (
    _FOUND
    + """
    select status, count(*)::bigint as count, sum(minutes)::bigint as minutes
    from mine
    group by status
    order by status
"""
)
# names are looked up for the rows of the page alone
_LISTED = (
    _FOUND
    + """,
    page as (
        select id, date, task_id, person_id, minutes, begins, ends, notes, invoice_id, status
        from mine
        where $wanted = 'all' or status = $wanted
"""
)
_NAMED = """
        limit $size offset $skip
    )
    select e.id, e.date, t.name as task, p.name as person, e.minutes, e.begins, e.ends, e.notes,
        e.status, i.number as invoice_number
    from page e
    join people p on p.id = e.person_id
    left join tasks t on t.id = e.task_id
    left join invoices i on i.id = e.invoice_id
"""
_PAGES = {
    Sort.NEWEST: _LISTED
    + "order by date desc, id desc"
    + _NAMED
    + "order by e.date desc, e.id desc",
    Sort.OLDEST: _LISTED + "order by date, id" + _NAMED + "order by e.date, e.id",
    Sort.LONGEST: _LISTED
    + "order by minutes desc, date desc, id desc"
    + _NAMED
    + "order by e.minutes desc, e.date desc, e.id desc",
}


@store.cached
def list_page(
    scope: Scope,
    project_id: UUID,
    *,
    wanted: Filter = Filter.ALL,
    task: UUID | None = None,
    person: UUID | None = None,
    first: Date | None = None,
    last: Date | None = None,
    search: str = "",
    sort: Sort = Sort.NEWEST,
    page: int = 1,
    size: int | None = PAGE_SIZE,
) -> EntryPage:
    """Return page `page` (from 1) of a project's time log, and the sums of every filter.

    `search` looks in the notes; `first` and `last` are both included. A page past the end is
    empty; without a `size` one page holds all. Raises NotFound when the customer has no such
    project, or while projects are switched off.
    """
    given = {
        "project": project_id,
        "task": task,
        "person": person,
        "first": first,
        "last": last,
        "pattern": contains(search),
    }
    with store.reading(scope) as session:
        _need(session, project_id)
        sums = {row["status"]: row for row in session.rows(_COUNTS, **given)}
        skip = max(page - 1, 0) * (size or 0)
        found = session.rows(_PAGES[sort], **given, wanted=wanted.value, size=size, skip=skip)
    counts = _totals(sums, "count")
    return EntryPage(
        [_row(each) for each in found], counts[wanted], counts, _totals(sums, "minutes")
    )


def extract(
    scope: Scope,
    project_id: UUID,
    *,
    wanted: Filter = Filter.ALL,
    task: UUID | None = None,
    person: UUID | None = None,
    first: Date | None = None,
    last: Date | None = None,
    search: str = "",
    sort: Sort = Sort.NEWEST,
) -> pa.Table:
    """Return all rows of `list_page` by column, under the names of `EntryRow`, for files.

    Raises NotFound as `list_page`.
    """
    with store.reading(scope) as session:
        _need(session, project_id)
        found = session.arrow(
            _PAGES[sort],
            project=project_id,
            task=task,
            person=person,
            first=first,
            last=last,
            pattern=contains(search),
            wanted=wanted.value,
            size=None,
            skip=0,
        )
    status = mapped(found["status"], lambda stored: Status[stored.upper()])
    return with_column(found, "status", status)


def _need(session: store.Session, project_id: UUID) -> None:
    """Raise NotFound unless projects are shown, and the customer has this one."""
    preferences.need_projects(session)
    if session.value(_PROJECT, project=project_id) is None:
        raise NotFound("There is no such project.")


def _totals(sums: Mapping[str, Mapping[str, Any]], name: str) -> dict[Filter, int]:
    totals = {each: int(sums[each.value][name]) if each.value in sums else 0 for each in Filter}
    totals[Filter.ALL] = sum(totals.values())
    return totals


def _row(row: dict[str, Any]) -> EntryRow:
    return EntryRow(**{**row, "status": Status[row["status"].upper()]})
