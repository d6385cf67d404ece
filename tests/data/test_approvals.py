"""Timesheets: the list, one with its entries and answers, and drafts that nobody sees."""

from datetime import timedelta
from uuid import UUID

import pytest

from portal_data import lists
from portal_data.errors import NotFound
from portal_data.projects import timesheets
from portal_data.projects.timesheets import Decision, EntryFilter, EntrySort, Filter, Sort, Status
from portal_data.scope import Scope
from tests.conftest import NOW, Cast
from tests.factories import (
    TODAY,
    make_approval,
    make_entry,
    make_person,
    make_project,
    make_task,
    show_projects,
)

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def shown(cast: Cast) -> None:
    """Timesheets are part of the portal."""
    show_projects()


def _entries(scope: Scope, *minutes: int) -> list[UUID]:
    """Log time for one task, an entry a day up to today; return their ids."""
    project = make_project(scope)
    task, person = make_task(scope, project), make_person(scope, project)
    days = range(len(minutes) - 1, -1, -1)
    return [
        make_entry(scope, project, person, each, day=TODAY - ago * DAY, task_id=task, notes="n")
        for each, ago in zip(minutes, days, strict=True)
    ]


def test_filters_hold_what_they_say_and_drafts_are_nowhere(alice: Scope) -> None:
    for name, status in (("A", "submitted"), ("B", "approved"), ("C", "rejected"),
                         ("D", "partly_approved"), ("E", "draft")):  # fmt: skip
        make_approval(alice, {}, name=name, status=status)
    listed = {
        by: "".join(
            row.name for row in lists.page(alice, timesheets.LIST, filter=by, sort=Sort.NAME).rows
        )
        for by in Filter
    }
    assert listed == {
        Filter.ALL: "ABCD",
        Filter.PENDING: "A",
        Filter.APPROVED: "B",
        Filter.REJECTED: "C",
        Filter.PARTLY_APPROVED: "D",
    }
    counts = lists.page(alice, timesheets.LIST).counts
    assert counts == {by: len(names) for by, names in listed.items()}


def test_the_list_tells_project_hours_and_when_it_was_received(alice: Scope) -> None:
    project = make_project(alice, name="Courtyard")
    make_approval(alice, {}, project_id=project, total_minutes=6_105)
    row = lists.page(alice, timesheets.LIST, search="courty").rows[0]
    told = (row.name, row.project, row.minutes, row.received_at, row.status)
    assert told == ("November", "Courtyard", 6_105, NOW, Status.PENDING)
    assert lists.page(alice, timesheets.LIST, search="%").total == 0


def test_every_sort_orders_the_pages(alice: Scope) -> None:
    for n in range(7):
        make_approval(
            alice, {}, name=f"T-{n}", total_minutes=n, submitted_at=NOW + n * timedelta(hours=1)
        )
    seen = {
        sort: [
            row.name
            for page in (1, 2, 3)
            for row in lists.page(alice, timesheets.LIST, sort=sort, page=page, size=3).rows
        ]
        for sort in Sort
    }
    up = [f"T-{n}" for n in range(7)]
    assert seen[Sort.NAME] == seen[Sort.OLDEST] == up
    assert seen[Sort.NEWEST] == seen[Sort.HOURS] == up[::-1]
    assert lists.page(alice, timesheets.LIST, size=100).total == 7


def test_who_decided_when_and_why(alice: Scope) -> None:
    approval = make_approval(
        alice, {}, status="rejected", decided_at=NOW, decided_by=alice.contact_id, reason="Too much"
    )
    made = timesheets.get(alice, approval)
    assert (made.status, made.decided_at, made.reason) == (Status.REJECTED, NOW, "Too much")
    assert made.decided_by == alice.name


def test_entries_tell_the_answer_to_each(alice: Scope) -> None:
    first, second, third, fourth = _entries(alice, 10, 20, 40, 80)
    answers = {first: "approved", second: "rejected", third: "queried", fourth: None}
    approval = make_approval(alice, answers, status="partly_approved")
    page = lists.page(alice, timesheets.ENTRIES, timesheet=approval)
    assert [(row.minutes, row.decision) for row in page.rows] == [
        (10, Decision.APPROVED),
        (20, Decision.REJECTED),
        (40, Decision.QUERIED),
        (80, Decision.UNDECIDED),
    ]
    row = page.rows[0]
    told = (row.date, row.task, row.person, row.notes)
    assert told == (TODAY - 3 * DAY, "Planting", "Petra", "n")
    for by, minutes in zip(EntryFilter, (150, 10, 20, 40, 80), strict=True):
        filtered = lists.page(alice, timesheets.ENTRIES, timesheet=approval, filter=by)
        assert sum(each.minutes for each in filtered.rows) == minutes == filtered.minutes[by]
        assert filtered.total == len(filtered.rows) == filtered.counts[by]


def test_entries_are_sorted_and_paged(alice: Scope) -> None:
    approval = make_approval(alice, dict.fromkeys(_entries(alice, 30, 10, 20)))
    for sort, minutes in (
        (EntrySort.OLDEST, [30, 10, 20]),
        (EntrySort.NEWEST, [20, 10, 30]),
        (EntrySort.LONGEST, [30, 20, 10]),
    ):
        pages = [
            row.minutes
            for page in (1, 2)
            for row in lists.page(
                alice, timesheets.ENTRIES, timesheet=approval, sort=sort, page=page, size=2
            ).rows
        ]
        assert pages == minutes
    assert len(lists.page(alice, timesheets.ENTRIES, timesheet=approval, size=100).rows) == 3


def test_unknown_foreign_and_draft_look_the_same(cast: Cast) -> None:
    foreign = make_approval(cast.charlie, dict.fromkeys(_entries(cast.charlie, 60)))
    draft = make_approval(cast.alice, dict.fromkeys(_entries(cast.alice, 60)), status="draft")
    messages = set()
    for read in (
        timesheets.get,
        lambda who, approval: lists.page(who, timesheets.ENTRIES, timesheet=approval),
    ):
        for approval in (foreign, draft, UUID(int=5)):
            with pytest.raises(NotFound) as refused:
                read(cast.alice, approval)
            messages.add(str(refused.value))
    assert len(messages) == 1


def test_a_viewer_reads_what_the_administrator_reads(cast: Cast) -> None:
    approval = make_approval(cast.alice, dict.fromkeys(_entries(cast.alice, 60)))
    assert timesheets.get(cast.bob, approval) == timesheets.get(cast.alice, approval)
    assert lists.page(cast.bob, timesheets.ENTRIES, timesheet=approval) == lists.page(
        cast.alice, timesheets.ENTRIES, timesheet=approval
    )


def test_switched_off_nothing_is_there(alice: Scope) -> None:
    approval = make_approval(alice, {})
    show_projects(False)
    for read in (
        lambda: lists.page(alice, timesheets.LIST),
        lambda: timesheets.get(alice, approval),
        lambda: lists.page(alice, timesheets.ENTRIES, timesheet=approval),
    ):
        with pytest.raises(NotFound):
            read()
