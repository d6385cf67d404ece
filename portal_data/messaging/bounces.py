"""Bounces: addresses that a mail server refused for good, which get no news by mail any more.

It says so at once, or later by a mail of its own (`mail bounces`).

An address is marked until a mail to it is taken, or staff send one again. Mails that somebody
waits for, such as an invitation, are tried all the same.
"""

import json
from datetime import datetime
from uuid import UUID

from portal_data.ids import new_id
from portal_data.store import OpenSession, Session

_RECORD = """
    insert into core.mail_bounces (id, customer_id, email, kind, reason, outbox_id, happened_at)
    values ($id, $customer_id, $email, $kind, $reason, $outbox_id, $now)
"""
_MARKED = """
    select distinct email from core.mail_bounces
    where email = any($emails) and kind = 'hard' and cleared_at is null order by email
"""
_SENT = """
    select customer_id, payload from core.outbox
    where id = $id and status = 'sent' and kind like 'mail.%' order by id
"""
_CAME_BACK = """
    update core.outbox set status = 'failed', error = $reason, finished_at = $now
    where id = $id and status = 'sent'
"""
_CLEAR = """
    update core.mail_bounces set cleared_at = $now, cleared_by = $staff_id
    where email = $email and cleared_at is null
"""


def record(
    session: Session,
    email: str,
    reason: str,
    *,
    hard: bool,
    customer_id: UUID,
    outbox_id: UUID,
    now: datetime,
) -> None:
    """Record that a server refused a mail for good: the address itself (`hard`) or the message."""
    session.change(
        _RECORD,
        id=new_id(),
        customer_id=customer_id,
        email=email.strip().lower(),
        kind="hard" if hard else "soft",
        reason=reason,
        outbox_id=outbox_id,
        now=now,
    )


def came_back(
    session: OpenSession, outbox_id: UUID, status: str, *, hard: bool, now: datetime
) -> bool:
    """Record that a mail which was sent came back later; tell whether it is one of ours.

    It is a failed mail from then on, once: staff see it, and send it again when it still can be.
    """
    row = session.one(_SENT, id=outbox_id)
    reason = f"It came back later ({status or 'no status'})."
    if row is None or session.change(_CAME_BACK, id=outbox_id, reason=reason, now=now) != 1:
        return False
    to = json.loads(row["payload"])["to"]
    customer_id = row["customer_id"]
    record(session, to, reason, hard=hard, customer_id=customer_id, outbox_id=outbox_id, now=now)
    return True


def marked(session: Session, emails: list[str]) -> set[str]:
    """Return which of some addresses are marked, in lower case."""
    lower = [each.lower() for each in emails]
    return {row["email"] for row in session.rows(_MARKED, emails=lower)} if lower else set()


def clear(session: Session, email: str, now: datetime, staff_id: UUID | None = None) -> int:
    """Take the mark from an address; `staff_id` is None when a mail to it was taken."""
    return session.change(_CLEAR, email=email.strip().lower(), staff_id=staff_id, now=now)
