"""The directory: customers as staff see them, what each owes and who of it uses the portal."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from enum import StrEnum
from typing import Any
from uuid import UUID

from portal_data import lists, store
from portal_data.billing.balances import Balance
from portal_data.kinds import OVERDUE, OWED
from portal_data.scope import Staff


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


# amounts of the page's customers alone
_OWED = f"""
    select customer_id, currency_code, sum(balance_minor)::bigint as outstanding_minor,
        sum(case when {OVERDUE} then balance_minor else 0 end)::bigint as overdue_minor
    from core.invoices
    where customer_id = any($ids) and {OWED}
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


def _add_owed_and_people(
    session: store.Session, rows: list[dict[str, Any]], given: Mapping[str, Any]
) -> None:
    """Read what each customer owes, its own currency first, and how many use the portal."""
    ids = [row["id"] for row in rows]
    owed: dict[UUID, list[Owed]] = defaultdict(list)
    for each in session.rows(_OWED, ids=ids, today=given["today"]):
        owed[each.pop("customer_id")].append(Owed(**each))
    people = {each.pop("customer_id"): each for each in session.rows(_PEOPLE, ids=ids)}
    nobody = {"contacts_active": 0, "contacts_invited": 0}
    for row in rows:
        row["owed"] = _own_first(owed[row["id"]], row.pop("currency_code"))
        row.update(people.get(row["id"], nobody))


def _own_first(owed: list[Owed], currency_code: str) -> list[Owed]:
    return sorted(owed, key=lambda each: each.currency_code != currency_code)


LIST = lists.List(
    reading=store.staff_reading,
    row=AccountRow,
    before=f"""owing as materialized (
    select customer_id, max(case when {OVERDUE} then 1 else 0 end) as late
    from core.invoices
    where {OWED}
    group by customer_id
), """,
    columns="""c.id, c.number, c.display_name, c.email, c.status, c.currency_code,
        c.portal_enabled, c.created_at""",
    derived={"owes": "o.customer_id is not null", "late": "coalesce(o.late, 0)"},
    source="core.customers c left join owing o on o.customer_id = c.id",
    search=("c.display_name", "c.number", "c.email"),
    filters={
        Filter.ALL: lists.EVERY,
        Filter.OWING: "owes",
        Filter.OVERDUE: "late = 1",
        Filter.PORTAL: "portal_enabled and status = 'active'",
    },
    orders={
        Sort.NAME: "display_name, id",
        Sort.NUMBER: "number nulls last, id",
        Sort.NEWEST: "created_at desc, id",
    },
    paged="""select id, number, display_name, email, status, currency_code, portal_enabled
    from listed""",
    size=50,
    complete=_add_owed_and_people,
)
"""The customers, with what they owe on the day `today`."""
_OPEN = f"""
    select currency_code, count(*)::bigint as outstanding_count,
        sum(balance_minor)::bigint as outstanding_minor,
        sum(case when {OVERDUE} then 1 else 0 end)::bigint as overdue_count,
        sum(case when {OVERDUE} then balance_minor else 0 end)::bigint as overdue_minor,
        sum(pending_minor)::bigint as pending_minor
    from (select * from core.invoices where customer_id = $id offset 0) own
    where {OWED}
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
