"""Notifications: what somebody finds at the bell, and what of it that person has read.

A row is one person's, and so is all that is kept of it in memory: see `ReadCache.of_person`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from portal_data import lists, screens, store
from portal_data.kinds import KINDS
from portal_data.messaging import activity
from portal_data.scope import Scope, Staff
from portal_data.store import OpenSession, Session

KEEP_READ = timedelta(days=180)
"""How long what was read is kept; the activity that it tells of stays."""

_COUNTS = """
    select count(*) filter (where at_bell) as at_bell, count(*) as everything
    from notifications_by_recipient_id where read_at is null order by 1
"""
# `offset 0` leaves the scan one condition, which has an index (ADR 8)
_COUNTS_OF_STAFF = """
    select count(*) filter (where at_bell) as at_bell, count(*) as everything
    from (
        select at_bell, read_at from core.notifications where recipient_id = $recipient_id offset 0
    ) own
    where read_at is null order by 1
"""
# what is open by its number is told of by its id, which activity has an index of
_NUMBERED = {
    kind.record: f"select id from {kind.table}_by_number order by id" for kind in KINDS.values()
}
_NUMBERED_OF_STAFF = {
    kind.record: f"select id from core.{kind.table} where number = $number order by id"
    for kind in KINDS.values()
}
_HISTORY = "select id from activity_by_subject_id order by id"
_HISTORY_OF_STAFF = "select id from core.activity where subject_id = $subject_id order by id"
_WITHOUT_SCREEN = """
    select id
    from (select id, subject_kind from core.activity where customer_id = $subject_id offset 0) own
    where subject_kind is null or not subject_kind = any($with_screen) order by id
"""
_UNREAD = """
    select id from notifications_by_recipient_id
    where read_at is null and activity_id = any($told) order by id
"""
_UNREAD_OF_STAFF = """
    select id
    from (
        select id, activity_id, read_at
        from core.notifications where recipient_id = $recipient_id offset 0
    ) own
    where read_at is null and activity_id = any($told) order by id
"""
_READ = """
    update core.notifications set read_at = $now, digest_at = null
    where recipient_id = $recipient_id and customer_id = $customer_id and read_at is null
        and id = any($ids)
"""
_READ_BY_STAFF = """
    update core.notifications set read_at = $now, digest_at = null
    where recipient_id = $recipient_id and read_at is null and id = any($ids)
"""
_READ_ALL = """
    update core.notifications set read_at = $now, digest_at = null
    where recipient_id = $recipient_id and customer_id = $customer_id and read_at is null
        and created_at <= $until
"""
_READ_ALL_BY_STAFF = """
    update core.notifications set read_at = $now, digest_at = null
    where recipient_id = $recipient_id and read_at is null and created_at <= $until
"""
_FORGET = "delete from core.notifications where read_at < $before"


class Filter(StrEnum):
    """The filters of the notifications."""

    ALL = "all"
    UNREAD = "unread"


class Sort(StrEnum):
    """The order of the notifications."""

    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Unread:
    """How many notifications somebody has not read: at the bell, and with those that wait for a
    mail alone."""

    at_bell: int
    everything: int


@dataclass(frozen=True, slots=True)
class Notice:
    """One notification: who did what to what, when (naive UTC).

    `sentence` holds what people wrote. `customer` is whose it is, as staff are told.
    """

    id: UUID
    activity_id: UUID
    created_at: datetime
    unread: bool
    sentence: str
    subject_kind: str | None
    subject_id: UUID | None
    subject_number: str | None
    customer_id: UUID | None
    customer: str | None


def unread(scope: Scope | Staff) -> Unread:
    """Return how many notifications the person has not read.

    Every screen asks: while nothing of this person's is written, the answer costs no statement.
    """
    cache = store.current().read_cache
    where = "staff" if isinstance(scope, Staff) else str(scope.customer_id)
    return cache.of_person(_person(scope), f"unread:{where}", lambda: _unread(scope))


def mark_opened(scope: Scope | Staff, kind: str, name: str, now: datetime) -> int:
    """Mark read what told the person of a record that is open now; return how much it was.

    `kind` is how activity names the record, `name` its number, or its id where that stands in its
    address. Of a `customer`, whom staff open, it is what has no screen of its own.
    """
    if isinstance(scope, Staff):
        with store.staff_reading(scope) as session:
            told = _told_by_staff(session, kind, name)
            own = {"recipient_id": scope.staff_id, "told": told}
            ids = _ids(session, _UNREAD_OF_STAFF, **own) if told else []
    else:
        with store.reading(scope) as session:
            subject = _subject(session, _NUMBERED, kind, name)
            told = _ids(session, _HISTORY, subject_id=subject) if subject else []
            own = {"recipient_id": scope.contact_id, "told": told}
            ids = _ids(session, _UNREAD, **own) if told else []
    if not ids:
        return 0
    if isinstance(scope, Staff):
        with store.staff_writing(scope) as session:
            return session.change(_READ_BY_STAFF, recipient_id=scope.staff_id, ids=ids, now=now)
    with store.writing(scope) as session:
        return session.change(_READ, recipient_id=scope.contact_id, ids=ids, now=now)


def mark_all_read(scope: Scope | Staff, *, until: datetime, now: datetime) -> int:
    """Mark read what the person was told until a moment, such as when the list was opened."""
    own = {"recipient_id": _person(scope), "until": until, "now": now}
    if isinstance(scope, Staff):
        with store.staff_writing(scope) as session:
            return session.change(_READ_ALL_BY_STAFF, **own)
    with store.writing(scope) as session:
        return session.change(_READ_ALL, **own)


def forget_read(session: OpenSession, now: datetime) -> int:
    """Delete what was read long ago and return how much it was."""
    return session.change(_FORGET, before=now - KEEP_READ)


def _unread(scope: Scope | Staff) -> Unread:
    if isinstance(scope, Staff):
        with store.staff_reading(scope) as session:
            (row,) = session.rows(_COUNTS_OF_STAFF, recipient_id=scope.staff_id)
    else:
        with store.reading(scope) as session:
            (row,) = session.rows(_COUNTS, recipient_id=scope.contact_id)
    return Unread(**row)


def _person(scope: Scope | Staff) -> UUID:
    return scope.staff_id if isinstance(scope, Staff) else scope.contact_id


def _told_by_staff(session: Session, kind: str, name: str) -> list[UUID]:
    """Return the activity that what staff have open tells of."""
    subject = _subject(session, _NUMBERED_OF_STAFF, kind, name)
    if subject is None:
        return []
    if kind == "customer":
        with_screen = sorted(screens.RECORDS - {"customer"})
        return _ids(session, _WITHOUT_SCREEN, subject_id=subject, with_screen=with_screen)
    return _ids(session, _HISTORY_OF_STAFF, subject_id=subject)


def _subject(session: Session, numbered: Mapping[str, str], kind: str, name: str) -> UUID | None:
    """Return the id of a record by what its address has of it; None when there is none."""
    if kind in numbered:
        found: UUID | None = session.value(numbered[kind], number=name)
        return found
    try:
        return UUID(name)
    except ValueError:
        return None


def _ids(session: Session, sql: str, **given: Any) -> list[UUID]:
    return [row["id"] for row in session.rows(sql, **given)]


_TOLD = """
    select id, event, actor_name, subject_kind, subject_id, subject_number, customer_id,
        null as customer
    from activity_by_ids order by id
"""
_TOLD_OF_STAFF = """
    select a.id, a.event, a.actor_name, a.subject_kind, a.subject_id, a.subject_number,
        c.id as customer_id, c.display_name as customer
    from (select * from core.activity where id = any($ids) offset 0) a
    left join core.customers c on c.id = a.customer_id
    order by a.id
"""


def _tell(session: Session, rows: list[dict[str, Any]], sql: str) -> None:
    """Tell of each notification of a page what happened."""
    ids = [row["activity_id"] for row in rows]
    told = {row.pop("id"): row for row in session.rows(sql, ids=ids)} if ids else {}
    for row in rows:
        entry = told[row["activity_id"]]
        words = activity.sentence(
            entry.pop("actor_name"), entry.pop("event"), entry["subject_number"]
        )
        row.update(entry, sentence=words)


def _list(reading: Any, source: str, told: str) -> lists.List[Any, Notice, Filter, Sort]:
    return lists.List(
        reading=reading,
        row=Notice,
        columns="id, activity_id, created_at",
        derived={"unread": "read_at is null"},
        source=source,
        condition="recipient_id = $recipient_id and at_bell",
        filters={Filter.ALL: lists.EVERY, Filter.UNREAD: "unread"},
        orders={Sort.NEWEST: "created_at desc, id desc"},
        complete=lambda session, rows, _: _tell(session, rows, told),
        cached=False,
    )


LIST = _list(store.reading, "notifications_by_recipient_id", _TOLD)
STAFF_LIST = _list(
    store.staff_reading,
    "(select * from core.notifications where recipient_id = $recipient_id offset 0) own",
    _TOLD_OF_STAFF,
)
"""The notifications of the person whose id is `recipient_id`."""
