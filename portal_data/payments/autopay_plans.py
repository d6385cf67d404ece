"""Plans of auto-pay: which invoice is charged when, with notice given before, and beginning that.

An invoice has one plan, whatever mandate charges it. All of a customer's are looked at in one
transaction that holds the customer, each morning and whenever something happened, so two workers
cannot begin the same twice; and what is begun has an id made of mandate, invoice and try, so it
could not be written twice either. See docs/decisions/0037.
"""

from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from portal_data.billing import reminder_letters
from portal_data.billing.disputes import OPEN
from portal_data.business import organisation, preferences
from portal_data.customers import payment_limits
from portal_data.ids import new_id
from portal_data.messaging import activity, autopay_events, events, outbox
from portal_data.messaging.event import Event
from portal_data.payments import (
    attempts,
    autopay_letters,
    link_attempts,
    mandates,
    offers,
    paying,
    polling,
)
from portal_data.payments.attempts import Row
from portal_data.payments.provider import Provider
from portal_data.store import OpenSession

CHARGE = "autopay.charge"
"""The kind of work that asks a provider for a charge that was begun."""
NOTICE = timedelta(days=3)
"""How long before a charge its customer hears of it. A SEPA debit wants fourteen days unless less
was agreed to, and the words of consent agree to three; cards want none, and get the same."""

_CANDIDATES = f"""
    select i.id, i.number, i.due_date, i.currency_code, i.balance_minor, i.pending_minor,
        i.in_question_minor, i.status, coalesce((
            select sum(d.amount_minor)::bigint from core.disputes d
            where d.customer_id = i.customer_id and d.invoice_id = i.id and d.{OPEN}
        ), 0) as disputed_minor,
        (
            select max(r.promised_on) from core.payment_promise_items t
            join core.payment_promises r
                on r.customer_id = t.customer_id and r.id = t.promise_id and r.status = 'open'
            where t.customer_id = i.customer_id and t.invoice_id = i.id
        ) as promised_on,
        m.id as mandate_id, p.id as plan_id, p.status as plan, p.charge_on, p.noticed_on,
        p.noticed_minor, p.tries, p.attempt_id
    from core.mandates m
    join core.invoices i on i.customer_id = m.customer_id and i.currency_code = m.currency_code
        and i.status = 'sent' and i.balance_minor > 0
        and (m.covers = 'everything' or i.recurring_profile_id is not null)
    left join core.autopay_plans p on p.customer_id = i.customer_id and p.invoice_id = i.id
    where m.customer_id = $customer_id and m.id = any($mandates)
        and (p.mandate_id = m.id or (p.id is null and i.due_date >= m.given_at::date - 1))
    order by i.due_date, i.number, i.id
"""
# what nobody is reminded of as auto-pay was to charge it by now
_DUE = """
    select i.id, i.number, i.currency_code, i.balance_minor, p.id as plan_id, p.charge_on,
        p.noticed_on, p.noticed_minor, p.tries, p.attempt_id
    from core.autopay_plans p
    join core.invoices i on i.customer_id = p.customer_id and i.id = p.invoice_id
        and i.status = 'sent' and i.balance_minor > 0
    where p.customer_id = $customer_id and p.status in ('planned', 'again')
        and p.charge_on <= $today
    order by p.id
"""
_PAYER = """
    select payment_limit_minor, payment_limit_currency from core.contacts
    where customer_id = $customer_id and id = $contact_id
    order by id
"""
_PLAN = """
    insert into core.autopay_plans (id, customer_id, invoice_id, mandate_id, status, charge_on,
        created_at, updated_at)
    values ($id, $customer_id, $invoice_id, $mandate_id, 'planned', $charge_on, $now, $now)
    on conflict (customer_id, invoice_id) do nothing
"""
_MOVE = """
    update core.autopay_plans
    set version = version + 1, status = $status, charge_on = $charge_on, noticed_on = $noticed_on,
        noticed_minor = $noticed_minor, tries = $tries, attempt_id = $attempt_id,
        failure_code = $code, updated_at = $now
    where customer_id = $customer_id and id = $id
"""
_BEGIN = """
    insert into core.payment_attempts (id, customer_id, contact_id, key, provider, status,
        currency_code, amount_minor, saved_method_id, save_method, mandate_id, created_at,
        updated_at, expires_at)
    values ($id, $customer_id, null, $key, $provider, 'created', $currency, $amount, $method_id,
        false, $mandate_id, $now, $now, $expires_at)
"""
_ITEM = """
    insert into core.payment_attempt_items (id, customer_id, attempt_id, invoice_id, amount_minor)
    values ($id, $customer_id, $attempt_id, $invoice_id, $amount)
"""


@dataclass(frozen=True, slots=True)
class _Look:
    """One look at a customer: through which provider, on which day, by which mandates."""

    session: OpenSession
    provider: Provider
    customer_id: UUID
    mandates: dict[UUID, Row]
    online: set[UUID]
    today: Date
    now: datetime


def look_at(session: OpenSession, provider: Provider, customer_id: UUID, now: datetime) -> None:
    """Plan what is to be charged to a customer, give notice of it, and begin what is due."""
    mandates.hold_customer(session, customer_id)
    mandates.end_lost(session, customer_id, now)
    forced = mandates.in_force(session, customer_id)
    business = organisation.of_portal(session)
    by_id = {
        each["id"]: {
            **each,
            "given_on": business.today(each["given_at"]),
            "method": mandates.method(session, customer_id, each["saved_method_id"]),
            "payer": session.one(_PAYER, customer_id=customer_id, contact_id=each["contact_id"]),
        }
        for each in mandates.all_held(session, customer_id)
        if each["id"] in forced
    }
    if not by_id:
        return
    today = business.today(now)
    found = session.rows(_CANDIDATES, customer_id=customer_id, mandates=list(by_id))
    offers.hold_by_id(session, customer_id, [row["id"] for row in found])
    found = session.rows(_CANDIDATES, customer_id=customer_id, mandates=list(by_id))
    online = offers.online(session, provider, "invoice", [row["id"] for row in found])
    look = _Look(session, provider, customer_id, by_id, online, today, now)
    for row in found:
        if row["plan"] in (None, "planned", "again"):
            _step(look, row)


def without_provider(session: OpenSession, customer_id: UUID, now: datetime) -> None:
    """Give up what was to be charged by now, while nothing can be paid online."""
    mandates.hold_customer(session, customer_id)
    mandates.end_lost(session, customer_id, now)
    if not preferences.get(session).autopay:
        return
    today = organisation.of_portal(session).today(now)
    for row in session.rows(_DUE, customer_id=customer_id, today=today):
        _stop(session, customer_id, row, "not_online", now)


def _step(look: _Look, row: Row) -> None:
    """Bring one invoice forward: plan it, give notice, or begin to charge it."""
    soonest = look.today + NOTICE
    if row["plan"] is None:
        if row["due_date"] < look.mandates[row["mandate_id"]]["given_on"]:
            return  # by days of the business, which the query does not know
        if not _reached(look, row):
            return  # nobody hears that it would be charged, and it is reminded of as any other
        row.update(plan_id=new_id(), plan="planned", charge_on=max(row["due_date"], soonest))
        row.update(noticed_on=None, noticed_minor=None, tries=0, attempt_id=None)
        own = {"customer_id": look.customer_id, "invoice_id": row["id"]}
        if not look.session.change(
            _PLAN, **own, id=row["plan_id"], mandate_id=row["mandate_id"],
            charge_on=row["charge_on"], now=look.now,
        ):  # fmt: skip
            return
    if row["plan"] == "planned" and row["due_date"] > row["charge_on"]:
        row.update(noticed_on=None, charge_on=row["due_date"])  # it is asked for later than before
    if _waits(look, row):
        if row["pending_minor"] and row["noticed_on"] and row["charge_on"] <= look.today:
            link_attempts.leave(look.session, look.customer_id, row["id"], look.now)
        return
    if not _noticed(look, row):
        if soonest >= row["due_date"]:
            _give_notice(look, row, max(row["due_date"], soonest))
        elif row["charge_on"] != row["due_date"]:
            move(look.session, look.customer_id, row, "planned", look.now,
                 charge_on=row["due_date"])  # fmt: skip
    elif row["charge_on"] <= look.today:
        _charge(look, row)


def _noticed(look: _Look, row: Row) -> bool:
    """Tell whether the customer knows of the day and the amount of a charge.

    A day that has passed, since the invoice waited or was paid for a while, is not what they know.
    """
    known = row["noticed_on"] is not None and row["charge_on"] >= look.today
    return known and offers.payable(row) <= (row["noticed_minor"] or 0)


def _reached(look: _Look, row: Row) -> bool:
    """Tell whether an invoice can be charged through the provider at all."""
    mandate = look.mandates[row["mandate_id"]]
    return (
        row["id"] in look.online
        and mandate["method"]["provider"] == look.provider.key
        and look.provider.takes(row["currency_code"], row["balance_minor"])
    )


def _waits(look: _Look, row: Row) -> bool:
    """Tell whether an invoice waits: in dispute, on its way, in question, or promised."""
    promised = row["promised_on"] is not None and row["promised_on"] >= look.today
    return bool(
        row["disputed_minor"] or row["pending_minor"] or row["in_question_minor"] or promised
    )


def _over(look: _Look, row: Row) -> bool:
    """Tell whether an invoice is more than what was agreed to, or than its payer may pay alone."""
    mandate = look.mandates[row["mandate_id"]]
    amount, limit = offers.payable(row), mandate["limit_minor"]
    over = payment_limits.over(mandate["payer"] or {}, row["currency_code"], amount)
    return over or (limit is not None and amount > limit)


def _left(look: _Look, row: Row) -> bool:
    """Leave to the customer what may not be charged; tell whether that is so."""
    if _over(look, row):
        _leave(look, row)
    elif not _reached(look, row):
        _stop(look.session, look.customer_id, row, "not_online", look.now)
    elif not reminder_letters.payers(look.session, look.customer_id):
        _stop(look.session, look.customer_id, row, "no_notice", look.now)
    else:
        return False
    return True


def _stop(session: OpenSession, customer_id: UUID, row: Row, code: str, now: datetime) -> None:
    """Give up an invoice, of which staff hear."""
    move(session, customer_id, row, "stopped", now, code=code)
    record(session, customer_id, autopay_events.STOPPED, row, now)


def _give_notice(look: _Look, row: Row, charge_on: Date) -> None:
    """Tell the customer when an invoice is charged, or that it is more than may be."""
    if _left(look, row):
        return
    move(look.session, look.customer_id, row, "planned", look.now, charge_on=charge_on,
         noticed_on=look.today, noticed_minor=offers.payable(row))  # fmt: skip
    mandate = look.mandates[row["mandate_id"]]
    letter = autopay_letters.Letter("notice", row, mandate, charge_on)
    autopay_letters.send(look.session, look.customer_id, letter, look.now)
    record(look.session, look.customer_id, autopay_events.NOTICED, row, look.now)


def _leave(look: _Look, row: Row) -> None:
    """Leave an invoice to the customer, who hears of it, since it is more than may be charged."""
    move(look.session, look.customer_id, row, "by_hand", look.now)
    mandate = look.mandates[row["mandate_id"]]
    letter = autopay_letters.Letter("by_hand", row, mandate)
    autopay_letters.send(look.session, look.customer_id, letter, look.now)
    record(look.session, look.customer_id, autopay_events.BY_HAND, row, look.now)


def _charge(look: _Look, row: Row) -> None:
    """Begin to charge an invoice, which is asked for once this is written."""
    if _left(look, row):
        return
    mandate, session, now = look.mandates[row["mandate_id"]], look.session, look.now
    tries, amount = row["tries"] + 1, offers.payable(row)
    attempt_id = uuid5(mandate["id"], f"{row['id']}:{tries}")
    attempt = {"id": attempt_id, "customer_id": look.customer_id}
    session.change(
        _BEGIN,
        **attempt,
        key=str(attempt_id),
        provider=look.provider.key,
        currency=row["currency_code"],
        amount=amount,
        method_id=mandate["saved_method_id"],
        mandate_id=mandate["id"],
        now=now,
        expires_at=now + paying.OPEN_FOR,
    )
    item: dict[str, Any] = {"invoice_id": row["id"], "retainer_invoice_id": None}
    session.change(
        _ITEM, id=new_id(), customer_id=look.customer_id, attempt_id=attempt_id,
        invoice_id=row["id"], amount=amount,
    )  # fmt: skip
    attempts.fly(session, attempt, [item], now)
    polling.plan(session, attempt_id, look.customer_id, 0, now)
    outbox.enqueue(
        session,
        CHARGE,
        dedup_key=f"{CHARGE}:{attempt_id}",
        payload={"attempt_id": str(attempt_id)},
        customer_id=look.customer_id,
        now=now,
    )
    move(session, look.customer_id, row, "charging", now, tries=tries, attempt_id=attempt_id)
    record(session, look.customer_id, events.PAYMENT_STARTED, row, now)


def move(
    session: OpenSession, customer_id: UUID, row: Row, status: str, now: datetime, **changed: Any
) -> None:
    """Write where a plan is now; what is not said stays."""
    names = ("charge_on", "noticed_on", "noticed_minor", "tries", "attempt_id")
    kept = {name: row.get(name) for name in names}
    values = {**kept, "code": None, **changed}
    session.change(
        _MOVE, customer_id=customer_id, id=row["plan_id"], status=status, now=now, **values
    )


def record(session: OpenSession, customer_id: UUID, event: Event, row: Row, now: datetime) -> None:
    """Record what auto-pay did about an invoice."""
    activity.record(
        session,
        None,
        event,
        now=now,
        customer_id=customer_id,
        subject_kind="invoice",
        subject_id=row["id"],
        subject_number=row["number"],
        amount_minor=row["balance_minor"],
        currency_code=row["currency_code"],
        visible=True,
    )
