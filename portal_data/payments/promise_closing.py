"""Closing promises: whether what was promised came by its day.

A promise is kept once each of its invoices got what was promised of it, or asks for nothing any
more. It is broken when its day is over and something of it neither came nor is on its way. That is
looked for once a day, and whenever a payment or credit settles something, by the same function: it
reads the invoices as they are, so how often it is called makes no difference. What came of an
invoice is handed to its promises in the order of their days, and counts for no other one then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from portal_data import store
from portal_data.billing.promised import OPEN_WHEN_PROMISED, State, counts_from
from portal_data.business import organisation
from portal_data.clock import local_time
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
    select t.customer_id, t.promise_id, t.invoice_id, i.number, t.amount_minor,
        {OPEN_WHEN_PROMISED} as open_minor, i.balance_minor - i.pending_minor as now_minor,
        coalesce((
            select sum(x.amount_minor)::bigint
            from core.payment_attempt_items x
            join core.payment_attempts a on a.customer_id = x.customer_id and a.id = x.attempt_id
            where x.customer_id = $customer_id and x.invoice_id = t.invoice_id
                and a.{FLYING} and a.created_at >= p.created_at
        ), 0) as flying_minor
    from core.payment_promises p
    join core.payment_promise_items t on t.customer_id = p.customer_id and t.promise_id = p.id
    join core.invoices i on i.customer_id = t.customer_id and i.id = t.invoice_id
    where p.customer_id = $customer_id and p.status = 'open'
    order by p.promised_on, p.created_at, p.id, i.id
"""
_COUNT = """
    update core.payment_promise_items set open_minor = $open_minor
    where customer_id = $customer_id and promise_id = $promise_id and invoice_id = $invoice_id
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
    outbox.enqueue_daily(session, WORK, today.date(), BEGINS, zone, now)
    if today.time() >= BEGINS:
        outbox.enqueue_daily(session, WORK, today.date() + timedelta(days=1), BEGINS, zone, now)


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
        outbox.enqueue_daily(session, WORK, today + timedelta(days=1), BEGINS, zone, now)
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
    held = session.locked(_OPEN, customer_id=customer_id)
    if not held:
        return 0
    numbers = {row["number"] for row in session.rows(_ITEMS, customer_id=customer_id)}
    found = offers.held_of(session, customer_id, INVOICE.record, sorted(numbers))
    invoices = {row["number"]: row for row in found}
    claims = [_Claim.of(row) for row in session.rows(_ITEMS, customer_id=customer_id)]
    closed = 0
    for promise in sorted(held, key=lambda row: (row["promised_on"], row["created_at"], row["id"])):
        own = [each for each in claims if each.row["promise_id"] == promise["id"]]
        state = _state(own, invoices, late=today > promise["promised_on"])
        if state is not State.OPEN:
            promises.close(session, promise, state, now)
            promises.record(session, None, _EVENTS[state], promise, now)
            claims = [each for each in claims if each not in own]
            closed += 1
        if state in (State.OPEN, State.KEPT):
            for each in own:
                _hand_out(session, each, claims, kept=state is State.KEPT)
    return closed


@dataclass(slots=True, eq=False)
class _Claim:
    """What a promise says of one invoice, with from what it counts what came: see `counts_from`.

    `settled_minor` counts without what was begun since the promise and is on its way yet.
    """

    row: Row
    open_minor: int
    settled_minor: int

    @classmethod
    def of(cls, row: Row) -> "_Claim":
        return cls(row, row["open_minor"], row["open_minor"] - row["flying_minor"])

    @property
    def came(self) -> int:
        """What it got, with what is on its way."""
        return self._of(self.open_minor)

    @property
    def settled(self) -> int:
        """What it got without that."""
        return self._of(self.settled_minor)

    def _of(self, counted_minor: int) -> int:
        now, amount = int(self.row["now_minor"]), int(self.row["amount_minor"])
        return min(max(counted_minor - now, 0), amount)


def _hand_out(session: OpenSession, one: _Claim, claims: Sequence[_Claim], *, kept: bool) -> None:
    """See to it that what a claim got counts for no other one.

    Where its promise was kept that is written, since nobody looks at it again.
    """
    came, settled = (one.open_minor, one.came), (one.settled_minor, one.settled)
    for each in claims:
        if each is one or each.row["invoice_id"] != one.row["invoice_id"]:
            continue
        each.open_minor = counts_from(each.open_minor, *came)
        each.settled_minor = counts_from(each.settled_minor, *settled)
        if kept and settled[1]:
            _write(session, each, one)


def _write(session: OpenSession, each: _Claim, kept: _Claim) -> None:
    """Write from what a claim counts, now that another one was kept."""
    first, own = each.row, kept.row
    counted = first["open_minor"] - first["flying_minor"]
    since = own["open_minor"] - own["flying_minor"]
    left = counts_from(counted, since, kept.settled)
    if left != counted:
        first["open_minor"] -= counted - left
        of = {name: first[name] for name in ("customer_id", "promise_id", "invoice_id")}
        session.change(_COUNT, **of, open_minor=first["open_minor"])


def _state(own: Sequence[_Claim], invoices: Mapping[str, Row], *, late: bool) -> State:
    """Return what becomes of a promise, whose row is held, as its invoices are now."""
    if all(invoices[each.row["number"]]["status"] != "sent" for each in own):
        return State.WITHDRAWN  # nothing was paid, and nothing is asked for any more
    settled, on_the_way = True, True
    for each in own:
        wanted = each.row["amount_minor"]
        asked = offers.payable(invoices[each.row["number"]]) > 0 and each.came < wanted
        on_the_way = on_the_way and not asked
        # what was on its way already when it was promised is no part of the promise
        paid = each.settled >= wanted
        settled = settled and (paid or (not asked and not each.row["flying_minor"]))
    if settled:
        return State.KEPT
    if late and not on_the_way:
        return State.BROKEN
    return State.OPEN


def _queue(session: Session, customer_id: UUID, key: str, now: datetime) -> None:
    outbox.enqueue(
        session, OF_CUSTOMER, dedup_key=key, payload={}, customer_id=customer_id, now=now
    )
