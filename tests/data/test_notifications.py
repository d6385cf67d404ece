"""The bell: who is told, how much is unread, and what opening a record reads."""

from dataclasses import replace
from datetime import timedelta

import pytest

from portal_data import lists, store
from portal_data.auth import identity
from portal_data.customers import conversations
from portal_data.errors import NotAllowed
from portal_data.ids import BUSINESS, new_id
from portal_data.messaging import activity, events, notifications
from portal_data.messaging.notifications import KEEP_READ, Filter, Notice, Unread
from portal_data.ops.notifier import notify
from portal_data.ops.worker import clean
from portal_data.scope import Scope, Staff
from portal_data.store.write_set import EVERYONE, WriteSet
from tests.conftest import NOW, Cast
from tests.factories import TODAY, make_invoice, make_notification
from tests.people import at_once, rows, value

HOUR = timedelta(hours=1)
HOSTILE = "<img src=x onerror=alert(1)> \u202e $x$ مرحبا"


def told(who: Scope | Staff, **more: object) -> list[Notice]:
    """Everything on the first page of the person's notifications."""
    own = isinstance(who, Scope)
    described = notifications.LIST if own else notifications.STAFF_LIST
    reader = who.contact_id if isinstance(who, Scope) else who.staff_id
    found: list[Notice] = lists.page(who, described, today=TODAY, recipient_id=reader, **more).rows  # type: ignore[arg-type]
    return found


def notify_all() -> None:
    """Tell everybody of everything that was recorded."""
    for row in rows("select id from core.activity order by happened_at, id"):
        with store.system_writing() as session:
            notify(session, row["id"], NOW)


def unread(who: Scope | Staff) -> int:
    """How many unread notifications the bell shows."""
    return notifications.unread(who).at_bell


def test_both_sides_hear_of_a_comment_with_the_way_to_it(cast: Cast) -> None:
    invoice = make_invoice(cast.alice, number="INV-1")
    conversations.write(cast.alice, "invoice", invoice, HOSTILE, key=new_id(), now=NOW)
    conversations.reply(
        cast.owner, "invoice", invoice, "Hello", internal=False, key=new_id(), now=NOW + HOUR
    )
    notify_all()
    (heard,) = told(cast.owner)
    assert heard.sentence == "Alice Test commented on INV-1"
    assert (heard.customer, heard.customer_id) == ("Alder Ltd", cast.alice.customer_id)
    assert (heard.subject_kind, heard.subject_id, heard.unread) == ("invoice", invoice, True)
    for contact in (cast.alice, cast.bob):
        (answer,) = told(contact)
        assert answer.sentence == "Olive commented on INV-1"
        assert answer.customer is None
        assert unread(contact) == 1
    assert (told(cast.charlie), unread(cast.charlie)) == ([], 0)


def test_what_a_customer_does_not_see_its_people_do_not_hear_of(cast: Cast) -> None:
    with store.system_writing() as session:
        activity.record(
            session, cast.owner, events.ESTIMATE_REOPENED, now=NOW,
            customer_id=cast.alice.customer_id, visible=False,
        )  # fmt: skip
    notify_all()
    assert unread(cast.alice) == 0


def test_opening_a_record_reads_what_told_of_it_and_nothing_else(cast: Cast) -> None:
    customer, own = cast.alice.customer_id, cast.alice.contact_id
    first, other = (make_invoice(cast.alice, number=number) for number in ("INV-1", "INV-2"))
    make_notification(customer, own, invoice=first)
    make_notification(customer, own, invoice=first, at_bell=False)
    make_notification(customer, own, invoice=other, number="INV-2")
    make_notification(customer, cast.bob.contact_id, invoice=first)
    assert notifications.unread(cast.alice) == Unread(2, 3)
    for kind, name in (("estimate", "INV-1"), ("invoice", "INV-9"), ("customer", str(customer))):
        assert notifications.mark_opened(cast.alice, kind, name, NOW) == 0
    assert notifications.mark_opened(cast.alice, "invoice", "INV-1", NOW) == 2
    assert notifications.unread(cast.alice) == Unread(1, 1)
    assert unread(cast.bob) == 1
    (rest,) = told(cast.alice, filter=Filter.UNREAD)
    assert rest.subject_number == "INV-2"
    assert notifications.mark_opened(cast.alice, "invoice", "INV-1", NOW) == 0


def test_staff_read_of_what_has_no_screen_at_its_customer(cast: Cast) -> None:
    with store.system_writing() as session:
        activity.record(
            session, cast.alice, events.CONTACT_ACCEPTED_INVITATION, now=NOW,
            subject_kind="contact", subject_number="Alice Test",
        )  # fmt: skip
    make_notification(cast.alice.customer_id, cast.owner.staff_id, kind="staff")
    notify_all()
    assert unread(cast.owner) == 2
    name = str(cast.alice.customer_id)
    assert notifications.mark_opened(cast.owner, "customer", str(new_id()), NOW) == 0
    assert notifications.mark_opened(cast.owner, "customer", name, NOW) == 1
    assert unread(cast.owner) == 1, "what tells of an invoice is read there"


def test_all_of_a_moment_are_read_and_none_of_later(cast: Cast) -> None:
    customer = cast.alice.customer_id
    make_notification(customer, cast.alice.contact_id)
    make_notification(customer, cast.alice.contact_id, created_at=NOW + HOUR)
    make_notification(customer, cast.bob.contact_id)
    make_notification(BUSINESS, cast.owner.staff_id, kind="staff")
    assert notifications.mark_all_read(cast.alice, until=NOW, now=NOW) == 1
    assert [unread(who) for who in (cast.alice, cast.bob, cast.owner)] == [1, 1, 1]
    assert notifications.mark_all_read(cast.owner, until=NOW, now=NOW) == 1
    assert [unread(who) for who in (cast.alice, cast.bob, cast.owner)] == [1, 1, 0]


def test_nobody_reads_for_somebody_else(cast: Cast) -> None:
    """Not with the id of a colleague, of a stranger, or of staff as if it were one's own."""
    make_notification(cast.alice.customer_id, cast.alice.contact_id)
    make_notification(BUSINESS, cast.owner.staff_id, kind="staff")
    assert [unread(who) for who in (cast.alice, cast.owner)] == [1, 1]
    pretenders = [
        replace(cast.charlie, contact_id=cast.alice.contact_id),
        replace(cast.charlie, contact_id=cast.owner.staff_id),
        replace(cast.alice, contact_id=cast.owner.staff_id),
    ]
    for each in pretenders:
        assert notifications.unread(each) == Unread(0, 0)
        assert told(each) == []
        assert notifications.mark_all_read(each, until=NOW, now=NOW) == 0
    looking = identity.view_as_customer(cast.owner, cast.alice.customer_id)
    assert told(looking) == []
    with pytest.raises(NotAllowed):
        notifications.mark_all_read(looking, until=NOW, now=NOW)
    assert value("select count(*) from core.notifications where read_at is null") == 2


def test_a_click_that_comes_often_reads_once(cast: Cast) -> None:
    for number in range(5):
        make_notification(cast.alice.customer_id, cast.alice.contact_id, number=f"INV-{number}")
    done, refused = at_once(
        lambda _: notifications.mark_all_read(cast.alice, until=NOW, now=NOW + HOUR)
    )
    assert (sum(done), refused, unread(cast.alice)) == (5, [], 0)


def test_what_was_read_long_ago_is_forgotten(cast: Cast) -> None:
    for number, read_at in (("INV-1", NOW - KEEP_READ - HOUR), ("INV-2", NOW), ("INV-3", None)):
        make_notification(
            cast.alice.customer_id, cast.alice.contact_id, number=number, read_at=read_at,
            created_at=NOW - 2 * KEEP_READ,
        )  # fmt: skip
    clean(NOW)
    assert {each.subject_number for each in told(cast.alice)} == {"INV-2", "INV-3"}


@pytest.mark.only_engine("duckdb")
def test_the_count_costs_no_statement_until_something_is_written(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_notification(cast.alice.customer_id, cast.alice.contact_id)
    assert [unread(who) for who in (cast.alice, cast.bob, cast.owner)] == [1, 0, 0]
    asked: list[object] = []
    engine = type(store.current().engine)
    inner = engine.reading

    def reading(self: object, *args: object) -> object:
        asked.append(args)
        return inner(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "reading", reading)
    make_invoice(cast.alice)  # what is written to the books concerns no bell
    assert [unread(who) for who in (cast.alice, cast.bob, cast.owner)] == [1, 0, 0]
    assert asked == []
    notifications.mark_all_read(cast.alice, until=NOW, now=NOW)
    asked.clear()
    assert [unread(who) for who in (cast.alice, cast.bob, cast.owner)] == [0, 0, 0]
    assert len(asked) == 1, "only whose rows they were is read again"


def test_a_write_to_one_persons_rows_is_noted_of_that_person_alone(alice: Scope) -> None:
    person = new_id()
    given = {"recipient_id": person, "customer_id": alice.customer_id}
    one = (
        notifications._READ,
        notifications._READ_BY_STAFF,
        notifications._READ_ALL,
        "insert into core.notifications (id, recipient_id) values ($id, $recipient_id)",
    )
    all_of_them = (
        notifications._FORGET,
        "update core.notifications set read_at = $now where recipient_id <> $recipient_id",
        "update core.notifications set read_at = $now where recipient_id = $recipient_id or 1 = 1",
        "update core.notifications set read_at = $now where recipient_id = $recipient_id;"
        " update core.notifications set read_at = $now",
        "insert into core.notifications (id) values ($id) on conflict (id) do update set x = 1",
    )
    for sql, expected in [(sql, person) for sql in one] + [(sql, EVERYONE) for sql in all_of_them]:
        noted = WriteSet(None)
        noted.by(sql, given)
        assert noted.persons == {expected}, sql
        assert {table for _whose, table in noted.tables} == {"notifications"}, sql
