"""Payments the customer made: pages of a list, and one receipt with what the payment settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date
from enum import StrEnum
from typing import Any
from uuid import UUID

import pyarrow as pa

from portal_data import store
from portal_data.billing import refunds
from portal_data.billing.columnar import joined_by, looked_up
from portal_data.billing.refunds import Refund
from portal_data.errors import NotFound
from portal_data.paging import Page
from portal_data.scope import Scope
from portal_data.search import amounts, contains

PAGE_SIZE = 20


class Filter(StrEnum):
    """The list's filters: what a payment was made for."""

    ALL = "all"
    INVOICE = "invoice"
    RETAINER = "retainer"


class Sort(StrEnum):
    """The list's orders."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LARGEST = "largest"
    SMALLEST = "smallest"


class Status(StrEnum):
    """What became of a payment. Void ones are not listed, but their receipts still say so."""

    SUCCEEDED = "succeeded"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One line of the list. Amounts are minor units of `currency_code`."""

    id: UUID
    number: str
    kind: str
    date: Date
    mode: str
    reference: str | None
    currency_code: str
    amount_minor: int
    unused_minor: int
    paid_numbers: list[str]
    """The numbers of the invoices or retainer invoices it was applied to."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """What a payment gave to one document: kind is invoice or retainer.

    `date` and `total_minor` are the document's. The amount was paid; tax withheld and the discount
    for paying early lowered the document's balance beside it.
    """

    kind: str
    number: str
    date: Date
    total_minor: int
    amount_minor: int
    withheld_minor: int
    early_discount_minor: int


@dataclass(frozen=True, slots=True)
class Payment:
    """A whole payment. Amounts are in minor units of `currency_code`."""

    id: UUID
    number: str
    kind: str
    status: Status
    date: Date
    mode: str
    reference: str | None
    description: str | None
    currency_code: str
    amount_minor: int
    unused_minor: int
    allocations: list[Allocation]
    refunds: list[Refund]

    @property
    def refunded_minor(self) -> int:
        """What arrived back at the customer."""
        return refunds.arrived(self.refunds)


_FOUND = """
    with mine as materialized (
        select id, number, kind, date, mode, reference, currency_code, amount_minor, unused_minor
        from payments
        where status = 'succeeded' and ($pattern = '%' or number ilike $pattern escape '!'
            or reference ilike $pattern escape '!' or mode ilike $pattern escape '!'
            or currency_code || amount_minor = any($amounts) or id = any($paid_for))
    )
"""
_COUNTS = (
    _FOUND
    + """
    select count(*)::bigint as "all",
        coalesce(sum(case when kind = 'invoice' then 1 else 0 end), 0)::bigint as invoice,
        coalesce(sum(case when kind = 'retainer' then 1 else 0 end), 0)::bigint as retainer
    from mine
    order by 1
"""
)
_LISTED = (
    _FOUND
    + """
    select id, number, kind, date, mode, reference, currency_code, amount_minor, unused_minor
    from mine
    where $wanted = 'all' or kind = $wanted
"""
)
_PAGED = " limit $size offset $skip"
_PAGES = {
    Sort.NEWEST: _LISTED + "order by date desc, number desc" + _PAGED,
    Sort.OLDEST: _LISTED + "order by date, number" + _PAGED,
    Sort.LARGEST: _LISTED + "order by amount_minor desc, number desc" + _PAGED,
    Sort.SMALLEST: _LISTED + "order by amount_minor, number" + _PAGED,
}
_PAID_FOR = """
    select payment_id
    from allocations
    where invoice_id in (select id from invoices where number ilike $pattern escape '!')
        or retainer_invoice_id in (
            select id from retainer_invoices where number ilike $pattern escape '!')
    order by payment_id
"""
_GET = """
    select id, number, kind, status, date, mode, reference, description, currency_code,
        amount_minor, unused_minor
    from payments
    where number = $number
    order by number
"""
# plain queries of one table each: a join of all three costs more to plan than these to run
_ALLOCATIONS = """
    select payment_id, invoice_id, retainer_invoice_id, amount_minor, withheld_minor,
        early_discount_minor
    from allocations
    where payment_id = any($ids)
    order by payment_id, date, id
"""
_INVOICES = """
    select id, number, date, total_minor from invoices where id = any($ids) order by number
"""
_RETAINERS = """
    select id, number, date, total_minor from retainer_invoices where id = any($ids) order by number
"""
_PAID_NUMBERS = """
    select a.payment_id, i.number
    from allocations a
    join invoices i on i.id = a.invoice_id
    union all
    select a.payment_id, r.number
    from allocations a
    join retainer_invoices r on r.id = a.retainer_invoice_id
    order by 1, 2
"""
_NUMBER_OF = "select number from payments where id = $id order by number"


@store.cached
def list_page(
    scope: Scope,
    *,
    wanted: Filter = Filter.ALL,
    search: str = "",
    sort: Sort = Sort.NEWEST,
    page: int = 1,
    size: int | None = PAGE_SIZE,
) -> Page[PaymentRow, Filter]:
    """Return page `page` (from 1) of the payments received, with the count of every filter.

    `search` looks in number, reference, mode, amount and numbers of what was paid. A page past
    the end is empty; without a `size` one page holds all. Amounts order the numbers alone,
    whatever their currencies.
    """
    with store.reading(scope) as session:
        found_by = _found_by(session, search)
        counted = session.one(_COUNTS, **found_by) or {}
        found = session.rows(
            _PAGES[sort],
            **found_by,
            wanted=wanted.value,
            size=size,
            skip=max(page - 1, 0) * (size or 0),
        )
        paid = _allocations(session, [row["id"] for row in found])
    counts = {each: int(counted[each.value]) for each in Filter}
    rows = [
        PaymentRow(**row, paid_numbers=[each.number for each in paid.get(row["id"], [])])
        for row in found
    ]
    return Page(rows, counts[wanted], counts)


def extract(
    scope: Scope,
    *,
    wanted: Filter = Filter.ALL,
    search: str = "",
    sort: Sort = Sort.NEWEST,
) -> pa.Table:
    """Return all rows of `list_page` by column, for files.

    The names are those of `PaymentRow`, but the numbers of what was paid are one text.
    """
    with store.reading(scope) as session:
        found_by = _found_by(session, search)
        found = session.arrow(_PAGES[sort], **found_by, wanted=wanted.value, size=None, skip=0)
        paid = session.arrow(_PAID_NUMBERS)
    ids, numbers = joined_by(paid["payment_id"], paid["number"])
    return found.append_column("paid_numbers", looked_up(found["id"], ids, numbers))


@store.cached
def get(scope: Scope, number: str) -> Payment:
    """Return the payment with this number. Raises NotFound when there is none of the customer's."""
    with store.reading(scope) as session:
        head = session.one(_GET, number=number)
        if head is None:
            raise NotFound("There is no such payment.")
        allocations = _allocations(session, [head["id"]]).get(head["id"], [])
        paid_back = refunds.of_payment(session, head["id"])
    status = Status(head.pop("status"))
    return Payment(**head, status=status, allocations=allocations, refunds=paid_back)


def number_of(scope: Scope, payment_id: UUID) -> str:
    """Return a payment's number by its id. Raises NotFound when the customer has none."""
    with store.reading(scope) as session:
        number = session.value(_NUMBER_OF, id=payment_id)
    if number is None:
        raise NotFound("There is no such payment.")
    return str(number)


def _found_by(session: store.Session, search: str) -> dict[str, Any]:
    """Return the parameters of what is looked for; what was paid is only read to find something."""
    pattern = contains(search)
    paid_for = session.rows(_PAID_FOR, pattern=pattern) if search.strip() else []
    return {
        "pattern": pattern,
        "amounts": amounts(search),
        "paid_for": [row["payment_id"] for row in paid_for],
    }


def _allocations(session: store.Session, ids: Sequence[UUID]) -> dict[UUID, list[Allocation]]:
    """Return what each of the payments `ids` paid, in the order of the documents' numbers."""
    rows = session.rows(_ALLOCATIONS, ids=list(ids)) if ids else []
    invoices = [row["invoice_id"] for row in rows if row["invoice_id"]]
    retainers = [row["retainer_invoice_id"] for row in rows if row["retainer_invoice_id"]]
    documents = {
        row["id"]: row
        for sql, wanted in ((_INVOICES, invoices), (_RETAINERS, retainers))
        for row in (session.rows(sql, ids=wanted) if wanted else ())
    }
    paid: dict[UUID, list[Allocation]] = {}
    for row in rows:
        document = documents.get(row["invoice_id"] or row["retainer_invoice_id"])
        if document is None:
            continue
        paid.setdefault(row["payment_id"], []).append(
            Allocation(
                "invoice" if row["invoice_id"] else "retainer",
                document["number"],
                document["date"],
                document["total_minor"],
                row["amount_minor"],
                row["withheld_minor"],
                row["early_discount_minor"],
            )
        )
    for allocations in paid.values():
        allocations.sort(key=lambda each: each.number)
    return paid
