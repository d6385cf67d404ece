"""Timesheets: the list that Home leads to, one with its answers, and drafts nowhere."""

from datetime import timedelta
from uuid import UUID

import pytest

from portal_data.scope import Scope
from tests.conftest import NOW
from tests.factories import (
    make_approval,
    make_entry,
    make_person,
    make_project,
    show_projects,
)
from tests.pages.conftest import TODAY, Open

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


def test_a_pending_one_tells_no_answers_and_offers_no_dead_buttons(
    screen: Open, alice: Scope, entries: list[UUID]
) -> None:
    approval = make_approval(alice, dict.fromkeys(entries), total_minutes=183)
    opened = screen(alice, "timesheet", id=str(approval))
    assert opened.records()["filters"] == []
    assert len(opened.records()["rows"]) == 3
    labels = [button.label for button in opened.app.button]
    assert not [label for label in labels if "pprove" in label or "eject" in label]


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
