"""Settlement: what a provider says of a payment becomes receipts, balances and ledger, once.

`apply` takes the truth in any order, any number of times, and from any side: a provider's message,
a redirect, polling, a person. What was settled is never unsettled by a payment's state: what comes
back is a reversal of its own (`reversals`).
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from portal_data import money
from portal_data.billing import ledger
from portal_data.business import numbering, organisation
from portal_data.ids import new_id
from portal_data.messaging import activity, autopay_events, events
from portal_data.messaging.activity import Initiator
from portal_data.messaging.event import Event
from portal_data.payments import attempts, methods, promise_closing, reversals
from portal_data.payments.attempts import Row, Status
from portal_data.payments.provider import State
from portal_data.payments.provider import Status as Truth
from portal_data.scope import HOLDER, Staff, by_link
from portal_data.store import OpenSession

_ATTEMPT = """
    select id, customer_id, contact_id, link_id, version, status, provider, currency_code,
        amount_minor, saved_method_id, save_method, provider_reference, redirect_url, held_reason,
        expected_on, failure_message, mandate_id, consent
    from core.payment_attempts where id = $id
    order by id
"""
_DOCUMENTS = {
    "invoice_id": """
        select id, balance_minor, exchange_rate, status from core.invoices
        where customer_id = $customer_id and id = any($ids)
        order by id
    """,
    "retainer_invoice_id": """
        select id, balance_minor, exchange_rate, status from core.retainer_invoices
        where customer_id = $customer_id and id = any($ids)
        order by id
    """,
}
_SETTLE = {
    "invoice_id": """
        update core.invoices
        set version = version + 1, balance_minor = balance_minor - part.amount_minor,
            last_payment_date = greatest(coalesce(last_payment_date, part.date), part.date),
            updated_at = $now
        from core.allocations part
        where invoices.customer_id = $customer_id and part.customer_id = $customer_id
            and part.payment_id = $payment_id and part.invoice_id = invoices.id
    """,
    "retainer_invoice_id": """
        update core.retainer_invoices
        set version = version + 1, balance_minor = balance_minor - part.amount_minor,
            unused_minor = unused_minor + part.amount_minor, updated_at = $now
        from core.allocations part
        where retainer_invoices.customer_id = $customer_id and part.customer_id = $customer_id
            and part.payment_id = $payment_id and part.retainer_invoice_id = retainer_invoices.id
    """,
}
_RECEIVE = """
    insert into core.payments (id, customer_id, number, kind, date, status, currency_code,
        exchange_rate, amount_minor, unused_minor, mode, reference, attempt_id, provider,
        provider_reference, created_at, updated_at)
    values ($id, $customer_id, $number, $kind, $day, 'succeeded', $currency, $rate, $amount,
        $unused, $mode, $reference, $attempt_id, $provider, $provider_reference, $now, $now)
"""
_ALLOCATE = """
    insert into core.allocations (id, customer_id, payment_id, invoice_id, retainer_invoice_id,
        date, amount_minor, source_key, created_at)
    select part.id, $customer_id, $payment_id, part.invoice_id, part.retainer_id, $day::date,
        part.amount_minor,
        $attempt::text || ':' || coalesce(part.invoice_id, part.retainer_id)::text, $now
    from (
        select unnest($ids::uuid[]) as id, unnest($invoices::uuid[]) as invoice_id,
            unnest($retainers::uuid[]) as retainer_id, unnest($amounts::bigint[]) as amount_minor
    ) part
"""
_CONTACT = """
    select first_name, last_name, email from core.contacts
    where customer_id = $customer_id and id = $id
    order by id
"""
# what is agreed to be charged from now on is what was saved by this payment
_SAVED = """
    update core.payment_attempts
    set version = version + 1, saved_method_id = (
        select s.id from core.saved_methods s
        where s.customer_id = $customer_id and s.provider = $provider
            and s.provider_reference = $reference
    )
    where customer_id = $customer_id and id = $id
"""
_PAID = "select id from core.payments where attempt_id = $attempt_id order by id"
SERIES = ("PAY-", 6)
"""How receipts are numbered in books that have no series for them yet."""
_STATES = {
    State.CREATED: Status.CREATED,
    State.REQUIRES_ACTION: Status.REQUIRES_ACTION,
    State.PENDING: Status.PENDING,
    State.FAILED: Status.FAILED,
    State.CANCELLED: Status.CANCELLED,
    State.EXPIRED: Status.EXPIRED,
}


def apply(session: OpenSession, attempt_id: UUID, truth: Truth, now: datetime) -> Status:
    """Bring an attempt to what its provider says of it, and return where it is then.

    Money that came is a receipt and settles the documents, as far as they are still open; more than
    that stays on the receipt, unused. Another amount or currency than was agreed to is held for a
    person. Raises NotFound for no such attempt.
    """
    attempt = held(session, attempt_id)
    status = Status(attempt["status"])
    if status is Status.HELD:
        return status
    if status is not Status.SUCCEEDED:
        status = _brought(session, attempt, status, truth, now)
    if status is Status.SUCCEEDED:
        payment_id = session.value(_PAID, attempt_id=attempt_id)
        reversals.apply(session, attempt, payment_id, truth.reversals, now)
        ledger.post(session, now, attempt["customer_id"])
        promise_closing.touched(session, attempt["customer_id"], now)
    return status


def held(session: OpenSession, attempt_id: UUID) -> Row:
    """Return the row of an attempt of any customer, held. Raises NotFound."""
    return attempts.need(session.locked(_ATTEMPT, id=attempt_id))


def record(
    session: OpenSession,
    event: Event,
    attempt: Row,
    now: datetime,
    details: str | None = None,
    *,
    staff: Staff | None = None,
) -> None:
    """Record what the portal saw of an attempt, or what staff decided of it."""
    seen_by = None if event is events.PAYMENT_HELD else _initiator(session, attempt)
    activity.record(
        session,
        staff or seen_by,
        event,
        now=now,
        customer_id=attempt["customer_id"],
        subject_kind="payment_attempt",
        subject_id=attempt["id"],
        subject_number=attempts.numbers_of(session, attempt["id"]),
        amount_minor=attempt["amount_minor"],
        currency_code=attempt["currency_code"],
        details=details,
        visible=True,
    )


def hold(session: OpenSession, attempt: Row, reason: str, now: datetime) -> Status:
    """Keep an attempt in flight, whose row is held, until a person has looked at it."""
    attempts.move(session, attempt, Status.HELD, now, held_reason=reason)
    record(session, events.PAYMENT_HELD, attempt, now, reason)
    return Status.HELD


def end(session: OpenSession, attempt: Row, status: Status, now: datetime) -> Status:
    """End an attempt in flight, whose row is held, without money: its documents are open again."""
    items = attempts.items_of(session, attempt["customer_id"], attempt["id"])
    attempts.land(session, attempt, items, now)
    attempts.move(session, attempt, status, now)
    return status


def refuse(
    session: OpenSession, attempt: Row, code: str | None, message: str, now: datetime
) -> Status:
    """End an attempt, whose row is held, that its provider will never take."""
    items = attempts.items_of(session, attempt["customer_id"], attempt["id"])
    attempts.land(session, attempt, items, now)
    attempts.move(session, attempt, Status.FAILED, now, failure=(code, message))
    record(session, _failure(attempt), attempt, now, message)
    return Status.FAILED


def settle(
    session: OpenSession, attempt: Row, received_minor: int, mode: str, now: datetime
) -> str:
    """Write the receipt of an attempt that is held, and what it settles; return its number."""
    items = attempts.items_of(session, attempt["customer_id"], attempt["id"])
    number = numbering.draw(session, "payment", otherwise=SERIES)
    day = organisation.of_portal(session).today(now)
    own = {"customer_id": attempt["customer_id"]}
    documents = _documents(session, attempt, items)
    left, payment_id, parts = received_minor, new_id(), []
    for item in items:
        column = "invoice_id" if item["invoice_id"] else "retainer_invoice_id"
        document = documents[item[column]]
        part = min(item["amount_minor"], _open(document), left)
        left -= part
        if part:
            parts.append((item, part))
    session.change(
        _RECEIVE,
        id=payment_id,
        **own,
        number=number,
        kind="invoice" if items[0]["invoice_id"] else "retainer",
        day=day,
        currency=attempt["currency_code"],
        rate=next(iter(documents.values()))["exchange_rate"],
        amount=received_minor,
        unused=left,
        mode=mode,
        reference=attempt["provider_reference"],
        attempt_id=attempt["id"],
        provider=attempt["provider"],
        provider_reference=attempt["provider_reference"],
        now=now,
    )
    if parts:
        session.change(
            _ALLOCATE,
            **own,
            ids=[new_id() for _part in parts],
            payment_id=payment_id,
            invoices=[item["invoice_id"] for item, _part in parts],
            retainers=[item["retainer_invoice_id"] for item, _part in parts],
            amounts=[part for _item, part in parts],
            attempt=str(attempt["id"]),
            day=day,
            now=now,
        )
    for column in _SETTLE:
        if any(item[column] for item, _part in parts):
            session.change(_SETTLE[column], **own, payment_id=payment_id, now=now)
    activity.record(
        session,
        _initiator(session, attempt),
        events.PAYMENT_RECEIVED,
        now=now,
        customer_id=attempt["customer_id"],
        subject_kind="payment",
        subject_id=payment_id,
        subject_number=number,
        amount_minor=received_minor,
        currency_code=attempt["currency_code"],
        visible=True,
    )
    return number


def _brought(
    session: OpenSession, attempt: Row, status: Status, truth: Truth, now: datetime
) -> Status:
    """Bring an attempt that brought no money yet where its provider says that it is."""
    items = attempts.items_of(session, attempt["customer_id"], attempt["id"])
    if truth.state is State.SUCCEEDED:
        wrong = _wrong(attempt, truth)
        if wrong:
            if not status.in_flight:
                attempts.fly(session, attempt, items, now)
            return hold(session, attempt, wrong, now)
        if status.in_flight:
            attempts.land(session, attempt, items, now)
        attempts.move(session, attempt, Status.SUCCEEDED, now)
        settle(session, attempt, truth.received_minor, truth.mode or "Card", now)
        if attempt["save_method"] and truth.method is not None:
            methods.keep(
                session,
                attempt["customer_id"],
                attempt["contact_id"],
                attempt["provider"],
                truth.method,
                now,
            )
            if attempt["consent"]:
                session.change(
                    _SAVED,
                    customer_id=attempt["customer_id"],
                    id=attempt["id"],
                    provider=attempt["provider"],
                    reference=truth.method.reference,
                )
        return Status.SUCCEEDED
    target = _STATES[truth.state]
    if status is Status.FAILED and not target.in_flight:
        return status  # a refused payment is cancelled there, and why it failed stays said
    failure = (truth.failure_code, truth.failure_message)
    if target is status:
        known = (attempt["failure_message"], attempt["expected_on"])
        elsewhere = truth.url not in (None, attempt["redirect_url"])
        if known == (truth.failure_message, truth.expected_on) and not elsewhere:
            return status
    if target.in_flight and not status.in_flight:
        attempts.fly(session, attempt, items, now)
    elif status.in_flight and not target.in_flight:
        attempts.land(session, attempt, items, now)
    attempts.move(
        session,
        attempt,
        target,
        now,
        failure=failure,
        expected_on=truth.expected_on,
        url=truth.url,
    )
    if target is Status.FAILED and status is not Status.FAILED:
        record(session, _failure(attempt), attempt, now, truth.failure_message)
    return target


def _failure(attempt: Row) -> Event:
    """Return what it is that an attempt failed: auto-pay writes its own letters of that."""
    return autopay_events.DECLINED if attempt["mandate_id"] else events.PAYMENT_FAILED


def _initiator(session: OpenSession, attempt: Row) -> Initiator | None:
    """Return who began an attempt; None for what the portal charged by itself."""
    if attempt["link_id"] is not None:
        return Initiator(None, by_link(HOLDER))
    if attempt["contact_id"] is None:
        return None
    own = {"customer_id": attempt["customer_id"], "id": attempt["contact_id"]}
    row = session.one(_CONTACT, **own) or {}
    name = " ".join(filter(None, (row.get("first_name"), row.get("last_name"))))
    return Initiator(attempt["contact_id"], name or row.get("email") or "")


def _wrong(attempt: Row, truth: Truth) -> str | None:
    """Return what is wrong about money that came; None for what was agreed to."""
    if truth.currency_code != attempt["currency_code"]:
        return f"{truth.currency_code} came, and {attempt['currency_code']} was agreed to."
    if truth.received_minor != attempt["amount_minor"]:
        came = money.format(truth.received_minor, truth.currency_code)
        agreed = money.format(attempt["amount_minor"], attempt["currency_code"])
        return f"{came} came, and {agreed} was agreed to."
    if truth.attempt_id not in (None, attempt["id"]):
        return "The provider has it for another payment of ours."
    return None


def _documents(session: OpenSession, attempt: Row, items: Sequence[Row]) -> dict[UUID, Row]:
    """Return the documents of an attempt by id, held."""
    return {
        row["id"]: row
        for column, sql in _DOCUMENTS.items()
        if (ids := [item[column] for item in items if item[column]])
        for row in session.locked(sql, customer_id=attempt["customer_id"], ids=ids)
    }


def _open(document: Row) -> int:
    """Return what of a document can still be settled: nothing of one that was voided meanwhile."""
    return int(document["balance_minor"]) if document["status"] == "sent" else 0
