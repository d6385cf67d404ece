"""Time sent for approval: each entry once, again after a rejection, and whoever may answer told."""

import json
from datetime import timedelta
from uuid import UUID

import pytest

from portal_data import lists, store
from portal_data.errors import Conflict, InvalidFields, NotFound
from portal_data.ids import new_id
from portal_data.ops import notifier
from portal_data.projects import timesheet_answers, timesheets
from portal_data.projects.timesheet_answers import Answer
from portal_data.projects.timesheet_submissions import send_draft, submit, to_send
from portal_data.projects.timesheets import Decision, EntrySort
from portal_data.scope import Scope, Staff
from tests.conftest import NOW, Cast
from tests.factories import (
    TODAY,
    make_approval,
    make_entry,
    make_person,
    make_project,
    show_projects,
)
from tests.people import at_once, mails, rows

DAY = timedelta(days=1)


@pytest.fixture
def project(cast: Cast) -> UUID:
    """A project whose time is approved: five days of an hour and more, and what is never sent."""
    show_projects()
    found = make_project(cast.alice, approvals_enabled=True)
    person = make_person(cast.alice, found)
    for n in range(5):
        make_entry(cast.alice, found, person, 60 + n, day=TODAY - n * DAY)
    make_entry(cast.alice, found, person, 7, billable=False)
    make_entry(cast.alice, found, person, 7, billed=True)
    return found


def _submit(staff: Staff, project: UUID, ago: int = 9, until: int = 0, name: str = "A") -> UUID:
    key = new_id()
    days = {"first": TODAY - ago * DAY, "last": TODAY - until * DAY}
    submit(staff, project, name, **days, key=key, now=NOW)
    return key


def _unsent(staff: Staff, project: UUID) -> list[int]:
    return [each.minutes for each in to_send(staff, project).entries]


def _entries(scope: Scope, sheet: UUID) -> list[timesheets.ApprovalEntry]:
    given = {"timesheet": sheet, "sort": EntrySort.OLDEST}
    return lists.page(scope, timesheets.ENTRIES, **given).rows  # type: ignore[arg-type]


def test_time_of_some_days_is_sent_and_whoever_may_answer_is_mailed(
    cast: Cast, project: UUID
) -> None:
    assert _unsent(cast.owner, project) == [64, 63, 62, 61, 60]
    sheet = _submit(cast.owner, project, 3, 1, "<b>Week</b>")
    made = timesheets.get(cast.bob, sheet)
    told = (made.name, made.status, made.minutes, made.period_from, made.period_to)
    pending = timesheets.Status.PENDING
    assert told == ("<b>Week</b>", pending, 186, TODAY - 3 * DAY, TODAY - DAY)
    assert [each.minutes for each in _entries(cast.bob, sheet)] == [63, 62, 61]
    assert _unsent(cast.owner, project) == [64, 60]
    (waiting,) = rows("select payload from core.outbox where kind = 'notify' order by id")
    with store.system_writing() as session:
        notifier.notify(session, UUID(json.loads(waiting["payload"])["activity_id"]), NOW)
    (mail,) = mails("mail.activity")  # Bob is a viewer
    assert mail["to"] == "alice@alder.example"
    assert mail["subject"] == "Olive sent timesheet <b>Week</b>"
    assert mail["link"] == f"https://portal.example/timesheet?id={sheet}"
    assert len(rows("select id from core.notifications order by id")) == 2


def test_what_is_rejected_is_sent_again_and_nothing_else(cast: Cast, project: UUID) -> None:
    sheet = _submit(cast.owner, project)
    with pytest.raises(Conflict):
        _submit(cast.owner, project)
    first, second, *_ = _entries(cast.alice, sheet)
    refused = {first.id: Answer(Decision.REJECTED, "No"), second.id: Answer(Decision.QUERIED, "?")}
    timesheet_answers.answer(cast.alice, sheet, refused, seen=1, now=NOW)
    assert _unsent(cast.owner, project) == [64]
    again = _submit(cast.owner, project)
    timesheet_answers.approve(cast.alice, again, seen=1, now=NOW)
    assert _unsent(cast.owner, project) == []


def test_a_draft_is_sent_as_it_is(cast: Cast, project: UUID) -> None:
    entry = rows("select id from core.time_entries where minutes = 60 order by id")[0]["id"]
    draft = make_approval(cast.alice, {entry: None}, status="draft", project_id=project)
    found = to_send(cast.owner, project)
    assert [each.id for each in found.drafts] == [draft]
    assert 60 not in [each.minutes for each in found.entries]
    done, refused = at_once(lambda _: send_draft(cast.owner, draft, seen=1, now=NOW))
    assert len(done) == 1
    assert {type(each) for each in refused} == {Conflict}
    assert len(_entries(cast.bob, draft)) == 1
    with pytest.raises(Conflict):
        send_draft(cast.owner, draft, seen=2, now=NOW)
    with pytest.raises(NotFound):
        send_draft(cast.owner, new_id(), seen=1, now=NOW)


def test_of_sixteen_at_once_each_entry_is_sent_once(cast: Cast, project: UUID) -> None:
    done, refused = at_once(lambda _: _submit(cast.owner, project))
    assert len(done) == 1
    assert {type(each) for each in refused} == {Conflict}
    assert len(rows("select approval_id from core.approval_entries order by 1")) == 5


def test_a_second_click_sends_nothing_more(cast: Cast, project: UUID) -> None:
    key, days = new_id(), {"first": TODAY, "last": TODAY}
    for _ in range(2):
        submit(cast.owner, project, "A", **days, key=key, now=NOW)
    assert len(rows("select id from core.approvals order by id")) == 1


def test_what_cannot_be_sent_is_refused(cast: Cast, project: UUID) -> None:
    for name in ("", "x" * 121, "x" * 1_000_000, "a\0b"):
        with pytest.raises(InvalidFields):
            _submit(cast.owner, project, name=name)
    with pytest.raises(NotFound):
        _submit(cast.owner, new_id())
    free = make_project(cast.alice)
    make_entry(cast.alice, free, make_person(cast.alice, free), 60)
    assert to_send(cast.owner, free).entries == ()
    with pytest.raises(Conflict):
        _submit(cast.owner, free)
    show_projects(False)
    with pytest.raises(Conflict, match="preferences"):
        _submit(cast.owner, project)
    assert rows("select id from core.approvals order by id") == []
