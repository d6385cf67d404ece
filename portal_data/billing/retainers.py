"""Retainer invoices, paid in advance and drawn later: pages of a list, and one with its use."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import pyarrow as pa

from portal_data import store
from portal_data.billing.columnar import looked_up, with_states
from portal_data.billing.history import Event
from portal_data.errors import NotFound
from portal_data.paging import Page
from portal_data.scope import Scope
from portal_data.search import amounts, contains

PAGE_SIZE = 20


class Status(StrEnum):
    """What a customer is told. All but void is derived; in question as for invoices."""

    UNPAID = "Unpaid"
    PARTIALLY_PAID = "Partially paid"
    OVERDUE = "Overdue"
    IN_QUESTION = "In question"
    PAID = "Paid"
    VOID = "Void"


class Filter(StrEnum):
    """The list's filters. Unpaid is everything that is still owed, so it holds what is overdue."""

    ALL = "all"
    UNPAID = "unpaid"
    OVERDUE = "overdue"
    PAID = "paid"
    VOID = "void"


class Sort(StrEnum):
    """The list's orders; each is descending but for `oldest` and `due`."""

    NEWEST = "newest"
    OLDEST = "oldest"
    DUE = "due"
    NUMBER = "number"
    TOTAL = "total"
    BALANCE = "balance"
    AVAILABLE = "available"


@dataclass(frozen=True, slots=True)
class RetainerRow:
    """One line of the list. Amounts are minor units; unused is what is paid and not drawn."""

    id: UUID
    number: str
    reference: str | None
    description: str | None
    """What its first line says."""
    date: Date
    due_date: Date | None
    status: Status
    partially_paid: bool
    days_overdue: int
    currency_code: str
    total_minor: int
    balance_minor: int
    unused_minor: int
    in_question_minor: int


@dataclass(frozen=True, slots=True)
class RetainerLine:
    """What is paid for in advance, in minor units."""

    description: str
    total_minor: int


@dataclass(frozen=True, slots=True)
class Payment:
    """What a payment gave to the retainer, in minor units."""

    number: str
    date: Date
    amount_minor: int
    mode: str
    reference: str | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """What an invoice drew of the retainer, in minor units."""

    invoice_number: str
    date: Date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Retainer:
    """A whole retainer invoice. Amounts are in minor units; the address is multi-line text."""

    id: UUID
    number: str
    date: Date
    due_date: Date | None
    status: Status
    partially_paid: bool
    days_overdue: int
    reference: str | None
    estimate_number: str | None
    project_name: str | None
    currency_code: str
    total_minor: int
    balance_minor: int
    unused_minor: int
    pending_minor: int
    in_question_minor: int
    billing_address: str | None
    notes: str | None
    terms: str | None
    sent_at: datetime | None
    first_viewed_at: datetime | None
    lines: list[RetainerLine]
    payments: list[Payment]
    drawings: list[Drawing]
    history: list[Event]

    @property
    def payable_minor(self) -> int:
        """What is to be paid and not on its way: nothing while part of it is in question."""
        if self.status in (Status.VOID, Status.IN_QUESTION):
            return 0
        return self.balance_minor - self.pending_minor

    @property
    def drawn_minor(self) -> int:
        """What invoices drew of it."""
        return sum(each.amount_minor for each in self.drawings)


_FOUND = """
    with mine as materialized (
        select id, number, reference, date, due_date, status, currency_code, total_minor,
            balance_minor, unused_minor, in_question_minor
        from retainer_invoices
        where $pattern = '%' or number ilike $pattern escape '!'
            or reference ilike $pattern escape '!' or id = any($described)
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
    select id, number, reference, date, due_date, status, currency_code, total_minor,
        balance_minor, unused_minor, in_question_minor
    from mine
    where $wanted = 'all'
        or ($wanted = 'void' and status = 'void')
        or ($wanted = 'paid' and status = 'sent' and balance_minor = 0)
        or ($wanted = 'unpaid' and status = 'sent' and balance_minor > 0)
        or ($wanted = 'overdue' and status = 'sent' and balance_minor > 0 and due_date < $today
            and in_question_minor = 0)
"""
)
_PAGED = " limit $size offset $skip"
_PAGES = {
    Sort.NEWEST: _LISTED + "order by date desc, number desc" + _PAGED,
    Sort.OLDEST: _LISTED + "order by date, number" + _PAGED,
    # without a due date last on both engines
    Sort.DUE: _LISTED + "order by due_date nulls last, number" + _PAGED,
    Sort.NUMBER: _LISTED + "order by number desc" + _PAGED,
    Sort.TOTAL: _LISTED + "order by total_minor desc, number desc" + _PAGED,
    Sort.BALANCE: _LISTED + "order by balance_minor desc, number desc" + _PAGED,
    Sort.AVAILABLE: _LISTED + "order by unused_minor desc, number desc" + _PAGED,
}
_DESCRIBED = """
    select retainer_invoice_id
    from retainer_invoice_lines
    where description ilike $pattern escape '!'
    order by retainer_invoice_id
"""
# the first line of each comes last, so it is what stays in a dict by id
_FIRST_LINES = """
    select retainer_invoice_id, description
    from retainer_invoice_lines
    where retainer_invoice_id = any($ids)
    order by retainer_invoice_id, position desc, id desc
"""
_ALL_FIRST_LINES = """
    select retainer_invoice_id, description
    from (
        select retainer_invoice_id, description,
            row_number() over (partition by retainer_invoice_id order by position, id) as place
        from retainer_invoice_lines
    ) placed
    where place = 1
    order by retainer_invoice_id
"""
_GET = """
    select r.id, r.number, r.date, r.due_date, r.status, r.reference,
        e.number as estimate_number, p.name as project_name, r.currency_code, r.total_minor,
        r.balance_minor, r.unused_minor, r.pending_minor, r.in_question_minor, r.billing_address,
        r.notes, r.terms,
        r.sent_at, r.first_viewed_at
    from retainer_invoices r
    left join estimates e on e.id = r.estimate_id
    left join projects p on p.id = r.project_id
    where r.number = $number
    order by r.number
"""
_LINES = """
    select description, total_minor
    from retainer_invoice_lines
    where retainer_invoice_id = $id
    order by position, id
"""
_PAYMENTS = """
    select p.number, a.date, a.amount_minor, p.mode, p.reference
    from allocations a
    join payments p on p.id = a.payment_id
    where a.retainer_invoice_id = $id and p.status = 'succeeded'
    order by a.date, p.number
"""
_DRAWINGS = """
    select i.number as invoice_number, d.date, d.amount_minor
    from retainer_applications d
    join invoices i on i.id = d.invoice_id
    where d.retainer_invoice_id = $id
    order by d.date, i.number
"""
_NUMBER_OF = "select number from retainer_invoices where id = $id order by number"


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
) -> Page[RetainerRow, Filter]:
    """Return page `page` (from 1) of the retainer invoices, with the count of every filter.

    `search` looks in number, reference, amounts, lines. A page past the end is empty; without a
    `size` one page holds all.
    """
    with store.reading(scope) as session:
        asked = {**_found_by(session, search), "today": today}
        counted = session.one(_COUNTS, **asked) or {}
        found = session.rows(
            _PAGES[sort],
            **asked,
            wanted=wanted.value,
            size=size,
            skip=max(page - 1, 0) * (size or 0),
        )
        ids = [row["id"] for row in found]
        first_lines = {
            row["retainer_invoice_id"]: row["description"]
            for row in (session.rows(_FIRST_LINES, ids=ids) if ids else ())
        }
    counts = {each: int(counted[each.value]) for each in Filter}
    rows = [
        RetainerRow(**{**row, **_derived(row, today)}, description=first_lines.get(row["id"]))
        for row in found
    ]
    return Page(rows, counts[wanted], counts)


def extract(
    scope: Scope,
    *,
    today: Date,
    wanted: Filter = Filter.ALL,
    search: str = "",
    sort: Sort = Sort.NEWEST,
) -> pa.Table:
    """Return all rows of `list_page` by column, under the names of `RetainerRow`, for files."""
    with store.reading(scope) as session:
        found_by = _found_by(session, search)
        found = session.arrow(
            _PAGES[sort], **found_by, wanted=wanted.value, today=today, size=None, skip=0
        )
        lines = session.arrow(_ALL_FIRST_LINES)
    descriptions = looked_up(found["id"], lines["retainer_invoice_id"], lines["description"])
    found = found.append_column("description", descriptions)
    return with_states(found, lambda row: _derived(row, today))


@store.cached
def get(scope: Scope, number: str, *, today: Date) -> Retainer:
    """Return the retainer invoice with this number. Raises NotFound when the customer has none."""
    with store.reading(scope) as session:
        head = session.one(_GET, number=number)
        if head is None:
            raise NotFound("There is no such retainer invoice.")
        lines = [RetainerLine(**row) for row in session.rows(_LINES, id=head["id"])]
        payments = [Payment(**row) for row in session.rows(_PAYMENTS, id=head["id"])]
        drawings = [Drawing(**row) for row in session.rows(_DRAWINGS, id=head["id"])]
    return Retainer(
        **{**head, **_derived(head, today)},
        lines=lines,
        payments=payments,
        drawings=drawings,
        history=_history(head, payments, drawings),
    )


def number_of(scope: Scope, retainer_id: UUID) -> str:
    """Return a retainer invoice's number by its id. Raises NotFound when the customer has none."""
    with store.reading(scope) as session:
        number = session.value(_NUMBER_OF, id=retainer_id)
    if number is None:
        raise NotFound("There is no such retainer invoice.")
    return str(number)


def _found_by(session: store.Session, search: str) -> dict[str, Any]:
    """Return the parameters of what is looked for; lines are only read to find something."""
    pattern = contains(search)
    described = session.rows(_DESCRIBED, pattern=pattern) if search.strip() else []
    return {
        "pattern": pattern,
        "amounts": amounts(search),
        "described": [row["retainer_invoice_id"] for row in described],
    }


def _derived(row: Mapping[str, Any], today: Date) -> dict[str, Any]:
    """Return the words a customer is told about a stored state on the day `today`."""
    owed = row["status"] == "sent" and row["balance_minor"] > 0
    partly = owed and row["balance_minor"] < row["total_minor"]
    questioned = owed and row["in_question_minor"] > 0
    late = (today - row["due_date"]).days if owed and row["due_date"] and not questioned else 0
    if row["status"] == "void":
        status = Status.VOID
    elif not owed:
        status = Status.PAID
    elif questioned:
        status = Status.IN_QUESTION
    elif late > 0:
        status = Status.OVERDUE
    else:
        status = Status.PARTIALLY_PAID if partly else Status.UNPAID
    return {"status": status, "partially_paid": partly, "days_overdue": max(late, 0)}


def _history(
    head: Mapping[str, Any], payments: list[Payment], drawings: list[Drawing]
) -> list[Event]:
    """Return what happened to the retainer, in that order; who viewed it is told by viewings."""
    happened = []
    for each in payments:
        known = " · ".join(part for part in (each.number, each.mode, each.reference) if part)
        happened.append(Event(each.date, "Payment received", known, each.amount_minor))
    happened += [
        Event(each.date, "Drawn by invoice", each.invoice_number, each.amount_minor)
        for each in drawings
    ]
    sent = Event(
        head["sent_at"] or head["date"], "Retainer invoice sent", amount_minor=head["total_minor"]
    )
    return [sent, *sorted(happened, key=lambda event: event.happened)]
