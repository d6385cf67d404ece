"""Sending back: a provider is asked to refund what staff want refunded, under the refund's id."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from portal_data import store
from portal_data.billing import ledger
from portal_data.payments import reversals, settlement
from portal_data.payments.attempts import Row
from portal_data.payments.provider import Provider, ProviderError

_REFUND = """
    select id, payment_id, attempt_id, status, amount_minor, source_key, reason from core.refunds
    where id = $id
    order by id
"""


def waiting(refund_id: UUID) -> Row | None:
    """Return a refund that no provider has yet; None for one that is decided or on its way."""
    with store.system_reading() as session:
        refund = session.one(_REFUND, id=refund_id)
    return refund if refund is not None and _waits(refund) else None


def send(provider: Provider, attempt: Mapping[str, Any], refund: Row, now: datetime) -> None:
    """Have the provider send money back, as often as need be: under its id it is one there.

    Raises ProviderError when the provider is silent; one that refuses ends the refund.
    """
    try:
        made = provider.refund(
            attempt["provider_reference"],
            refund["amount_minor"],
            str(refund["id"]),
            refund["reason"],
        )
    except ProviderError as error:
        if not error.final:
            raise
        with store.system_writing() as session:
            held = session.locked(_REFUND, id=refund["id"])[0]
            if _waits(held):
                reversals.refuse(session, held, refund["payment_id"], str(error), now)
        return
    with store.system_writing() as session:
        row = settlement.held(session, attempt["id"])
        reversals.apply(session, row, refund["payment_id"], [made], now)
        ledger.post(session, now, attempt["customer_id"])


def _waits(refund: Row) -> bool:
    return refund["status"] == "pending" and refund["source_key"] is None
