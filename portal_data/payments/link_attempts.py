"""Payments that were begun by a public link and not made: auto-pay does not wait for them.

Whoever holds a link could else begin one every hour, and keep an invoice from being charged.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from portal_data.messaging import outbox
from portal_data.payments import mandates
from portal_data.payments.attempts import Status
from portal_data.store import Session

LEAVE = "payments.leave_link"
"""The kind of work that leaves such a payment at its provider."""
UNPAID = (Status.CREATED, Status.REQUIRES_ACTION)
"""Where the holder of a link has not paid yet."""

_UNPAID = """
    select a.id
    from core.payment_attempts a
    join core.payment_attempt_items x on x.customer_id = a.customer_id and x.attempt_id = a.id
    where a.customer_id = $customer_id and x.invoice_id = $invoice_id and a.link_id is not null
        and a.status = any($unpaid)
    order by a.id
"""


def leave(session: Session, customer_id: UUID, invoice_id: UUID, now: datetime) -> None:
    """See to it that what was begun by link of an invoice and not paid is left."""
    unpaid = [each.value for each in UNPAID]
    of = {"customer_id": customer_id, "invoice_id": invoice_id, "unpaid": unpaid}
    for row in session.rows(_UNPAID, **of):
        outbox.enqueue(
            session,
            LEAVE,
            dedup_key=f"{LEAVE}:{row['id']}",
            payload={"attempt_id": str(row["id"])},
            customer_id=customer_id,
            now=now,
        )


def left(session: Session, attempt: dict[str, Any], now: datetime) -> None:
    """See to it that auto-pay looks again, now that such a payment is over."""
    mandates.look_soon(session, attempt["customer_id"], f"left:{attempt['id']}", now)
