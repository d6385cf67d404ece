"""Statements of account: every transaction of a period with its running balance.

Invoices raise the balance; payments, tax withheld, early-payment discounts, credit notes and
write-offs lower it; refunds give credit back and raise it again. A retainer's payment lowers it on
the day it is received. So the closing balance equals the open invoice balances less unused credits,
payments and retainers.
"""

from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta
from enum import StrEnum

from portal_data import store
from portal_data.balances import AGES
from portal_data.errors import Invalid
from portal_data.scope import Scope

EARLIEST = Date(1970, 1, 1)


class Period(StrEnum):
    """The presets of the period, and a custom one."""

    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    THIS_QUARTER = "this_quarter"
    LAST_QUARTER = "last_quarter"
    THIS_YEAR = "this_year"
    LAST_YEAR = "last_year"
    ALL = "all"
    CUSTOM = "custom"


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


@dataclass(frozen=True, slots=True)
class Statement:
    """A period's transactions in one currency, in minor units, with the summary and the aging.

    `aging` is of the open invoice balances as they stood at the end of `last`.
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


_FLOWS = """
    with flows as materialized (
        select date, 'invoice' as kind, number, coalesce(subject, reference) as details,
            total_minor as amount, 0 as credit, 1 as place
        from invoices
        where currency_code = $currency and status in ('sent', 'written_off') and date <= $last
        union all
        select date, 'credit_note' as kind, number, coalesce(subject, reference) as details,
            0 as amount, total_minor as credit, 2 as place
        from credit_notes
        where currency_code = $currency and status = 'open' and date <= $last
        union all
        select date, 'payment' as kind, number,
            case when reference is null then mode else mode || ' · ' || reference end as details,
            0 as amount, amount_minor as credit, 3 as place
        from payments
        where currency_code = $currency and status = 'succeeded' and date <= $last
        union all
        select a.date, 'withheld' as kind, i.number, p.number as details, 0 as amount,
            a.withheld_minor as credit, 4 as place
        from allocations a
        join payments p on p.id = a.payment_id
        join invoices i on i.id = a.invoice_id
        where i.currency_code = $currency and p.status = 'succeeded' and a.withheld_minor > 0
            and a.date <= $last
        union all
        select a.date, 'early_discount' as kind, i.number, p.number as details, 0 as amount,
            a.early_discount_minor as credit, 4 as place
        from allocations a
        join payments p on p.id = a.payment_id
        join invoices i on i.id = a.invoice_id
        where i.currency_code = $currency and p.status = 'succeeded' and a.early_discount_minor > 0
            and a.date <= $last
        union all
        select r.date, 'refund' as kind, coalesce(n.number, p.number) as number,
            r.reference as details, r.amount_minor as amount, 0 as credit, 5 as place
        from refunds r
        left join credit_notes n on n.id = r.credit_note_id
        left join payments p on p.id = r.payment_id
        where r.currency_code = $currency and r.status = 'succeeded' and r.date <= $last
        union all
        select written_off_on as date, 'write_off' as kind, number, subject as details, 0 as amount,
            written_off_minor as credit, 6 as place
        from invoices
        where currency_code = $currency and written_off_minor > 0 and written_off_on <= $last
            and status in ('sent', 'written_off')
    )
"""
_SUMMARY = (
    _FLOWS
    + """
    select
        coalesce(sum(case when date < $first
            then amount - credit else 0 end), 0)::bigint as opening,
        coalesce(sum(case when date >= $first and kind = 'invoice'
            then amount else 0 end), 0)::bigint as invoiced,
        coalesce(sum(case when date >= $first and kind = 'payment'
            then credit else 0 end), 0)::bigint as received,
        coalesce(sum(case when date >= $first and kind not in ('invoice', 'payment', 'refund')
            then credit else 0 end), 0)::bigint as credited,
        coalesce(sum(case when date >= $first and kind = 'refund'
            then amount else 0 end), 0)::bigint as refunded,
        coalesce(sum(amount - credit), 0)::bigint as closing,
        coalesce(sum(case when date >= $first then 1 else 0 end), 0)::bigint as lines
    from flows
    order by 1
"""
)
_LINES = (
    _FLOWS
    + """
    select date, kind, number, details, amount, credit
    from flows
    where date >= $first
    order by date, place, number, amount, credit
"""
)
# what was open at the end of the day: settlements dated later have not happened yet
_AGING = """
    with settled as materialized (
        select invoice_id, amount_minor + withheld_minor + early_discount_minor as amount
        from allocations
        where invoice_id is not null and date <= $last
            and payment_id in (select id from payments where status = 'succeeded')
        union all
        select invoice_id, amount_minor as amount from credit_applications where date <= $last
        union all
        select invoice_id, amount_minor as amount from retainer_applications where date <= $last
        union all
        select id as invoice_id, written_off_minor as amount
        from invoices where written_off_minor > 0 and written_off_on <= $last
    )
    select case when i.due_date >= $last then 'not_due'
            when i.due_date >= $day30 then '1_30'
            when i.due_date >= $day60 then '31_60'
            when i.due_date >= $day90 then '61_90'
            else 'over_90' end as age,
        sum(i.total_minor - coalesce(s.amount, 0))::bigint as balance
    from invoices i
    left join (
        select invoice_id, sum(amount)::bigint as amount from settled group by invoice_id
    ) s on s.invoice_id = i.id
    where i.currency_code = $currency and i.status in ('sent', 'written_off') and i.date <= $last
    group by 1
    order by 1
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


def statement(scope: Scope, currency_code: str, first: Date, last: Date) -> Statement:
    """Return the statement of one currency from `first` to `last`, both included.

    Raises Invalid when the period ends before it begins.
    """
    if last < first:
        raise Invalid("The period ends before it begins.")
    days = {f"day{n}": last - timedelta(days=n) for n in (30, 60, 90)}
    with store.reading(scope) as session:
        summary = session.one(_SUMMARY, currency=currency_code, first=first, last=last) or {}
        rows = session.rows(_LINES, currency=currency_code, first=first, last=last)
        aged = session.rows(_AGING, currency=currency_code, last=last, **days)
    balance = summary["opening"]
    lines = []
    for row in rows:
        balance += row["amount"] - row["credit"]
        lines.append(
            StatementLine(
                row["date"], row["kind"], row["number"], row["details"],
                row["amount"], row["credit"], balance,
            )
        )  # fmt: skip
    return Statement(
        currency_code=currency_code,
        first=first,
        last=last,
        opening_minor=summary["opening"],
        invoiced_minor=summary["invoiced"],
        received_minor=summary["received"],
        credited_minor=summary["credited"],
        refunded_minor=summary["refunded"],
        closing_minor=summary["closing"],
        lines=lines,
        aging={**dict.fromkeys(AGES, 0), **{row["age"]: row["balance"] for row in aged}},
    )


def currencies(scope: Scope) -> list[str]:
    """Return the currencies the customer has documents in, its own first."""
    with store.reading(scope) as session:
        return [str(row["currency_code"]) for row in session.rows(_CURRENCIES)]


def bounds(period: Period, today: Date) -> tuple[Date, Date]:
    """Return the first and last day of a preset.

    Periods that are running end today; ALL begins at `EARLIEST`. Raises Invalid for CUSTOM.
    """
    month = today.replace(day=1)
    quarter = month.replace(month=(today.month - 1) // 3 * 3 + 1)
    year = month.replace(month=1)
    day = timedelta(days=1)
    if period is Period.CUSTOM:
        raise Invalid("A custom period needs its two dates.")
    return {
        Period.THIS_MONTH: (month, today),
        Period.LAST_MONTH: ((month - day).replace(day=1), month - day),
        Period.THIS_QUARTER: (quarter, today),
        Period.LAST_QUARTER: (_months_before(quarter, 3), quarter - day),
        Period.THIS_YEAR: (year, today),
        Period.LAST_YEAR: (year.replace(year=year.year - 1), year - day),
        Period.ALL: (EARLIEST, today),
    }[period]


def _months_before(first: Date, months: int) -> Date:
    index = first.year * 12 + first.month - 1 - months
    return Date(index // 12, index % 12 + 1, 1)
