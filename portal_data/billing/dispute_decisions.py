"""What staff decide on a dispute: they look into it, accept it with a credit note, or reject it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from portal_data import money, store
from portal_data.billing import dispute_credits
from portal_data.billing.disputes import need_open, record
from portal_data.business import organisation
from portal_data.errors import Conflict, Invalid
from portal_data.messaging import events
from portal_data.scope import Staff
from portal_data.store import OpenSession
from portal_data.text import form_fields
from portal_data.text.form_fields import Field
from portal_data.text.normal_form import nfc

ANSWER = Field("Answer to the customer", 2_000, nfc, required=True, multiline=True)

_HELD = """
    select d.id, d.customer_id, d.version, d.status, d.amount_minor, d.currency_code, d.invoice_id,
        d.invoice_line_id, i.number
    from core.disputes d
    join core.invoices i on i.customer_id = d.customer_id and i.id = d.invoice_id
    where d.id = $id and d.kind = 'customer'
    order by d.id
"""
_REVIEW = """
    update core.disputes set version = version + 1, status = 'in_review'
    where customer_id = $customer_id and id = $id
"""
_DECIDE = """
    update core.disputes
    set version = version + 1, status = $status, resolution = $answer,
        credit_note_id = $credit_note_id, decided_at = $now, decided_by = $staff_id
    where customer_id = $customer_id and id = $id
"""


def review(staff: Staff, dispute_id: UUID, *, seen: int, now: datetime) -> None:
    """Let the customer know that a dispute is looked into; `seen` is the version on the screen.

    Raises NotFound for no such dispute, Conflict when it was changed since or waits no more.
    """
    with store.staff_writing(staff) as session:
        held = _held(session, dispute_id, seen)
        if held["status"] != "opened":
            raise Conflict("This dispute is in review already.")
        session.change(_REVIEW, id=held["id"], customer_id=held["customer_id"])
        record(session, staff, events.DISPUTE_REVIEWED, held, None, now)


def accept(
    staff: Staff, dispute_id: UUID, amount_minor: int, answer: str, *, seen: int, now: datetime
) -> str:
    """Accept a dispute for its whole amount or a part of it; return the credit note's number.

    The credit note is applied to the invoice as far as that is open, and the rest is credit to be
    used. Raises NotFound for no such dispute, Conflict when it was changed since or waits no more,
    InvalidFields for no answer, Invalid for more than is disputed and while the business has no
    series of numbers for credit notes.
    """
    words = _clean(answer)
    today = organisation.get(staff).today(now)
    with store.staff_writing(staff) as session:
        held = _held(session, dispute_id, seen)
        if not 0 < amount_minor <= held["amount_minor"]:
            most = money.format(held["amount_minor"], held["currency_code"])
            raise Invalid(f"Up to {most} is disputed.")
        issued = dispute_credits.issue(session, held, amount_minor, today, now)
        decided = {**held, "amount_minor": amount_minor}
        _decide(session, staff, decided, "accepted", words, now, issued.id)
        details = f"Credit note {issued.number}. {words}"
        record(session, staff, events.DISPUTE_ACCEPTED, decided, details, now)
    return issued.number


def reject(staff: Staff, dispute_id: UUID, answer: str, *, seen: int, now: datetime) -> None:
    """Reject a dispute with an answer: its amount is owed as before.

    Raises NotFound for no such dispute, Conflict when it was changed since or waits no more,
    InvalidFields for no answer.
    """
    words = _clean(answer)
    with store.staff_writing(staff) as session:
        held = _held(session, dispute_id, seen)
        _decide(session, staff, held, "rejected", words, now, None)
        record(session, staff, events.DISPUTE_REJECTED, held, words, now)


def _clean(answer: str) -> str:
    return str(form_fields.clean({"answer": ANSWER}, {"answer": answer})["answer"])


def _held(session: OpenSession, dispute_id: UUID, seen: int) -> dict[str, Any]:
    held = session.as_seen(_HELD, seen, id=dispute_id)
    need_open(held)
    return held


def _decide(
    session: OpenSession,
    staff: Staff,
    held: dict[str, Any],
    status: str,
    answer: str,
    now: datetime,
    credit_note_id: UUID | None,
) -> None:
    session.change(
        _DECIDE,
        id=held["id"],
        customer_id=held["customer_id"],
        status=status,
        answer=answer,
        credit_note_id=credit_note_id,
        staff_id=staff.staff_id,
        now=now,
    )
