"""Messages to the business: one mail row and one history row, or a clear refusal and nothing."""

import json
from datetime import datetime, timedelta

import pytest

from portal_data import store
from portal_data.errors import Conflict, Invalid, Unavailable
from portal_data.ids import new_id
from portal_data.messaging import messages
from portal_data.scope import Scope
from tests.conftest import NOW, Cast
from tests.people import at_once, events


def _mails(db: store.Store) -> list[dict[str, object]]:
    with db.system_reading() as session:
        rows = session.rows(
            "select customer_id, payload from core.outbox where kind = 'mail.message' order by id"
        )
    return [{**row, "payload": json.loads(row["payload"])} for row in rows]


def _send(scope: Scope, subject: str, body: str, now: datetime) -> None:
    """Send one message, as one click does."""
    messages.send(scope, subject, body, key=new_id(), now=now)


def test_it_mails_the_business_and_answers_reach_the_contact(db: store.Store, alice: Scope) -> None:
    _send(alice, "  About\nINV-1 ", "Is this right?", now=NOW)
    (mail,) = _mails(db)
    assert mail["customer_id"] == alice.customer_id
    assert mail["payload"] == {
        "to": "office@fern.example",
        "reply_to": alice.email,
        "subject": "About INV-1 (Alder Ltd)",
        "body": "Is this right?",
        "from_name": alice.name,
    }
    with db.system_reading() as session:
        event = session.one("select event, actor_id, visible from core.activity order by id")
    assert event == {"event": "message.sent", "actor_id": alice.contact_id, "visible": False}


@pytest.mark.parametrize(
    ("subject", "body"),
    [("", "x"), ("x", " \n "), ("x" * 201, "x"), ("x", "x" * 10_001)],
)
def test_what_cannot_be_sent_is_refused_and_writes_nothing(
    db: store.Store, alice: Scope, subject: str, body: str
) -> None:
    with pytest.raises(Invalid):
        _send(alice, subject, body, now=NOW)
    assert _mails(db) == []


def test_every_role_may_write(db: store.Store, cast: Cast) -> None:
    for who in (cast.alice, cast.bob, cast.charlie):
        _send(who, "Hello", "Hello", now=NOW)
    assert len(_mails(db)) == 3


def test_a_contact_sends_so_many_a_day(db: store.Store, cast: Cast) -> None:
    for number in range(messages.DAY_LIMIT):
        _send(cast.bob, f"Hello {number}", "Hello", now=NOW + timedelta(minutes=number))
    with pytest.raises(Conflict, match="20 messages"):
        _send(cast.bob, "Hello", "Hello", now=NOW + timedelta(hours=23))
    assert len(_mails(db)) == messages.DAY_LIMIT
    _send(cast.alice, "Hello", "Hello", now=NOW)
    _send(cast.bob, "Hello", "Hello", now=NOW + timedelta(hours=24, minutes=1))


def test_many_at_once_are_no_more(db: store.Store, bob: Scope) -> None:
    _, refused = at_once(lambda n: _send(bob, f"Hello {n}", "Hello", now=NOW), times=30)
    assert len(_mails(db)) == messages.DAY_LIMIT
    assert len(refused) == 10


def test_without_an_address_of_the_business_it_says_so(db: store.Store, alice: Scope) -> None:
    with db.system_writing() as session:
        session.change("update core.organisation set email = null")
    with pytest.raises(Unavailable):
        _send(alice, "Hello", "Hello", now=NOW)
    assert _mails(db) == []


def test_a_second_click_sends_nothing_more(db: store.Store, alice: Scope) -> None:
    key = new_id()
    for _ in range(2):
        messages.send(alice, "Hello", "There", key=key, now=NOW)
    assert len(_mails(db)) == 1
    assert events() == ["message.sent"]
