"""The time log of a project: filters, sums, pages, and what no customer may see."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from portal_data import lists
from portal_data.errors import NotFound
from portal_data.projects import time_entries
from portal_data.projects.time_entries import Filter, Sort, Status
from portal_data.scope import Scope
from tests.conftest import Cast
from tests.factories import (
    TODAY,
    make_entry,
    make_invoice,
    make_person,
    make_project,
    make_task,
    show_projects,
)

DAY = timedelta(days=1)


@pytest.fixture
def log(alice: Scope) -> dict[str, UUID]:
    """An unbilled, two billed and a non-billable entry of two people, one of them for a task."""
    show_projects()
    project = make_project(alice)
    task = make_task(alice, project, name="Digging")
    ada, ben = make_person(alice, project, name="Ada"), make_person(alice, project, name="Ben")
    bill = make_invoice(alice, number="INV-7")
    draft = make_invoice(alice, number="INV-8", status="draft")
    make_entry(alice, project, ada, 60, notes="100% roots_out", task_id=task, begins="08:30",
               ends="09:30")  # fmt: skip
    make_entry(alice, project, ada, 90, day=TODAY - DAY, billed=True, invoice_id=bill)
    make_entry(alice, project, ben, 30, day=TODAY - 2 * DAY, billed=True, invoice_id=draft)
    make_entry(alice, project, ben, 15, day=TODAY - 40 * DAY, billable=False, billed=True)
    other = make_project(alice, name="Other")
    make_entry(alice, other, ada, 999)
    return {"project": project, "task": task, "ada": ada, "ben": ben}


def test_rows_tell_who_did_what_when_and_whether_it_is_billed(
    alice: Scope, log: dict[str, UUID]
) -> None:
    rows = lists.page(alice, time_entries.LIST, project=log["project"]).rows
    told = [(row.task, row.person, row.minutes, row.status, row.invoice_number) for row in rows]
    assert told == [
        ("Digging", "Ada", 60, Status.UNBILLED, None),
        (None, "Ada", 90, Status.BILLED, "INV-7"),
        (None, "Ben", 30, Status.BILLED, None),  # the draft is nobody's business yet
        (None, "Ben", 15, Status.NON_BILLABLE, None),
    ]
    assert (rows[0].date, rows[0].begins, rows[0].ends) == (TODAY, "08:30", "09:30")
    assert rows[0].notes == "100% roots_out"


def test_filters_counts_and_minutes_agree(alice: Scope, log: dict[str, UUID]) -> None:
    pages = {
        by: lists.page(alice, time_entries.LIST, project=log["project"], filter=by) for by in Filter
    }
    assert {by: [row.minutes for row in page.rows] for by, page in pages.items()} == {
        Filter.ALL: [60, 90, 30, 15],
        Filter.UNBILLED: [60],
        Filter.BILLED: [90, 30],
        Filter.NON_BILLABLE: [15],
    }
    for by, page in pages.items():
        assert page.total == len(page.rows) == page.counts[by]
        assert page.minutes[by] == sum(row.minutes for row in page.rows)


Given = Callable[[dict[str, UUID]], dict[str, Any]]


@pytest.mark.parametrize(
    ("given", "minutes"),
    [
        (lambda log: {"task": log["task"]}, [60]),
        (lambda log: {"person": log["ben"]}, [30, 15]),
        (lambda log: {"first": TODAY - DAY}, [60, 90]),
        (lambda log: {"last": TODAY - DAY}, [90, 30, 15]),
        (lambda log: {"first": TODAY - 2 * DAY, "last": TODAY - DAY}, [90, 30]),
        (lambda log: {"person": log["ada"], "filter": Filter.BILLED}, [90]),
        (lambda log: {"search": "ROOTS_"}, [60]),
        (lambda log: {"search": "%%"}, []),
        (lambda log: {"task": log["ada"]}, []),
        (lambda log: {"sort": Sort.OLDEST}, [15, 30, 90, 60]),
        (lambda log: {"sort": Sort.LONGEST}, [90, 60, 30, 15]),
        (lambda log: {"page": 2, "size": 3}, [15]),
        (lambda log: {"page": 9, "size": 3}, []),
        (lambda log: {"size": None}, [60, 90, 30, 15]),
    ],
)
def test_what_is_asked_is_what_is_listed(
    alice: Scope, log: dict[str, UUID], given: Given, minutes: list[int]
) -> None:
    page = lists.page(alice, time_entries.LIST, project=log["project"], **given(log))
    assert [row.minutes for row in page.rows] == minutes


def test_sums_follow_the_other_filters_but_not_the_page(alice: Scope, log: dict[str, UUID]) -> None:
    page = lists.page(alice, time_entries.LIST, project=log["project"], person=log["ben"], size=1)
    assert dict(page.minutes) == {
        Filter.ALL: 45,
        Filter.UNBILLED: 0,
        Filter.BILLED: 30,
        Filter.NON_BILLABLE: 15,
    }


def test_unknown_foreign_and_switched_off_are_refused(cast: Cast, log: dict[str, UUID]) -> None:
    foreign = make_project(cast.charlie)
    for project in (foreign, UUID(int=5)):
        with pytest.raises(NotFound, match="no such project"):
            lists.page(cast.alice, time_entries.LIST, project=project)
    with pytest.raises(NotFound):
        lists.page(cast.charlie, time_entries.LIST, project=log["project"])
    show_projects(False)
    with pytest.raises(NotFound):
        lists.page(cast.alice, time_entries.LIST, project=log["project"])


def test_costs_are_never_told(alice: Scope, log: dict[str, UUID]) -> None:
    assert "7777" not in repr(lists.page(alice, time_entries.LIST, project=log["project"]))
