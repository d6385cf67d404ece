"""Accounts: the customers as staff see them, with what each owes and who of it uses the portal."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date as Date
from enum import StrEnum
from uuid import UUID

from portal_data import store
from portal_data.billing.balances import Balance
from portal_data.paging import Page
from portal_data.scope import Staff
from portal_data.search import contains

PAGE_SIZE = 50


class Filter(StrEnum):
    """The list's filters. Owing is any open invoice, so it holds what is overdue."""

    ALL = "all"
    OWING = "owing"
    OVERDUE = "overdue"
    PORTAL = "portal"


class Sort(StrEnum):
    """The list's orders."""

    NAME = "name"
    NUMBER = "number"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Owed:
    """What is open on invoices of one currency, in minor units, and how much of it is overdue."""

    currency_code: str
    outstanding_minor: int
    overdue_minor: int


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One customer of the list: what it owes, its own currency first, and its people."""

    id: UUID
    number: str | None
    display_name: str
    email: str | None
    status: str
    portal_enabled: bool
    owed: list[Owed]
    contacts_active: int
    contacts_invited: int


_FOUND = """
    with owing as materialized (
        select customer_id, max(case when due_date < $today then 1 else 0 end) as late
        from core.invoices
        where status = 'sent' and balance_minor > 0
        group by customer_id
    ), found as materialized (
        select c.id, c.number, c.display_name, c.email, c.status, c.currency_code,
            c.portal_enabled, c.created_at,
            case when o.customer_id is null then 0 else 1 end as owes, coalesce(o.late, 0) as late,
            case when c.portal_enabled and c.status = 'active' then 1 else 0 end as open
        from core.customers c
        left join owing o on o.customer_id = c.id
        where $pattern = '%' or c.display_name ilike $pattern escape '!'
            or c.number ilike $pattern escape '!' or c.email ilike $pattern escape '!'
    )
"""
_COUNTS = (
    _FOUND
    + """
    select count(*)::bigint as "all", coalesce(sum(owes), 0)::bigint as owing,
        coalesce(sum(late), 0)::bigint as overdue, coalesce(sum(open), 0)::bigint as portal
    from found
    order by 1
"""
)
_LISTED = (
    _FOUND
    + """
    select id, number, display_name, email, status, currency_code, portal_enabled
    from found
    where $wanted = 'all' or ($wanted = 'owing' and owes = 1) or ($wanted = 'overdue' and late = 1)
        or ($wanted = 'portal' and open = 1)
"""
)
_PAGED = " limit $size offset $skip"
_PAGES = {
    Sort.NAME: _LISTED + "order by display_name, id" + _PAGED,
    Sort.NUMBER: _LISTED + "order by number nulls last, id" + _PAGED,
    Sort.NEWEST: _LISTED + "order by created_at desc, id" + _PAGED,
}
# amounts of the page's customers alone
_OWED = """
    select customer_id, currency_code, sum(balance_minor)::bigint as outstanding_minor,
        sum(case when due_date < $today then balance_minor else 0 end)::bigint as overdue_minor
    from core.invoices
    where customer_id = any($ids) and status = 'sent' and balance_minor > 0
    group by customer_id, currency_code
    order by customer_id, currency_code
"""
_PEOPLE = """
    select customer_id,
        sum(case when portal_status = 'active' then 1 else 0 end)::bigint as contacts_active,
        sum(case when portal_status = 'invited' then 1 else 0 end)::bigint as contacts_invited
    from core.contacts
    where customer_id = any($ids)
    group by customer_id
    order by customer_id
"""
_OPEN = """
    select currency_code, count(*)::bigint as outstanding_count,
        sum(balance_minor)::bigint as outstanding_minor,
        sum(case when due_date < $today then 1 else 0 end)::bigint as overdue_count,
        sum(case when due_date < $today then balance_minor else 0 end)::bigint as overdue_minor,
        sum(pending_minor)::bigint as pending_minor
    from (select * from core.invoices where customer_id = $id offset 0) own
    where status = 'sent' and balance_minor > 0
    group by currency_code
    order by currency_code
"""
_CREDITS = """
    select currency_code, sum(balance_minor)::bigint as credits_minor
    from (select * from core.credit_notes where customer_id = $id offset 0) own
    where status = 'open' and balance_minor > 0
    group by currency_code
    order by currency_code
"""
_UNUSED = """
    select currency_code, sum(unused_minor)::bigint as unused_payments_minor
    from (select * from core.payments where customer_id = $id offset 0) own
    where status = 'succeeded' and unused_minor > 0
    group by currency_code
    order by currency_code
"""
_RETAINERS = """
    select currency_code, sum(balance_minor)::bigint as retainers_minor,
        sum(unused_minor)::bigint as retainer_payments_minor
    from (select * from core.retainer_invoices where customer_id = $id offset 0) own
    where status = 'sent'
    group by currency_code
    order by currency_code
"""
_OPENING = """
    select currency_code, opening_balance_minor as opening_minor
    from core.customers
    where id = $id
    order by currency_code
"""


@store.cached
def list_page(
    staff: Staff,
    *,
    today: Date,
    wanted: Filter = Filter.ALL,
    search: str = "",
    sort: Sort = Sort.NAME,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> Page[AccountRow, Filter]:
    """Return page `page` (from 1) of the customers, with the count of every filter.

    `search` looks in name, number and e-mail. A page past the end is empty.
    """
    asked = {"pattern": contains(search), "today": today}
    with store.staff_reading(staff) as session:
        counted = session.one(_COUNTS, **asked) or {}
        found = session.rows(
            _PAGES[sort], **asked, wanted=wanted.value, size=size, skip=max(page - 1, 0) * size
        )
        ids = [row["id"] for row in found]
        owed: dict[UUID, list[Owed]] = defaultdict(list)
        for row in session.rows(_OWED, ids=ids, today=today):
            owed[row.pop("customer_id")].append(Owed(**row))
        people = {row.pop("customer_id"): row for row in session.rows(_PEOPLE, ids=ids)}
    nobody = {"contacts_active": 0, "contacts_invited": 0}
    rows = [
        AccountRow(
            owed=_own_first(owed[row["id"]], row.pop("currency_code")),
            **people.get(row["id"], nobody),
            **row,
        )
        for row in found
    ]
    counts = {each: int(counted[each.value]) for each in Filter}
    return Page(rows, counts[wanted], counts)


def _own_first(owed: list[Owed], currency_code: str) -> list[Owed]:
    return sorted(owed, key=lambda each: each.currency_code != currency_code)


def balances(staff: Staff, customer_id: UUID, *, today: Date) -> list[Balance]:
    """Return one customer's figures by currency, its own first; empty for an unknown customer.

    Ages and months are left at nothing: the customer's Home draws those.
    """
    found: dict[str, Balance] = {}
    with store.staff_reading(staff) as session:
        rows = session.rows(_OPENING, id=customer_id)
        rows += session.rows(_OPEN, id=customer_id, today=today)
        for query in (_CREDITS, _UNUSED, _RETAINERS):
            rows += session.rows(query, id=customer_id)
    for row in rows:
        balance = found.setdefault(row["currency_code"], Balance(row["currency_code"]))
        for name, value in row.items():
            setattr(balance, name, value)
    return list(found.values())
