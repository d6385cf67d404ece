"""Polling: attempts in flight are looked at in turns, should their provider never say anything."""

from datetime import datetime, timedelta
from uuid import UUID

from portal_data.messaging import outbox
from portal_data.store import Session

WORK = "payment.look"
"""The kind of work that looks at an attempt again."""
ALL = "payment.reconcile"
"""The kind of work that looks at all attempts in flight."""
_LADDER = (
    timedelta(minutes=2),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
)
"""After how long an unfinished attempt is looked at again, and then daily."""
DAILY = timedelta(days=1)


def plan(session: Session, attempt_id: UUID, customer_id: UUID, turn: int, now: datetime) -> None:
    """See to it that an attempt is looked at in its turn, whatever its provider says of itself."""
    wait = _LADDER[turn] if turn < len(_LADDER) else DAILY
    outbox.enqueue(
        session,
        WORK,
        dedup_key=f"{WORK}:{attempt_id}:{turn}",
        payload={"attempt_id": str(attempt_id), "turn": turn},
        customer_id=customer_id,
        not_before=now + wait,
        now=now,
    )


def plan_all(session: Session, due: datetime, now: datetime) -> None:
    """See to it that all attempts in flight are looked at in the hour of `due`, once."""
    outbox.enqueue(
        session,
        ALL,
        dedup_key=f"{ALL}:{due:%Y-%m-%dT%H}",
        payload={},
        not_before=due,
        now=now,
    )
