"""What a customer owes and is owed, per currency: the figures and charts of Home."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date as Date
from typing import Any
from uuid import UUID

from portal_data import store
from portal_data.billing import disputes
from portal_data.errors import NotFound
from portal_data.scope import Scope
from portal_data.text.language import _

MONTHS = 12
AGES = ("not_due", "1_30", "31_60", "61_90", "over_90")
"""Buckets of days past the due date; `not_due` holds what falls due today or later."""


def age(days_late: int) -> str:
    """Return the bucket of `AGES` for a number of days past due; not positive is not due."""
    if days_late <= 0:
        return "not_due"
    return AGES[min(1 + (days_late - 1) // 30, 4)]


@dataclass(frozen=True, slots=True)
class Month:
    """What was billed to and received from the customer in one calendar month."""

    first: Date
    billed_minor: int
    paid_minor: int


@dataclass(slots=True)
class Balance:
    """One currency's figures, in its minor units. Currencies are never added."""

    currency_code: str
    opening_minor: int = 0
    outstanding_count: int = 0
    outstanding_minor: int = 0
    overdue_count: int = 0
    overdue_minor: int = 0
    pending_minor: int = 0
    in_question_minor: int = 0
    disputed_minor: int = 0
    credits_minor: int = 0
    unused_payments_minor: int = 0
    retainers_count: int = 0
    retainers_minor: int = 0
    retainer_payments_minor: int = 0
    aging: dict[str, int] = field(default_factory=lambda: dict.fromkeys(AGES, 0))
    months: list[Month] = field(default_factory=list)

    @property
    def available_credits_minor(self) -> int:
        """What the business owes the customer: unused credit notes and unused payments."""
        return self.credits_minor + self.unused_payments_minor

    @property
    def payable_minor(self) -> int:
        """What remains to settle: invoices, retainers and what was owed before the books began,
        less what is on its way to the bank, in question or in dispute."""
        owed = self.opening_minor + self.outstanding_minor + self.retainers_minor
        return owed - self.pending_minor - self.in_question_minor - self.disputed_minor

    @property
    def statement_minor(self) -> int:
        """What a statement of everything closes with: what is owed less what is there to be used.

        A retainer invoice is on it once it is paid, and a payment once it has arrived.
        """
        owed = self.opening_minor + self.outstanding_minor
        return owed - self.available_credits_minor - self.retainer_payments_minor


@dataclass(frozen=True, slots=True)
class LastPayment:
    """The newest payment, with the numbers of the invoices and retainer invoices it paid."""

    number: str
    date: Date
    currency_code: str
    amount_minor: int
    mode: str
    reference: str | None
    invoice_numbers: list[str]
    retainer_numbers: list[str]


@dataclass(frozen=True, slots=True)
class PendingApprovals:
    """How many documents wait for the customer's answer."""

    estimates: int
    timesheets: int


@dataclass(frozen=True, slots=True)
class Home:
    """Everything Home tells in figures."""

    balances: list[Balance]
    last_payment: LastPayment | None
    pending: PendingApprovals


# plain queries of one table each: planning a union of them costs more than running them all
_INVOICES = """
    select currency_code,
        case when status = 'sent' and balance_minor > 0 then due_date end as due_date,
        case when date >= $since then date_trunc('month', date) end as month,
        count(*)::bigint as invoices, sum(total_minor)::bigint as billed,
        sum(balance_minor)::bigint as balance_minor, sum(pending_minor)::bigint as pending_minor,
        sum(case when in_question_minor > 0 then 1 else 0 end)::bigint as questioned,
        sum(case when in_question_minor > 0 then balance_minor else 0 end)::bigint
            as in_question_minor
    from invoices
    where status in ('sent', 'written_off')
        and (date >= $since or (status = 'sent' and balance_minor > 0))
    group by 1, 2, 3
    order by 1, 2, 3
"""
_CREDITS = """
    select currency_code, sum(balance_minor)::bigint as amount
    from credit_notes
    where status = 'open' and balance_minor > 0
    group by currency_code
    order by currency_code
"""
_PAYMENTS = """
    select currency_code, case when date >= $since then date_trunc('month', date) end as month,
        sum(amount_minor)::bigint as paid, sum(unused_minor)::bigint as unused, max(date) as newest
    from payments
    where status = 'succeeded'
    group by 1, 2
    order by 1, 2
"""
_RETAINERS = """
    select currency_code,
        sum(case when balance_minor > 0 then 1 else 0 end)::bigint as retainers,
        sum(balance_minor)::bigint as balance_minor,
        sum(pending_minor)::bigint as pending_minor,
        sum(case when in_question_minor > 0 then balance_minor else 0 end)::bigint
            as in_question_minor,
        sum(unused_minor)::bigint as unused_minor
    from retainer_invoices
    where status = 'sent'
    group by currency_code
    order by currency_code
"""
# whether there are disputes at all, which are rare
_CUSTOMER = f"""
    select currency_code, opening_balance_minor,
        (select count(*)::bigint from disputes where {disputes.OPEN}) as disputes
    from customers
    order by currency_code
"""
_DISPUTED = f"""
    select d.currency_code, sum(least(d.amount_minor, i.balance_minor))::bigint as amount
    from (
        select invoice_id, currency_code, sum(amount_minor)::bigint as amount_minor
        from disputes where {disputes.OPEN}
        group by invoice_id, currency_code
    ) d
    join invoices i on i.id = d.invoice_id
    where i.status = 'sent' and i.in_question_minor = 0
    group by d.currency_code
    order by d.currency_code
"""
# of the last day only: to find one row by all of its columns reads every payment's
_PAID_ON = """
    select id from payments where status = 'succeeded' and date = $day order by id
"""
_LAST_PAYMENT = """
    select id, number, date, currency_code, amount_minor, mode, reference
    from payments_by_ids
    order by number desc
    limit 1
"""
_PAID = """
    select invoice_id, retainer_invoice_id from allocations_by_payment_id order by id
"""
_INVOICE_NUMBERS = "select number from invoices_by_ids order by number"
_RETAINER_NUMBERS = "select number from retainer_invoices_by_ids order by number"
_PENDING = """
    select
        (select count(*)::bigint from estimates
            where status = 'sent' and (expiry_date is null or expiry_date >= $today)) as estimates,
        (select count(*)::bigint from approvals where status = 'submitted') as timesheets
    order by 1
"""


@dataclass(frozen=True, slots=True)
class Account:
    """The balance of each currency, and the day of the newest payment."""

    balances: list[Balance]
    paid_on: Date | None

    def of(self, currency_code: str) -> Balance | None:
        """Return the balance of one currency; None when there is nothing in it."""
        return next((each for each in self.balances if each.currency_code == currency_code), None)


@store.cached
def account(scope: Scope, *, today: Date) -> Account:
    """Return the customer's balances as of `today`, its own currency first.

    A customer without any document has one balance of zeros in its own currency. Raises NotFound
    when there is no such customer.
    """
    with store.reading(scope) as session:
        customer = session.one(_CUSTOMER)
        if customer is None:
            raise NotFound(_("There is no such customer."))
        own = Balance(customer["currency_code"], customer["opening_balance_minor"])
        balances = {own.currency_code: own}
        firsts = last_months(today)
        billed = _add_invoices(balances, session.rows(_INVOICES, since=firsts[0]), today)
        payments = session.rows(_PAYMENTS, since=firsts[0])
        received = _add_payments(balances, payments)
        _add_credits(balances, session)
        for row in session.rows(_DISPUTED) if customer["disputes"] else ():
            _of(balances, row["currency_code"]).disputed_minor = row["amount"]
    for balance in balances.values():
        months = [(balance.currency_code, first) for first in firsts]
        balance.months = [Month(key[1], billed[key], received[key]) for key in months]
    return Account(list(balances.values()), max((row["newest"] for row in payments), default=None))


@store.cached
def home(scope: Scope, *, today: Date) -> Home:
    """Return everything that Home tells in figures as of `today`; raises as `account`."""
    own = account(scope, today=today)
    with store.reading(scope) as session:
        last = _last_payment(session, own.paid_on) if own.paid_on else None
        pending = session.one(_PENDING, today=today) or {}
    return Home(own.balances, last, PendingApprovals(**pending))


def _of(balances: dict[str, Balance], currency_code: str) -> Balance:
    return balances.setdefault(currency_code, Balance(currency_code))


Months = Counter[tuple[str, Date]]
"""Amounts by currency and first day of the month."""


def _add_invoices(balances: dict[str, Balance], rows: list[dict[str, Any]], today: Date) -> Months:
    """Add what is open and return what was billed; only open invoices have a due date here."""
    billed = Months()
    for row in rows:
        balance = _of(balances, row["currency_code"])
        if row["month"] is not None:
            billed[row["currency_code"], _day(row["month"])] += row["billed"]
        if row["due_date"] is None:
            continue
        bucket = age((today - row["due_date"]).days)
        balance.aging[bucket] += row["balance_minor"]
        balance.outstanding_count += row["invoices"]
        balance.outstanding_minor += row["balance_minor"]
        balance.pending_minor += row["pending_minor"]
        balance.in_question_minor += row["in_question_minor"]
        if bucket != "not_due":
            balance.overdue_count += row["invoices"] - row["questioned"]
            balance.overdue_minor += row["balance_minor"] - row["in_question_minor"]
    return billed


def _add_payments(balances: dict[str, Balance], rows: list[dict[str, Any]]) -> Months:
    """Add what payments have left unused and return what was received."""
    received = Months()
    for row in rows:
        if row["month"] is None and not row["unused"]:
            continue
        _of(balances, row["currency_code"]).unused_payments_minor += row["unused"]
        if row["month"] is not None:
            received[row["currency_code"], _day(row["month"])] += row["paid"]
    return received


def _day(month: Date) -> Date:
    """Return the date of a month that an engine gives as a date or as midnight of it."""
    return Date(month.year, month.month, 1)


def _add_credits(balances: dict[str, Balance], session: store.Session) -> None:
    for row in session.rows(_CREDITS):
        _of(balances, row["currency_code"]).credits_minor = row["amount"]
    for row in session.rows(_RETAINERS):
        balance = _of(balances, row["currency_code"])
        balance.retainers_count = row["retainers"]
        balance.retainers_minor = row["balance_minor"]
        balance.pending_minor += row["pending_minor"]
        balance.in_question_minor += row["in_question_minor"]
        balance.retainer_payments_minor = row["unused_minor"]


def last_months(today: Date, count: int = MONTHS) -> list[Date]:
    """Return the first days of the `count` months that end with today's, oldest first."""
    newest = today.year * 12 + today.month - 1
    indices: Iterable[int] = range(newest - count + 1, newest + 1)
    return [Date(index // 12, index % 12 + 1, 1) for index in indices]


def _last_payment(session: store.Session, day: Date) -> LastPayment | None:
    """Return the last payment of the last day that has any; None when it went away meanwhile."""
    ids = [row["id"] for row in session.rows(_PAID_ON, day=day)]
    row = session.one(_LAST_PAYMENT, ids=ids) if ids else None
    if row is None:
        return None
    paid = session.rows(_PAID, payment_id=row.pop("id"))
    invoices, retainers = (
        _numbers(session, sql, [each[column] for each in paid if each[column]])
        for sql, column in (
            (_INVOICE_NUMBERS, "invoice_id"),
            (_RETAINER_NUMBERS, "retainer_invoice_id"),
        )
    )
    return LastPayment(**row, invoice_numbers=invoices, retainer_numbers=retainers)


def _numbers(session: store.Session, sql: str, ids: list[UUID]) -> list[str]:
    return [row["number"] for row in session.rows(sql, ids=ids)] if ids else []
