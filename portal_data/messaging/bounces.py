"""Bounces: addresses that a mail server refused for good, which get no news by mail any more.

An address is marked until a mail to it is taken, or staff send one again. Mails that somebody
waits for, such as an invitation, are tried all the same.
"""

from datetime import datetime
from uuid import UUID

from portal_data.ids import new_id
from portal_data.store import Session

_RECORD = """
    insert into core.mail_bounces (id, customer_id, email, kind, reason, outbox_id, happened_at)
    values ($id, $customer_id, $email, $kind, $reason, $outbox_id, $now)
"""
_MARKED = """
    select distinct email from core.mail_bounces
    where email = any($emails) and kind = 'hard' and cleared_at is null order by email
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


def marked(session: Session, emails: list[str]) -> set[str]:
    """Return which of some addresses are marked, in lower case."""
    lower = [each.lower() for each in emails]
    return {row["email"] for row in session.rows(_MARKED, emails=lower)} if lower else set()


def clear(session: Session, email: str, now: datetime, staff_id: UUID | None = None) -> int:
    """Take the mark from an address; `staff_id` is None when a mail to it was taken."""
    return session.change(_CLEAR, email=email.strip().lower(), staff_id=staff_id, now=now)
