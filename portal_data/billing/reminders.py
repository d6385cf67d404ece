"""Reminders: invoices that are not paid are remembered by mail, before and after their due day.

Once a day, in the business's morning, one query finds the customers with something to remind of,
a page at a time, and each customer is a piece of work and a transaction of its own. A reminder is
a row whose key is the customer, the invoice and the day of the schedule: whoever writes it first
reminds, and nobody does so again. See docs/decisions/0034.
"""

from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, time, timedelta
from uuid import UUID

from portal_data import store
from portal_data.billing import reminder_letters
from portal_data.business import preferences
from portal_data.business.preferences import Reminders
from portal_data.clock import local_date, local_time
from portal_data.ids import new_id
from portal_data.messaging import outbox
from portal_data.store import OpenSession, Session

WORK = "reminders.look"
"""The kind of work that looks for customers to be reminded, once a day."""
OF_CUSTOMER = "reminders.customer"
"""The kind of work that reminds one customer."""
BEGINS, ENDS = time(8), time(20)
"""Between when the business reminds, on its own clock."""
LATEST = timedelta(days=60)
"""What was later than this on the day that reminders were switched on is not reminded of."""
PAGE = 500
"""Customers of one transaction that queues their work."""

_NOBODY = UUID(int=0)
_BUSINESS = "select timezone from core.organisation order by name"
_SWITCHED = "select updated_at from core.preferences where key = 'reminders' order by key"
_HOLD = "select id from core.customers where id = $customer_id order by id"
_CLAIM = """
    insert into core.reminders (id, customer_id, invoice_id, days, sent_at)
    values ($id, $customer_id, $invoice_id, $days, $now)
    on conflict (customer_id, invoice_id, days) do nothing
"""
_DAYS = """case
            when due_date + 30 <= $today then 30
            when due_date + 14 <= $today then 14
            when due_date + 7 <= $today then 7
            when due_date + 1 <= $today then 1
            when due_date <= $today then 0
            else -3
        end"""
"""The last day of the schedule that has come, for an invoice due three days from now or before."""


# of all customers after one; a reminder for a day that the invoice itself is not older than is none
_DUE = f"""(
        select o.id, o.customer_id, o.due_date, o.days
        from (
            select i.id, i.customer_id, i.date, i.due_date, {_DAYS} as days
            from core.invoices i
            where i.customer_id > $after and i.due_date between $first and $last
                and {reminder_letters.ASKED}
        ) o
        where o.due_date + o.days > o.date and not exists (
            select 1 from core.reminders r
            where r.customer_id = o.customer_id and r.invoice_id = o.id and r.days >= o.days
        )
    )"""
_DUE_OF_CUSTOMER = _DUE.replace("i.customer_id > $after", "i.customer_id = $customer_id")
# what is due first, by its index: PostgreSQL would begin with all contacts
_CUSTOMERS = f"""
    with due as materialized {_DUE}
    select distinct due.customer_id
    from due
    join core.customers u on u.id = due.customer_id
    where u.portal_enabled and (
            u.reminders_paused_until is null or u.reminders_paused_until < $today
        )
        and exists (
            select 1 from core.contacts p
            where p.customer_id = due.customer_id and p.portal_status = 'active'
                and p.email is not null and p.role = any($roles)
        )
    order by due.customer_id
    limit $page
"""
_OF_CUSTOMER = f"""
    select due.id, due.days
    from {_DUE_OF_CUSTOMER} due
    join core.customers u on u.id = due.customer_id
    where u.reminders_paused_until is null or u.reminders_paused_until < $today
    order by due.due_date, due.id
"""


@dataclass(frozen=True, slots=True)
class _Day:
    """A day on which reminders are sent: which invoices, by their due day, it may remind of."""

    today: Date
    first: Date
    last: Date


def plan(session: Session, now: datetime) -> None:
    """See to it that reminders are looked for: now, if it is daytime, else next morning; once."""
    zone = _zone(session)
    if _daytime(now, zone):
        outbox.enqueue_daily(session, WORK, local_date(now, zone), BEGINS, zone, now)
    else:
        _plan_next(session, zone, now)


def look(now: datetime) -> int:
    """Queue the work of all customers to be reminded today, and return how many they are.

    The next morning's look is planned first: whatever happens to this one, there is another.
    """
    with store.system_writing() as session:
        zone = _zone(session)
        _plan_next(session, zone, now)
        day = _day(session, now)
    found, after = 0, _NOBODY
    while day is not None:
        with store.system_writing() as session:
            rows = session.rows(
                _CUSTOMERS,
                after=after,
                page=PAGE,
                roles=reminder_letters.ROLES,
                today=day.today,
                first=day.first,
                last=day.last,
            )
            for row in rows:
                outbox.enqueue(
                    session,
                    OF_CUSTOMER,
                    dedup_key=f"{OF_CUSTOMER}:{day.today}",
                    payload={},
                    customer_id=row["customer_id"],
                    now=now,
                )
        found += len(rows)
        if len(rows) < PAGE:
            break
        after = rows[-1]["customer_id"]
    return found


def remind(session: OpenSession, customer_id: UUID, now: datetime) -> int:
    """Remind one customer of what is due for it, and return of how many invoices.

    Nothing is noted while there is nobody to write to.
    """
    day = _day(session, now)
    if day is None:
        return 0
    session.locked(_HOLD, customer_id=customer_id)
    readers = reminder_letters.readers(session, customer_id, now)
    if not readers:
        return 0
    due = session.rows(
        _OF_CUSTOMER, customer_id=customer_id, today=day.today, first=day.first, last=day.last
    )
    claimed = []
    for row in due:
        own = {"id": new_id(), "customer_id": customer_id, "invoice_id": row["id"]}
        if session.change(_CLAIM, **own, days=row["days"], now=now):
            claimed.append(own["id"])
    if claimed:
        reminder_letters.send(session, customer_id, claimed, readers, now)
    return len(claimed)


def _day(session: Session, now: datetime) -> _Day | None:
    """Return what may be reminded of now; None at night and while reminders are off."""
    schedule: Reminders = preferences.get(session).reminders
    zone = _zone(session)
    if not schedule or not _daytime(now, zone):
        return None
    today = local_date(now, zone)
    switched = local_date(session.value(_SWITCHED) or now, zone)
    return _Day(today, switched - LATEST, today - timedelta(days=schedule.first_day))


def _daytime(now: datetime, zone: str) -> bool:
    return BEGINS <= local_time(now, zone).time() < ENDS


def _plan_next(session: Session, zone: str, now: datetime) -> None:
    """Plan the first morning after `now`."""
    today = local_date(now, zone)
    early = local_time(now, zone).time() < BEGINS
    outbox.enqueue_daily(
        session, WORK, today if early else today + timedelta(days=1), BEGINS, zone, now
    )


def _zone(session: Session) -> str:
    return str(session.value(_BUSINESS) or "UTC")
