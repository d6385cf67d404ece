"""Refunds by staff: money of a payment sent back, through its provider or by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from portal_data import money, store
from portal_data.billing import ledger
from portal_data.business import organisation
from portal_data.errors import Conflict, Invalid, NotFound
from portal_data.messaging import activity, events, outbox
from portal_data.payments import limits, reversals
from portal_data.scope import Staff
from portal_data.store import Session
from portal_data.text import form_fields
from portal_data.text.form_fields import Field
from portal_data.text.normal_form import nfc

WORK = "payment.refund"
"""The kind of work that asks a provider to send money back."""
REASON = Field("Why", 300, nfc, required=True)
"""What staff write; the customer reads it on the receipt."""

_PAYMENT = """
    select id, customer_id, number, version, status, currency_code, amount_minor, unused_minor,
        attempt_id, provider, mode
    from core.payments where number = $number
    order by id
"""
_WENT_BACK = """
    select coalesce(sum(amount_minor), 0)::bigint as minor from core.refunds
    where customer_id = $customer_id and payment_id = $payment_id
        and status in ('pending', 'succeeded')
    order by 1
"""
_KNOWN = "select id from core.refunds where id = $id order by id"
_INSERT = """
    insert into core.refunds (id, customer_id, payment_id, date, status, currency_code,
        amount_minor, mode, provider, kind, key, attempt_id, requested_by, reason, version,
        created_at)
    values ($id, $customer_id, $payment_id, $day, $status, $currency, $amount, $mode, $provider,
        'refund', $key, $attempt_id, $staff_id, $reason, 1, $now)
"""
_TOUCH = """
    update core.payments set version = version + 1, updated_at = $now
    where customer_id = $customer_id and id = $id
"""


@dataclass(frozen=True, slots=True)
class Refundable:
    """What can be sent back of a payment, in minor units: through its provider, or by hand."""

    number: str
    version: int
    currency_code: str
    left_minor: int
    by_provider: bool


def of(staff: Staff, number: str) -> Refundable:
    """Return how much of a payment can be sent back. Raises NotFound."""
    with store.staff_reading(staff) as session:
        payment = session.one(_PAYMENT, number=number)
        if payment is None:
            raise NotFound("There is no such payment.")
        left = _left(session, payment)
    return Refundable(
        number,
        payment["version"],
        payment["currency_code"],
        left,
        payment["attempt_id"] is not None,
    )


def refund(
    staff: Staff,
    number: str,
    amount_minor: int,
    reason: str,
    *,
    key: UUID,
    seen: int,
    now: datetime,
) -> bool:
    """Send money of a payment back, and tell whether that was not asked for already.

    What is unused goes first; what the rest had settled is open again. A payment that came through
    a provider goes back through it, which takes its time; another one was sent back by hand.
    `key` is the id that the refund gets. Raises NotFound for no such payment, Conflict when it
    changed since it was seen, NotAllowed above one's limit, InvalidFields for no reason, Invalid
    for more than is left of it.
    """
    words = str(form_fields.clean({"reason": REASON}, {"reason": reason})["reason"])
    today = organisation.get(staff).today(now)
    with store.staff_writing(staff) as session:
        found = session.locked(_PAYMENT, number=number)
        if not found:
            raise NotFound("There is no such payment.")
        payment = found[0]
        if session.value(_KNOWN, id=key) is not None:
            return False
        limits.need(session, staff, amount_minor, payment["currency_code"])
        if payment["version"] != seen:
            raise Conflict("Somebody else changed this meanwhile. Look at it again first.")
        left = _left(session, payment)
        if not 0 < amount_minor <= left:
            most = money.format(left, payment["currency_code"])
            raise Invalid(f"Up to {most} can be sent back.")
        own = {"customer_id": payment["customer_id"]}
        by_provider = payment["attempt_id"] is not None
        session.change(
            _INSERT,
            id=key,
            **own,
            payment_id=payment["id"],
            day=today,
            status="pending" if by_provider else "succeeded",
            currency=payment["currency_code"],
            amount=amount_minor,
            mode=payment["mode"],
            provider=payment["provider"],
            key=str(key),
            attempt_id=payment["attempt_id"],
            staff_id=staff.staff_id,
            reason=words,
            now=now,
        )
        session.change(_TOUCH, **own, id=payment["id"], now=now)
        if by_provider:
            outbox.enqueue(
                session, WORK, dedup_key=f"{WORK}:{key}", payload={"refund_id": str(key)},
                customer_id=payment["customer_id"], now=now,
            )  # fmt: skip
        else:
            reversals.give_back(session, payment, amount_minor, f"by hand:{key}", now)
            ledger.post(session, now, payment["customer_id"])
        activity.record(
            session,
            staff,
            events.PAYMENT_REFUND_ASKED if by_provider else events.PAYMENT_REFUNDED,
            now=now,
            **own,
            subject_kind="payment",
            subject_id=payment["id"],
            subject_number=number,
            amount_minor=amount_minor,
            currency_code=payment["currency_code"],
            details=words,
            visible=True,
        )
    return True


def _left(session: Session, payment: Mapping[str, Any]) -> int:
    """Return how much of a payment has not gone back, and is not on its way."""
    if payment["status"] != "succeeded":
        return 0
    own = {"customer_id": payment["customer_id"], "payment_id": payment["id"]}
    gone: int = session.value(_WENT_BACK, **own)
    left: int = payment["amount_minor"] - gone
    return left
