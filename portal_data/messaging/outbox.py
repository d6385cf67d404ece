"""Outbox: what must leave the machine, written in the transaction that decided it.

The worker claims a row by compare-and-set, does the work outside of any transaction and marks it.
Delivery is at least once: a row that was being sent when the process died is sent again.
"""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from portal_data.clock import start_of_day
from portal_data.ids import BUSINESS, new_id
from portal_data.store import OpenSession, Session

LADDER = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 300, 900))
"""How long to wait after the first, second … failure; one failure more is final."""
ABANDONED_AFTER = timedelta(minutes=5)
"""Whoever was sending for longer than this has died."""
KEEP_SENT = timedelta(days=30)

SECRET_FIELDS = ("link",)
"""Fields of a payload that may open an account: wiped as soon as the row needs them no more."""
OPENING_NOTHING = frozenset({
    "mail.activity", "mail.autopay_by_hand", "mail.autopay_declined", "mail.autopay_notice",
    "mail.digest", "mail.reminder",
})  # fmt: skip
"""Mails whose links open nothing without a sign-in: one that failed or came back can be sent again
as it is."""

ARCHIVE = "data_archive.make"
"""Work that takes minutes, and has a thread of its own: see `ops.archivist`."""

WAITING = threading.Event()
"""Set once this process has committed new work: its worker needs to look for none before."""

ARCHIVES_WAITING = threading.Event()
"""The same for archives to be made."""

_ENQUEUE = """
    insert into core.outbox (id, customer_id, kind, dedup_key, payload, status, not_before,
        created_at)
    values ($id, $customer_id, $kind, $dedup_key, $payload, 'queued', $not_before, $now)
    on conflict (customer_id, dedup_key) do nothing
"""
_ENQUEUE_ALL = """
    insert into core.outbox (id, customer_id, kind, dedup_key, payload, status, not_before,
        created_at)
    select unnest($ids::uuid[]), $customer_id::uuid, $kind, unnest($dedup_keys::text[]),
        unnest($payloads::text[]), 'queued', $now::timestamp, $now::timestamp
    on conflict (customer_id, dedup_key) do nothing
"""
_DUE = """
    select id, customer_id, kind, payload, attempts from core.outbox
    where (kind = $apart) = $of_apart
        and ((status in ('queued', 'retry') and not_before <= $now)
            or (status = 'sending' and claimed_at <= $abandoned))
    order by not_before, id limit $limit
"""
_NEXT = """
    select min(case when status in ('queued', 'retry') then not_before end) as begins,
        min(case when status = 'sending' then claimed_at end) as claimed
    from core.outbox
    where status in ('queued', 'retry', 'sending') and (kind = $apart) = $of_apart
    order by 1
"""
_CLAIM = """
    update core.outbox
    set status = 'sending', claimed_at = $now, attempts = attempts + 1
    where id = $id and attempts = $attempts
        and (status in ('queued', 'retry') or (status = 'sending' and claimed_at <= $abandoned))
"""
_KEEP = """
    update core.outbox set claimed_at = $now
    where id = $id and status = 'sending' and attempts = $attempts
"""
_FINISH = """
    update core.outbox
    set status = $status, payload = $payload, not_before = $not_before,
        finished_at = $finished_at, error = $error
    where id = $id and status = 'sending' and attempts = $attempts
"""
_FORGET = "delete from core.outbox where status = 'sent' and finished_at < $before"


@dataclass(frozen=True, slots=True)
class Row:
    """A claimed row. `attempts` counts this one, and proves the claim when it is finished."""

    id: UUID
    customer_id: UUID
    kind: str
    payload: dict[str, Any]
    attempts: int

    @property
    def is_last(self) -> bool:
        """Whether this attempt is at the ladder's end: none follows it."""
        return self.attempts > len(LADDER)


def enqueue(
    session: Session,
    kind: str,
    *,
    dedup_key: str,
    payload: dict[str, Any],
    now: datetime,
    customer_id: UUID | None = None,
    not_before: datetime | None = None,
) -> bool:
    """Queue one piece of work, due at once or later; False when `dedup_key` was queued before.

    It is done at once, or `not_before` a moment of naive UTC.

    `mail.…` kinds are mails with the payload of `messaging.templates`. A customer's session always
    writes its own customer; work for no customer is the business's own.
    """
    queued = session.change(
        _ENQUEUE,
        id=new_id(),
        customer_id=customer_id or BUSINESS,
        kind=kind,
        dedup_key=dedup_key,
        payload=json.dumps(payload, ensure_ascii=False),
        not_before=not_before or now,
        now=now,
    )
    if queued:
        session.after_commit((ARCHIVES_WAITING if kind == ARCHIVE else WAITING).set)
    return queued == 1


def enqueue_all(
    session: OpenSession, kind: str, work: Mapping[str, dict[str, Any]], now: datetime
) -> None:
    """Queue pieces of the business's work, payloads by dedup key, due at once, as `enqueue`."""
    if not work:
        return
    session.change(
        _ENQUEUE_ALL,
        ids=[new_id() for _each in work],
        customer_id=BUSINESS,
        kind=kind,
        dedup_keys=list(work),
        payloads=[json.dumps(each, ensure_ascii=False) for each in work.values()],
        now=now,
    )
    session.after_commit(WAITING.set)


def enqueue_daily(
    session: Session, kind: str, day: Date, begins: time, zone: str, now: datetime
) -> None:
    """Queue the business's work of a day, once, for an hour on its own clock."""
    not_before = start_of_day(day, zone, begins)
    enqueue(
        session,
        kind,
        dedup_key=f"{kind}:{not_before:%Y-%m-%dT%H:%M}",
        payload={},
        not_before=not_before,
        now=now,
    )


def due(
    session: OpenSession, now: datetime, limit: int = 20, *, archives: bool = False
) -> list[Row]:
    """Return rows whose time has come, abandoned ones among them, oldest first; claims nothing.

    They are `archives` to be made, or all other work.
    """
    rows = session.rows(
        _DUE,
        now=now,
        abandoned=now - ABANDONED_AFTER,
        limit=limit,
        apart=ARCHIVE,
        of_apart=archives,
    )
    return [
        Row(r["id"], r["customer_id"], r["kind"], json.loads(r["payload"]), r["attempts"] + 1)
        for r in rows
    ]


def next_due(session: OpenSession, *, archives: bool = False) -> datetime | None:
    """Return when the next row becomes due, which may be over; None when nothing waits."""
    row = session.one(_NEXT, apart=ARCHIVE, of_apart=archives) or {}
    moments = [row["begins"], row["claimed"] and row["claimed"] + ABANDONED_AFTER]
    return min(filter(None, moments), default=None)


def claim(session: OpenSession, row: Row, now: datetime) -> bool:
    """Take a due row for this worker; False when another one was faster."""
    return (
        session.change(
            _CLAIM,
            id=row.id,
            attempts=row.attempts - 1,
            now=now,
            abandoned=now - ABANDONED_AFTER,
        )
        == 1
    )


def keep(session: OpenSession, row: Row, now: datetime) -> bool:
    """Say that a claimed row is still being worked on; False when it is another worker's now."""
    return session.change(_KEEP, id=row.id, attempts=row.attempts, now=now) == 1


def mark_sent(session: OpenSession, row: Row, now: datetime) -> None:
    """Record that a claimed row is done, and wipe its secrets."""
    _finish(session, row, "sent", now, finished_at=now, error=None)


def mark_failed(
    session: OpenSession, row: Row, error: str, now: datetime, *, permanent: bool
) -> None:
    """Record a failure: try again later, or give up when permanent or at the ladder's end."""
    if permanent or row.is_last:
        _finish(session, row, "failed", now, finished_at=now, error=error)
    else:
        later = now + LADDER[row.attempts - 1]
        _finish(session, row, "retry", later, finished_at=None, error=error)


def forget_sent(session: OpenSession, now: datetime) -> int:
    """Delete rows sent long ago and return how many."""
    return session.change(_FORGET, before=now - KEEP_SENT)


def _finish(
    session: OpenSession,
    row: Row,
    status: str,
    not_before: datetime,
    *,
    finished_at: datetime | None,
    error: str | None,
) -> None:
    payload = row.payload
    if status in ("sent", "failed") and row.kind not in OPENING_NOTHING:
        payload = {key: value for key, value in payload.items() if key not in SECRET_FIELDS}
    session.change(
        _FINISH,
        id=row.id,
        attempts=row.attempts,
        status=status,
        payload=json.dumps(payload, ensure_ascii=False),
        not_before=not_before,
        finished_at=finished_at,
        error=error,
    )
