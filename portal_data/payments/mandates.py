"""Mandates: consent to be charged without being asked, from when on, for what, and how it ends.

A mandate is in force while nobody ended it, whoever gave it may pay, and what it charges is saved.
Every statement that relies on one asks for `IN_FORCE`, so none of these three needs anybody to
notice; `end_lost` writes down what it finds ended. Rows are held in one order: the customer's, its
methods, mandates, attempts, documents, plans.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from portal_data.auth import access
from portal_data.business import preferences
from portal_data.errors import NotFound
from portal_data.messaging import activity, autopay_events, outbox
from portal_data.payments import attempts
from portal_data.payments.attempts import Row, Status
from portal_data.scope import Permission, Scope, roles_that_may
from portal_data.store import OpenSession, Session
from portal_data.text.language import N_, _

OF_CUSTOMER = access.AUTOPAY
"""The kind of work that looks at what auto-pay has to do for one customer."""
ROLES = sorted(role.value for role in roles_that_may(Permission.INVOICE_PAY))


class Covers(StrEnum):
    """Which invoices a mandate charges."""

    RECURRING = "recurring"
    EVERYTHING = "everything"


COVERS: Mapping[Covers, str] = {
    Covers.EVERYTHING: N_("Every invoice"),
    Covers.RECURRING: N_("Recurring invoices only"),
}


class Ended(StrEnum):
    """Why a mandate is over."""

    REVOKED = "revoked"
    REPLACED = "replaced"
    METHOD = "method"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True)
class Terms:
    """What somebody agrees to: what is charged, for what, in which currency, how much at most.

    `words` are the sentences of consent as they were shown.
    """

    covers: Covers
    currency_code: str
    limit_minor: int | None
    words: str


IN_FORCE = """m.revoked_at is null
            and exists (
                select 1 from core.saved_methods s
                where s.customer_id = m.customer_id and s.id = m.saved_method_id
                    and s.status = 'verified'
            )
            and exists (
                select 1 from core.contacts c
                join core.customers u on u.id = c.customer_id and u.portal_enabled
                where c.customer_id = m.customer_id and c.id = m.contact_id
                    and c.portal_status = 'active' and c.role = any($roles)
            )"""
"""Whether a mandate `m` is in force, given the `roles` that may pay."""

_COLUMNS = """m.id, m.customer_id, m.contact_id, m.saved_method_id, m.covers, m.currency_code,
        m.limit_minor, m.given_at, m.version"""
_HOLD_CUSTOMER = "select id from core.customers where id = $customer_id order by id"
_OF_CUSTOMER = f"""
    select {_COLUMNS} from core.mandates m
    where m.customer_id = $customer_id and m.revoked_at is null
    order by m.id
"""
_ONE = f"""
    select {_COLUMNS} from core.mandates m
    where m.customer_id = $customer_id and m.id = $id and m.revoked_at is null
    order by m.id
"""
_OF_METHOD = f"""
    select {_COLUMNS} from core.mandates m
    where m.customer_id = $customer_id and m.saved_method_id = $method_id and m.revoked_at is null
    order by m.id
"""
_FORCED = f"""
    select m.id from core.mandates m
    where m.customer_id = $customer_id and {IN_FORCE}
    order by m.id
"""
_INSERT = """
    insert into core.mandates (id, customer_id, contact_id, saved_method_id, covers, currency_code,
        limit_minor, words, given_at, given_from, version)
    values ($id, $customer_id, $contact_id, $method_id, $covers, $currency, $limit, $words, $now,
        $given_from, 1)
"""
_END = """
    update core.mandates
    set version = version + 1, revoked_at = $now, revoked_by = $by, ended_because = $because
    where customer_id = $customer_id and id = $id and revoked_at is null
"""
_METHOD = """
    select id, kind, brand, last4, status, provider from core.saved_methods
    where customer_id = $customer_id and id = $id
    order by id
"""
_NOT_HANDED = """
    select id, customer_id, version, mandate_id, consent from core.payment_attempts
    where customer_id = $customer_id and mandate_id = $mandate_id and status = 'created'
        and handed_at is null
    order by id
"""
_END_PLANS = """
    update core.autopay_plans
    set version = version + 1, status = 'ended', updated_at = $now
    where customer_id = $customer_id and mandate_id = $mandate_id
        and status in ('planned', 'again')
"""
# what was refused is charged once more by what replaces the mandate; all else has notice given, and
# what nothing was agreed to for, when it was due, is not charged
_TAKE_OVER = """
    update core.autopay_plans
    set version = version + 1, mandate_id = $mandate_id, declines = 0, failure_code = null,
        status = case when declines > 0 and mandate_id = any($replaced) then 'again'
            else 'planned' end,
        charge_on = case when declines > 0 and mandate_id = any($replaced) then $today::date
            else charge_on end,
        noticed_on = case when declines > 0 and mandate_id = any($replaced) then noticed_on end,
        updated_at = $now
    where customer_id = $customer_id and status in ('stopped', 'by_hand', 'ended')
        and invoice_id in (
            select i.id from core.invoices i
            where i.customer_id = $customer_id and i.currency_code = $currency
                and ($covers = 'everything' or i.recurring_profile_id is not null)
                and (autopay_plans.mandate_id = any($replaced) or i.due_date >= $today::date)
        )
"""


def hold_customer(session: Session, customer_id: UUID) -> None:
    """Hold the row of a customer: what auto-pay does for it happens one after the other."""
    session.in_turn(_HOLD_CUSTOMER, customer_id=customer_id)


def held(session: Session, customer_id: UUID, mandate_id: UUID) -> Row | None:
    """Return a mandate that nobody ended, held; None for another one."""
    found = session.locked(_ONE, customer_id=customer_id, id=mandate_id)
    return found[0] if found else None


def all_held(session: Session, customer_id: UUID) -> list[Row]:
    """Return the mandates of a customer's that nobody ended, held."""
    return session.locked(_OF_CUSTOMER, customer_id=customer_id)


def in_force(session: OpenSession, customer_id: UUID) -> set[UUID]:
    """Return the mandates of a customer's that are in force, by which something may be charged."""
    if not preferences.get(session).autopay:
        return set()
    found = session.rows(_FORCED, customer_id=customer_id, roles=ROLES)
    return {row["id"] for row in found}


def method(session: Session, customer_id: UUID, method_id: UUID) -> Row:
    """Return what a mandate charges. Raises NotFound."""
    found = session.one(_METHOD, customer_id=customer_id, id=method_id)
    if found is None:
        raise NotFound(_("There is no such saved card or bank account."))
    return found


def named(method: Mapping[str, Any]) -> str:
    """Return what a card or account is called in a history: visa •••• 4242."""
    return f"{method['brand'] or method['kind']} •••• {method['last4'] or ''}".strip()


def give(
    session: Session,
    customer_id: UUID,
    contact_id: UUID,
    method_id: UUID,
    terms: Terms,
    *,
    mandate_id: UUID,
    given_from: str | None,
    who: Scope | activity.Initiator,
    now: datetime,
    today: object,
) -> None:
    """Write a mandate in place of the one of its currency, the customer's row being held.

    What that one could not charge is charged by this one, and what is not due yet.
    """
    replaced = []
    for each in all_held(session, customer_id):
        if each["currency_code"] == terms.currency_code:
            end(session, each, Ended.REPLACED, contact_id, now)
            replaced.append(each["id"])
    session.change(
        _INSERT,
        id=mandate_id,
        customer_id=customer_id,
        contact_id=contact_id,
        method_id=method_id,
        covers=terms.covers.value,
        currency=terms.currency_code,
        limit=terms.limit_minor,
        words=terms.words,
        given_from=given_from,
        now=now,
    )
    session.change(
        _TAKE_OVER,
        customer_id=customer_id,
        mandate_id=mandate_id,
        currency=terms.currency_code,
        covers=terms.covers.value,
        replaced=replaced,
        today=today,
        now=now,
    )
    look_soon(session, customer_id, f"given:{mandate_id}", now)
    charged = method(session, customer_id, method_id)
    activity.record(
        session,
        who,
        autopay_events.GIVEN,
        now=now,
        customer_id=customer_id,
        subject_kind="mandate",
        subject_id=mandate_id,
        subject_number=named(charged),
        amount_minor=terms.limit_minor,
        currency_code=terms.currency_code,
        details=terms.words,
        visible=True,
    )


def end(session: Session, mandate: Row, because: Ended, by: UUID | None, now: datetime) -> None:
    """End a mandate that is held: what it has begun and not let go is cancelled."""
    own = {"customer_id": mandate["customer_id"], "mandate_id": mandate["id"]}
    session.change(
        _END,
        customer_id=mandate["customer_id"],
        id=mandate["id"],
        by=by,
        because=because.value,
        now=now,
    )
    for attempt in session.locked(_NOT_HANDED, **own):
        items = attempts.items_of(session, mandate["customer_id"], attempt["id"])
        attempts.land(session, attempt, items, now)
        attempts.move(session, attempt, Status.CANCELLED, now)
    session.change(_END_PLANS, **own, now=now)


def end_of_method(session: Session, customer_id: UUID, method_id: UUID, now: datetime) -> None:
    """End the mandates that charge a method which is removed, whose row is held."""
    for each in session.locked(_OF_METHOD, customer_id=customer_id, method_id=method_id):
        end(session, each, Ended.METHOD, None, now)
        _record_end(session, each, "What it charged was removed.", now)


def end_lost(session: OpenSession, customer_id: UUID, now: datetime) -> None:
    """End what is in force no more, since its method is gone or its contact may not pay."""
    found = all_held(session, customer_id)
    if not found:
        return
    forced = {row["id"] for row in session.rows(_FORCED, customer_id=customer_id, roles=ROLES)}
    for each in found:
        if each["id"] in forced:
            continue
        usable = method(session, customer_id, each["saved_method_id"])["status"] == "verified"
        end(session, each, Ended.CONTACT if usable else Ended.METHOD, None, now)
        because = "Whoever agreed may not pay any more." if usable else "What it charged is gone."
        _record_end(session, each, because, now)


def look_soon(session: Session, customer_id: UUID, why: str, now: datetime) -> None:
    """See to it that auto-pay looks at a customer at once; once for each reason."""
    outbox.enqueue(
        session,
        OF_CUSTOMER,
        dedup_key=f"{OF_CUSTOMER}:{why}",
        payload={},
        customer_id=customer_id,
        now=now,
    )


def _record_end(session: Session, mandate: Row, because: str, now: datetime) -> None:
    charged = method(session, mandate["customer_id"], mandate["saved_method_id"])
    activity.record(
        session,
        None,
        autopay_events.ENDED,
        now=now,
        customer_id=mandate["customer_id"],
        subject_kind="mandate",
        subject_id=mandate["id"],
        subject_number=named(charged),
        details=because,
        visible=True,
    )
