"""What happened: recorded with the action, shown to whom it concerns; and the preferences."""

from dataclasses import replace
from typing import Any

import pytest

from portal_data import store
from portal_data.business import preferences
from portal_data.business.preferences import Preferences, SecondFactor
from portal_data.errors import Invalid, NotAllowed
from portal_data.ids import new_id
from portal_data.messaging import activity
from portal_data.messaging.events import EVENTS
from portal_data.scope import Role, Scope, Staff
from tests.conftest import NOW, Cast
from tests.people import events, rows

AS_CAST = Preferences(staff_second_factor=SecondFactor.OPTIONAL)
"""What the cast's portal has: the defaults, but that its staff need no second factor."""


def _record(who: Scope | Staff | None, event: str = "invoice.viewed", **more: Any) -> None:
    with store.system_writing() as session:
        activity.record(session, who, EVENTS[event], now=more.pop("now", NOW), **more)


def test_an_entry_says_who_did_what_to_which_document(alice: Scope) -> None:
    document = new_id()
    _record(
        alice, "payment.received", subject_kind="payment", subject_id=document,
        subject_number="PAY-1", amount_minor=1_250, currency_code="GBP", visible=True,
    )  # fmt: skip
    (entry,) = activity.of_document(alice, document)
    assert entry.sentence == "Alice Test paid PAY-1"
    assert (entry.actor_kind, entry.amount_minor, entry.currency_code) == ("contact", 1_250, "GBP")
    assert entry.happened_at == NOW


def test_only_visible_entries_of_its_own_reach_a_customer(cast: Cast) -> None:
    document = new_id()
    for who in (cast.alice, cast.charlie):
        _record(who, "comment.added", subject_id=document, subject_number=who.name, visible=True)
        _record(who, "message.sent", details="secret words")
    assert [entry.actor_name for entry in activity.recent(cast.alice, 9)] == ["Alice Test"]
    assert [entry.actor_name for entry in activity.recent(cast.bob, 9)] == ["Alice Test"]
    assert [e.subject_number for e in activity.of_document(cast.charlie, document)] == [
        "Charlie Test"
    ]
    assert "secret words" not in repr(activity.recent(cast.alice, 9))
    assert len(activity.recent(cast.owner, 9)) == 4
    assert len(activity.of_document(cast.owner, document)) == 2


def test_a_contacts_entry_belongs_to_its_customer_whatever_is_said(cast: Cast) -> None:
    _record(cast.alice, "comment.added", customer_id=cast.charlie.customer_id, visible=True)
    assert activity.recent(cast.charlie, 9) == []
    assert len(activity.recent(cast.alice, 9)) == 1


def test_the_latest_come_first_and_no_more_than_asked(alice: Scope) -> None:
    for number in range(5):
        _record(alice, "comment.added", subject_number=str(number), visible=True)
    assert [entry.subject_number for entry in activity.recent(alice, 3)] == ["4", "3", "2"]


def test_a_customers_own_views_are_no_news_and_repeats_are_one(cast: Cast) -> None:
    document = new_id()
    for event in ("payment.failed", "comment.added", "payment.failed", "invoice.viewed"):
        _record(cast.alice, event, subject_id=document, subject_number="INV-1", visible=True)
    _record(cast.bob, "payment.failed", subject_id=document, subject_number="INV-1", visible=True)
    told = [(e.actor_name, e.event, e.times) for e in activity.recent(cast.alice, 9)]
    assert told == [
        ("Bob Test", "payment.failed", 1),
        ("Alice Test", "payment.failed", 2),
        ("Alice Test", "comment.added", 1),
    ]
    assert len(activity.recent(cast.owner, 9)) == 5


def test_an_undone_action_leaves_no_trace(alice: Scope) -> None:
    with pytest.raises(RuntimeError), store.writing(alice) as session:
        activity.record(session, alice, EVENTS["invoice.viewed"], now=NOW)
        raise RuntimeError
    assert events() == []
    assert rows("select id from core.outbox order by id") == []


def test_only_events_that_concern_somebody_are_told(alice: Scope) -> None:
    _record(alice, "invoice.viewed")
    _record(alice, "contact.signed_in")
    assert len(rows("select id from core.outbox where kind = 'notify' order by id")) == 1


def test_an_unknown_event_still_reads_as_words() -> None:
    assert activity.sentence("Ada", "widget.was_polished", "W-1") == "Ada widget was polished W-1"


# Preferences ------------------------------------------------------------------------------------


def test_every_preference_has_a_default_and_everybody_reads_the_same(cast: Cast) -> None:
    assert preferences.of(cast.alice) == AS_CAST
    preferences.change(
        cast.owner, now=NOW, banner_message="Hello", reviews=False,
        second_factor=SecondFactor.REQUIRED,
    )  # fmt: skip
    expected = replace(
        AS_CAST, banner_message="Hello", reviews=False, second_factor=SecondFactor.REQUIRED
    )
    assert preferences.of(cast.alice) == preferences.of(cast.charlie) == expected
    with store.staff_reading(cast.owner) as session:
        assert preferences.get(session) == expected


def test_a_change_is_recorded_and_a_repetition_is_not(owner: Staff) -> None:
    for _ in range(2):
        preferences.change(owner, now=NOW, reviews=False)
    assert rows("select event, details, visible from core.activity order by id") == [
        {"event": "preferences.changed", "details": "reviews", "visible": False}
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"nonsense": True},
        {"reviews": "no"},
        {"reviews": 0},
        {"banner_message": None},
        {"banner_message": "x" * (preferences.BANNER_LIMIT + 1)},
        {"second_factor": "sometimes"},
    ],
)
def test_unusable_values_change_nothing(owner: Staff, changes: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        preferences.change(owner, now=NOW, projects_and_timesheets=True, **changes)
    with store.system_reading() as session:
        assert preferences.get(session) == AS_CAST


def test_only_owners_change_preferences(owner: Staff) -> None:
    ordinary = Staff(owner.staff_id, owner.sign_in_id, Role.STAFF, "Sam", "sam@fern.example")
    with pytest.raises(NotAllowed):
        preferences.change(ordinary, now=NOW, reviews=False)


def test_a_key_of_a_later_version_is_left_alone(owner: Staff) -> None:
    with store.system_writing() as session:
        session.change(
            "insert into core.preferences (key, value, updated_at) values ('later', '1', $now)",
            now=NOW,
        )
        assert preferences.get(session) == AS_CAST
