"""Using credit: what a customer has with the business settles invoices, without any provider.

That are credit notes that are open, payments with an unused part, and retainers that were paid.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from uuid import UUID

from portal_data import money, store
from portal_data.billing import ledger
from portal_data.business import organisation, preferences
from portal_data.errors import Conflict, Invalid, NotFound
from portal_data.ids import new_id
from portal_data.kinds import CREDIT_NOTE, INVOICE, PAYMENT, RETAINER
from portal_data.messaging import activity, events
from portal_data.payments import attempts, offers, promise_closing
from portal_data.payments.attempts import Row
from portal_data.payments.offers import Payable
from portal_data.scope import Permission, Scope
from portal_data.store import Session
from portal_data.text import language
from portal_data.text.language import _


@dataclass(frozen=True, slots=True)
class Credit:
    """What is left of a credit note, payment or retainer, in minor units, and its version."""

    record: str
    number: str
    version: int
    date: Date
    currency_code: str
    left_minor: int


@dataclass(frozen=True, slots=True)
class Use:
    """So much of a credit for an invoice, both in the versions that were seen."""

    credit: Credit
    invoice: Payable
    amount_minor: int


_CREDITS = """
    select 'credit_note' as record, number, version, date, currency_code,
        balance_minor as left_minor
    from credit_notes
    where status = 'open' and balance_minor > 0 and currency_code = $currency
    union all
    select 'payment', number, version, date, currency_code, unused_minor
    from payments
    where status = 'succeeded' and unused_minor > 0 and currency_code = $currency
    union all
    select 'retainer_invoice', number, version, date, currency_code, unused_minor
    from retainer_invoices
    where status = 'sent' and unused_minor > 0 and currency_code = $currency
    order by date, number
"""
_HELD = {
    CREDIT_NOTE.record: """
        select id, number, version, currency_code,
            case when status = 'open' then balance_minor else 0 end as left_minor
        from core.credit_notes
        where customer_id = $customer_id and number = any($numbers) and status <> 'draft'
        order by id
    """,
    PAYMENT.record: """
        select id, number, version, currency_code,
            case when status = 'succeeded' then unused_minor else 0 end as left_minor
        from core.payments
        where customer_id = $customer_id and number = any($numbers) and status <> 'draft'
        order by id
    """,
    RETAINER.record: """
        select id, number, version, currency_code,
            case when status = 'sent' then unused_minor else 0 end as left_minor
        from core.retainer_invoices
        where customer_id = $customer_id and number = any($numbers) and status <> 'draft'
        order by id
    """,
}
_TAKE = {
    CREDIT_NOTE.record: """
        update core.credit_notes
        set version = version + 1, balance_minor = balance_minor - $amount, updated_at = $now
        where customer_id = $customer_id and id = $id
    """,
    PAYMENT.record: """
        update core.payments
        set version = version + 1, unused_minor = unused_minor - $amount, updated_at = $now
        where customer_id = $customer_id and id = $id
    """,
    RETAINER.record: """
        update core.retainer_invoices
        set version = version + 1, unused_minor = unused_minor - $amount, updated_at = $now
        where customer_id = $customer_id and id = $id
    """,
}
_APPLY = {
    CREDIT_NOTE.record: """
        insert into core.credit_applications (id, customer_id, credit_note_id, invoice_id, date,
            amount_minor, source_key, created_at)
        values ($id, $customer_id, $source_id, $invoice_id, $day, $amount, $source_key, $now)
    """,
    PAYMENT.record: """
        insert into core.allocations (id, customer_id, payment_id, invoice_id, date, amount_minor,
            source_key, created_at)
        values ($id, $customer_id, $source_id, $invoice_id, $day, $amount, $source_key, $now)
    """,
    RETAINER.record: """
        insert into core.retainer_applications (id, customer_id, retainer_invoice_id, invoice_id,
            date, amount_minor, source_key, created_at)
        values ($id, $customer_id, $source_id, $invoice_id, $day, $amount, $source_key, $now)
    """,
}
_SETTLE = """
    update core.invoices
    set version = version + 1, balance_minor = balance_minor - $amount, updated_at = $now
    where customer_id = $customer_id and id = $id
"""


def available(scope: Scope, currency: str) -> list[Credit]:
    """Return the credit that a customer can use in a currency, oldest first; none where it may not.

    Whoever may not pay sees none either.
    """
    if not scope.may(Permission.INVOICE_PAY) or not preferences.of(scope).customers_use_credit:
        return []
    with store.reading(scope) as session:
        return [Credit(**row) for row in session.rows(_CREDITS, currency=currency)]


def plan(credits: Iterable[Credit], invoices: Sequence[Payable]) -> list[Use]:
    """Return how credit settles invoices: the oldest first, of the invoice that is due first.

    Both are in that order, and of one currency.
    """
    open_minor = {each.number: each.payable_minor for each in invoices}
    uses = []
    for credit in credits:
        left = credit.left_minor
        for invoice in invoices:
            amount = min(left, open_minor[invoice.number])
            if amount > 0:
                uses.append(Use(credit, invoice, amount))
                open_minor[invoice.number] -= amount
                left -= amount
    return uses


def use(scope: Scope, uses: Sequence[Use], *, key: UUID, now: datetime) -> int:
    """Let credit settle invoices, all of it or nothing; return how much, in minor units.

    `key` names the click. Raises NotAllowed for a role that may not pay, NotFound for no such
    credit or invoice, Conflict when one of them changed since it was seen or the business does not
    let customers use credit, Invalid for more than there is of a credit or to pay of an invoice.
    """
    scope.need(Permission.INVOICE_PAY)
    if not uses or len(uses) > offers.MOST:
        raise Invalid(_("There is no credit to be used."))
    today = organisation.get(scope).today(now)
    with store.writing(scope) as session:
        if not preferences.get(session).customers_use_credit:
            raise Conflict(_("Credit is used by the business itself here."))
        # what pays before what is paid, as payments are voided and refunded
        credits = {
            record: _seen(
                session.locked(
                    sql,
                    customer_id=scope.customer_id,
                    numbers=[each.credit.number for each in uses if each.credit.record == record],
                ),
                {e.credit.number: e.credit.version for e in uses if e.credit.record == record},
            )
            for record, sql in _HELD.items()
            if any(each.credit.record == record for each in uses)
        }
        invoices = _seen(
            offers.held(session, scope, INVOICE.record, [each.invoice.number for each in uses]),
            {each.invoice.number: each.invoice.version for each in uses},
        )
        left = {number: offers.payable(row) for number, row in invoices.items()}
        for place, each in enumerate(uses):
            credit = credits.get(each.credit.record, {}).get(each.credit.number)
            if credit is None:
                raise NotFound(_("There is no such credit."))
            _need_left(credit, invoices[each.invoice.number], left, each)
            invoice, fact = invoices[each.invoice.number], f"{key}:{place}"
            _write(session, credit, invoice, each, today, now, fact)
        ledger.post(session, now, scope.customer_id)
        promise_closing.touched(session, scope.customer_id, now)
        total = sum(each.amount_minor for each in uses)
        activity.record(
            session,
            scope,
            events.CREDIT_USED,
            now=now,
            subject_kind=INVOICE.record,
            subject_id=next(iter(invoices.values()))["id"],
            subject_number=attempts.numbered(list(invoices)),
            amount_minor=total,
            currency_code=uses[0].invoice.currency_code,
            visible=True,
        )
    return total


def _seen(found: Iterable[Row], versions: Mapping[str, int]) -> dict[str, Row]:
    """Return held rows by number, each in the version that was seen of it."""
    rows = {row["number"]: row for row in found}
    for number, version in versions.items():
        if number not in rows:
            raise NotFound(_("There is no such document."))
        if rows[number]["version"] != version:
            raise Conflict(_("{number} changed meanwhile. Look at it again first.", number=number))
    return rows


def _need_left(credit: Row, invoice: Row, left: dict[str, int], wanted: Use) -> None:
    """Raise unless so much is left of both; take it from both."""
    amount, currency = wanted.amount_minor, invoice["currency_code"]
    if credit["currency_code"] != currency:
        raise Conflict(_("Pay one currency at a time."))
    most = min(credit["left_minor"], left[invoice["number"]])
    if not 0 < amount <= most:
        raise Invalid(
            _(
                "Up to {most} of {credit} can be used for {number}.",
                most=money.format(max(most, 0), currency, locale=language.locale("en_GB")),
                credit=credit["number"],
                number=invoice["number"],
            )
        )
    credit["left_minor"] -= amount
    left[invoice["number"]] -= amount


def _write(
    session: Session,
    credit: Row,
    invoice: Row,
    wanted: Use,
    today: Date,
    now: datetime,
    source_key: str,
) -> None:
    own = {"customer_id": invoice["customer_id"], "amount": wanted.amount_minor, "now": now}
    session.change(
        _APPLY[wanted.credit.record],
        id=new_id(),
        **own,
        source_id=credit["id"],
        invoice_id=invoice["id"],
        day=today,
        source_key=source_key,
    )
    session.change(_TAKE[wanted.credit.record], id=credit["id"], **own)
    session.change(_SETTLE, id=invoice["id"], **own)
