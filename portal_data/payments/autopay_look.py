"""The daily look of auto-pay: each morning, customers with a mandate are looked at one by one."""

from datetime import datetime, time, timedelta
from uuid import UUID

from portal_data import store
from portal_data.business import organisation, preferences
from portal_data.clock import local_date, local_time
from portal_data.messaging import outbox
from portal_data.payments import mandates
from portal_data.store import OpenSession

WORK = "autopay.look"
"""The kind of work that looks for customers with a mandate, once a day."""
BEGINS = time(7)
"""When it does, on the business's own clock: before anybody is reminded."""
PAGE = 500

_NOBODY = UUID(int=0)
_CUSTOMERS = """
    select distinct m.customer_id from core.mandates m
    where m.customer_id > $after and m.revoked_at is null
    order by m.customer_id
    limit $page
"""


def plan(session: OpenSession, now: datetime) -> None:
    """See to it that auto-pay looks today, at once if its hour is over; once."""
    zone = organisation.of_portal(session).timezone
    outbox.enqueue_daily(session, WORK, local_date(now, zone), BEGINS, zone, now)


def look(now: datetime) -> int:
    """Queue the look at each customer with a mandate, and return how many they are.

    The next morning's is planned first: whatever happens to this one, there is another.
    """
    with store.system_writing() as session:
        zone = organisation.of_portal(session).timezone
        today = local_date(now, zone)
        early = local_time(now, zone).time() < BEGINS
        outbox.enqueue_daily(
            session, WORK, today if early else today + timedelta(days=1), BEGINS, zone, now
        )
        wanted = preferences.get(session).autopay
    found, after = 0, _NOBODY
    while wanted:
        with store.system_writing() as session:
            rows = session.rows(_CUSTOMERS, after=after, page=PAGE)
            for row in rows:
                mandates.look_soon(session, row["customer_id"], str(today), now)
        found += len(rows)
        if len(rows) < PAGE:
            break
        after = rows[-1]["customer_id"]
    return found
