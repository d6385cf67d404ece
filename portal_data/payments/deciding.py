"""What staff decide about payments that are held, once they have looked at the provider."""

from datetime import datetime
from uuid import UUID

from portal_data import store
from portal_data.billing import ledger
from portal_data.errors import Conflict
from portal_data.messaging import events
from portal_data.payments import attempts, promise_closing, settlement
from portal_data.payments.attempts import Row, Status
from portal_data.payments.provider import State
from portal_data.payments.provider import Status as Truth
from portal_data.scope import Staff
from portal_data.store import OpenSession


def accept(staff: Staff, attempt_id: UUID, truth: Truth, *, seen: int, now: datetime) -> str:
    """Take what came of a payment that is held, and return the number of its receipt.

    It settles the documents as far as it goes, and what is more stays unused. `truth` is what the
    provider says of it now. Raises NotFound, Conflict when it changed since it was seen, is not
    held, or nothing came in the currency that was agreed to.
    """
    with store.staff_writing(staff) as session:
        attempt = _held(session, attempt_id, seen)
        came = truth.state is State.SUCCEEDED and truth.received_minor > 0
        if not came or truth.currency_code != attempt["currency_code"]:
            raise Conflict("Nothing came in the currency of these documents. Refund it there.")
        items = attempts.items_of(session, attempt["customer_id"], attempt_id)
        attempts.land(session, attempt, items, now)
        attempts.move(session, attempt, Status.SUCCEEDED, now)
        number = settlement.settle(
            session, attempt, truth.received_minor, truth.mode or "Card", now
        )
        ledger.post(session, now, attempt["customer_id"])
        promise_closing.touched(session, attempt["customer_id"], now)
        settlement.record(session, events.PAYMENT_HELD_ACCEPTED, attempt, now, staff=staff)
    return number


def let_go(
    staff: Staff, attempt_id: UUID, truth: Truth | None, *, seen: int, now: datetime
) -> None:
    """End a payment that is held without money: its documents can be paid again.

    `truth` is what the provider says of it now, None where it knows nothing of it. Raises NotFound,
    Conflict as `accept`, and while what came there is not refunded.
    """
    with store.staff_writing(staff) as session:
        attempt = _held(session, attempt_id, seen)
        if truth is not None and _kept(truth):
            raise Conflict("The money is there. Take what came, or refund it there first.")
        settlement.end(session, attempt, Status.FAILED, now)
        settlement.record(session, events.PAYMENT_HELD_ENDED, attempt, now, staff=staff)


def _kept(truth: Truth) -> bool:
    """Tell whether a provider has money of a payment that did not go back."""
    back = sum(each.amount_minor for each in truth.reversals if each.state is State.SUCCEEDED)
    moving = truth.state in (State.SUCCEEDED, State.PENDING)
    return moving and (truth.state is State.PENDING or truth.received_minor > back)


def _held(session: OpenSession, attempt_id: UUID, seen: int) -> Row:
    attempt = settlement.held(session, attempt_id)
    if attempt["version"] != seen:
        raise Conflict("Somebody else changed this meanwhile. Look at it again first.")
    if attempt["status"] != Status.HELD:
        raise Conflict("This payment is not held.")
    return attempt
