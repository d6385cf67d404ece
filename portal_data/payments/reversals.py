"""Reversals: money of a payment that went back, and what it had settled is open again.

Nothing that was settled is changed (docs/decisions/0017): what comes back is a row below zero of
its own, which names what it reverses, and a refund with its provider's name of the fact.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from portal_data import money
from portal_data.business import organisation
from portal_data.ids import new_id
from portal_data.messaging import activity, events
from portal_data.messaging.event import Event
from portal_data.payments.provider import Back, Reversal, State
from portal_data.store import OpenSession

Row = dict[str, Any]

_PAYMENT = """
    select id, customer_id, number, currency_code, amount_minor, unused_minor
    from core.payments where id = $id
    order by id
"""
_KNOWN = """
    select id, status, amount_minor, source_key from core.refunds
    where customer_id = $customer_id and payment_id = $payment_id
    order by created_at, id
"""
_INSERT = """
    insert into core.refunds (id, customer_id, payment_id, date, status, currency_code,
        amount_minor, provider, provider_reference, kind, source_key, attempt_id, failure_message,
        version, created_at)
    values ($id, $customer_id, $payment_id, $day, $status, $currency, $amount, $provider,
        $reference, $kind, $source_key, $attempt_id, $message, 1, $now)
"""
_MOVE = """
    update core.refunds
    set version = version + 1, status = $status, date = $day, source_key = $source_key,
        provider_reference = $reference, failure_message = $message
    where customer_id = $customer_id and id = $id
"""
_ALLOCATIONS = """
    select a.id, a.invoice_id, a.retainer_invoice_id, a.amount_minor, a.withheld_minor,
        a.early_discount_minor,
        a.amount_minor + coalesce((
            select sum(r.amount_minor)::bigint from core.allocations r
            where r.customer_id = a.customer_id and r.reverses_id = a.id
        ), 0) as left_minor
    from core.allocations a
    where a.customer_id = $customer_id and a.payment_id = $payment_id and a.reverses_id is null
    order by a.date desc, a.id desc
"""
_REVERSE = """
    insert into core.allocations (id, customer_id, payment_id, invoice_id, retainer_invoice_id,
        date, amount_minor, withheld_minor, early_discount_minor, reverses_id, source_key,
        created_at)
    values ($id, $customer_id, $payment_id, $invoice_id, $retainer_id, $day, $amount, $withheld,
        $discount, $reverses_id, $source_key, $now)
"""
_REOPEN = """
    update core.invoices
    set version = version + 1, balance_minor = balance_minor + $amount, updated_at = $now
    where customer_id = $customer_id and id = $id
"""
_REOPEN_RETAINER = """
    update core.retainer_invoices
    set version = version + 1, balance_minor = balance_minor + $amount,
        unused_minor = unused_minor - $amount, updated_at = $now
    where customer_id = $customer_id and id = $id
"""
_UNUSED_OF_RETAINER = """
    select id, unused_minor from core.retainer_invoices
    where customer_id = $customer_id and id = $id
    order by id
"""
_DRAWN = """
    select d.id, d.invoice_id,
        d.amount_minor + coalesce((
            select sum(r.amount_minor)::bigint from core.retainer_applications r
            where r.customer_id = d.customer_id and r.reverses_id = d.id
        ), 0) as left_minor
    from core.retainer_applications d
    where d.customer_id = $customer_id and d.retainer_invoice_id = $id and d.reverses_id is null
    order by d.date desc, d.id desc
"""
_UNDRAW = """
    insert into core.retainer_applications (id, customer_id, retainer_invoice_id, invoice_id, date,
        amount_minor, reverses_id, source_key, created_at)
    values ($id, $customer_id, $retainer_id, $invoice_id, $day, $amount, $reverses_id, $source_key,
        $now)
"""
_GIVE_TO_RETAINER = """
    update core.retainer_invoices
    set version = version + 1, unused_minor = unused_minor + $amount, updated_at = $now
    where customer_id = $customer_id and id = $id
"""
_UNUSED = """
    update core.payments
    set version = version + 1, unused_minor = unused_minor + $amount, updated_at = $now
    where customer_id = $customer_id and id = $id
"""
_EVENTS: dict[Back, Event] = {
    Back.REFUND: events.PAYMENT_REFUNDED,
    Back.RETURN: events.PAYMENT_RETURNED,
    Back.DISPUTE: events.PAYMENT_TAKEN_BACK,
}


def apply(
    session: OpenSession,
    attempt: Row,
    payment_id: UUID,
    truth: Iterable[Reversal],
    now: datetime,
) -> None:
    """Bring the refunds of a payment to what its provider says went back, each fact once."""
    said = list(truth)
    if not said:
        return
    payment = session.locked(_PAYMENT, id=payment_id)[0]
    own = {"customer_id": payment["customer_id"], "payment_id": payment_id}
    known = session.locked(_KNOWN, **own)
    for reversal in said:
        key = f"{attempt['provider']}:{reversal.reference}"
        refund = next((each for each in known if each["source_key"] == key), None)
        if refund is None:  # one that was asked for here, whose answer never came
            refund = next((each for each in known if _answers(each, reversal)), None)
        if refund is None:
            refund = _insert(session, attempt, payment, reversal, key, now)
            known.append(refund)
        _bring(session, payment, refund, reversal, key, now)


def _answers(refund: Row, reversal: Reversal) -> bool:
    """Tell whether a provider's refund is the answer to one that waits for it."""
    if refund["source_key"] is not None or refund["status"] != "pending":
        return False
    if reversal.key is not None:  # another of the same amount may wait as well
        return bool(str(refund["id"]) == reversal.key)
    return bool(refund["amount_minor"] == reversal.amount_minor and reversal.kind is Back.REFUND)


def _insert(
    session: OpenSession, attempt: Row, payment: Row, reversal: Reversal, key: str, now: datetime
) -> Row:
    refund = {
        "id": new_id(),
        "status": "pending",
        "amount_minor": reversal.amount_minor,
        "source_key": key,
    }
    session.change(
        _INSERT,
        id=refund["id"],
        customer_id=payment["customer_id"],
        payment_id=payment["id"],
        day=organisation.of_portal(session).today(now),
        status="pending",
        currency=payment["currency_code"],
        amount=reversal.amount_minor,
        provider=attempt["provider"],
        reference=reversal.reference,
        kind=reversal.kind.value,
        source_key=key,
        attempt_id=attempt["id"],
        message=reversal.message,
        now=now,
    )
    return refund


def _bring(
    session: OpenSession, payment: Row, refund: Row, reversal: Reversal, key: str, now: datetime
) -> None:
    """Bring one refund where its provider says that it is, and the books with it."""
    target = {State.SUCCEEDED: "succeeded", State.PENDING: "pending"}.get(reversal.state, "failed")
    before, message = refund["status"], reversal.message
    if before == target and refund["source_key"] == key:
        return
    if before == "failed":  # what failed once moves no money; the provider makes a new one
        return
    if target == "succeeded" and before != "succeeded":
        most = _went_back_at_most(session, payment)
        if refund["amount_minor"] > most:
            target = "failed"
            message = (
                f"More came back than was left of the payment: {_words(most, payment)}. "
                "Look at it at the provider."
            )
    day = organisation.of_portal(session).today(now)
    session.change(
        _MOVE,
        id=refund["id"],
        customer_id=payment["customer_id"],
        status=target,
        day=day,
        source_key=key,
        reference=reversal.reference,
        message=message,
    )
    refund.update(status=target, source_key=key)
    if target == "succeeded" and before != "succeeded":
        give_back(session, payment, refund["amount_minor"], key, now)
        _record(session, _EVENTS[reversal.kind], payment, refund["amount_minor"], message, now)
    elif target == "failed":
        if before == "succeeded":  # the money is with us again, and free to be used
            _change_unused(session, payment, refund["amount_minor"], now)
        _record(
            session, events.PAYMENT_REFUND_FAILED, payment, refund["amount_minor"], message, now
        )


def refuse(session: OpenSession, refund: Row, payment_id: UUID, why: str, now: datetime) -> None:
    """End a refund that its provider will not make, whose row is held: no money moved."""
    payment = session.locked(_PAYMENT, id=payment_id)[0]
    session.change(
        _MOVE,
        id=refund["id"],
        customer_id=payment["customer_id"],
        status="failed",
        day=organisation.of_portal(session).today(now),
        source_key=None,
        reference=None,
        message=why,
    )
    _record(session, events.PAYMENT_REFUND_FAILED, payment, refund["amount_minor"], why, now)


def give_back(
    session: OpenSession, payment: Row, amount_minor: int, key: str, now: datetime
) -> None:
    """Take so much of a payment, whose row is held, out of the books: what is unused goes first.

    The rest comes from what it settled last, which is open again then. `key` names the fact.
    """
    day = organisation.of_portal(session).today(now)
    own = {"customer_id": payment["customer_id"], "now": now}
    reverse = max(amount_minor - payment["unused_minor"], 0)
    left = reverse
    found = session.locked(
        _ALLOCATIONS, customer_id=payment["customer_id"], payment_id=payment["id"]
    )
    for allocation in found:
        part = min(allocation["left_minor"], left)
        if part <= 0:
            continue
        left -= part
        whole = part == allocation["amount_minor"]
        beside = {
            "withheld": allocation["withheld_minor"] if whole else 0,
            "discount": allocation["early_discount_minor"] if whole else 0,
        }
        session.change(
            _REVERSE,
            id=new_id(),
            **own,
            payment_id=payment["id"],
            invoice_id=allocation["invoice_id"],
            retainer_id=allocation["retainer_invoice_id"],
            day=day,
            amount=-part,
            withheld=-beside["withheld"],
            discount=-beside["discount"],
            reverses_id=allocation["id"],
            source_key=f"{key}:{allocation['id']}",
        )
        opened = part + beside["withheld"] + beside["discount"]
        if allocation["invoice_id"] is not None:
            session.change(_REOPEN, id=allocation["invoice_id"], **own, amount=opened)
        else:
            _reopen_retainer(session, allocation["retainer_invoice_id"], opened, key, day, own)
    _change_unused(session, payment, reverse - amount_minor, now)


def _reopen_retainer(
    session: OpenSession, retainer_id: UUID, amount: int, key: str, day: object, own: Row
) -> None:
    """Open a retainer again; what was drawn of it goes back from the invoices that drew last."""
    owner = {"customer_id": own["customer_id"], "id": retainer_id}
    unused = session.locked(_UNUSED_OF_RETAINER, **owner)[0]["unused_minor"]
    short = max(amount - unused, 0)
    for drawn in session.locked(_DRAWN, **owner) if short else ():
        part = min(drawn["left_minor"], short)
        if part <= 0:
            continue
        short -= part
        session.change(
            _UNDRAW,
            id=new_id(),
            **own,
            retainer_id=retainer_id,
            invoice_id=drawn["invoice_id"],
            day=day,
            amount=-part,
            reverses_id=drawn["id"],
            source_key=f"{key}:{drawn['id']}",
        )
        session.change(_REOPEN, id=drawn["invoice_id"], **own, amount=part)
        session.change(_GIVE_TO_RETAINER, id=retainer_id, **own, amount=part)
    session.change(_REOPEN_RETAINER, id=retainer_id, **own, amount=amount)


def _went_back_at_most(session: OpenSession, payment: Row) -> int:
    """Return how much of a payment can still go back: what is unused, and what it settled."""
    found = session.rows(_ALLOCATIONS, customer_id=payment["customer_id"], payment_id=payment["id"])
    most: int = payment["unused_minor"] + sum(each["left_minor"] for each in found)
    return most


def _change_unused(session: OpenSession, payment: Row, amount: int, now: datetime) -> None:
    payment["unused_minor"] += amount
    own = {"customer_id": payment["customer_id"], "id": payment["id"]}
    session.change(_UNUSED, **own, amount=amount, now=now)


def _record(
    session: OpenSession,
    event: Event,
    payment: Row,
    amount_minor: int,
    message: str | None,
    now: datetime,
) -> None:
    activity.record(
        session,
        None,
        event,
        now=now,
        customer_id=payment["customer_id"],
        subject_kind="payment",
        subject_id=payment["id"],
        subject_number=payment["number"],
        amount_minor=amount_minor,
        currency_code=payment["currency_code"],
        details=message,
        visible=True,
    )


def _words(minor: int, payment: Row) -> str:
    return money.format(minor, payment["currency_code"])
