"""Attempts to pay: what a customer asked a provider to collect for which documents, and since when.

An attempt holds its documents from the moment it is begun until it is known that it brings nothing:
what it is for is in flight, lowers what can be paid, and cannot be paid twice. What was agreed to
stands in its items, from our rows; no amount ever comes from a provider or a page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from portal_data import store
from portal_data.errors import NotFound
from portal_data.kinds import INVOICE, RETAINER, Kind
from portal_data.messaging import outbox
from portal_data.scope import Permission, Scope
from portal_data.store import OpenSession, Session
from portal_data.text.language import _

Row = dict[str, Any]

ENDED = "autopay.ended"
"""The kind of work that auto-pay has with an attempt that is in flight no more."""


class Status(StrEnum):
    """Where an attempt is; see `provider.State` for the words it shares with providers."""

    AWAITING_APPROVAL = "awaiting_approval"
    """More than its contact may pay alone: somebody who may has to agree first."""
    CREATED = "created"
    REQUIRES_ACTION = "requires_action"
    PENDING = "pending"
    HELD = "held"
    """Something about it is wrong, such as the amount that came: a person has to look."""
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"

    @property
    def in_flight(self) -> bool:
        """Whether it may bring money yet, and holds its documents."""
        return self in IN_FLIGHT

    @property
    def unfinished(self) -> bool:
        """Whether the payer can still go on with it, or leave it."""
        return self in (Status.AWAITING_APPROVAL, Status.CREATED, Status.REQUIRES_ACTION)


IN_FLIGHT = (
    Status.AWAITING_APPROVAL,
    Status.CREATED,
    Status.REQUIRES_ACTION,
    Status.PENDING,
    Status.HELD,
)
FLYING = f"status in ({', '.join(repr(each.value) for each in IN_FLIGHT)})"
"""Whether an attempt is in flight, of its row."""


@dataclass(frozen=True, slots=True)
class Item:
    """What an attempt is for of one document, in minor units."""

    kind: Kind
    number: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt, for its customer. Amounts are minor units, moments naive UTC.

    `payment` is the number of the receipt that it became, `link_id` the public link by which it was
    begun.
    """

    id: UUID
    version: int
    status: Status
    provider: str
    contact_id: UUID | None
    contact: str | None
    currency_code: str
    amount_minor: int
    failure_code: str | None
    expected_on: Date | None
    created_at: datetime
    expires_at: datetime | None
    link_id: UUID | None
    payment: str | None
    items: tuple[Item, ...]

    @property
    def numbers(self) -> str:
        """The numbers of its documents, the first of many."""
        return numbered([item.number for item in self.items])


_ATTEMPT = """
    select a.id, a.version, a.status, a.provider, a.contact_id, a.currency_code, a.amount_minor,
        a.failure_code, a.expected_on, a.created_at, a.expires_at, a.link_id,
        p.number as payment,
        nullif(trim(concat(coalesce(c.first_name, ''), ' ', coalesce(c.last_name, ''))), '')
            as contact
    from payment_attempts a
    left join contacts c on c.id = a.contact_id
    left join payments p on p.attempt_id = a.id
"""
_ONE = f"{_ATTEMPT} where a.id = $id order by a.id"
_OPEN = f"{_ATTEMPT} where a.{FLYING} order by a.created_at desc, a.id"
_OF_LINK = f"""
    {_ATTEMPT} where a.link_id = $link_id order by a.created_at desc, a.id limit 3
"""
_ITEMS = """
    select attempt_id, invoice_id, retainer_invoice_id, amount_minor
    from payment_attempt_items
    where attempt_id = any($attempts)
    order by attempt_id, id
"""
_NUMBERS = {
    "invoice_id": "select id, number from invoices_by_ids order by number",
    "retainer_invoice_id": "select id, number from retainer_invoices_by_ids order by number",
}
_KINDS = {"invoice_id": INVOICE, "retainer_invoice_id": RETAINER}
_HELD = """
    select id, customer_id, contact_id, link_id, version, status, provider, currency_code,
        amount_minor, saved_method_id, save_method, provider_reference, redirect_url, expires_at,
        mandate_id, consent
    from core.payment_attempts
    where customer_id = $customer_id and id = $id
    order by id
"""
_ITEMS_HELD = """
    select invoice_id, retainer_invoice_id, amount_minor
    from core.payment_attempt_items
    where customer_id = $customer_id and attempt_id = $id
    order by invoice_id, retainer_invoice_id
"""
_DOCUMENTS = """
    select t.attempt_id, t.amount_minor, coalesce(i.number, r.number) as number,
        case when t.invoice_id is null then 'retainer_invoice' else 'invoice' end as record
    from core.payment_attempt_items t
    left join core.invoices i on i.customer_id = t.customer_id and i.id = t.invoice_id
    left join core.retainer_invoices r
        on r.customer_id = t.customer_id and r.id = t.retainer_invoice_id
    where t.attempt_id = any($ids)
    order by 1, 3
"""
_HOLD = {
    "invoice_id": """
        select id from core.invoices
        where customer_id = $customer_id and id in (
            select invoice_id from core.payment_attempt_items
            where customer_id = $customer_id and attempt_id = $id
        )
        order by id
    """,
    "retainer_invoice_id": """
        select id from core.retainer_invoices
        where customer_id = $customer_id and id in (
            select retainer_invoice_id from core.payment_attempt_items
            where customer_id = $customer_id and attempt_id = $id
        )
        order by id
    """,
}
_FLIGHT = {
    "invoice_id": """
        update core.invoices
        set version = version + 1, updated_at = $now,
            pending_minor = pending_minor + $sign::bigint * item.amount_minor
        from core.payment_attempt_items item
        where invoices.customer_id = $customer_id and item.customer_id = $customer_id
            and item.attempt_id = $id and item.invoice_id = invoices.id
    """,
    "retainer_invoice_id": """
        update core.retainer_invoices
        set version = version + 1, updated_at = $now,
            pending_minor = pending_minor + $sign::bigint * item.amount_minor
        from core.payment_attempt_items item
        where retainer_invoices.customer_id = $customer_id and item.customer_id = $customer_id
            and item.attempt_id = $id and item.retainer_invoice_id = retainer_invoices.id
    """,
}
_MOVE = """
    update core.payment_attempts
    set version = version + 1, status = $status, failure_code = $failure_code,
        failure_message = $failure_message, held_reason = $held_reason, expected_on = $expected_on,
        redirect_url = coalesce($url, redirect_url), updated_at = $now
    where customer_id = $customer_id and id = $id
"""


def get(scope: Scope, attempt_id: UUID) -> Attempt:
    """Return one of the customer's attempts; by a link, one that it began. Raises NotFound."""
    with store.reading(scope) as session:
        rows = session.rows(_ONE, id=attempt_id)
        if scope.linked:
            rows = [row for row in rows if row["link_id"] == scope.contact_id]
        need(rows)
        return _attempts(session, rows)[0]


def of_link(scope: Scope) -> list[Attempt]:
    """Return the latest attempts that were begun by the link which a scope is of, newest first."""
    with store.reading(scope) as session:
        return _attempts(session, session.rows(_OF_LINK, link_id=scope.contact_id))


def need_payer(scope: Scope) -> None:
    """Raise NotAllowed unless somebody may pay: anything, or by a link what that is of."""
    scope.need(Permission.INVOICE_PAY_LINKED if scope.linked else Permission.INVOICE_PAY)


@store.cached
def in_flight(scope: Scope) -> list[Attempt]:
    """Return the customer's attempts that may bring money yet, newest first."""
    with store.reading(scope) as session:
        return _attempts(session, session.rows(_OPEN))


def held(session: Session, customer_id: UUID, attempt_id: UUID) -> Row:
    """Return the row of an attempt, held until the transaction ends. Raises NotFound."""
    return need(session.locked(_HELD, customer_id=customer_id, id=attempt_id))


def need(found: Sequence[Row]) -> Row:
    """Return the one row that was looked for. Raises NotFound."""
    if not found:
        raise NotFound(_("There is no such payment."))
    return found[0]


def items_of(session: Session, customer_id: UUID, attempt_id: UUID) -> list[Row]:
    """Return what an attempt is for: invoice_id or retainer_invoice_id, and amount_minor."""
    return session.rows(_ITEMS_HELD, customer_id=customer_id, id=attempt_id)


def fly(session: Session, attempt: Row, items: Sequence[Row], now: datetime) -> None:
    """Hold the documents of an attempt, whose items are written: so much of each is in flight."""
    _fly(session, attempt, items, 1, now)


def land(session: Session, attempt: Row, items: Sequence[Row], now: datetime) -> None:
    """Let go of the documents of an attempt."""
    _fly(session, attempt, items, -1, now)


def move(
    session: Session,
    attempt: Row,
    status: Status,
    now: datetime,
    *,
    failure: tuple[str | None, str | None] = (None, None),
    held_reason: str | None = None,
    expected_on: Date | None = None,
    url: str | None = None,
) -> None:
    """Write that an attempt, whose row is held, is in another state now.

    The payer goes on at `url`, when that is another page than so far.
    """
    session.change(
        _MOVE,
        id=attempt["id"],
        customer_id=attempt["customer_id"],
        status=status.value,
        failure_code=failure[0],
        failure_message=failure[1],
        held_reason=held_reason,
        expected_on=expected_on,
        url=url,
        now=now,
    )
    if not status.in_flight and (attempt["mandate_id"] or attempt["consent"]):
        outbox.enqueue(
            session,
            ENDED,
            dedup_key=f"{ENDED}:{attempt['id']}:{status}",
            payload={"attempt_id": str(attempt["id"])},
            customer_id=attempt["customer_id"],
            now=now,
        )


def numbered(numbers: Sequence[str], most: int = 3) -> str:
    """Return numbers of documents in a line: the first ones, and how many more there are."""
    left_out = len(numbers) - most
    return ", ".join(numbers[:most]) + (f" +{left_out}" if left_out > 0 else "")


def _fly(session: Session, attempt: Row, items: Sequence[Row], sign: int, now: datetime) -> None:
    own = {"customer_id": attempt["customer_id"], "id": attempt["id"]}
    for column, sql in _FLIGHT.items():
        count = sum(item[column] is not None for item in items)
        if count > 1:  # in one order, or two payments of the same could wait for each other
            session.locked(_HOLD[column], **own)
        if count:
            session.change(sql, **own, sign=sign, now=now)


def documents_of(session: Session, attempt_ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """Return what attempts are for, whosever they are, in the order of the documents' numbers.

    Each is a row of record, number and amount_minor.
    """
    found: dict[UUID, list[Row]] = {each: [] for each in attempt_ids}
    for row in session.rows(_DOCUMENTS, ids=list(attempt_ids)) if attempt_ids else ():
        found[row.pop("attempt_id")].append(row)
    return found


def numbers_of(session: OpenSession, attempt_id: UUID) -> str:
    """Return the numbers of an attempt's documents in a line, whosever it is."""
    documents = documents_of(session, [attempt_id])[attempt_id]
    return numbered([each["number"] for each in documents])


def items_named(session: Session, attempt_ids: Sequence[UUID]) -> dict[UUID, list[Item]]:
    """Return what attempts are for, by attempt, in the order of the documents' numbers."""
    items = session.rows(_ITEMS, attempts=list(attempt_ids))
    numbers = {
        row["id"]: row["number"]
        for column, sql in _NUMBERS.items()
        if (ids := [item[column] for item in items if item[column]])
        for row in session.rows(sql, ids=ids)
    }
    found: dict[UUID, list[Item]] = {}
    for item in items:
        column = "invoice_id" if item["invoice_id"] else "retainer_invoice_id"
        named = Item(_KINDS[column], numbers.get(item[column], ""), item["amount_minor"])
        found.setdefault(item["attempt_id"], []).append(named)
    for each in found.values():
        each.sort(key=lambda item: item.number)
    return found


def _attempts(session: Session, rows: list[Row]) -> list[Attempt]:
    items = items_named(session, [row["id"] for row in rows]) if rows else {}
    return [
        Attempt(
            **{**row, "status": Status(row["status"])},
            items=tuple(items.get(row["id"], ())),
        )
        for row in rows
    ]
