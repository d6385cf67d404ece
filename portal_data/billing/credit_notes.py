"""Credit notes as a customer sees them: pages of a list, and one note with what it was used for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import pyarrow as pa
from pyarrow import compute as pc

from portal_data import store
from portal_data.billing import refunds
from portal_data.billing.columnar import with_derived
from portal_data.billing.history import Event
from portal_data.billing.lines import Line, TaxLine, taxes
from portal_data.billing.refunds import Refund
from portal_data.errors import NotFound
from portal_data.paging import Page
from portal_data.scope import Scope
from portal_data.search import amounts, contains

PAGE_SIZE = 20


class Status(StrEnum):
    """What a customer is told. Closed is a note that is used up; that is derived, never stored."""

    OPEN = "Open"
    CLOSED = "Closed"
    VOID = "Void"


class Filter(StrEnum):
    """The list's filters."""

    ALL = "all"
    OPEN = "open"
    CLOSED = "closed"
    VOID = "void"


class Sort(StrEnum):
    """The list's orders; each is descending but for `oldest`."""

    NEWEST = "newest"
    OLDEST = "oldest"
    NUMBER = "number"
    TOTAL = "total"
    BALANCE = "balance"


@dataclass(frozen=True, slots=True)
class CreditNoteRow:
    """One line of the list. Amounts are minor units; the balance is what is left to be used."""

    id: UUID
    number: str
    subject: str | None
    reference: str | None
    date: Date
    status: Status
    currency_code: str
    total_minor: int
    balance_minor: int


@dataclass(frozen=True, slots=True)
class Application:
    """Credit that was set against an invoice, in minor units."""

    invoice_number: str
    date: Date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class CreditNote:
    """A whole credit note. Amounts are in minor units; addresses are multi-line text."""

    id: UUID
    number: str
    date: Date
    status: Status
    subject: str | None
    reference: str | None
    invoice_number: str | None
    """The invoice it corrects, where it names one."""
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
    billing_address: str | None
    shipping_address: str | None
    notes: str | None
    terms: str | None
    first_viewed_at: datetime | None
    lines: list[Line]
    taxes: list[TaxLine]
    applications: list[Application]
    refunds: list[Refund]
    history: list[Event]

    @property
    def applied_minor(self) -> int:
        """What was set against invoices."""
        return sum(each.amount_minor for each in self.applications)

    @property
    def refunded_minor(self) -> int:
        """What arrived back at the customer."""
        return refunds.arrived(self.refunds)


_FOUND = """
    with mine as materialized (
        select id, number, subject, reference, date, status, currency_code, total_minor,
            balance_minor
        from credit_notes
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
        coalesce(sum(case when status = 'open' and balance_minor > 0
            then 1 else 0 end), 0)::bigint as open,
        coalesce(sum(case when status = 'open' and balance_minor = 0
            then 1 else 0 end), 0)::bigint as closed,
        coalesce(sum(case when status = 'void' then 1 else 0 end), 0)::bigint as void
    from mine
    order by 1
"""
)
_LISTED = (
    _FOUND
    + """
    select id, number, subject, reference, date, status, currency_code, total_minor, balance_minor
    from mine
    where $wanted = 'all'
        or ($wanted = 'open' and status = 'open' and balance_minor > 0)
        or ($wanted = 'closed' and status = 'open' and balance_minor = 0)
        or ($wanted = 'void' and status = 'void')
"""
)
_PAGED = " limit $size offset $skip"
_PAGES = {
    Sort.NEWEST: _LISTED + "order by date desc, number desc" + _PAGED,
    Sort.OLDEST: _LISTED + "order by date, number" + _PAGED,
    Sort.NUMBER: _LISTED + "order by number desc" + _PAGED,
    Sort.TOTAL: _LISTED + "order by total_minor desc, number desc" + _PAGED,
    Sort.BALANCE: _LISTED + "order by balance_minor desc, number desc" + _PAGED,
}
_GET = """
    select n.id, n.number, n.date, n.status, n.subject, n.reference, i.number as invoice_number,
        n.currency_code, n.tax_inclusive, n.subtotal_minor, n.discount_minor, n.tax_minor,
        n.shipping_minor, n.adjustment_minor, n.adjustment_label, n.round_off_minor,
        n.total_minor, n.balance_minor, n.billing_address, n.shipping_address, n.notes, n.terms,
        n.first_viewed_at
    from credit_notes n
    left join invoices i on i.id = n.invoice_id
    where n.number = $number
    order by n.number
"""
_LINES = """
    select position, name, description, sku, quantity, unit, unit_price, discount_percent,
        discount_minor, tax_name, tax_percent, tax_minor, total_minor
    from credit_note_lines
    where credit_note_id = $id
    order by position, id
"""
_APPLICATIONS = """
    select i.number as invoice_number, c.date, c.amount_minor
    from credit_applications c
    join invoices i on i.id = c.invoice_id
    where c.credit_note_id = $id
    order by c.date, i.number
"""
_NUMBER_OF = "select number from credit_notes where id = $id order by number"


@store.cached
def list_page(
    scope: Scope,
    *,
    wanted: Filter = Filter.ALL,
    search: str = "",
    sort: Sort = Sort.NEWEST,
    page: int = 1,
    size: int | None = PAGE_SIZE,
) -> Page[CreditNoteRow, Filter]:
    """Return page `page` (from 1) of the customer's credit notes, with the count of every filter.

    `search` looks in number, subject, reference, amounts. A page past the end is empty; without
    a `size` one page holds all.
    """
    found_by = {"pattern": contains(search), "amounts": amounts(search)}
    with store.reading(scope) as session:
        counted = session.one(_COUNTS, **found_by) or {}
        found = session.rows(
            _PAGES[sort],
            **found_by,
            wanted=wanted.value,
            size=size,
            skip=max(page - 1, 0) * (size or 0),
        )
    counts = {each: int(counted[each.value]) for each in Filter}
    rows = [CreditNoteRow(**{**row, "status": _status(row)}) for row in found]
    return Page(rows, counts[wanted], counts)


def extract(
    scope: Scope,
    *,
    wanted: Filter = Filter.ALL,
    search: str = "",
    sort: Sort = Sort.NEWEST,
) -> pa.Table:
    """Return all rows of `list_page` by column, under the names of `CreditNoteRow`, for files."""
    with store.reading(scope) as session:
        found = session.arrow(
            _PAGES[sort],
            pattern=contains(search),
            amounts=amounts(search),
            wanted=wanted.value,
            size=None,
            skip=0,
        )
    looked_at = [found["status"], pc.equal(found["balance_minor"], 0)]
    return with_derived(
        found, looked_at, {"status": pa.string()}, lambda row: {"status": _status(row)}
    )


@store.cached
def get(scope: Scope, number: str) -> CreditNote:
    """Return the credit note with this number. Raises NotFound when the customer has none such."""
    with store.reading(scope) as session:
        head = session.one(_GET, number=number)
        if head is None:
            raise NotFound("There is no such credit note.")
        lines = [Line(**row) for row in session.rows(_LINES, id=head["id"])]
        applications = [Application(**row) for row in session.rows(_APPLICATIONS, id=head["id"])]
        paid_back = refunds.of_credit_note(session, head["id"])
    return CreditNote(
        **{**head, "status": _status(head)},
        lines=lines,
        taxes=taxes(lines),
        applications=applications,
        refunds=paid_back,
        history=_history(head, applications, paid_back),
    )


def number_of(scope: Scope, note_id: UUID) -> str:
    """Return a credit note's number by its id. Raises NotFound when the customer has none."""
    with store.reading(scope) as session:
        number = session.value(_NUMBER_OF, id=note_id)
    if number is None:
        raise NotFound("There is no such credit note.")
    return str(number)


def _status(row: Mapping[str, Any]) -> Status:
    if row["status"] == "void":
        return Status.VOID
    return Status.OPEN if row["balance_minor"] else Status.CLOSED


def _history(
    head: Mapping[str, Any], applications: list[Application], paid_back: list[Refund]
) -> list[Event]:
    """Return what happened to the note, in that order; who viewed it is told by viewings."""
    happened = [
        Event(each.date, "Applied to invoice", each.invoice_number, each.amount_minor)
        for each in applications
    ]
    for each in paid_back:
        known = " · ".join(part for part in (each.mode, each.reference) if part)
        happened.append(
            Event(each.date, refunds.WORDS[each.status], known or None, each.amount_minor)
        )
    issued = Event(head["date"], "Credit note issued", amount_minor=head["total_minor"])
    return [issued, *sorted(happened, key=lambda event: event.happened)]
