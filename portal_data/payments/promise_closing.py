"""Closing promises: whether what was promised came by its day.

A promise is kept once each of its invoices got what was promised of it, or asks for nothing any
more. It is broken when its day is over and something of it neither came nor is on its way. That is
looked for once a day, and whenever a payment or credit settles something, by the same function: it
reads the invoices as they are, so how often it is called makes no difference.
"""

from datetime import date as Date
from datetime import datetime, time, timedelta
from uuid import UUID

from portal_data import store
from portal_data.billing.promised import OPEN_WHEN_PROMISED, State
from portal_data.business import organisation
from portal_data.clock import local_time, start_of_day
from portal_data.ids import new_id
from portal_data.kinds import INVOICE
from portal_data.messaging import outbox, promise_events
from portal_data.payments import offers, promises
from portal_data.payments.attempts import FLYING, Row
from portal_data.store import OpenSession, Session

WORK = "promises.look"
"""The kind of work that looks for customers with open promises, once a day."""
OF_CUSTOMER = "promises.customer"
"""The kind of work that closes the promises of one customer."""
BEGINS = time(7)
"""When the business looks, on its own clock: before it reminds."""
PAGE = 500
"""Customers of one transaction that queues their work."""

_NOBODY = UUID(int=0)
_ANY = """
    select id from core.payment_promises
    where customer_id = $customer_id and status = 'open' order by id limit 1
"""
_CUSTOMERS = """
    select distinct customer_id from core.payment_promises
    where status = 'open' and customer_id > $after
    order by customer_id
    limit $page
"""
_OPEN = """
    select id, customer_id, version, currency_code, amount_minor, promised_on, created_at
    from core.payment_promises
    where customer_id = $customer_id and status = 'open'
    order by id
"""
_ITEMS = f"""
    select i.number, t.amount_minor, {OPEN_WHEN_PROMISED} as open_minor,
        coalesce((
            select sum(x.amount_minor)::bigint
            from core.payment_attempt_items x
            join core.payment_attempts a on a.customer_id = x.customer_id and a.id = x.attempt_id
            where x.customer_id = $customer_id and x.invoice_id = t.invoice_id
                and a.{FLYING} and a.created_at >= $since
        ), 0) as flying_minor
    from core.payment_promise_items t
    join core.invoices i on i.customer_id = t.customer_id and i.id = t.invoice_id
    where t.customer_id = $customer_id and t.promise_id = $promise_id
    order by i.id
"""
_EVENTS = {
    State.KEPT: promise_events.KEPT,
    State.BROKEN: promise_events.BROKEN,
    State.WITHDRAWN: promise_events.WITHDRAWN,
}


def plan(session: OpenSession, now: datetime) -> None:
    """See to it that open promises are looked at: now, if the day has begun, and each morning."""
    zone = organisation.of_portal(session).timezone
    today = local_time(now, zone)
    _plan(session, today.date(), zone, now)
    if today.time() >= BEGINS:
        _plan(session, today.date() + timedelta(days=1), zone, now)


def touched(session: Session, customer_id: UUID, now: datetime) -> None:
    """See to it that a customer's promises are looked at, as something of theirs was settled."""
    if session.value(_ANY, customer_id=customer_id) is not None:
        _queue(session, customer_id, f"{OF_CUSTOMER}:{new_id()}", now)


def look(now: datetime) -> int:
    """Queue the work of all customers with open promises, and return how many they are.

    The next morning's look is planned first: whatever happens to this one, there is another.
    """
    with store.system_writing() as session:
        zone = organisation.of_portal(session).timezone
        today = local_time(now, zone).date()
        _plan(session, today + timedelta(days=1), zone, now)
    found, after = 0, _NOBODY
    while True:
        with store.system_writing() as session:
            rows = session.rows(_CUSTOMERS, after=after, page=PAGE)
            for row in rows:
                _queue(session, row["customer_id"], f"{OF_CUSTOMER}:{today}", now)
        found += len(rows)
        if len(rows) < PAGE:
            return found
        after = rows[-1]["customer_id"]


def close(session: OpenSession, customer_id: UUID, now: datetime) -> int:
    """Close those of a customer's promises that were kept or broken; return how many."""
    today = organisation.of_portal(session).today(now)
    closed = 0
    for promise in session.locked(_OPEN, customer_id=customer_id):
        state = _state(session, promise, today)
        if state is not State.OPEN:
            promises.close(session, promise, state, now)
            promises.record(session, None, _EVENTS[state], promise, now)
            closed += 1
    return closed


def _state(session: OpenSession, promise: Row, today: Date) -> State:
    """Return what becomes of a promise, whose row is held, as its invoices are now."""
    own = {"customer_id": promise["customer_id"]}
    about = {"promise_id": promise["id"], "since": promise["created_at"]}
    items = session.rows(_ITEMS, **own, **about)
    numbers = [item["number"] for item in items]
    held = offers.held_of(session, promise["customer_id"], INVOICE.record, numbers)
    invoices = {row["number"]: row for row in held}
    if all(invoices[number]["status"] != "sent" for number in numbers):
        return State.WITHDRAWN  # nothing was paid, and nothing is asked for any more
    settled, on_the_way = True, True
    for item in items:
        invoice = invoices[item["number"]]
        left = invoice["balance_minor"] - invoice["pending_minor"]
        came, flying = item["open_minor"] - left, item["flying_minor"]
        asked = offers.payable(invoice) > 0 and came < item["amount_minor"]
        on_the_way = on_the_way and not asked
        # what was on its way already when it was promised is no part of the promise
        paid = came - flying >= item["amount_minor"]
        settled = settled and (paid or (not asked and not flying))
    if settled:
        return State.KEPT
    if today > promise["promised_on"] and not on_the_way:
        return State.BROKEN
    return State.OPEN


def _queue(session: Session, customer_id: UUID, key: str, now: datetime) -> None:
    outbox.enqueue(
        session, OF_CUSTOMER, dedup_key=key, payload={}, customer_id=customer_id, now=now
    )


def _plan(session: Session, day: Date, zone: str, now: datetime) -> None:
    due = start_of_day(day, zone, BEGINS)
    outbox.enqueue(
        session,
        WORK,
        dedup_key=f"{WORK}:{due:%Y-%m-%dT%H:%M}",
        payload={},
        not_before=due,
        now=now,
    )
