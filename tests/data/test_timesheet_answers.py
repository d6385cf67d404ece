"""Answers to timesheets: whole or entry by entry, once, by who may, and what follows from them."""

import json
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from portal_data import lists, store
from portal_data.billing import balances
from portal_data.errors import Conflict, Invalid, InvalidFields, NotAllowed, NotFound
from portal_data.ids import new_id
from portal_data.messaging import activity, comments
from portal_data.ops import notifier
from portal_data.projects import auto_approvals, invoicing, timesheet_answers, timesheets
from portal_data.projects.invoicing import Invoiceable
from portal_data.projects.timesheet_answers import Answer, answer, approve, reject
from portal_data.projects.timesheet_reversals import GRACE, reopen, take_back
from portal_data.projects.timesheets import Decision, EntryFilter, Status
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
from tests.people import at_once, mails, rows

Sheet = tuple[UUID, list[UUID]]


def _sheet(scope: Scope, count: int = 3) -> Sheet:
    """Store a timesheet of entries of an hour and more."""
    project = make_project(scope)
    task, person = make_task(scope, project), make_person(scope, project)
    entries = [make_entry(scope, project, person, 60 + n, task_id=task) for n in range(count)]
    return make_approval(scope, dict.fromkeys(entries), name="November"), entries


@pytest.fixture
def sheet(cast: Cast) -> Sheet:
    """A timesheet of Alice's customer that waits for an answer."""
    show_projects()
    return _sheet(cast.alice)


def _answers(scope: Scope, sheet: Sheet) -> list[tuple[str, str | None]]:
    page = lists.page(scope, timesheets.ENTRIES, timesheet=sheet[0], size=99)
    by_id = {each.id: (each.decision.value, each.reason) for each in page.rows}
    return [by_id[entry] for entry in sheet[1]]


def _get(scope: Scope, sheet: Sheet) -> tuple[Status, int]:
    found = timesheets.get(scope, sheet[0])
    return found.status, found.version


def test_it_is_approved_as_a_whole(cast: Cast, sheet: Sheet) -> None:
    assert balances.home(cast.alice, today=TODAY).pending.timesheets == 1
    approve(cast.alice, sheet[0], seen=1, now=NOW)
    assert _get(cast.bob, sheet) == (Status.APPROVED, 2)
    assert _answers(cast.bob, sheet) == [("Approved", None)] * 3
    assert balances.home(cast.alice, today=TODAY).pending.timesheets == 0
    (happened,) = activity.of_document(cast.bob, sheet[0])
    assert happened.sentence == "Alice Test approved timesheet November"
    decided = rows("select decided_by, decided_at from core.approval_entries order by 1")
    assert {(row["decided_by"], row["decided_at"]) for row in decided} == {
        (cast.alice.contact_id, NOW)
    }
    assert comments.of_subject(cast.alice, sheet[0]) == ()


def test_a_rejection_says_why_and_staff_hear_of_it_at_once(cast: Cast, sheet: Sheet) -> None:
    with pytest.raises(InvalidFields):
        reject(cast.alice, sheet[0], " ", seen=1, now=NOW)
    reject(cast.alice, sheet[0], "Not <b>ours</b>", seen=1, now=NOW)
    assert _get(cast.bob, sheet) == (Status.REJECTED, 2)
    assert timesheets.get(cast.bob, sheet[0]).reason == "Not <b>ours</b>"
    (said,) = comments.of_subject(cast.bob, sheet[0])
    assert (said.author, said.body) == ("Alice Test", "Not <b>ours</b>")
    (waiting,) = rows("select payload from core.outbox where kind = 'notify' order by id")
    with store.system_writing() as session:
        notifier.notify(session, UUID(json.loads(waiting["payload"])["activity_id"]), NOW)
    (mail,) = mails("mail.activity")
    assert mail["subject"] == "Alice Test rejected timesheet November (Alder Ltd)"
    assert mail["quote"] == "Not <b>ours</b>"
    assert mail["link"] == f"https://portal.example/timesheet?id={sheet[0]}"


def test_entries_are_answered_one_by_one(cast: Cast, sheet: Sheet) -> None:
    first, second, _ = sheet[1]
    refused = {
        first: Answer(Decision.REJECTED, " Another\nproject "),
        second: Answer(Decision.QUERIED, "Who asked?"),
    }
    answer(cast.alice, sheet[0], refused, seen=1, now=NOW)
    assert _get(cast.bob, sheet) == (Status.PARTLY_APPROVED, 2)
    assert _answers(cast.bob, sheet) == [
        ("Rejected", "Another project"), ("Queried", "Who asked?"), ("Approved", None),
    ]  # fmt: skip
    (said,) = comments.of_subject(cast.bob, sheet[0])
    assert said.body == (
        "20 Nov 2026 · Planting · Petra · 1:00 h – rejected: Another project\n"
        "20 Nov 2026 · Planting · Petra · 1:01 h – question: Who asked?"
    )
    # what was asked about is answered later; what is decided stays
    with pytest.raises(Invalid):
        answer(cast.alice, sheet[0], {first: Answer(Decision.QUERIED, "?")}, seen=2, now=NOW)
    approve(cast.alice, sheet[0], seen=2, now=NOW)
    assert [each for each, _ in _answers(cast.bob, sheet)] == ["Rejected", "Approved", "Approved"]
    assert _get(cast.bob, sheet) == (Status.PARTLY_APPROVED, 3)
    with pytest.raises(Conflict):
        approve(cast.alice, sheet[0], seen=3, now=NOW)


def test_while_nothing_is_approved_questions_leave_it_waiting(cast: Cast, sheet: Sheet) -> None:
    asked = {entry: Answer(Decision.QUERIED, "Why?") for entry in sheet[1]}
    answer(cast.alice, sheet[0], asked, seen=1, now=NOW)
    assert _get(cast.alice, sheet) == (Status.PENDING, 2)
    assert balances.home(cast.alice, today=TODAY).pending.timesheets == 1
    assert activity.of_document(cast.bob, sheet[0])[0].event == "approval.queried"
    reject(cast.alice, sheet[0], "No answer came", seen=2, now=NOW)
    assert _get(cast.alice, sheet) == (Status.REJECTED, 3)


def test_many_reasons_are_cut_in_the_comment_and_whole_at_the_entries(cast: Cast) -> None:
    show_projects()
    sheet = _sheet(cast.alice, 12)
    refused = {entry: Answer(Decision.REJECTED, "x" * 500) for entry in sheet[1]}
    answer(cast.alice, sheet[0], refused, seen=1, now=NOW)
    (said,) = comments.of_subject(cast.alice, sheet[0])
    assert len(said.body) <= comments.FIELD.limit
    assert said.body.endswith("more, each with its reason at the entry.")
    assert _answers(cast.alice, sheet) == [("Rejected", "x" * 500)] * 12


@pytest.mark.parametrize("reason", ["", "x" * 501, "x" * 1_000_000, "a\0b"], ids=range(4))
def test_what_is_no_reason_is_refused(cast: Cast, sheet: Sheet, reason: str) -> None:
    refused = {sheet[1][0]: Answer(Decision.REJECTED, reason)}
    with pytest.raises(Invalid):
        answer(cast.alice, sheet[0], refused, seen=1, now=NOW)
    assert _get(cast.alice, sheet) == (Status.PENDING, 1)


def test_only_ones_own_sent_and_shown_timesheet_is_answered(cast: Cast, sheet: Sheet) -> None:
    draft = make_approval(cast.alice, {}, status="draft")
    with pytest.raises(NotAllowed):
        approve(cast.bob, sheet[0], seen=1, now=NOW)
    for who, which in ((cast.charlie, sheet[0]), (cast.alice, draft), (cast.alice, new_id())):
        with pytest.raises(NotFound):
            approve(who, which, seen=1, now=NOW)
    foreign = _sheet(cast.charlie)[1][0]
    with pytest.raises(Invalid):
        answer(cast.alice, sheet[0], {foreign: Answer(Decision.REJECTED, "x")}, seen=1, now=NOW)
    show_projects(False)
    with pytest.raises(NotFound):
        approve(cast.alice, sheet[0], seen=1, now=NOW)
    show_projects()
    assert _get(cast.alice, sheet) == (Status.PENDING, 1)


def test_of_sixteen_at_once_one_wins(cast: Cast, sheet: Sheet) -> None:
    def act(number: int) -> None:
        if number % 2:
            approve(cast.alice, sheet[0], seen=1, now=NOW)
        else:
            reject(cast.alice, sheet[0], "No", seen=1, now=NOW)

    done, refused = at_once(act)
    assert len(done) == 1
    assert {type(each) for each in refused} == {Conflict}
    assert len(activity.of_document(cast.alice, sheet[0])) == 1
    assert len({each for each, _ in _answers(cast.alice, sheet)}) == 1


def test_of_sixteen_who_answer_again_and_take_back_one_wins(cast: Cast, sheet: Sheet) -> None:
    refused = {sheet[1][0]: Answer(Decision.QUERIED, "Why?")}
    answer(cast.alice, sheet[0], refused, seen=1, now=NOW)

    def act(number: int) -> None:
        if number % 3 == 0:
            approve(cast.alice, sheet[0], seen=2, now=NOW)
        elif number % 3 == 1:
            take_back(cast.alice, sheet[0], seen=2, now=NOW)
        else:
            reopen(cast.owner, sheet[0], seen=2, now=NOW)

    done, refusals = at_once(act)
    assert len(done) == 1
    assert {type(each) for each in refusals} == {Conflict}
    status, version = _get(cast.alice, sheet)
    assert version == 3
    told = {each for each, _ in _answers(cast.alice, sheet)}
    assert told == ({"Approved"} if status is Status.APPROVED else {"Undecided"})


def test_an_answer_is_taken_back_for_a_week_and_both_sides_see_it(cast: Cast, sheet: Sheet) -> None:
    reject(cast.alice, sheet[0], "No", seen=1, now=NOW)
    with pytest.raises(Conflict, match="7 days"):
        take_back(cast.alice, sheet[0], seen=2, now=NOW + GRACE + timedelta(seconds=1))
    with pytest.raises(NotAllowed):
        take_back(cast.bob, sheet[0], seen=2, now=NOW)
    with pytest.raises(NotFound):
        take_back(cast.charlie, sheet[0], seen=2, now=NOW)
    take_back(cast.alice, sheet[0], seen=2, now=NOW + GRACE)
    assert _get(cast.alice, sheet) == (Status.PENDING, 3)
    assert _answers(cast.alice, sheet) == [("Undecided", None)] * 3
    approval = timesheets.get(cast.alice, sheet[0])
    assert (approval.reason, approval.decided_at, approval.decided_by) == (None, None, None)
    assert balances.home(cast.alice, today=TODAY).pending.timesheets == 1
    told = [each.sentence for each in activity.of_document(cast.bob, sheet[0])]
    assert told[-1] == "Alice Test took back the answer to timesheet November"
    assert len(mails("notify")) == 2  # the rejection, and this
    (comment,) = comments.of_subject(cast.alice, sheet[0])
    assert comment.body == "No"


def test_staff_ask_again_when_they_like_and_contacts_hear_of_it(cast: Cast, sheet: Sheet) -> None:
    approve(cast.alice, sheet[0], seen=1, now=NOW)
    with pytest.raises(NotFound):
        reopen(cast.owner, new_id(), seen=1, now=NOW)
    reopen(cast.owner, sheet[0], seen=2, now=NOW + 10 * GRACE)
    assert _get(cast.alice, sheet) == (Status.PENDING, 3)
    with store.system_writing() as session:
        for payload in mails("notify"):
            notifier.notify(session, UUID(payload["activity_id"]), NOW)
    asked = [mail for mail in mails("mail.activity") if mail["to"] == cast.alice.email]
    assert "another answer to timesheet November" in asked[-1]["subject"]


def test_what_is_invoiced_or_sent_again_stays_answered(cast: Cast) -> None:
    show_projects()
    billed, again = _sheet(cast.alice), _sheet(cast.alice)
    approve(cast.alice, billed[0], seen=1, now=NOW)
    with store.system_writing() as session:
        session.change(
            "update core.time_entries set billed = true, version = version + 1 where id = $id",
            id=billed[1][0],
        )
    reject(cast.alice, again[0], "No", seen=1, now=NOW)
    make_approval(cast.alice, {again[1][0]: None}, name="Again")
    for sheet, word in ((billed, "invoiced"), (again, "sent again")):
        with pytest.raises(Conflict, match=word):
            take_back(cast.alice, sheet[0], seen=2, now=NOW)
        with pytest.raises(Conflict, match=word):
            reopen(cast.owner, sheet[0], seen=2, now=NOW)
    assert timesheets.get(cast.alice, billed[0]).invoiced
    assert not timesheets.get(cast.alice, again[0]).invoiced
    assert _get(cast.alice, billed) == (Status.APPROVED, 2)


def test_what_is_taken_back_counts_as_approved_by_itself_no_more(cast: Cast, sheet: Sheet) -> None:
    with store.system_writing() as session:
        session.change(
            "update core.approvals set auto_approve_on = $day, version = version where id = $id",
            id=sheet[0],
            day=TODAY,
        )
    approve(cast.alice, sheet[0], seen=1, now=NOW)
    take_back(cast.alice, sheet[0], seen=2, now=NOW)
    with store.system_writing() as session:
        payload = {"approval_id": str(sheet[0])}
        auto_approvals.end(session, cast.alice.customer_id, payload, NOW + timedelta(days=30))
    assert _get(cast.alice, sheet) == (Status.PENDING, 3)


def test_whatever_is_answered_the_timesheet_follows_its_entries(cast: Cast) -> None:
    """Random answers, stale ones among them, against a model of nine lines."""
    show_projects()

    class Machine(RuleBasedStateMachine):
        @initialize(count=st.integers(1, 4))
        def sent(self, count: int) -> None:
            self.sheet = _sheet(cast.alice, count)
            self.model: dict[UUID, str] = dict.fromkeys(self.sheet[1], "Undecided")
            self.version = 1

        @property
        def open(self) -> list[UUID]:
            return [each for each, word in self.model.items() if word in ("Undecided", "Queried")]

        @precondition(lambda self: self.open)
        @rule(data=st.data(), late=st.booleans())
        def answered(self, data: st.DataObject, late: bool) -> None:
            kinds = st.sampled_from([Decision.REJECTED, Decision.QUERIED])
            chosen = data.draw(st.dictionaries(st.sampled_from(self.open), kinds))
            refused = {entry: Answer(how, "Because") for entry, how in chosen.items()}
            if late:
                with pytest.raises(Conflict):
                    answer(cast.alice, self.sheet[0], refused, seen=self.version - 1, now=NOW)
                return
            answer(cast.alice, self.sheet[0], refused, seen=self.version, now=NOW)
            self.version += 1
            self.model |= {each: chosen.get(each, Decision.APPROVED).value for each in self.open}

        @property
        def answered_at_all(self) -> bool:
            return bool({"Approved"} & set(self.model.values())) or not self.open

        @precondition(lambda self: self.answered_at_all)
        @rule(by_staff=st.booleans(), late=st.booleans())
        def taken_back(self, by_staff: bool, late: bool) -> None:
            seen = self.version - late
            if late:
                with pytest.raises(Conflict):
                    take_back(cast.alice, self.sheet[0], seen=seen, now=NOW)
                return
            if by_staff:
                reopen(cast.owner, self.sheet[0], seen=seen, now=NOW)
            else:
                take_back(cast.alice, self.sheet[0], seen=seen, now=NOW)
            self.version += 1
            self.model = dict.fromkeys(self.model, "Undecided")

        @precondition(lambda self: not self.answered_at_all)
        @rule()
        def nothing_to_take_back(self) -> None:
            with pytest.raises(Conflict):
                take_back(cast.alice, self.sheet[0], seen=self.version, now=NOW)
            with pytest.raises(Conflict):
                reopen(cast.owner, self.sheet[0], seen=self.version, now=NOW)

        @precondition(lambda self: not self.open)
        @rule(whole=st.booleans())
        def too_late(self, whole: bool) -> None:
            with pytest.raises(Conflict):
                if whole:
                    approve(cast.alice, self.sheet[0], seen=self.version, now=NOW)
                else:
                    reject(cast.alice, self.sheet[0], "No", seen=self.version, now=NOW)

        @invariant()
        def agrees(self) -> None:
            if not hasattr(self, "sheet"):
                return
            counted = Counter(self.model.values())
            page = lists.page(cast.alice, timesheets.ENTRIES, timesheet=self.sheet[0])
            for by in list(EntryFilter)[1:]:
                assert page.counts[by] == counted[by.value.capitalize()]
            whole = set(self.model.values())
            if whole in ({"Approved"}, {"Rejected"}):
                expected = Status(whole.pop())
            else:
                some = "Approved" in whole
                expected = Status.PARTLY_APPROVED if some else Status.PENDING
            assert _get(cast.alice, self.sheet) == (expected, self.version)

    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    run(
        Machine,
        settings=settings(
            max_examples=12, stateful_step_count=6, deadline=None, suppress_health_check=checks
        ),
    )
    assert store.current().check_integrity() == []


def test_only_approved_time_can_be_invoiced(cast: Cast) -> None:
    show_projects()
    project = make_project(cast.alice, approvals_enabled=True)
    free = make_project(cast.alice)
    person = make_person(cast.alice, project)
    entries = [make_entry(cast.alice, project, person, 10**n) for n in range(3)]
    make_entry(cast.alice, project, person, 1_000, billable=False)
    make_entry(cast.alice, project, person, 1_000, billed=True)
    make_entry(cast.alice, free, person, 700)
    assert invoicing.of_project(cast.alice, free) == Invoiceable(700, 0)
    assert invoicing.of_project(cast.alice, project) == Invoiceable(0, 111)
    sheet = make_approval(cast.alice, dict.fromkeys(entries))
    assert invoicing.of_project(cast.alice, project) == Invoiceable(0, 111)
    refused = {
        entries[0]: Answer(Decision.REJECTED, "No"), entries[1]: Answer(Decision.QUERIED, "Why?"),
    }  # fmt: skip
    answer(cast.alice, sheet, refused, seen=1, now=NOW)
    assert invoicing.of_project(cast.alice, project) == Invoiceable(100, 11)
    make_approval(cast.alice, {entries[0]: None}, status="approved")  # as a whole
    assert invoicing.of_project(cast.alice, project) == Invoiceable(101, 10)
    approve(cast.alice, sheet, seen=2, now=NOW)
    assert invoicing.of_project(cast.alice, project) == Invoiceable(111, 0)
    for who, which in ((cast.charlie, project), (cast.alice, new_id())):
        with pytest.raises(NotFound):
            invoicing.of_project(who, which)


def test_the_words_of_answers_are_in_the_chain(cast: Cast, sheet: Sheet) -> None:
    reject(cast.alice, sheet[0], "Because", seen=1, now=NOW)
    with store.system_reading() as session:
        details = session.rows("select details from core.activity order by sequence")
    assert [row["details"] for row in details] == ["Because"]
    assert timesheet_answers.REASON.limit < comments.FIELD.limit
