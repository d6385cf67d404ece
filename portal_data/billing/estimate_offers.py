"""What staff do with an estimate that a customer has answered."""

from datetime import datetime, timedelta
from typing import Any

from portal_data import store
from portal_data.billing import estimate_choices, ledger
from portal_data.errors import Conflict
from portal_data.kinds import ESTIMATE
from portal_data.messaging import activity, events
from portal_data.scope import Staff
from portal_data.store import OpenSession

GRACE = timedelta(days=7)
"""How long an acceptance can be taken back."""

_HELD = """
    select id, customer_id, number, version, revision, status, accepted_at, total_minor,
        currency_code
    from core.estimates where number = $number order by id
"""
_REOPEN = """
    update core.estimates
    set version = version + 1, status = 'sent', accepted_at = null, accepted_by = null,
        accepted_name = null, accepted_address = null, accepted_revision = null,
        accepted_copy_id = null, answered_email = null, answered_link_id = null,
        subtotal_minor = $subtotal_minor, discount_minor = $discount_minor,
        tax_minor = $tax_minor, round_off_minor = $round_off_minor, total_minor = $total_minor,
        updated_at = $now
    where customer_id = $customer_id and id = $id
"""
# what was made of it since it was accepted; the books before this portal may have made more
_FOLLOWED = """
    select number, balance_minor = total_minor and pending_minor = 0 as untouched
    from core.invoices
    where customer_id = $customer_id and estimate_id = $id and status in ('draft', 'sent')
        and created_at >= $accepted_at
    union all
    select number, balance_minor = total_minor and pending_minor = 0 and unused_minor = 0
    from core.retainer_invoices
    where customer_id = $customer_id and estimate_id = $id and status in ('draft', 'sent')
        and created_at >= $accepted_at
    order by number
"""
_VOID_INVOICES = """
    update core.invoices set version = version + 1, status = 'void', balance_minor = 0,
        in_question_minor = 0, updated_at = $now
    where customer_id = $customer_id and estimate_id = $id and status in ('draft', 'sent')
        and created_at >= $accepted_at
"""
_VOID_RETAINERS = """
    update core.retainer_invoices set version = version + 1, status = 'void', balance_minor = 0,
        in_question_minor = 0, updated_at = $now
    where customer_id = $customer_id and estimate_id = $id and status in ('draft', 'sent')
        and created_at >= $accepted_at
"""


def reversible(accepted_at: datetime | None, now: datetime) -> bool:
    """Tell whether an acceptance of that moment can still be taken back; both are naive UTC."""
    return accepted_at is not None and now - accepted_at <= GRACE


def undo_acceptance(staff: Staff, number: str, *, seen: int, now: datetime) -> None:
    """Take a mistaken acceptance back, for all to see: the estimate is open again.

    What followed from it is void, and keeps its number. `seen` is the version on the screen. Raises
    NotFound for no such estimate; Conflict when it was changed since, is not accepted or was longer
    ago than `GRACE`, or when something of what followed is paid.
    """
    with store.staff_writing(staff) as session:
        held = session.as_seen(_HELD, seen, number=number)
        if held["status"] not in ("accepted", "invoiced") or held["accepted_at"] is None:
            raise Conflict("This estimate is not accepted.")
        if not reversible(held["accepted_at"], now):
            raise Conflict(f"An acceptance can be undone for {GRACE.days} days.")
        take_back(session, staff, held, now)


def take_back(
    session: OpenSession, staff: Staff, held: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """Take the acceptance of an estimate back that the transaction holds, and what followed.

    What was chosen of it is what was offered again; returns its amounts from now on. `held` has its
    `id`, `customer_id`, `number`, `revision`, `accepted_at` and `currency_code`. Raises Conflict
    when something of what followed is paid.
    """
    voided = _void_what_followed(session, held, now)
    amounts = estimate_choices.restore(session, held)
    session.change(_REOPEN, id=held["id"], customer_id=held["customer_id"], now=now, **amounts)
    activity.record(
        session,
        staff,
        events.ESTIMATE_REOPENED,
        now=now,
        customer_id=held["customer_id"],
        subject_kind=ESTIMATE.record,
        subject_id=held["id"],
        subject_number=held["number"],
        amount_minor=amounts["total_minor"],
        currency_code=held["currency_code"],
        details=f"Void with it: {', '.join(voided)}" if voided else None,
        visible=True,
    )
    return amounts


def _void_what_followed(session: OpenSession, held: dict[str, Any], now: datetime) -> list[str]:
    """Void what was made on the acceptance, unless it is paid; return the numbers."""
    key = {name: held[name] for name in ("id", "customer_id", "accepted_at")}
    followed = session.rows(_FOLLOWED, **key)
    paid = [each["number"] for each in followed if not each["untouched"]]
    if paid:
        raise Conflict(f"{paid[0]} was made of it, and something of that is paid already.")
    if followed:
        session.change(_VOID_INVOICES, **key, now=now)
        session.change(_VOID_RETAINERS, **key, now=now)
        ledger.post(session, now, held["customer_id"])
    return [each["number"] for each in followed]
