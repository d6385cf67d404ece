"""The outbox: once per key, claimed by one, retried up the ladder, without secrets afterwards."""

import json
from datetime import timedelta
from typing import Any

import pytest

from portal_data import store
from portal_data.messaging import outbox
from portal_data.messaging.outbox import ABANDONED_AFTER, KEEP_SENT, LADDER, Row
from portal_data.scope import Scope
from tests.conftest import NOW
from tests.people import at_once, rows

SECOND = timedelta(seconds=1)
LETTER = {"to": "a@b.example", "subject": "S", "body": "B", "link": "https://secret.example/t0k3n"}


def _enqueue(key: str = "key", **more: Any) -> bool:
    with store.system_writing() as session:
        return outbox.enqueue(
            session, "mail.test", dedup_key=key, payload=LETTER, now=more.get("now", NOW)
        )


def _due(now=NOW) -> list[Row]:
    with store.system_reading() as session:
        return outbox.due(session, now)


def _claim(row: Row, now=NOW) -> bool:
    with store.system_writing() as session:
        return outbox.claim(session, row, now)


def _fail(row: Row, now, *, permanent: bool = False) -> None:
    with store.system_writing() as session:
        outbox.mark_failed(session, row, "why", now, permanent=permanent)


def _stored() -> dict[str, Any]:
    (row,) = rows("select status, attempts, payload, error from core.outbox order by id")
    return {**row, "payload": json.loads(row["payload"])}


def test_a_key_is_queued_once(db: store.Store) -> None:
    assert _enqueue()
    assert not _enqueue()
    assert _enqueue("another")
    done, _ = at_once(lambda _: _enqueue("contended"))
    assert done.count(True) == 1


def test_what_a_transaction_takes_back_was_never_queued(db: store.Store) -> None:
    with pytest.raises(RuntimeError), store.system_writing() as session:
        outbox.enqueue(session, "mail.test", dedup_key="k", payload=LETTER, now=NOW)
        raise RuntimeError
    assert _due() == []


def test_a_customers_session_writes_its_own_customer(alice: Scope, charlie: Scope) -> None:
    with store.writing(alice) as session:
        outbox.enqueue(
            session, "mail.test", dedup_key="k", payload=LETTER, now=NOW,
            customer_id=charlie.customer_id,
        )  # fmt: skip
    assert [row.customer_id for row in _due()] == [alice.customer_id]


def test_a_row_is_sent_and_forgets_its_link(db: store.Store) -> None:
    _enqueue()
    (row,) = _due()
    assert row.payload == LETTER
    assert _claim(row)
    assert _due() == []
    with store.system_writing() as session:
        outbox.mark_sent(session, row, NOW)
    assert _stored() == {
        "status": "sent",
        "attempts": 1,
        "payload": {key: LETTER[key] for key in ("to", "subject", "body")},
        "error": None,
    }


def test_one_of_many_workers_gets_a_row(db: store.Store) -> None:
    _enqueue()
    (row,) = _due()
    done, _ = at_once(lambda _: _claim(row))
    assert done.count(True) == 1


def test_failures_climb_the_ladder_and_then_stop(db: store.Store) -> None:
    _enqueue()
    now = NOW
    for wait in LADDER:
        (row,) = _due(now)
        assert _claim(row, now)
        _fail(row, now)
        assert _stored()["status"] == "retry"
        assert _stored()["payload"] == LETTER
        assert _due(now + wait - SECOND) == []
        now += wait
    (row,) = _due(now)
    assert row.attempts == len(LADDER) + 1
    assert _claim(row, now)
    _fail(row, now)
    assert (_stored()["status"], _stored()["error"]) == ("failed", "why")
    assert "link" not in _stored()["payload"]
    assert _due(now + timedelta(days=9)) == []


def test_a_permanent_failure_is_not_tried_again(db: store.Store) -> None:
    _enqueue()
    (row,) = _due()
    assert _claim(row)
    _fail(row, NOW, permanent=True)
    assert _stored()["status"] == "failed"
    assert "link" not in _stored()["payload"]


def test_a_row_left_behind_by_a_crash_is_taken_up_again(db: store.Store) -> None:
    _enqueue()
    (row,) = _due()
    assert _claim(row)
    assert _due(NOW + ABANDONED_AFTER - SECOND) == []
    later = NOW + ABANDONED_AFTER
    (again,) = _due(later)
    assert again.attempts == 2
    assert _claim(again, later)
    with store.system_writing() as session:  # the first worker was slow, not dead: it says nothing
        outbox.mark_failed(session, row, "late", later, permanent=True)
    assert _stored()["status"] == "sending"
    with store.system_writing() as session:
        outbox.mark_sent(session, again, later)
    assert _stored()["status"] == "sent"


def test_sent_rows_are_forgotten_in_time_and_failed_ones_kept(db: store.Store) -> None:
    _enqueue("sent")
    _enqueue("failed", now=NOW + SECOND)
    for row in _due(NOW + SECOND):
        assert _claim(row, NOW + SECOND)
        with store.system_writing() as session:
            if row.attempts and _stored_key(row) == "sent":
                outbox.mark_sent(session, row, NOW)
            else:
                outbox.mark_failed(session, row, "no", NOW, permanent=True)
    with store.system_writing() as session:
        assert outbox.forget_sent(session, NOW + KEEP_SENT) == 0
        assert outbox.forget_sent(session, NOW + KEEP_SENT + SECOND) == 1
    assert _stored()["status"] == "failed"


def _stored_key(row: Row) -> str:
    (found,) = rows("select dedup_key from core.outbox where id = $id order by id", id=row.id)
    return str(found["dedup_key"])
