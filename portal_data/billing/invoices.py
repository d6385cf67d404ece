"""Invoices as a customer sees them: pages of a list, and one document with what settled it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import pyarrow as pa

from portal_data import store
from portal_data.billing import settlements
from portal_data.billing.columnar import with_states
from portal_data.billing.history import Event
from portal_data.billing.lines import Line, TaxLine, taxes
from portal_data.billing.settlements import Settlement
from portal_data.errors import NotFound
from portal_data.paging import Page
from portal_data.scope import Scope
from portal_data.search import amounts, contains

PAGE_SIZE = 20


class Status(StrEnum):
    """What a customer is told. Overdue and partially paid are derived, never stored.

    In question is what the books before call settled by something that an import could not take
    over: nobody is asked to pay it until that is cleared.
    """

    UNPAID = "Unpaid"
    PARTIALLY_PAID = "Partially paid"
    OVERDUE = "Overdue"
    IN_QUESTION = "In question"
    PAID = "Paid"
    VOID = "Void"
    WRITTEN_OFF = "Written off"


class Filter(StrEnum):
    """The list's filters. Unpaid is everything that is still owed, so it holds the next two."""

    ALL = "all"
    UNPAID = "unpaid"
    PARTIALLY_PAID = "partially_paid"
    OVERDUE = "overdue"
    PAID = "paid"
    VOID = "void"


class Sort(StrEnum):
    """The list's orders; each is descending but for `due`, which asks what comes first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    DUE = "due"
    NUMBER = "number"
    TOTAL = "total"
    BALANCE = "balance"


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One line of the list. Amounts are minor units of `currency_code`."""

    id: UUID
    number: str
    subject: str | None
    reference: str | None
    date: Date
    due_date: Date
    status: Status
    partially_paid: bool
    days_overdue: int
    currency_code: str
    total_minor: int
    balance_minor: int
    pending_minor: int
    in_question_minor: int
    viewed: bool


@dataclass(frozen=True, slots=True)
class Invoice:
    """A whole invoice. Amounts are in minor units; addresses are multi-line text."""

    id: UUID
    number: str
    date: Date
    due_date: Date
    status: Status
    partially_paid: bool
    days_overdue: int
    subject: str | None
    reference: str | None
    estimate_number: str | None
    payment_terms_label: str | None
    expected_payment_date: Date | None
    currency_code: str
    tax_inclusive: bool
    subtotal_minor: int
    discount_minor: int
    tax_minor: int
    shipping_minor: int
    adjustment_minor: int
    adjustment_label: str | None
    round_off_minor: int
    total_minor: int
    balance_minor: int
    pending_minor: int
    in_question_minor: int
    written_off_minor: int
    partial_payments: bool
    billing_address: str | None
    shipping_address: str | None
    salesperson: str | None
    notes: str | None
    terms: str | None
    sent_at: datetime | None
    first_viewed_at: datetime | None
    lines: list[Line]
    taxes: list[TaxLine]
    settlements: list[Settlement]
    history: list[Event]

    @property
    def settled_minor(self) -> int:
        """What has been paid, credited, drawn or written off so far."""
        return self.total_minor - self.balance_minor

    @property
    def payable_minor(self) -> int:
        """What the customer may pay: nothing while part of it is in question."""
        if self.status not in (Status.UNPAID, Status.PARTIALLY_PAID, Status.OVERDUE):
            return 0
        return max(self.balance_minor - self.pending_minor, 0)


_FOUND = """
    with mine as materialized (
        select id, number, subject, reference, date, due_date, status, currency_code, total_minor,
            balance_minor, pending_minor, in_question_minor, first_viewed_at
        from invoices
        where $pattern = '%' or number ilike $pattern escape '!'
            or subject ilike $pattern escape '!' or reference ilike $pattern escape '!'
            or currency_code || total_minor = any($amounts)
            or currency_code || balance_minor = any($amounts)
    )
"""
_COUNTS = (
    _FOUND
    + """
    select count(*)::bigint as "all",
        coalesce(sum(case when status = 'sent' and balance_minor > 0
            then 1 else 0 end), 0)::bigint as unpaid,
        coalesce(sum(case when status = 'sent' and balance_minor > 0 and balance_minor < total_minor
            then 1 else 0 end), 0)::bigint as partially_paid,
        coalesce(sum(case when status = 'sent' and balance_minor > 0 and due_date < $today
            and in_question_minor = 0 then 1 else 0 end), 0)::bigint as overdue,
        coalesce(sum(case when status = 'sent' and balance_minor = 0
            then 1 else 0 end), 0)::bigint as paid,
        coalesce(sum(case when status = 'void' then 1 else 0 end), 0)::bigint as void
    from mine
    order by 1
"""
)
_LISTED = (
    _FOUND
    + """
    select id, number, subject, reference, date, due_date, status, currency_code, total_minor,
        balance_minor, pending_minor, in_question_minor, first_viewed_at
    from mine
    where $wanted = 'all'
        or ($wanted = 'void' and status = 'void')
        or ($wanted = 'paid' and status = 'sent' and balance_minor = 0)
        or ($wanted = 'unpaid' and status = 'sent' and balance_minor > 0)
        or ($wanted = 'overdue' and status = 'sent' and balance_minor > 0 and due_date < $today
            and in_question_minor = 0)
        or ($wanted = 'partially_paid' and status = 'sent' and balance_minor > 0
            and balance_minor < total_minor)
"""
)
_PAGED = " limit $size offset $skip"
_PAGES = {
    Sort.NEWEST: _LISTED + "order by date desc, number desc" + _PAGED,
    Sort.OLDEST: _LISTED + "order by date, number" + _PAGED,
    Sort.DUE: _LISTED + "order by due_date, number" + _PAGED,
    Sort.NUMBER: _LISTED + "order by number desc" + _PAGED,
    Sort.TOTAL: _LISTED + "order by total_minor desc, number desc" + _PAGED,
    Sort.BALANCE: _LISTED + "order by balance_minor desc, number desc" + _PAGED,
}
_GET = """
    select id, number, date, due_date, status, subject, reference, estimate_number,
        payment_terms_label, expected_payment_date, currency_code, tax_inclusive, subtotal_minor,
        discount_minor, tax_minor, shipping_minor, adjustment_minor, adjustment_label,
        round_off_minor, total_minor, balance_minor, pending_minor, in_question_minor,
        written_off_minor, written_off_on, partial_payments, billing_address, shipping_address,
        salesperson, notes, terms, sent_at, first_viewed_at
    from invoices
    where number = $number
    order by number
"""
_LINES = """
    select position, name, description, sku, quantity, unit, unit_price, discount_percent,
        discount_minor, tax_name, tax_percent, tax_minor, total_minor
    from invoice_lines
    where invoice_id = $id
    order by position, id
"""
_NUMBER_OF = "select number from invoices where id = $id order by number"


@store.cached
def list_page(
    scope: Scope,
    *,
    today: Date,
    wanted: Filter = Filter.ALL,
    search: str = "",
    sort: Sort = Sort.NEWEST,
    page: int = 1,
    size: int | None = PAGE_SIZE,
) -> Page[InvoiceRow, Filter]:
    """Return page `page` (from 1) of the customer's invoices, with the count of every filter.

    `search` looks in number, subject, reference, amounts. A page past the end is empty; without
    a `size` one page holds all.
    """
    found_by = {"pattern": contains(search), "amounts": amounts(search)}
    with store.reading(scope) as session:
        counted = session.one(_COUNTS, **found_by, today=today) or {}
        found = session.rows(
            _PAGES[sort],
            **found_by,
            wanted=wanted.value,
            today=today,
            size=size,
            skip=max(page - 1, 0) * (size or 0),
        )
    counts = {each: int(counted[each.value]) for each in Filter}
    return Page([_row(found_row, today) for found_row in found], counts[wanted], counts)


def extract(
    scope: Scope,
    *,
    today: Date,
    wanted: Filter = Filter.ALL,
    search: str = "",
    sort: Sort = Sort.NEWEST,
) -> pa.Table:
    """Return all rows of `list_page` by column, under the names of `InvoiceRow`, for files."""
    with store.reading(scope) as session:
        found = session.arrow(
            _PAGES[sort],
            pattern=contains(search),
            amounts=amounts(search),
            wanted=wanted.value,
            today=today,
            size=None,
            skip=0,
        )
    return with_states(found, lambda row: _derived(row, today))


@store.cached
def get(scope: Scope, number: str, *, today: Date) -> Invoice:
    """Return the invoice with this number. Raises NotFound when there is none of the customer's."""
    with store.reading(scope) as session:
        head = session.one(_GET, number=number)
        if head is None:
            raise NotFound("There is no such invoice.")
        lines = [Line(**row) for row in session.rows(_LINES, id=head["id"])]
        settled = settlements.of_invoice(session, head)
    del head["written_off_on"]
    return Invoice(
        **{**head, **_derived(head, today)},
        lines=lines,
        taxes=taxes(lines),
        settlements=settled,
        history=settlements.history(head, settled),
    )


def number_of(scope: Scope, invoice_id: UUID) -> str:
    """Return an invoice's number by its id. Raises NotFound when the customer has none."""
    with store.reading(scope) as session:
        number = session.value(_NUMBER_OF, id=invoice_id)
    if number is None:
        raise NotFound("There is no such invoice.")
    return str(number)


def _derived(row: Mapping[str, Any], today: Date) -> dict[str, Any]:
    """Return the words a customer is told about a stored state on the day `today`."""
    owed = row["status"] == "sent" and row["balance_minor"] > 0
    partly = owed and row["balance_minor"] < row["total_minor"]
    questioned = owed and row["in_question_minor"] > 0
    late = (today - row["due_date"]).days if owed and not questioned else 0
    if row["status"] != "sent":
        status = Status.VOID if row["status"] == "void" else Status.WRITTEN_OFF
    elif not owed:
        status = Status.PAID
    elif questioned:
        status = Status.IN_QUESTION
    elif late > 0:
        status = Status.OVERDUE
    else:
        status = Status.PARTIALLY_PAID if partly else Status.UNPAID
    return {"status": status, "partially_paid": partly, "days_overdue": max(late, 0)}


def _row(row: dict[str, Any], today: Date) -> InvoiceRow:
    viewed = row.pop("first_viewed_at") is not None
    return InvoiceRow(**{**row, **_derived(row, today)}, viewed=viewed)
