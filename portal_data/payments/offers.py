"""Offers: how much of which documents a customer can pay now, and with which saved methods."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from typing import Any
from uuid import UUID

from portal_data import store
from portal_data.billing import disputes
from portal_data.business import preferences
from portal_data.errors import NotFound
from portal_data.payments.attempts import Row
from portal_data.payments.provider import Provider
from portal_data.scope import Scope
from portal_data.store import Session
from portal_data.text.language import _

MOST = 100
"""Documents of one payment."""


@dataclass(frozen=True, slots=True)
class Payable:
    """What can be paid of one document, in minor units: at least `least_minor`, or nothing.

    `open_minor` is its balance, `version` what an order has to have seen. `online` says whether it
    can be paid through the provider at all.
    """

    record: str
    number: str
    version: int
    subject: str | None
    due_date: Date | None
    currency_code: str
    open_minor: int
    pending_minor: int
    disputed_minor: int
    payable_minor: int
    least_minor: int
    online: bool


@dataclass(frozen=True, slots=True)
class SavedMethod:
    """A saved card or bank account that can be paid with."""

    id: UUID
    version: int
    kind: str
    brand: str | None
    last4: str | None
    expires_month: int | None
    expires_year: int | None
    is_default: bool


# as customers see the table, and as rows are held
_DISPUTES = f"""coalesce((
                select sum(d.amount_minor)::bigint from disputes d
                where d.customer_id = i.customer_id and d.invoice_id = i.id and d.{disputes.OPEN}
            ), 0) as disputed_minor"""
_DISPUTES_HELD = _DISPUTES.replace("from disputes", "from core.disputes")
_OF_INVOICE = """i.id, i.customer_id, i.number, i.version, i.status, i.subject, i.due_date,
            i.currency_code, i.balance_minor, i.pending_minor, i.in_question_minor,
            i.partial_payments, i.minimum_payment_minor"""
_OF_RETAINER = """id, customer_id, number, version, status, reference as subject, due_date,
            currency_code, balance_minor, pending_minor, in_question_minor,
            false as partial_payments, null::bigint as minimum_payment_minor,
            0 as disputed_minor"""
_HELD = {
    "invoice": f"""
        select {_OF_INVOICE}, {_DISPUTES_HELD}
        from core.invoices i
        where i.customer_id = $customer_id and i.number = any($numbers)
        order by i.id
    """,
    "retainer_invoice": f"""
        select {_OF_RETAINER}
        from core.retainer_invoices
        where customer_id = $customer_id and number = any($numbers)
        order by id
    """,
}
_HELD_BY_ID = """
    select id from core.invoices where customer_id = $customer_id and id = any($ids) order by id
"""
_NAMED = {
    "invoice": f"""
        select {_OF_INVOICE}, {_DISPUTES}
        from invoices i
        where i.number = any($numbers)
        order by i.due_date, i.number
    """,
    "retainer_invoice": f"""
        select {_OF_RETAINER}
        from retainer_invoices
        where number = any($numbers)
        order by due_date, number
    """,
}
_DUE = f"""
    select {_OF_INVOICE}, {_DISPUTES}
    from invoices i
    where i.status = 'sent' and i.balance_minor > i.pending_minor and i.in_question_minor = 0
        and i.currency_code = $currency
    order by i.due_date, i.number
    limit $most
"""
_CURRENCIES = """
    select distinct i.currency_code
    from invoices i
    where i.status = 'sent' and i.balance_minor > i.pending_minor and i.in_question_minor = 0
        and case
            when exists (select 1 from invoice_providers p where p.invoice_id = i.id)
            then exists (
                select 1 from invoice_providers p
                where p.invoice_id = i.id and p.provider = $provider
            )
            else $everywhere
        end
    order by i.currency_code
"""
_PROVIDERS = {
    "invoice": """
        select invoice_id as id, provider from invoice_providers where invoice_id = any($ids)
        order by 1, 2
    """,
    "retainer_invoice": """
        select retainer_invoice_id as id, provider from retainer_invoice_providers
        where retainer_invoice_id = any($ids)
        order by 1, 2
    """,
}
_METHODS = """
    select m.id, m.version, m.kind, m.brand, m.last4, m.expires_month, m.expires_year, m.is_default
    from saved_methods m
    join customers u on u.id = m.customer_id
    where m.provider = $provider and m.status = 'verified'
        and (m.kind <> 'bank' or u.bank_payment_allowed)
    order by m.is_default desc, m.created_at desc, m.id
"""


def named(
    scope: Scope, provider: Provider | None, record: str, numbers: Sequence[str]
) -> list[Payable]:
    """Return documents by their numbers, the one due first first, whatever can be paid of them.

    Raises NotFound when one of them is not the customer's.
    """
    wanted = list(dict.fromkeys(numbers))[:MOST]
    with store.reading(scope) as session:
        rows = session.rows(_NAMED[record], numbers=wanted) if record in _NAMED else []
        if len(rows) != len(wanted):
            raise NotFound(_("There is no such document."))
        return _payables(session, provider, record, rows)


def due(scope: Scope, provider: Provider | None, currency: str) -> list[Payable]:
    """Return the open invoices of a currency, the one due first first, at most `MOST`.

    Not those that are wholly on their way or in question; of some nothing can be paid, or not
    online.
    """
    with store.reading(scope) as session:
        rows = session.rows(_DUE, currency=currency, most=MOST)
        return _payables(session, provider, "invoice", rows)


@store.cached
def reached(scope: Scope, provider: str, record: str, ids: tuple[UUID, ...]) -> frozenset[UUID]:
    """Return which of some own documents can be paid through a provider by its key."""
    everywhere = preferences.of(scope).pay_online
    with store.reading(scope) as session:
        return frozenset(_reached(session, provider, record, ids, everywhere=everywhere))


@store.cached
def currencies(scope: Scope, provider: str) -> frozenset[str]:
    """Return the currencies in which invoices are open that can be paid through a provider."""
    with store.reading(scope) as session:
        everywhere = preferences.get(session).pay_online
        rows = session.rows(_CURRENCIES, provider=provider, everywhere=everywhere)
    return frozenset(row["currency_code"] for row in rows)


def split(payables: Sequence[Payable], total_minor: int) -> dict[str, int]:
    """Return how an amount is paid towards documents, by their numbers: the one due first first.

    No document gets more than can be paid of it, or less than its least; what is left over then is
    in none of them.
    """
    parts, left = {}, total_minor
    for each in payables:
        part = min(left, each.payable_minor)
        if part > 0 and part >= each.least_minor:
            parts[each.number] = part
            left -= part
    return parts


def saved(scope: Scope, provider: Provider) -> list[SavedMethod]:
    """Return the saved methods that can be paid with, the one that is offered first first."""
    with store.reading(scope) as session:
        return [SavedMethod(**row) for row in session.rows(_METHODS, provider=provider.key)]


def held(session: Session, scope: Scope, record: str, numbers: Sequence[str]) -> list[Row]:
    """Return the rows of documents, held in one order until the transaction ends."""
    return held_of(session, scope.customer_id, record, numbers)


def held_of(session: Session, customer_id: UUID, record: str, numbers: Sequence[str]) -> list[Row]:
    """Return the rows of documents of any customer, held as by `held`."""
    sql = _HELD.get(record)
    if sql is None:
        return []
    found = session.locked(sql, customer_id=customer_id, numbers=list(numbers))
    return [row for row in found if row["status"] != "draft"]


def hold_by_id(session: Session, customer_id: UUID, ids: Sequence[UUID]) -> None:
    """Hold invoices, in one order, until the transaction ends."""
    if ids:
        session.locked(_HELD_BY_ID, customer_id=customer_id, ids=list(ids))


def payable(row: Mapping[str, Any]) -> int:
    """Return how much of a document can be paid now, in minor units, of its row.

    That is not what is on its way or in dispute, and nothing while part of it is in question.
    """
    if row["status"] != "sent" or row["in_question_minor"]:
        return 0
    disputed = min(row["disputed_minor"], row["balance_minor"])
    left: int = row["balance_minor"] - row["pending_minor"] - disputed
    return max(left, 0)


def least_of(row: Mapping[str, Any], *, in_parts: bool) -> int:
    """Return the least that can be paid of a document: all of it, unless parts are allowed."""
    left = payable(row)
    if not (row["partial_payments"] or in_parts):
        return left
    return min(max(row["minimum_payment_minor"] or 1, 1), left)


def online(
    session: Session, provider: Provider | None, record: str, ids: Sequence[UUID]
) -> set[UUID]:
    """Return which documents can be paid through the provider: that they name, or that all have."""
    if provider is None or not ids:
        return set()
    everywhere = preferences.get(session).pay_online
    return _reached(session, provider.key, record, ids, everywhere=everywhere)


def _reached(
    session: Session, provider: str, record: str, ids: Sequence[UUID], *, everywhere: bool
) -> set[UUID]:
    named: dict[UUID, set[str]] = {}
    for row in session.rows(_PROVIDERS[record], ids=list(ids)):
        named.setdefault(row["id"], set()).add(row["provider"])
    return {each for each in ids if (provider in named[each] if each in named else everywhere)}


def _payables(
    session: Session, provider: Provider | None, record: str, rows: list[Row]
) -> list[Payable]:
    reached = online(session, provider, record, [row["id"] for row in rows])
    in_parts = preferences.get(session).pay_in_parts
    return [
        Payable(
            record=record,
            number=row["number"],
            version=row["version"],
            subject=row["subject"],
            due_date=row["due_date"],
            currency_code=row["currency_code"],
            open_minor=row["balance_minor"],
            pending_minor=row["pending_minor"],
            disputed_minor=min(row["disputed_minor"], row["balance_minor"]),
            payable_minor=payable(row),
            least_minor=least_of(row, in_parts=in_parts),
            online=row["id"] in reached,
        )
        for row in rows
    ]
