"""Timesheets: the list that Home leads to, one with its answers, and drafts nowhere."""

from datetime import timedelta
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from portal_data.clock import utc_now
from portal_data.projects import timesheet_answers
from portal_data.scope import Scope, Staff
from tests.conftest import NOW
from tests.factories import (
    make_approval,
    make_entry,
    make_person,
    make_project,
    show_projects,
)
from tests.pages.conftest import TODAY, Open, Screen, app_as
from tests.people import rows

DAY = timedelta(days=1)
HARD = "\N{NO-BREAK SPACE}"


@pytest.fixture
def entries(alice: Scope, charlie: Scope) -> list[UUID]:
    """Three entries of a project, and a timesheet of a stranger."""
    show_projects()
    make_approval(charlie, {}, name="Secret of another")
    project = make_project(alice)
    person = make_person(alice, project, name="Ada")
    return [
        make_entry(alice, project, person, 60 + n, day=TODAY - n * DAY, notes=f"<i>{n}</i>")
        for n in range(3)
    ]


def test_list_with_counts_and_pending_ones(screen: Open, alice: Scope, entries: list[UUID]) -> None:
    pending = make_approval(alice, {}, name="<b>May</b>", total_minutes=6_105)
    make_approval(alice, {}, name="April", status="approved")
    make_approval(alice, {}, name="Draft", status="draft")
    shown = screen(alice, "timesheets", status="pending").records()
    assert [(each["label"], each["count"]) for each in shown["filters"]] == [
        ("All", "2"), ("Pending", "1"), ("Approved", "1"), ("Rejected", "0"),
        ("Partly approved", "0"),
    ]  # fmt: skip
    (row,) = shown["rows"]
    assert row["href"] == f"timesheet?id={pending}"
    assert row["cells"][0] == "<b>May</b>"
    assert row["cells"][2] == "20 Nov 2026"
    assert row["cells"][3]["pills"] == [{"text": "Pending", "tone": "blue"}]
    assert row["cells"][4] == f"101:45{HARD}h"


def test_received_on_the_day_of_the_business(
    screen: Open, alice: Scope, entries: list[UUID]
) -> None:
    late = NOW.replace(month=7, day=1, hour=23, minute=30)  # past midnight of a London summer
    approval = make_approval(alice, {}, submitted_at=late)
    assert screen(alice, "timesheets").records()["rows"][0]["cells"][2] == "2 Jul 2026"
    assert "2 Jul 2026" in screen(alice, "timesheet", id=str(approval)).html


def test_one_that_was_partly_approved(screen: Open, alice: Scope, entries: list[UUID]) -> None:
    answers = dict(zip(entries, ("approved", "rejected", "queried"), strict=True))
    approval = make_approval(
        alice, answers, status="partly_approved", total_minutes=183, decided_at=NOW,
        decided_by=alice.contact_id, reason="Two are not ours", period_from=TODAY - 9 * DAY,
        period_to=TODAY,
    )  # fmt: skip
    opened = screen(alice, "timesheet", id=str(approval))
    for words in ("November", f"3:03{HARD}h", "Partly approved by Alice Test", "Two are not ours",
                  "Received for approval", "3 entries"):  # fmt: skip
        assert words in opened.html, words
    shown = opened.records()
    assert [(each["label"], each["count"]) for each in shown["filters"]] == [
        ("All", "3"), ("Approved", "1"), ("Rejected", "1"), ("Queried", "1"),
    ]  # fmt: skip
    assert [row["cells"][4]["pills"][0]["text"] for row in shown["rows"]] == [
        "Queried", "Rejected", "Approved",
    ]  # fmt: skip
    assert shown["rows"][0]["cells"][2]["text"] == "<i>2</i>"
    rejected = screen(alice, "timesheet", id=str(approval), status="rejected").records()["rows"]
    assert [row["cells"][5] for row in rejected] == [f"1:01{HARD}h"]


def test_a_pending_one_is_offered_to_whoever_may_answer(
    screen: Open, alice: Scope, bob: Scope, entries: list[UUID]
) -> None:
    approval = make_approval(alice, dict.fromkeys(entries), total_minutes=183)
    read = screen(bob, "timesheet", id=str(approval))
    assert read.records()["filters"] == []
    assert len(read.records()["rows"]) == 3
    assert "Alice Test</span> can answer</b> · 3 entries" in read.html
    assert [each.label for each in read.app.button] == ["Send"]
    opened = screen(alice, "timesheet", id=str(approval))
    assert "Waiting for your answer" in opened.html
    assert [each.label for each in opened.app.button] == [
        "Approve", "Entry by entry", "Reject", "Send",
    ]  # fmt: skip


def _dialog(name: str) -> None:
    """Open one of the dialogs alone, as its button does."""
    from components.documents import timesheet_dialogs
    from components.session import current
    from portal_data import lists
    from portal_data.projects import timesheets
    from portal_data.scope import Scope

    who = current()
    if isinstance(who, Scope):
        (row,) = lists.page(who, timesheets.LIST).rows
        getattr(timesheet_dialogs, name)(row.id)


def _reopening() -> None:
    """Open the staff's dialog alone, as its button does."""
    from components.session import current, form
    from components.staff import timesheet_desk
    from portal_data import store

    current()
    with store.system_reading() as session:
        (row,) = session.rows(
            "select id, version from core.approvals where name = 'November' order by id"
        )
    form(f"timesheet.{row['id']}", lambda: row["version"])
    timesheet_desk.reopen(row["id"], "November")


def _asked(name: str, who: Scope) -> Screen:
    app = AppTest.from_function(_dialog, default_timeout=30, args=(name,))
    return Screen(app_as(app, who).run())


def _confirmed(shown: Screen) -> Screen:
    shown.app.button(key="confirm.yes").click()
    return shown.rerun()


def _stored() -> str:
    (row,) = rows("select status from core.approvals where name = 'November' order by id")
    return str(row["status"])


@pytest.fixture
def pending(charlie: Scope, alice: Scope, entries: list[UUID]) -> UUID:
    """A timesheet that waits for an answer."""
    return make_approval(alice, dict.fromkeys(entries), total_minutes=183)


def test_approving_asks_first(screen: Open, alice: Scope, bob: Scope, pending: UUID) -> None:
    asked = _asked("approve", alice)
    assert f"3 entries, 3:03{HARD}h," in asked.html
    assert _stored() == "submitted"
    assert "Your role does not allow this" in _confirmed(_asked("approve", bob)).text
    assert _stored() == "submitted"
    _confirmed(asked)
    assert _stored() == "approved"
    assert "Approved by Alice Test" in screen(bob, "timesheet", id=str(pending)).html


def test_a_rejection_asks_why(screen: Open, alice: Scope, pending: UUID) -> None:
    asked = _confirmed(_asked("reject", alice))
    assert "cannot be empty" in asked.text
    asked.app.text_area[0].set_value("<i>No</i>")
    _confirmed(asked)
    shown = screen(alice, "timesheet", id=str(pending)).html
    assert "Rejected by Alice Test" in shown
    assert "<i>No</i>" in shown


def test_whoever_was_overtaken_is_told(alice: Scope, pending: UUID) -> None:
    asked = _asked("approve", alice)
    timesheet_answers.reject(alice, pending, "No", seen=1, now=utc_now())
    overtaken = _confirmed(asked)
    assert "changed this meanwhile" in overtaken.text
    assert "Load what is stored" in [each.label for each in overtaken.app.button]
    assert _stored() == "rejected"


def test_an_answer_is_taken_back(
    screen: Open, alice: Scope, bob: Scope, owner: Staff, pending: UUID
) -> None:
    assert "Take back" not in str([each.label for each in screen(
        alice, "timesheet", id=str(pending)
    ).app.button])  # fmt: skip
    timesheet_answers.approve(alice, pending, seen=1, now=utc_now())
    address = {"id": str(pending)}
    labels = {
        who.name: [each.label for each in screen(who, name, **address).app.button]
        for who, name in ((alice, "timesheet"), (bob, "timesheet"), (owner, "staff/timesheet"))
    }
    assert "Take back the answer" in labels[alice.name]
    assert "Take back the answer" not in labels[bob.name]
    assert "Ask for another answer" in labels[owner.name]
    asked = _asked("take_back", alice)
    assert "waits for another answer" in asked.html
    assert _stored() == "approved"
    _confirmed(asked)
    assert _stored() == "submitted"
    for who, name in ((bob, "timesheet"), (owner, "staff/timesheet")):
        assert "Answer taken back by Alice Test" in screen(who, name, **address).html


def test_staff_ask_for_another_answer(
    screen: Open, alice: Scope, owner: Staff, pending: UUID
) -> None:
    timesheet_answers.reject(alice, pending, "No", seen=1, now=utc_now())
    asked = Screen(app_as(AppTest.from_function(_reopening, default_timeout=30), owner).run())
    assert _stored() == "rejected"
    _confirmed(asked)
    assert _stored() == "submitted"
    assert "Another answer asked for by Olive" in screen(
        alice, "timesheet", id=str(pending)
    ).html  # fmt: skip


def test_entries_are_answered_one_by_one(screen: Open, alice: Scope, pending: UUID) -> None:
    asked = _asked("answer", alice)
    asked.app.multiselect[0].set_value([asked.app.multiselect[0].options[0]])
    asked = asked.rerun()
    assert "2 entries," in asked.html
    asked = _confirmed(asked)
    assert "Say why" in asked.text
    asked.app.text_input[0].set_value("Who asked?")
    _confirmed(asked)
    assert _stored() == "partly_approved"
    shown = screen(alice, "timesheet", id=str(pending)).html
    assert "Partly approved by Alice Test" in shown
    assert "question: Who asked?" in shown
    assert "Waiting for your answer" in shown  # for the one that was asked about


def test_staff_see_how_it_was_answered_and_answer_nothing(
    screen: Open, alice: Scope, owner: Staff, entries: list[UUID]
) -> None:
    approval = make_approval(alice, dict.fromkeys(entries))
    shown = screen(owner, "staff/timesheet", id=str(approval))
    assert len(shown.records()["rows"]) == 3
    assert [each.label for each in shown.app.button] == [
        "Reply to the customer", "Add internal note",
    ]  # fmt: skip


def test_unknown_foreign_and_draft_look_the_same(
    screen: Open, alice: Scope, charlie: Scope, entries: list[UUID]
) -> None:
    foreign = make_approval(charlie, {})
    draft = make_approval(alice, {}, status="draft")
    seen = {screen(alice, "timesheet", id=name).html for name in ("x", str(foreign), str(draft))}
    assert len(seen) == 1
    assert "We cannot show this timesheet" in seen.pop()


def test_empty_states(screen: Open, alice: Scope) -> None:
    show_projects()
    assert screen(alice, "timesheets").records()["empty"]["title"] == "No timesheets yet"
    pending = screen(alice, "timesheets", status="pending").records()["empty"]
    assert pending["title"] == "No pending timesheets"
    searched = screen(alice, "timesheets", q="x").records()["empty"]
    assert searched["title"] == "No timesheet matches"


def test_staff_send_time_from_the_project(screen: Open, alice: Scope, owner: Staff) -> None:
    show_projects()
    free = make_project(alice, name="Free")
    assert "Send time" not in screen(owner, "staff/project", id=str(free)).html
    project = make_project(alice, name="Hall", code="H-1", approvals_enabled=True)
    person = make_person(alice, project)
    for n in range(2):
        make_entry(alice, project, person, 60 + n, day=TODAY - n * DAY)
    make_approval(alice, {}, status="draft", project_id=project, name="<i>Draft</i>")
    shown = screen(owner, "staff/project", id=str(project))
    for words in ("Send time for approval", "<i>Draft</i>", f"2 entries, 2:01{HARD}h"):
        assert words in shown.html
    shown.app.button(key="submit.send").click()
    shown = shown.rerun()
    assert "2 entries" not in shown.html
    next(each for each in shown.app.button if each.label == "Send this draft").click()
    assert "Everything is sent" in shown.rerun().html
    sent = rows("select name, status from core.approvals order by name")
    assert [row["status"] for row in sent] == ["submitted", "submitted"]
    assert sent[1]["name"].startswith("H-1 · ")
