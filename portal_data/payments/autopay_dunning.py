"""What becomes of an automatic charge: paid, tried again some days later, or given up.

Banks say by a code why they refuse. What may be different in some days is tried again then; all
else never is, since card networks and banks fine who asks again for what they will not give.
"""

from collections.abc import Mapping, Sequence
from datetime import date as Date
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from portal_data.billing import reminder_letters
from portal_data.business import organisation
from portal_data.messaging import autopay_events
from portal_data.payments import (
    autopay_consents,
    autopay_letters,
    autopay_plans,
    mandates,
    offers,
    refusals,
)
from portal_data.payments.attempts import Row, Status
from portal_data.store import OpenSession

SOFT = frozenset({
    "approve_with_id", "card_declined", "card_velocity_exceeded", "do_not_honor",
    "generic_decline", "insufficient_funds", "issuer_not_available", "processing_error",
    "reenter_transaction", "try_again_later", "withdrawal_count_limit_exceeded", "R01", "R09",
})  # fmt: skip
"""Codes of refusals that may be different in some days, as Stripe and NACHA name them."""
WAITS: Mapping[str, Sequence[int]] = {"card": (3, 5, 7), "bank": (3, 5)}
"""After how many days a refused charge is tried again, by the kind of method: a bank debit may be
presented again twice by NACHA's rules."""

_ATTEMPT = """
    select id, customer_id, contact_id, status, failure_code, mandate_id, consent, saved_method_id,
        provider, handed_at, created_at
    from core.payment_attempts
    where customer_id = $customer_id and id = $id
    order by id
"""
_PLAN = """
    select i.id, i.number, i.due_date, i.currency_code, i.balance_minor, i.pending_minor,
        i.in_question_minor, i.status, 0::bigint as disputed_minor, p.id as plan_id,
        p.status as plan, p.mandate_id, p.charge_on, p.noticed_on, p.noticed_minor,
        p.tries, p.declines, p.attempt_id
    from core.autopay_plans p
    join core.invoices i on i.customer_id = p.customer_id and i.id = p.invoice_id
    where p.customer_id = $customer_id and p.attempt_id = $attempt_id
    order by p.id
"""
_DECLINED = """
    update core.autopay_plans
    set version = version + 1, declines = declines + 1, updated_at = $now
    where customer_id = $customer_id and id = $id
"""
# what was begun by a mandate that another one replaced meanwhile, if nobody switched auto-pay off
_SUCCESSOR = """
    select n.id from core.mandates n
    join core.invoices i on i.customer_id = n.customer_id and i.id = $invoice_id
        and i.currency_code = n.currency_code
    where n.customer_id = $customer_id and n.id = any($forced)
        and (n.covers = 'everything' or i.recurring_profile_id is not null)
        and not exists (
            select 1 from core.mandates m
            where m.customer_id = n.customer_id and m.currency_code = n.currency_code
                and m.revoked_at >= $since and m.ended_because <> 'replaced'
        )
    order by n.id
"""
_HAND_ON = """
    update core.autopay_plans
    set version = version + 1, mandate_id = $mandate_id, status = 'again', charge_on = $today,
        declines = 0, failure_code = $code, updated_at = $now
    where customer_id = $customer_id and id = $id
"""
_MANDATE = """
    select id, contact_id, saved_method_id, given_at, revoked_at from core.mandates
    where customer_id = $customer_id and id = $id
    order by id
"""


def ended(
    session: OpenSession, customer_id: UUID, payload: Mapping[str, Any], now: datetime
) -> None:
    """Do what follows from an attempt that is in flight no more; the same again does nothing."""
    mandates.hold_customer(session, customer_id)
    attempt = session.one(_ATTEMPT, customer_id=customer_id, id=UUID(payload["attempt_id"]))
    if attempt is None:
        return
    if attempt["consent"] and attempt["status"] == Status.SUCCEEDED:
        autopay_consents.take_up(session, attempt, now)
    for row in session.rows(_PLAN, customer_id=customer_id, attempt_id=attempt["id"]):
        if row["plan"] == "charging" or attempt["status"] == Status.SUCCEEDED:
            _follow(session, customer_id, row, attempt, now)


def _follow(session: OpenSession, customer_id: UUID, row: Row, attempt: Row, now: datetime) -> None:
    """Bring the plan of an invoice to what became of its charge."""
    status = Status(attempt["status"])
    if status.in_flight or row["plan"] == "paid":
        return
    if status is Status.SUCCEEDED:
        autopay_plans.move(session, customer_id, row, "paid", now)
        return
    mandate = session.one(_MANDATE, customer_id=customer_id, id=row["mandate_id"]) or {}
    successor, over = None, mandate["revoked_at"] is not None
    if over:
        successor = session.value(
            _SUCCESSOR,
            customer_id=customer_id,
            invoice_id=row["id"],
            forced=list(mandates.in_force(session, customer_id)),
            since=mandate["revoked_at"],
        )
    if status is not Status.FAILED and attempt["handed_at"] is None:  # it was never asked for
        if successor is not None:
            _hand_on(session, customer_id, row, successor, now)
            return
        today = organisation.of_portal(session).today(now)
        status_then, day = ("ended", row["charge_on"]) if over else ("again", today)
        autopay_plans.move(session, customer_id, row, status_then, now, charge_on=day)
        return
    _declined(session, customer_id, row, attempt, mandate, successor, now)


def _declined(
    session: OpenSession,
    customer_id: UUID,
    row: Row,
    attempt: Row,
    mandate: Row,
    successor: UUID | None,
    now: datetime,
) -> None:
    """Try what was refused again some days later, or at once by what replaced its mandate.

    What was cancelled at the provider was asked for and is not asked for again: it has no code.
    """
    charged = mandates.method(session, customer_id, mandate["saved_method_id"])
    code, waits = attempt["failure_code"], WAITS[charged["kind"]]
    again = code in SOFT and row["declines"] < len(waits) and mandate["revoked_at"] is None
    today = organisation.of_portal(session).today(now)
    day: Date | None = today
    session.change(_DECLINED, customer_id=customer_id, id=row["plan_id"], now=now)
    known = bool(reminder_letters.payers(session, customer_id))  # or nobody hears of the next day
    owed = offers.payable(row)
    if successor is not None and known:
        _hand_on(session, customer_id, row, successor, now, code)
    elif again and known:
        day = today + timedelta(days=waits[row["declines"]])
        autopay_plans.move(session, customer_id, row, "again", now, charge_on=day, code=code,
                           noticed_minor=owed)  # fmt: skip
    else:
        day = None
        autopay_plans.move(session, customer_id, row, "stopped", now, code=code)
        autopay_plans.record(session, customer_id, autopay_events.STOPPED, row, now)
    letter = autopay_letters.Letter(
        "declined", row, {**mandate, "method": charged}, day, refusals.marked(code)
    )
    autopay_letters.send(session, customer_id, letter, now)


def _hand_on(
    session: OpenSession,
    customer_id: UUID,
    row: Row,
    mandate_id: UUID,
    now: datetime,
    code: str | None = None,
) -> None:
    """Have an invoice charged by what replaced the mandate that could not, at once."""
    session.change(
        _HAND_ON,
        customer_id=customer_id,
        id=row["plan_id"],
        mandate_id=mandate_id,
        today=organisation.of_portal(session).today(now),
        code=code,
        now=now,
    )
    mandates.look_soon(session, customer_id, f"handed-on:{row['attempt_id']}", now)
