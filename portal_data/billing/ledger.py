"""The ledger: what each document is worth, entry by entry, in the order in which it became known.

An account is a document: an invoice or retainer invoice (what is open), a credit note, payment or
retainer (what is unused, below zero), or a customer (its opening balance). Entries are only ever
added. `effective_on` is the day an amount counts from, `recorded_at` the moment the ledger learned
of it: the entries up to a day, recorded up to a moment, are the balance of that day as it was known
at that moment.
"""

from datetime import date, datetime
from uuid import UUID

from portal_data.store import OpenSession, Session
from portal_data.store.engine import Row

_ENTRY = """
    customer_id, account_kind, account_id, source_kind, source_id, currency_code, effective_on
"""
_DIFFERENCES = f"""
    insert into core.ledger_entries (
        customer_id, account_kind, account_id, source_kind, source_id, currency_code, effective_on,
        amount_minor, recorded_at
    )
    select {_ENTRY}, sum(amount_minor)::bigint, $now
"""
_NOT_NONE = f" differences group by {_ENTRY} having sum(amount_minor) <> 0"
_POST = f"""
    {_DIFFERENCES} from (
        select {_ENTRY}, amount_minor from core.ledger_sources
        union all
        select {_ENTRY}, -amount_minor from core.ledger_entries
    ) {_NOT_NONE}
"""
_POST_OF_CUSTOMER = f"""
    {_DIFFERENCES} from (
        select {_ENTRY}, amount_minor from core.ledger_sources where customer_id = $customer_id
        union all
        select {_ENTRY}, -amount_minor from core.ledger_entries where customer_id = $customer_id
    ) {_NOT_NONE}
"""
_BALANCES = """
    select account_kind, account_id, currency_code, sum(amount_minor)::bigint as amount_minor
    from core.ledger_entries
    where customer_id = $customer_id and effective_on <= $day and recorded_at <= $known_at
    group by account_kind, account_id, currency_code
    having sum(amount_minor) <> 0
    order by account_kind, account_id
"""


def post(session: Session, now: datetime, customer_id: UUID | None = None) -> int:
    """Add what the books of one customer, or of all, say otherwise than the ledger does.

    Every transaction that changed amounts ends with it. An amount that changed or is gone is taken
    back by an entry of its own on the day it counted from. Returns how many entries were added.
    """
    if customer_id is None:
        return session.change(_POST, now=now)
    return session.change(_POST_OF_CUSTOMER, now=now, customer_id=customer_id)


def balances(session: OpenSession, customer_id: UUID, day: date, known_at: datetime) -> list[Row]:
    """Return what each of a customer's documents was worth at the end of `day`, as known then.

    Rows have account_kind, account_id, currency_code and amount_minor, never zero.
    """
    return session.rows(_BALANCES, customer_id=customer_id, day=day, known_at=known_at)
