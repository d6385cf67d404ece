"""Payments the customer made: the list, and one receipt with what the payment settled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from enum import StrEnum
from typing import Any
from uuid import UUID

import pyarrow as pa

from portal_data import lists, store
from portal_data.billing import refunds
from portal_data.billing.refunds import Refund
from portal_data.errors import NotFound
from portal_data.lists import columns
from portal_data.lists.columnar import joined_by, looked_up
from portal_data.lists.columns import Column
from portal_data.scope import Scope
from portal_data.text.language import _


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

    `date` and `total_minor` are the document's. The amount was paid, and `returned_minor` of it
    went back since; tax withheld and the discount for paying early lower the document's balance
    beside what is kept.
    """

    kind: str
    number: str
    date: Date
    total_minor: int
    amount_minor: int
    withheld_minor: int
    early_discount_minor: int
    returned_minor: int = 0

    @property
    def kept_minor(self) -> int:
        """What of the document stays paid."""
        return self.amount_minor - self.returned_minor


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
    from payments_by_number
    order by number
"""
# plain queries of one table each: a join of all three costs more to plan than these to run
_ALLOCATIONS = """
    select payment_id, invoice_id, retainer_invoice_id, amount_minor, withheld_minor,
        early_discount_minor, reverses_id is not null as reverses,
        case when source_key like 'reallocated:%' then true else false end as moved
    from allocations_by_payment_ids
    order by payment_id, date, id
"""
_INVOICES = """
    select id, number, date, total_minor from invoices_by_ids order by number
"""
_RETAINERS = """
    select id, number, date, total_minor from retainer_invoices_by_ids order by number
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


def _name_paid(session: store.Session, rows: list[dict[str, Any]], _: Mapping[str, Any]) -> None:
    """Read the numbers of what each payment paid."""
    paid = _allocations(session, [row["id"] for row in rows])
    for row in rows:
        row["paid_numbers"] = [each.number for each in paid.get(row["id"], [])]


def _name_all_paid(session: store.Session, rows: pa.Table) -> pa.Table:
    """Read the numbers of what each payment paid, as one text."""
    paid = session.arrow(_PAID_NUMBERS)
    ids, numbers = joined_by(paid["payment_id"], paid["number"])
    return rows.append_column("paid_numbers", looked_up(rows["id"], ids, numbers))


LIST = lists.List(
    reading=store.reading,
    row=PaymentRow,
    columns="id, number, kind, date, mode, reference, currency_code, amount_minor, unused_minor",
    source="payments",
    condition="status = 'succeeded'",
    search=("number", "reference", "mode"),
    amounts=("amount_minor",),
    found_in={"paid_for": _PAID_FOR},
    filters=lists.each_of("kind", Filter),
    orders={
        Sort.NEWEST: "date desc, number desc",
        Sort.OLDEST: "date, number",
        Sort.LARGEST: "amount_minor desc, number desc",
        Sort.SMALLEST: "amount_minor, number",
    },
    complete=_name_paid,
    complete_table=_name_all_paid,
    export={
        Column("Receipt"): "number",
        columns.DATE: "date",
        Column("Made for"): columns.in_words("kind"),
        Column("Mode"): "mode",
        Column("Reference"): "reference",
        Column("Applied to"): "paid_numbers",
        columns.CURRENCY: "currency_code",
        columns.AMOUNT: "amount_minor",
        Column("Unused", columns.Kind.MONEY, summed=True): "unused_minor",
    },
)


@store.cached
def get(scope: Scope, number: str) -> Payment:
    """Return the payment with this number. Raises NotFound when there is none of the customer's."""
    with store.reading(scope) as session:
        head = session.one(_GET, number=number)
        if head is None:
            raise NotFound(_("There is no such payment."))
        allocations = _allocations(session, [head["id"]]).get(head["id"], [])
        paid_back = refunds.of_payment(session, head["id"])
    status = Status(head.pop("status"))
    return Payment(**head, status=status, allocations=allocations, refunds=paid_back)


def _allocations(session: store.Session, payments: Sequence[UUID]) -> dict[UUID, list[Allocation]]:
    """Return what each of the `payments` paid, in the order of the documents' numbers."""
    rows = session.rows(_ALLOCATIONS, payment_ids=list(payments)) if payments else []
    invoices = [row["invoice_id"] for row in rows if row["invoice_id"]]
    retainers = [row["retainer_invoice_id"] for row in rows if row["retainer_invoice_id"]]
    documents = {
        row["id"]: row
        for sql, ids in ((_INVOICES, invoices), (_RETAINERS, retainers))
        for row in (session.rows(sql, ids=ids) if ids else ())
    }
    paid: dict[UUID, list[Allocation]] = {}
    for (payment_id, document_id), parts in _by_document(rows).items():
        document = documents.get(document_id)
        back = sum(-each["amount_minor"] for each in parts if each["reverses"])
        moved = sum(-each["amount_minor"] for each in parts if each["reverses"] and each["moved"])
        gave = sum(each["amount_minor"] for each in parts) + back - moved
        if document is None or not (gave or sum(each["withheld_minor"] for each in parts)):
            continue
        paid.setdefault(payment_id, []).append(
            Allocation(
                "invoice" if parts[0]["invoice_id"] else "retainer",
                document["number"],
                document["date"],
                document["total_minor"],
                gave,
                sum(each["withheld_minor"] for each in parts),
                sum(each["early_discount_minor"] for each in parts),
                back - moved,
            )
        )
    for allocations in paid.values():
        allocations.sort(key=lambda each: each.number)
    return paid


def _by_document(rows: Sequence[dict[str, Any]]) -> dict[tuple[UUID, UUID], list[dict[str, Any]]]:
    """Return what payments gave and took back, by payment and document."""
    found: dict[tuple[UUID, UUID], list[dict[str, Any]]] = {}
    for row in rows:
        key = (row["payment_id"], row["invoice_id"] or row["retainer_invoice_id"])
        found.setdefault(key, []).append(row)
    return found
