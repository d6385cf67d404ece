"""Viewings: the first one is told once, later ones are counted, and only customers make them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from portal_data import kinds, store
from portal_data.billing import views
from portal_data.billing.views import WINDOW
from portal_data.errors import Conflict, NotFound
from portal_data.ids import new_id
from portal_data.kinds import Kind
from portal_data.ops.notifier import notify
from portal_data.scope import Scope
from tests.conftest import NOW, Cast
from tests.factories import (
    make_credit_note,
    make_estimate,
    make_invoice,
    make_retainer,
)
from tests.people import at_once, events, mails, rows, value

LATER = NOW + WINDOW


def _retainer(scope: Scope, **more: Any) -> UUID:
    return make_retainer(scope, number=f"RET-{new_id()}", total_minor=900, **more)


MAKERS: dict[Kind, Callable[..., UUID]] = {
    kinds.ESTIMATE: make_estimate,
    kinds.INVOICE: make_invoice,
    kinds.CREDIT_NOTE: make_credit_note,
    kinds.RETAINER: _retainer,
}
FIRST = {
    kinds.ESTIMATE: "select first_viewed_at, first_viewed_by from core.estimates order by id",
    kinds.INVOICE: "select first_viewed_at, first_viewed_by from core.invoices order by id",
    kinds.CREDIT_NOTE: "select first_viewed_at, first_viewed_by from core.credit_notes order by id",
    kinds.RETAINER: """
        select first_viewed_at, first_viewed_by from core.retainer_invoices order by id
    """,
}
each_kind = pytest.mark.parametrize("kind", MAKERS, ids=lambda kind: kind.key)


def _counted() -> int:
    return int(value("select count(*)::bigint as n from core.document_views order by n"))


@each_kind
def test_the_first_view_is_stored_and_told_once(cast: Cast, kind: Kind) -> None:
    document = MAKERS[kind](cast.alice)
    (mine,) = views.mark(cast.alice, kind, document, NOW)
    assert (mine.name, mine.views, mine.first_viewed_at) == ("Alice Test", 1, NOW)
    views.mark(cast.alice, kind, document, LATER)
    views.mark(cast.bob, kind, document, LATER)
    first = {"first_viewed_at": NOW, "first_viewed_by": cast.alice.contact_id}
    assert rows(FIRST[kind]) == [first]
    assert events() == [f"{kind.record}.viewed", "document.viewed"]  # the latter nobody hears of
    assert rows("select subject_kind, subject_id, visible from core.activity order by id") == [
        {"subject_kind": kind.record, "subject_id": document, "visible": visible}
        for visible in (True, False)
    ]
    assert store.current().check_integrity() == []


def test_staff_are_told_of_the_first_view_and_of_no_other(cast: Cast) -> None:
    document = make_invoice(cast.alice, number="INV-1")
    for number, who in enumerate((cast.alice, cast.bob, cast.alice)):
        views.mark(who, kinds.INVOICE, document, NOW + number * WINDOW)
    (told,) = mails("notify")
    with store.system_writing() as session:
        notify(session, UUID(told["activity_id"]), LATER)
    (bell,) = rows("select recipient_id from core.notifications order by id")
    assert bell == {"recipient_id": cast.owner.staff_id}
    waiting = rows("select kind from core.outbox order by id")
    assert [row["kind"] for row in waiting if row["kind"] != "notify"] == ["mail.activity"]


def test_what_is_opened_again_soon_is_the_same_view(cast: Cast) -> None:
    document = make_invoice(cast.alice)
    for minutes in (0, 1, 29, 30, 31, 59, 60):
        viewed = views.mark(cast.alice, kinds.INVOICE, document, NOW + timedelta(minutes=minutes))
    assert [(each.views, each.last_viewed_at) for each in viewed] == [
        (3, NOW + timedelta(minutes=60))
    ]
    assert len(events()) == 1


def test_nothing_is_written_while_nothing_is_to_be_counted(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = make_invoice(cast.alice)
    views.mark(cast.alice, kinds.INVOICE, document, NOW)

    def refuse(scope: Scope) -> None:
        raise AssertionError("wrote")

    monkeypatch.setattr(store, "writing", refuse)
    assert len(views.mark(cast.alice, kinds.INVOICE, document, LATER - timedelta(seconds=1))) == 1
    with pytest.raises(AssertionError, match="wrote"):
        views.mark(cast.alice, kinds.INVOICE, document, LATER)


def test_a_day_on_which_somebody_comes_back_is_recorded_once(cast: Cast) -> None:
    document = make_invoice(cast.alice)
    for hours in (0, 1, 5, 24, 25, 30, 72):
        views.mark(cast.alice, kinds.INVOICE, document, NOW + timedelta(hours=hours))
    views.mark(cast.bob, kinds.INVOICE, document, NOW + timedelta(hours=73))
    again = rows(
        "select actor_name, subject_number, visible from core.activity"
        " where event = 'document.viewed' order by happened_at, id"
    )
    assert [row["actor_name"] for row in again] == ["Alice Test", "Alice Test", "Bob Test"]
    assert not any(row["visible"] for row in again)
    assert len(events()) == 4
    with store.system_reading() as session:
        waiting = session.value("select count(*) as n from core.outbox where kind = 'notify'")
    assert waiting == 1


def test_each_contact_is_counted_alone_first_ones_first(cast: Cast) -> None:
    document = make_invoice(cast.alice)
    views.mark(cast.bob, kinds.INVOICE, document, NOW)
    views.mark(cast.alice, kinds.INVOICE, document, NOW + timedelta(minutes=1))
    viewed = views.mark(cast.bob, kinds.INVOICE, document, LATER)
    assert [(each.name, each.views) for each in viewed] == [("Bob Test", 2), ("Alice Test", 1)]


@each_kind
def test_views_at_one_moment_are_one_first_view(cast: Cast, kind: Kind) -> None:
    document = MAKERS[kind](cast.alice)
    people = (cast.alice, cast.bob)
    done, refused = at_once(lambda n: views.mark(people[n % 2], kind, document, NOW), times=8)
    assert (len(done), refused) == (8, [])
    found = rows("select views from core.document_views order by contact_id")
    assert found == [{"views": 1}, {"views": 1}]
    assert events() == [f"{kind.record}.viewed", "document.viewed"]
    (first,) = rows(FIRST[kind])
    assert first["first_viewed_by"] in {cast.alice.contact_id, cast.bob.contact_id}
    by = value("select actor_id from core.activity where visible order by id")
    assert by == first["first_viewed_by"]


@each_kind
def test_unknown_foreign_and_draft_look_the_same_and_are_not_counted(
    cast: Cast, kind: Kind
) -> None:
    foreign, draft = MAKERS[kind](cast.charlie), MAKERS[kind](cast.alice, status="draft")
    other_kind = next(each for each in MAKERS if each is not kind)
    mine = MAKERS[kind](cast.alice)
    refused = set()
    for asked, document in ((kind, foreign), (kind, draft), (kind, new_id()), (other_kind, mine)):
        with pytest.raises(NotFound) as error:
            views.mark(cast.alice, asked, document, NOW)
        refused.add(str(error.value))
    assert len(refused) == 1
    assert (_counted(), events()) == (0, [])
    assert {row["first_viewed_at"] for row in rows(FIRST[kind])} == {None}


def test_views_are_the_customers_own(cast: Cast) -> None:
    document = make_invoice(cast.alice)
    views.mark(cast.alice, kinds.INVOICE, document, NOW)
    with pytest.raises(NotFound):
        views.mark(cast.charlie, kinds.INVOICE, document, NOW)
    with store.system_writing() as session:  # as if a document had come from another customer
        session.change(
            "update core.document_views set customer_id = $id, contact_id = $contact",
            id=cast.charlie.customer_id,
            contact=cast.charlie.contact_id,
        )
    (only,) = views.mark(cast.bob, kinds.INVOICE, document, NOW)
    assert only.name == "Bob Test"


def _hang(customer_id: UUID, contact_id: UUID) -> None:
    """Store a view of a document that is not there."""
    row = {
        "customer_id": customer_id,
        "contact_id": contact_id,
        "document_id": new_id(),
        "document_kind": "invoice",
        "contact_name": "x",
        "views": 1,
        "first_viewed_at": NOW,
        "last_viewed_at": NOW,
    }
    with store.system_writing() as session:
        session.load("core.document_views", tuple(row), [tuple(row.values())])


def test_the_books_tell_views_that_hang_in_the_air(cast: Cast, engine: str) -> None:
    _hang(cast.alice.customer_id, cast.alice.contact_id)
    expected = ["view of a document that is gone"]
    if engine == "postgres":
        with pytest.raises(Conflict):  # its keys hold within one customer
            _hang(cast.charlie.customer_id, cast.alice.contact_id)
    else:
        _hang(cast.charlie.customer_id, cast.alice.contact_id)
        expected = ["view by a contact of another customer, or one that is gone", *expected * 2]
    problems = [problem.rpartition(":")[0] for problem in store.current().check_integrity()]
    assert sorted(problems) == expected
