"""Statements of account: every transaction of a period with its running balance.

Invoices raise the balance; payments, tax withheld, early-payment discounts, credit notes and
write-offs lower it; refunds give credit back and raise it again. A retainer's payment lowers it on
the day it is received. What the customer owed before the books began stands before all of them. So
the closing balance equals the open invoice balances and that opening balance, less unused credits,
payments and retainers.
"""

from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta
from typing import Any
from uuid import UUID

import pyarrow as pa
from pyarrow import compute as pc

from portal_data import store
from portal_data.billing.balances import AGES, age
from portal_data.billing.transactions import ABOUT, FLOWS, PLACES
from portal_data.business import organisation
from portal_data.business.organisation import Organisation
from portal_data.errors import Invalid
from portal_data.scope import Scope
from portal_data.text.language import _


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One transaction: `amount_minor` raises the balance, `credit_minor` lowers it."""

    date: Date
    kind: str
    number: str
    details: str | None
    amount_minor: int
    credit_minor: int
    balance_minor: int
    about: str = ""
    """The kind of document that has the number: a refund has that of what it is paid from."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A period's transactions in one currency, in minor units, with the summary and the aging.

    `aging` is of the open invoice balances as they stood at the end of `last`, and `disputed` what
    of them was in dispute then.
    """

    currency_code: str
    first: Date
    last: Date
    opening_minor: int
    invoiced_minor: int
    received_minor: int
    credited_minor: int
    refunded_minor: int
    closing_minor: int
    lines: list[StatementLine]
    aging: dict[str, int]
    disputed: dict[str, int]


@dataclass(frozen=True, slots=True)
class StatementColumns:
    """A period's transactions in one currency by column, in minor units.

    `lines` has date, kind, number, details, amount (below zero when it lowers the balance) and
    balance.
    """

    currency_code: str
    first: Date
    last: Date
    opening_minor: int
    closing_minor: int
    lines: pa.Table


_LINE = pa.schema(
    {"date": pa.date32(), "number": pa.string(), "details": pa.string(), "amount": pa.int64()}
)

_RARE = """
    select
        (select count(*)::bigint from allocations where withheld_minor > 0) as withheld,
        (select count(*)::bigint from allocations where early_discount_minor > 0) as early_discount,
        (select count(*)::bigint from refunds) as refund,
        (select count(*)::bigint from disputes) as dispute,
        (select count(*)::bigint from invoices where written_off_minor > 0) as write_off
    order by 1
"""
_OPENING = """
    select coalesce(sum(opening_balance_minor), 0)::bigint as amount
    from customers
    where currency_code = $currency
    order by 1
"""
_OPEN = """
    select id, due_date, balance_minor
    from invoices
    where currency_code = $currency and status in ('sent', 'written_off')
        and date <= $last and balance_minor > 0
    order by id
"""
# what settled an invoice after the period's last day had not happened yet
_SETTLED_LATER = """
    select invoice_id, amount_minor + withheld_minor + early_discount_minor as amount
    from allocations where invoice_id is not null and date > $last
    union all
    select invoice_id, amount_minor as amount from credit_applications where date > $last
    union all
    select invoice_id, amount_minor as amount from retainer_applications where date > $last
    union all
    select id as invoice_id, written_off_minor as amount
    from invoices where written_off_minor > 0 and written_off_on > $last
    order by 1, 2
"""
_DUE = """
    select id, due_date
    from invoices_by_ids
    where currency_code = $currency and status in ('sent', 'written_off') and date <= $last
    order by id
"""
_DISPUTES = """
    select invoice_id, amount_minor, opened_at, decided_at
    from disputes where currency_code = $currency
    order by id
"""
_CURRENCIES = """
    select currency_code
    from (
        select currency_code, 0 as place from customers
        union all select currency_code, 1 as place from invoices
        union all select currency_code, 1 as place from payments
        union all select currency_code, 1 as place from credit_notes
    ) used
    group by currency_code
    order by min(place), currency_code
"""


@store.cached
def statement(scope: Scope, currency_code: str, first: Date, last: Date) -> Statement:
    """Return the statement of one currency from `first` to `last`, both included.

    Raises Invalid when the period ends before it begins.
    """
    if last < first:
        raise Invalid(_("The period ends before it begins."))
    period = {"currency": currency_code, "first": first, "last": last}
    with store.reading(scope) as session:
        opening, rows = int(session.value(_OPENING, currency=currency_code)), []
        rare = session.one(_RARE) or {}
        for kind, flow in FLOWS.items():
            for row in session.rows(flow, **period) if rare.get(kind, 1) else ():
                if row["date"] is None:
                    opening += row["amount"]
                else:
                    rows.append((row["date"], PLACES[kind], row["number"], kind, row))
        owed = _owed(session, currency_code, last)
        disputes = session.rows(_DISPUTES, currency=currency_code) if rare.get("dispute") else []
    disputed = _disputed(owed, disputes, organisation.get(scope), last)
    lines, sums, balance = [], dict.fromkeys(FLOWS, 0), opening
    for day, _order, number, kind, row in sorted(rows, key=lambda row: row[:3]):
        amount, details = row["amount"], row["details"]
        balance += amount
        sums[kind] += amount
        lines.append(
            StatementLine(
                day,
                kind,
                number,
                details,
                max(amount, 0),
                max(-amount, 0),
                balance,
                row.get("about") or ABOUT.get(kind, kind),
            )
        )
    credited = ("credit_note", "withheld", "early_discount", "write_off")
    return Statement(
        currency_code=currency_code,
        first=first,
        last=last,
        opening_minor=opening,
        invoiced_minor=sums["invoice"],
        received_minor=-sums["payment"],
        credited_minor=-sum(sums[kind] for kind in credited),
        refunded_minor=sums["refund"],
        closing_minor=balance,
        lines=lines,
        aging=_aging(owed, last),
        disputed=_aging(disputed, last),
    )


def dated_after(scope: Scope, currency_code: str, day: Date) -> int:
    """Return by how much transactions that are dated after `day` raise the balance."""
    later = statement(scope, currency_code, day + timedelta(days=1), Date.max)
    return later.closing_minor - later.opening_minor


def extract(scope: Scope, currency_code: str, first: Date, last: Date) -> StatementColumns:
    """Return the transactions of `statement` by column, for files.

    Raises Invalid when the period ends before it begins.
    """
    if last < first:
        raise Invalid(_("The period ends before it begins."))
    period = {"currency": currency_code, "first": first, "last": last}
    with store.reading(scope) as session:
        opening, flows = int(session.value(_OPENING, currency=currency_code)), []
        for kind, flow in FLOWS.items():
            rows = session.arrow(flow, **period)
            dated = pc.is_valid(rows["date"])
            opening += pc.sum(rows.filter(pc.invert(dated))["amount"].cast(pa.int64())).as_py() or 0
            lines = rows.filter(dated).select(list(_LINE.names)).cast(_LINE)
            flows.append(
                lines.append_column("kind", pa.repeat(kind, len(lines)))
                .append_column("place", pa.repeat(PLACES[kind], len(lines)))
            )  # fmt: skip
    lines = pa.concat_tables(flows).sort_by(
        [("date", "ascending"), ("place", "ascending"), ("number", "ascending")]
    )
    balances = pc.cumulative_sum(lines["amount"], start=opening)
    closing = balances[-1].as_py() if len(lines) else opening
    return StatementColumns(
        currency_code, first, last, opening, closing, lines.append_column("balance", balances)
    )


_Owed = dict[UUID, tuple[Date, int]]
"""The due date of each open invoice, and what is open of it in minor units."""


def _owed(session: store.Session, currency_code: str, last: Date) -> _Owed:
    """Return what was open at the end of `last`."""
    owed: _Owed = {
        row["id"]: (row["due_date"], row["balance_minor"])
        for row in session.rows(_OPEN, currency=currency_code, last=last)
    }
    later = session.rows(_SETTLED_LATER, last=last)
    if later:
        ids = list({row["invoice_id"] for row in later})
        due = {
            row["id"]: row["due_date"]
            for row in session.rows(_DUE, currency=currency_code, last=last, ids=ids)
        }
        for row in later:
            invoice_id = row["invoice_id"]
            if invoice_id in due:
                _, before = owed.get(invoice_id, (None, 0))
                owed[invoice_id] = (due[invoice_id], before + row["amount"])
    return owed


def _disputed(
    owed: _Owed, disputes: list[dict[str, Any]], business: Organisation, last: Date
) -> _Owed:
    """Return what of that was in dispute at the end of `last`."""
    held: dict[UUID, int] = {}
    for row in disputes:
        decided = row["decided_at"]
        begun = business.day_of(row["opened_at"]) <= last
        if begun and (decided is None or business.day_of(decided) > last):
            held[row["invoice_id"]] = held.get(row["invoice_id"], 0) + row["amount_minor"]
    return {
        invoice_id: (owed[invoice_id][0], min(minor, owed[invoice_id][1]))
        for invoice_id, minor in held.items()
        if invoice_id in owed
    }


def _aging(owed: _Owed, last: Date) -> dict[str, int]:
    """Return amounts by days past due at the end of `last`."""
    aging = dict.fromkeys(AGES, 0)
    for due_date, amount in owed.values():
        aging[age((last - due_date).days)] += amount
    return aging


@store.cached
def currencies(scope: Scope) -> list[str]:
    """Return the currencies the customer has documents in, its own first."""
    with store.reading(scope) as session:
        return [str(row["currency_code"]) for row in session.rows(_CURRENCIES)]
