"""Letting an automatic charge go: the last look at its mandate before its provider is asked."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from portal_data import store
from portal_data.payments import mandates, settlement
from portal_data.payments.attempts import Status
from portal_data.payments.provider import ProviderError
from portal_data.store import OpenSession

ANSWERS_WITHIN = timedelta(minutes=10)
"""Longer than any request to a provider takes, with its retries."""

_HANDED = """
    update core.payment_attempts set version = version + 1, handed_at = $now, updated_at = $now
    where customer_id = $customer_id and id = $id
"""
_OWED = """
    select count(*)::bigint from core.payment_attempt_items t
    join core.invoices i on i.customer_id = t.customer_id and i.id = t.invoice_id
    where t.customer_id = $customer_id and t.attempt_id = $id and i.status = 'sent'
        and i.in_question_minor = 0 and i.balance_minor >= t.amount_minor
"""
_MOMENT = "select handed_at from core.payment_attempts where id = $id order by id"


def release(attempt: Mapping[str, Any], now: datetime) -> None:
    """Let an automatic charge go to its provider, as often as need be, while its mandate is there.

    Whoever ends the mandate holds it as this does: before, nothing is asked for, and the attempt is
    cancelled; afterwards it was let go. One that was let go without an answer is not sent again
    once the mandate has ended: it waits for the answer, and then for a person. Raises
    ProviderError, final for what will never be charged.
    """
    refusal: ProviderError | None = None
    with store.system_writing() as session:
        mandate = mandates.held(session, attempt["customer_id"], attempt["mandate_id"])
        forced = mandates.in_force(session, attempt["customer_id"])
        live = mandate is not None and mandate["id"] in forced
        row = settlement.held(session, attempt["id"])
        if Status(row["status"]) is not Status.CREATED:
            refusal = _ended()
        elif (handed := session.value(_MOMENT, id=row["id"])) is not None:
            refusal = None if live else _unsure(session, row, handed, now)
        elif not live or not session.value(_OWED, customer_id=row["customer_id"], id=row["id"]):
            settlement.end(session, row, Status.CANCELLED, now)
            refusal = _ended()
        else:
            session.change(_HANDED, customer_id=row["customer_id"], id=row["id"], now=now)
    if refusal is not None:
        raise refusal


def _unsure(
    session: OpenSession, row: dict[str, Any], handed: datetime, now: datetime
) -> ProviderError:
    if now - handed < ANSWERS_WITHIN:
        return ProviderError("The provider may answer yet.", final=False)
    settlement.hold(session, row, "Its mandate ended, and its provider never answered.", now)
    return _ended()


def _ended() -> ProviderError:
    return ProviderError("This is charged no more.", final=True, code="mandate_ended")
