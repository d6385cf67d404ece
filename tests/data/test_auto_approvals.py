"""Timesheets without an answer: approved on the agreed day, once, unless somebody answered."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from portal_data import clock, lists, store
from portal_data.business import preferences
from portal_data.business.preferences import AutoApproval
from portal_data.ids import new_id
from portal_data.messaging import activity
from portal_data.messaging.mail import Mailer
from portal_data.ops.worker import Worker
from portal_data.projects import invoicing, timesheet_answers, timesheets
from portal_data.projects.invoicing import Invoiceable
from portal_data.projects.timesheet_answers import Answer
from portal_data.projects.timesheet_submissions import send_draft, submit
from portal_data.projects.timesheets import Decision, Status
from tests.conftest import NOW, Cast
from tests.factories import (
    TODAY,
    make_approval,
    make_entry,
    make_person,
    make_project,
    show_projects,
)
from tests.people import at_once, value

DAY = timedelta(days=1)
TERM = TODAY + 7 * DAY


class _NoMail(Mailer):
    """Mails leave for nowhere: what is sent is not what is looked at here."""

    to_files = True

    def send(self, message: object) -> None:
        """Take a mail."""


@pytest.fixture
def project(cast: Cast) -> UUID:
    """A project with two hours to send, where a week without an answer approves."""
    show_projects()
    preferences.change(cast.owner, now=NOW, auto_approval=AutoApproval.WEEK)
    found = make_project(cast.alice, approvals_enabled=True)
    person = make_person(cast.alice, found)
    for _ in range(2):
        make_entry(cast.alice, found, person, 60)
    return found


def _send(cast: Cast, project: UUID) -> UUID:
    key = new_id()
    submit(cast.owner, project, "Week", first=TODAY, last=TODAY, key=key, now=NOW)
    return key


def _work(moment: datetime) -> None:
    worker = Worker(_NoMail())
    while worker.work(moment):
        pass


def _get(cast: Cast, sheet: UUID) -> timesheets.Approval:
    return timesheets.get(cast.bob, sheet)


def test_a_week_without_an_answer_approves(cast: Cast, project: UUID) -> None:
    sheet = _send(cast, project)
    assert _get(cast, sheet).auto_approve_on == TERM
    ends = clock.start_of_day(TERM, "Europe/London")
    _work(ends - timedelta(seconds=1))
    assert _get(cast, sheet).status is Status.PENDING
    _work(ends)
    approved = _get(cast, sheet)
    assert (approved.status, approved.decided_by, approved.version) == (Status.APPROVED, None, 2)
    assert (approved.decided_at, approved.auto_approve_on) == (ends, None)
    page = lists.page(cast.bob, timesheets.ENTRIES, timesheet=sheet)
    assert {each.decision for each in page.rows} == {Decision.APPROVED}
    assert invoicing.of_project(cast.bob, project) == Invoiceable(120, 0)
    sentences = [each.sentence for each in activity.of_document(cast.bob, sheet)]
    assert sentences[-1] == "The portal approved without an answer timesheet Week"
    assert value("select count(*)::bigint from core.notifications") >= 1  # staff hear of it


def test_any_answer_before_ends_it(cast: Cast, project: UUID) -> None:
    asked = _send(cast, project)
    entries = lists.page(cast.alice, timesheets.ENTRIES, timesheet=asked).rows
    why = {each.id: Answer(Decision.QUERIED, "Why?") for each in entries}
    timesheet_answers.answer(cast.alice, asked, why, seen=1, now=NOW)
    assert (_get(cast, asked).status, _get(cast, asked).auto_approve_on) == (Status.PENDING, None)
    _work(NOW + 9 * DAY)
    assert (_get(cast, asked).status, _get(cast, asked).version) == (Status.PENDING, 2)


def test_the_term_is_that_of_the_day_it_was_sent(cast: Cast, project: UUID) -> None:
    sheet = _send(cast, project)
    preferences.change(cast.owner, now=NOW, auto_approval=AutoApproval.NEVER)
    draft = make_approval(cast.alice, {}, status="draft")
    send_draft(cast.owner, draft, seen=1, now=NOW)
    assert _get(cast, draft).auto_approve_on is None
    assert _get(cast, sheet).auto_approve_on == TERM
    _work(NOW + 40 * DAY)
    assert _get(cast, draft).status is Status.PENDING
    assert _get(cast, sheet).status is Status.APPROVED


def test_a_draft_has_a_term_too_and_an_answer_at_the_last_moment_counts_once(
    cast: Cast, project: UUID
) -> None:
    draft = make_approval(cast.alice, {}, status="draft")
    send_draft(cast.owner, draft, seen=1, now=NOW)
    seen = _get(cast, draft).version

    def act(number: int) -> None:
        if number % 2:
            _work(NOW + 8 * DAY)
        else:
            timesheet_answers.reject(cast.alice, draft, "No", seen=seen, now=NOW + 8 * DAY)

    at_once(act, 8)
    told = [each.event for each in activity.of_document(cast.bob, draft)]
    assert len(told) == 2, told  # sent, and one answer
    assert _get(cast, draft).version == seen + 1
    assert store.current().check_integrity() == []


def test_a_day_begins_where_the_business_is() -> None:
    day = date(2026, 7, 1)
    assert clock.start_of_day(day, "Europe/London") == datetime(2026, 6, 30, 23)
    assert clock.start_of_day(day, "America/Los_Angeles") == datetime(2026, 7, 1, 7)
