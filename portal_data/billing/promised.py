"""Promises to pay: what was promised of which invoices, by which day, and what of it is to come.

A promise holds nothing back from being paid: paying is how it is kept. It only says that so much of
an invoice cannot be promised again, and lets its reminders rest. What came of an invoice is handed
to its open promises one by one, the one whose day comes first first; see docs/decisions/0035.
"""

from collections.abc import Iterable, Mapping, Sequence
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
    select t.promise_id, t.invoice_id, i.number, i.due_date, t.amount_minor,
        {_LEFT} as left_minor
    from payment_promise_items t
    join invoices i on i.id = t.invoice_id
    where t.promise_id = any($promises)
    order by i.due_date, i.number
"""
_ANY = "select id from payment_promises where status = 'open' order by id limit 1"
_CLAIMS = f"""
    select t.promise_id, t.invoice_id, i.number, t.amount_minor,
        {OPEN_WHEN_PROMISED} as open_minor, i.balance_minor - i.pending_minor as now_minor
    from payment_promises p
    join payment_promise_items t on t.promise_id = p.id
    join invoices i on i.id = t.invoice_id
    where p.status = 'open'
    order by p.promised_on, p.created_at, p.id, i.number
"""
_OF_INVOICE = f"""
    select p.id, p.status as state, {_NAME} as contact, p.promised_on, t.amount_minor,
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
    held: dict[str, int] = {}
    for row in _claims(session):
        if row["promise_id"] != but:
            held[row["number"]] = held.get(row["number"], 0) + row["left_minor"]
    return held


def of_invoice(session: Session, invoice_id: UUID) -> list[OfInvoice]:
    """Return what was promised of an invoice, oldest first, in a session of its customer."""
    found = session.rows(_OF_INVOICE, invoice_id=invoice_id)
    left = _left(session) if any(row["state"] == "open" for row in found) else {}
    return [_of_invoice(row, left.get((row.pop("id"), invoice_id))) for row in found]


def counts_from(open_minor: int, other_minor: int, got_minor: int) -> int:
    """Return from what a promise of an invoice counts once another one got something.

    It counts what came as what of the invoice was open when it was promised, `open_minor`, less
    what is open now. What the other one, which counts from `other_minor`, got of that is its own no
    more: the other got what came first of what it may count.
    """
    if open_minor >= other_minor:
        return open_minor - got_minor
    return min(open_minor, other_minor - got_minor)


def handed(claims: Sequence[tuple[int, int]], now_minor: int) -> list[int]:
    """Return what each of an invoice's promises got, the one whose day comes first first.

    Each is from what it counts and what was promised; `now_minor` is what of the invoice is open
    now. Nothing that came is handed to two.
    """
    counted, got = [each for each, _amount in claims], []
    for at, (_from, amount) in enumerate(claims):
        came = min(max(counted[at] - now_minor, 0), amount)
        got.append(came)
        counted = [counts_from(each, counted[at], came) for each in counted]
    return got


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
        left = _left(session) if any(row["state"] == "open" for row in rows) else {}
        items: dict[UUID, list[Item]] = {}
        for item in session.rows(_ITEMS, promises=held) if held else ():
            promise = item.pop("promise_id")
            minor = left.get((promise, item.pop("invoice_id")), item["left_minor"])
            items.setdefault(promise, []).append(Item(**{**item, "left_minor": minor}))
    return [_promise(row, items) for row in rows]


def _of_invoice(row: Mapping[str, Any], left_minor: int | None) -> OfInvoice:
    left = row["left_minor"] if left_minor is None else left_minor
    return OfInvoice(**{**row, "state": State[row["state"].upper()], "left_minor": left})


def _promise(row: Mapping[str, Any], items: Mapping[UUID, list[Item]]) -> Promise:
    state = State[row["state"].upper()]
    return Promise(**{**row, "state": state}, items=tuple(items.get(row["id"], ())))


def _left(session: Session) -> dict[tuple[UUID, UUID], int]:
    """Return what open promises still hold, by promise and invoice."""
    return {(row["promise_id"], row["invoice_id"]): row["left_minor"] for row in _claims(session)}


def _claims(session: Session) -> Iterable[dict[str, Any]]:
    """Return what open promises say of their invoices, each with what of it is still to come."""
    if session.value(_ANY) is None:
        return
    by_invoice: dict[UUID, list[dict[str, Any]]] = {}
    for row in session.rows(_CLAIMS):
        by_invoice.setdefault(row["invoice_id"], []).append(row)
    for rows in by_invoice.values():
        got = handed(
            [(row["open_minor"], row["amount_minor"]) for row in rows], rows[0]["now_minor"]
        )
        for row, came in zip(rows, got, strict=True):
            yield {**row, "left_minor": row["amount_minor"] - came}
