"""Abandoned payments: nobody goes on with them, or their provider says nothing of them any more.

What surely brings no money ends; where that is not sure a person has to look.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from portal_data import store
from portal_data.payments import settlement
from portal_data.payments.attempts import Status
from portal_data.payments.provider import State

VERIFIED_WITHIN = timedelta(days=11)
"""For so long a payer can verify a bank account by small deposits, which takes providers ten."""

OFF_FOR = timedelta(days=1)
"""For so long after its page closed a payment waits for a provider that is switched off."""


def without_a_trace(attempt: Mapping[str, Any], now: datetime) -> Status:
    """End an attempt that its provider knows nothing of, or hold it where that is not sure."""
    never_asked_for = attempt["mandate_id"] is not None and attempt["handed_at"] is None
    if attempt["saved_method_id"] is not None and not never_asked_for:
        return hold_open(attempt["id"], "Its provider never answered.", now, traceless=True)
    with store.system_writing() as session:
        row = settlement.held(session, attempt["id"])
        status = Status(row["status"])
        if not status.in_flight or row["provider_reference"] is not None:
            return status
        return settlement.end(session, row, Status.EXPIRED, now)


def hold_open(attempt_id: UUID, reason: str, now: datetime, *, traceless: bool = False) -> Status:
    """Hold an attempt that is still in flight, where asked for only one without a trace."""
    with store.system_writing() as session:
        row = settlement.held(session, attempt_id)
        status = Status(row["status"])
        known = traceless and row["provider_reference"] is not None
        if known or status is Status.HELD or not status.in_flight:
            return status
        return settlement.hold(session, row, reason, now)


def expired_waiting(attempt: Mapping[str, Any], now: datetime) -> Status:
    """End a payment that nobody agreed to in time."""
    if attempt["expires_at"] is None or attempt["expires_at"] > now:
        return Status.AWAITING_APPROVAL
    with store.system_writing() as session:
        row = settlement.held(session, attempt["id"])
        if row["status"] != Status.AWAITING_APPROVAL:
            return Status(row["status"])
        return settlement.end(session, row, Status.EXPIRED, now)


def given_up(attempt: Mapping[str, Any], state: State, now: datetime) -> bool:
    """Tell whether the payer has left a payment, which would hold its documents for ever."""
    expires = attempt["expires_at"]
    if expires is None or expires > now:
        return False
    if state is State.REQUIRES_ACTION:  # a saved card is confirmed at once, an account in days
        return attempt["saved_method_id"] is not None or expires + VERIFIED_WITHIN <= now
    return state is State.CREATED


def off_for_long(attempt: Mapping[str, Any], now: datetime) -> bool:
    """Tell whether a payment, whose provider is switched off, was over there long ago."""
    closed = attempt["expires_at"] or attempt["created_at"]
    return bool(closed + OFF_FOR <= now)
