"""Promises to pay: what was promised of which invoices, by which day, and what of it is to come.

A promise holds nothing back from being paid: paying is how it is kept. It only says that so much of
an invoice cannot be promised again, and lets its reminders rest; see docs/decisions/0035.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from portal_data import store
from portal_data.billing.history import Event
from portal_data.scope import Scope
from portal_data.store import Session
from portal_data.text import bidi
from portal_data.text.language import N_, NP_


class State(StrEnum):
    """What became of a promise."""

    OPEN = NP_("promise", "Open")
    KEPT = NP_("promise", "Kept")
    BROKEN = NP_("promise", "Not kept")
    WITHDRAWN = NP_("promise", "Withdrawn")

    @property
    def key(self) -> str:
        """What the store calls it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Item:
    """What was promised of one invoice, and what of that is still to come, in minor units."""

    number: str
    due_date: Date
    amount_minor: int
    left_minor: int


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise of a customer's, by whom and when (naive UTC), and for which day."""

    id: UUID
    version: int
    state: State
    contact_id: UUID | None
    contact: str
    currency_code: str
    amount_minor: int
    promised_on: Date
    created_at: datetime
    closed_at: datetime | None
    items: tuple[Item, ...]

    @property
    def left_minor(self) -> int:
        """What of it is still to come."""
        return sum(item.left_minor for item in self.items)


@dataclass(frozen=True, slots=True)
class OfInvoice:
    """What one promise says of one invoice."""

    state: State
    contact: str
    promised_on: Date
    amount_minor: int
    left_minor: int
    created_at: datetime
    closed_at: datetime | None


MOST_CLOSED = 20
"""Promises that are over and shown, the newest."""

OPEN_WHEN_PROMISED = "coalesce(t.open_minor, i.balance_minor - i.pending_minor)"
_LEFT = f"""greatest(t.amount_minor - greatest(
            {OPEN_WHEN_PROMISED} - (i.balance_minor - i.pending_minor), 0), 0)"""
_NAME = """coalesce(nullif(trim(
            concat(coalesce(c.first_name, ''), ' ', coalesce(c.last_name, ''))), ''), '')"""
_PROMISE = f"""
    select p.id, p.version, p.status as state, p.contact_id, {_NAME} as contact, p.currency_code,
        p.amount_minor, p.promised_on, p.created_at, p.closed_at
    from payment_promises p
    left join contacts c on c.id = p.contact_id
"""
_OPEN = f"{_PROMISE} where p.status = 'open' order by p.promised_on, p.created_at, p.id"
_CLOSED = f"""
    {_PROMISE} where p.status <> 'open' order by p.closed_at desc, p.created_at desc, p.id
    limit $most
"""
_ITEMS = f"""
    select t.promise_id, i.number, i.due_date, t.amount_minor, {_LEFT} as left_minor
    from payment_promise_items t
    join invoices i on i.id = t.invoice_id
    where t.promise_id = any($promises)
    order by i.due_date, i.number
"""
_ANY = "select id from payment_promises where status = 'open' order by id limit 1"
_STILL = f"""
    select i.number, sum({_LEFT})::bigint as left_minor
    from payment_promises p
    join payment_promise_items t on t.promise_id = p.id
    join invoices i on i.id = t.invoice_id
    where p.status = 'open' and ($but::uuid is null or p.id <> $but::uuid)
    group by i.number
    order by i.number
"""
_OF_INVOICE = f"""
    select p.status as state, {_NAME} as contact, p.promised_on, t.amount_minor,
        {_LEFT} as left_minor, p.created_at, p.closed_at
    from payment_promise_items t
    join payment_promises p on p.id = t.promise_id
    join invoices i on i.id = t.invoice_id
    left join contacts c on c.id = p.contact_id
    where t.invoice_id = $invoice_id
    order by p.created_at, p.id
"""


def open_of(scope: Scope) -> list[Promise]:
    """Return the customer's promises that are open, the one whose day comes first first."""
    return _promises(scope, _OPEN)


def closed(scope: Scope) -> list[Promise]:
    """Return the customer's promises that were kept, broken or withdrawn last."""
    return _promises(scope, _CLOSED, most=MOST_CLOSED)


def still(session: Session, *, but: UUID | None = None) -> dict[str, int]:
    """Return what open promises still hold of invoices, by their numbers, in minor units.

    In a session of the customer. One promise, which is being changed, may be left out.
    """
    if session.value(_ANY) is None:
        return {}
    return {row["number"]: row["left_minor"] for row in session.rows(_STILL, but=but)}


def of_invoice(session: Session, invoice_id: UUID) -> list[OfInvoice]:
    """Return what was promised of an invoice, oldest first, in a session of its customer."""
    found = session.rows(_OF_INVOICE, invoice_id=invoice_id)
    return [OfInvoice(**{**row, "state": State[row["state"].upper()]}) for row in found]


_ENDED = {
    State.KEPT: N_("Promise to pay kept"),
    State.BROKEN: N_("Promise to pay not kept"),
    State.WITHDRAWN: N_("Promise to pay withdrawn"),
}


def history(promises: list[OfInvoice]) -> list[Event]:
    """Return what happened to the promises of an invoice, each in its order."""
    found = []
    for each in promises:
        by = bidi.isolated(each.contact) or None
        found.append(
            Event(each.created_at, N_("Payment promised"), by, amount_minor=each.amount_minor)
        )
        if each.closed_at is not None:
            found.append(Event(each.closed_at, _ENDED[each.state], amount_minor=each.amount_minor))
    return found


def _promises(scope: Scope, sql: str, **given: Any) -> list[Promise]:
    with store.reading(scope) as session:
        rows = session.rows(sql, **given)
        held = [row["id"] for row in rows]
        items: dict[UUID, list[Item]] = {}
        for item in session.rows(_ITEMS, promises=held) if held else ():
            items.setdefault(item.pop("promise_id"), []).append(Item(**item))
    return [_promise(row, items) for row in rows]


def _promise(row: Mapping[str, Any], items: Mapping[UUID, list[Item]]) -> Promise:
    state = State[row["state"].upper()]
    return Promise(**{**row, "state": state}, items=tuple(items.get(row["id"], ())))
