"""A customer's documents as staff see them: every kind in one list, drafts too."""

from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from portal_data import store
from portal_data.errors import Conflict, Invalid, NotFound
from portal_data.messaging import activity, events
from portal_data.paging import Page
from portal_data.scope import Staff
from portal_data.search import amounts, contains

PAGE_SIZE = 20


class Kind(StrEnum):
    """Kinds of documents, as their addresses name them."""

    INVOICE = "invoice"
    ESTIMATE = "estimate"
    PAYMENT = "payment"
    CREDIT_NOTE = "credit_note"
    RETAINER = "retainer"


class Filter(StrEnum):
    """The list's filters: everything, or one kind."""

    ALL = "all"
    INVOICE = "invoice"
    ESTIMATE = "estimate"
    PAYMENT = "payment"
    CREDIT_NOTE = "credit_note"
    RETAINER = "retainer"


class Sort(StrEnum):
    """The list's orders."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LARGEST = "largest"
    SMALLEST = "smallest"


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One document. Amounts are minor units; `left_minor` is open, or unused of money received.

    `status` is as customers read it, besides draft: unpaid, partially paid, overdue, paid, written
    off, open, accepted, declined, invoiced, expired, closed, received or void. What is overdue may
    be partially paid as well.
    """

    kind: Kind
    id: UUID
    number: str
    subject: str | None
    date: Date
    status: str
    currency_code: str
    total_minor: int
    left_minor: int | None
    partially_paid: bool
    viewed: bool


@dataclass(frozen=True, slots=True)
class Located:
    """A document's id and version, and whose it is."""

    id: UUID
    customer_id: UUID
    version: int
    customer_name: str


_FOUND = """
    with documents as materialized (
        select 'invoice' as kind, id, number, coalesce(subject, reference) as subject, date,
            case
                when status = 'written_off' then 'written off'
                when status <> 'sent' then status
                when balance_minor = 0 then 'paid'
                when in_question_minor > 0 then 'in question'
                when due_date < $today then 'overdue'
                when balance_minor < total_minor then 'partially paid'
                else 'unpaid'
            end as status,
            currency_code, total_minor,
            case when status = 'sent' then balance_minor end as left_minor,
            status = 'sent' and due_date < $today and balance_minor > 0
                and balance_minor < total_minor as partially_paid,
            first_viewed_at is not null as viewed
        from (select * from core.invoices where customer_id = $id offset 0) own
        union all
        select 'estimate', id, number, coalesce(subject, reference), date,
            case
                when status = 'sent' and expiry_date < $today then 'expired'
                when status = 'sent' then 'open'
                else status
            end,
            currency_code, total_minor, null, false, first_viewed_at is not null
        from (select * from core.estimates where customer_id = $id offset 0) own
        union all
        select 'payment', id, number,
            case when reference is null then mode else mode || ' · ' || reference end, date,
            case when status = 'succeeded' then 'received' else status end, currency_code,
            amount_minor, case when status = 'succeeded' then unused_minor end, false, false
        from (select * from core.payments where customer_id = $id offset 0) own
        union all
        select 'credit_note', id, number, coalesce(subject, reference), date,
            case when status = 'open' and balance_minor = 0 then 'closed' else status end,
            currency_code, total_minor, case when status = 'open' then balance_minor end, false,
            first_viewed_at is not null
        from (select * from core.credit_notes where customer_id = $id offset 0) own
        union all
        select 'retainer', id, number, coalesce(description, reference), date,
            case
                when status <> 'sent' then status
                when balance_minor = 0 then 'paid'
                when in_question_minor > 0 then 'in question'
                when due_date < $today then 'overdue'
                when balance_minor < total_minor then 'partially paid'
                else 'unpaid'
            end,
            currency_code, total_minor, case when status = 'sent' then balance_minor end,
            coalesce(status = 'sent' and due_date < $today and balance_minor > 0
                and balance_minor < total_minor, false),
            first_viewed_at is not null
        from (select * from core.retainer_invoices where customer_id = $id offset 0) own
        left join (
            select retainer_invoice_id, min(description) as description
            from core.retainer_invoice_lines where customer_id = $id and position = 1
            group by retainer_invoice_id
        ) purpose on purpose.retainer_invoice_id = own.id
    ), found as materialized (
        select * from documents
        where $pattern = '%' or number ilike $pattern escape '!'
            or subject ilike $pattern escape '!' or currency_code || total_minor = any($amounts)
    )
"""
_COUNTS = (
    _FOUND
    + """
    select kind, count(*)::bigint as listed from found group by kind order by kind
"""
)
_LISTED = (
    _FOUND
    + """
    select kind, id, number, subject, date, status, currency_code, total_minor, left_minor,
        partially_paid, viewed
    from found
    where $wanted = 'all' or kind = $wanted
"""
)
_PAGED = " limit $size offset $skip"
_PAGES = {
    Sort.NEWEST: _LISTED + "order by date desc, number desc, id" + _PAGED,
    Sort.OLDEST: _LISTED + "order by date, number, id" + _PAGED,
    Sort.LARGEST: _LISTED + "order by total_minor desc, number desc, id" + _PAGED,
    Sort.SMALLEST: _LISTED + "order by total_minor, number, id" + _PAGED,
}
_CLEAR = {
    Kind.INVOICE: """
        update core.invoices set version = version + 1, in_question_minor = 0, updated_at = $now
        where id = $id and customer_id = $customer_id and in_question_minor > 0
    """,
    Kind.RETAINER: """
        update core.retainer_invoices set version = version + 1,
            in_question_minor = 0, updated_at = $now
        where id = $id and customer_id = $customer_id and in_question_minor > 0
    """,
}
QUESTIONABLE = frozenset(_CLEAR)
"""Kinds of documents whose payment can be in question."""
_DECIDED = {
    Kind.INVOICE: """
        select id, customer_id, version from core.invoices where number = $number order by id
    """,
    Kind.RETAINER: """
        select id, customer_id, version from core.retainer_invoices
        where number = $number order by id
    """,
}
_SUBJECTS = {Kind.INVOICE: "invoice", Kind.RETAINER: "retainer_invoice"}
_WHOSE = {
    Kind.INVOICE: """
        select d.id, d.customer_id, d.version, c.display_name as customer_name
        from core.invoices d join core.customers c on c.id = d.customer_id
        where d.number = $number order by d.id
    """,
    Kind.ESTIMATE: """
        select d.id, d.customer_id, d.version, c.display_name as customer_name
        from core.estimates d join core.customers c on c.id = d.customer_id
        where d.number = $number order by d.id
    """,
    Kind.PAYMENT: """
        select d.id, d.customer_id, d.version, c.display_name as customer_name
        from core.payments d join core.customers c on c.id = d.customer_id
        where d.number = $number order by d.id
    """,
    Kind.CREDIT_NOTE: """
        select d.id, d.customer_id, d.version, c.display_name as customer_name
        from core.credit_notes d join core.customers c on c.id = d.customer_id
        where d.number = $number order by d.id
    """,
    Kind.RETAINER: """
        select d.id, d.customer_id, d.version, c.display_name as customer_name
        from core.retainer_invoices d join core.customers c on c.id = d.customer_id
        where d.number = $number order by d.id
    """,
}


def list_page(
    staff: Staff,
    customer_id: UUID,
    *,
    today: Date,
    wanted: Filter = Filter.ALL,
    search: str = "",
    sort: Sort = Sort.NEWEST,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> Page[DocumentRow, Filter]:
    """Return page `page` (from 1) of a customer's documents, with the count of every kind.

    `search` looks in numbers, subjects, references, amounts. A page past the end is empty, as
    is that of an unknown customer. Amounts order the numbers alone, whatever their currencies.
    """
    asked = {
        "id": customer_id,
        "pattern": contains(search),
        "amounts": amounts(search),
        "today": today,
    }
    with store.staff_reading(staff) as session:
        counted = {row["kind"]: int(row["listed"]) for row in session.rows(_COUNTS, **asked)}
        found = session.rows(
            _PAGES[sort], **asked, wanted=wanted.value, size=size, skip=max(page - 1, 0) * size
        )
    counts = {each: counted.get(each.value, 0) for each in Filter}
    counts[Filter.ALL] = sum(counted.values())
    rows = [DocumentRow(**{**row, "kind": Kind(row["kind"])}) for row in found]
    return Page(rows, counts[wanted], counts)


def clear_question(staff: Staff, kind: Kind, number: str, now: datetime, *, seen: int) -> None:
    """Say that what an import put in question is owed: the customer may pay it again.

    `kind` is an invoice or a retainer, `seen` the version on whose amounts the member of staff
    decided. Raises NotFound when there is no such document, Conflict when it was changed since or
    nothing of it is in question.
    """
    if kind not in QUESTIONABLE:
        raise Invalid("Only invoices and retainers can be in question.")
    with store.staff_writing(staff) as session:
        found = session.as_seen(_DECIDED[kind], seen, number=number)
        own = {"id": found["id"], "customer_id": found["customer_id"]}
        if session.change(_CLEAR[kind], **own, now=now) != 1:
            raise Conflict("Nothing of this document is in question.")
        activity.record(
            session,
            staff,
            events.DOCUMENT_QUESTION_CLEARED,
            now=now,
            customer_id=found["customer_id"],
            subject_kind=_SUBJECTS[kind],
            subject_id=found["id"],
            subject_number=number,
        )


def locate(staff: Staff, kind: Kind, number: str) -> Located:
    """Return whose the document of that number is. Raises NotFound when there is none."""
    with store.staff_reading(staff) as session:
        row = session.one(_WHOSE[kind], number=number)
    if row is None:
        raise NotFound("There is no such document.")
    return Located(**row)
