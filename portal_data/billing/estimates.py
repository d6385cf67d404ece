"""Estimates as a customer sees them: pages of a list, and one offer with what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import pyarrow as pa

from portal_data import store
from portal_data.billing.columnar import mapped
from portal_data.billing.history import Event
from portal_data.billing.lines import Line, TaxLine, taxes
from portal_data.errors import NotFound
from portal_data.paging import Page
from portal_data.scope import Scope
from portal_data.search import amounts, contains
from portal_data.store import Session

PAGE_SIZE = 20


class Status(StrEnum):
    """What a customer is told. Expired is derived from the date of expiry, never stored."""

    OPEN = "Open"
    ACCEPTED = "Accepted"
    DECLINED = "Declined"
    INVOICED = "Invoiced"
    EXPIRED = "Expired"


class Filter(StrEnum):
    """The list's filters. Open is what still waits for an answer and can have one."""

    ALL = "all"
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    INVOICED = "invoiced"
    EXPIRED = "expired"


class Sort(StrEnum):
    """The list's orders; descending but for `oldest` and `expiry`, which asks what ends first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    EXPIRY = "expiry"
    NUMBER = "number"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class EstimateRow:
    """One line of the list. The total is in minor units; an offer without expiry stands for good.

    `days_left` counts while it is open: 0 on its last day, None when nothing ends.
    """

    id: UUID
    number: str
    subject: str | None
    reference: str | None
    date: Date
    expiry_date: Date | None
    status: Status
    days_left: int | None
    currency_code: str
    total_minor: int


@dataclass(frozen=True, slots=True)
class Successor:
    """An invoice that was made from the estimate, wholly or in part."""

    number: str
    date: Date
    currency_code: str
    total_minor: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """A whole estimate. Amounts are in minor units; addresses are multi-line text.

    `revision` counts how often it was offered, each time changed. `answered_by` is who accepted or
    declined it, where that is known, at the moment `answered_at` (naive UTC).
    """

    id: UUID
    number: str
    date: Date
    expiry_date: Date | None
    status: Status
    days_left: int | None
    revision: int
    subject: str | None
    reference: str | None
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
    billing_address: str | None
    shipping_address: str | None
    salesperson: str | None
    notes: str | None
    terms: str | None
    answered_at: datetime | None
    answered_by: str | None
    decline_reason: str | None
    lines: list[Line]
    taxes: list[TaxLine]
    invoices: list[Successor]
    history: list[Event]


_FOUND = """
    with mine as materialized (
        select id, number, subject, reference, date, expiry_date, currency_code, total_minor,
            case when status = 'sent' and expiry_date < $today then 'expired'
                when status = 'sent' then 'open'
                else status end as told
        from estimates
        where $pattern = '%' or number ilike $pattern escape '!'
            or subject ilike $pattern escape '!' or reference ilike $pattern escape '!'
            or currency_code || total_minor = any($amounts)
    )
"""
_COUNTS = (
    _FOUND
    + """
    select told, count(*)::bigint as listed
    from mine
    group by told
    order by told
"""
)
_LISTED = (
    _FOUND
    + """
    select id, number, subject, reference, date, expiry_date, told, currency_code, total_minor
    from mine
    where $wanted = 'all' or told = $wanted
"""
)
_PAGED = " limit $size offset $skip"
_PAGES = {
    Sort.NEWEST: _LISTED + "order by date desc, number desc" + _PAGED,
    Sort.OLDEST: _LISTED + "order by date, number" + _PAGED,
    Sort.EXPIRY: _LISTED + "order by expiry_date nulls last, number" + _PAGED,
    Sort.NUMBER: _LISTED + "order by number desc" + _PAGED,
    Sort.TOTAL: _LISTED + "order by total_minor desc, number desc" + _PAGED,
}
_GET = """
    select id, number, date, expiry_date, revision, subject, reference, currency_code,
        case when status = 'sent' and expiry_date < $today then 'expired'
            when status = 'sent' then 'open'
            else status end as told,
        tax_inclusive, subtotal_minor, discount_minor, tax_minor, shipping_minor, adjustment_minor,
        adjustment_label, round_off_minor, total_minor, billing_address, shipping_address,
        salesperson, notes, terms, sent_at, accepted_at, accepted_by, accepted_name, declined_at,
        declined_by, decline_reason
    from estimates
    where number = $number
    order by number
"""
_LINES = """
    select position, name, description, sku, quantity, unit, unit_price, discount_percent,
        discount_minor, tax_name, tax_percent, tax_minor, total_minor, optional, selected
    from estimate_lines
    where estimate_id = $id
    order by position, id
"""
_REVISIONS = """
    select revision, total_minor, reason, created_at
    from estimate_revisions
    where estimate_id = $id
    order by revision
"""
_INVOICES = """
    select number, date, currency_code, total_minor
    from invoices
    where estimate_id = $id
    order by date, number
"""
_CONTACT = """
    select coalesce(nullif(concat_ws(' ', first_name, last_name), ''), email) as name
    from contacts
    where id = $id
    order by id
"""
_NUMBER_OF = "select number from estimates where id = $id order by number"


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
) -> Page[EstimateRow, Filter]:
    """Return page `page` (from 1) of the customer's estimates, with the count of every filter.

    `search` looks in number, subject, reference, amounts. A page past the end is empty; without
    a `size` one page holds all.
    """
    found_by = {"pattern": contains(search), "amounts": amounts(search)}
    with store.reading(scope) as session:
        counted = session.rows(_COUNTS, **found_by, today=today)
        found = session.rows(
            _PAGES[sort],
            **found_by,
            wanted=wanted.value,
            today=today,
            size=size,
            skip=max(page - 1, 0) * (size or 0),
        )
    counts = dict.fromkeys(Filter, 0) | {Filter(row["told"]): row["listed"] for row in counted}
    counts[Filter.ALL] = sum(counts.values())
    rows = [EstimateRow(**_derived(row, today)) for row in found]
    return Page(rows, counts[wanted], counts)


def extract(
    scope: Scope,
    *,
    today: Date,
    wanted: Filter = Filter.ALL,
    search: str = "",
    sort: Sort = Sort.NEWEST,
) -> pa.Table:
    """Return all rows of `list_page` by column, for files; the days left are not among them."""
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
    return found.append_column("status", mapped(found["told"], _status))


@store.cached
def get(scope: Scope, number: str, *, today: Date) -> Estimate:
    """Return the estimate with this number. Raises NotFound when the customer has none such."""
    with store.reading(scope) as session:
        head = session.one(_GET, number=number, today=today)
        if head is None:
            raise NotFound("There is no such estimate.")
        lines = [Line(**row) for row in session.rows(_LINES, id=head["id"])]
        revisions = session.rows(_REVISIONS, id=head["id"])
        invoices = [Successor(**row) for row in session.rows(_INVOICES, id=head["id"])]
        head |= _answer(session, head)
    history = _history(head, revisions, invoices)
    del head["sent_at"]
    return Estimate(
        **_derived(head, today),
        lines=lines,
        taxes=taxes(line for line in lines if line.counts),
        invoices=invoices,
        history=history,
    )


def number_of(scope: Scope, estimate_id: UUID) -> str:
    """Return an estimate's number by its id. Raises NotFound when the customer has none."""
    with store.reading(scope) as session:
        number = session.value(_NUMBER_OF, id=estimate_id)
    if number is None:
        raise NotFound("There is no such estimate.")
    return str(number)


def _derived(row: dict[str, Any], today: Date) -> dict[str, Any]:
    """Put a stored state into the words a customer is told on the day `today`."""
    status = _status(row.pop("told"))
    ends = row["expiry_date"] if status is Status.OPEN else None
    return {**row, "status": status, "days_left": (ends - today).days if ends else None}


def _status(told: str) -> Status:
    return Status(told.capitalize())


def _answer(session: Session, head: dict[str, Any]) -> dict[str, Any]:
    """Take both kinds of answers out of a row, and return the one that its status tells of."""
    accepted = (head.pop("accepted_at"), head.pop("accepted_by"), head.pop("accepted_name"), None)
    declined = (head.pop("declined_at"), head.pop("declined_by"), None, head.pop("decline_reason"))
    answer = declined if head["told"] == "declined" else accepted
    answered_at, contact_id, name, reason = answer
    if contact_id is not None and not name:
        name = session.value(_CONTACT, id=contact_id)
    return {"answered_at": answered_at, "answered_by": name, "decline_reason": reason}


def _history(
    head: Mapping[str, Any], revisions: list[dict[str, Any]], invoices: list[Successor]
) -> list[Event]:
    """Return what happened to the offer, in that order; who viewed it is told by viewings."""
    sent = head["sent_at"] or head["date"]
    events = [
        Event(
            each["created_at"],
            "Estimate sent" if each["revision"] == 1 else f"Revision {each['revision']} sent",
            each["reason"] if each["revision"] > 1 else None,
            each["total_minor"],
        )
        for each in revisions
    ] or [Event(sent, "Estimate sent", amount_minor=head["total_minor"])]
    if head["answered_at"]:
        words = "Declined" if head["told"] == "declined" else "Accepted"
        by = f"{words} by {head['answered_by']}" if head["answered_by"] else words
        events.append(Event(head["answered_at"], by, head["decline_reason"]))
    events += [Event(each.date, "Invoiced", each.number, each.total_minor) for each in invoices]
    return events
