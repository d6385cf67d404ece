"""Refunds: money that went back to the customer, from a credit note or from a payment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date as Date
from enum import StrEnum
from typing import Any
from uuid import UUID

from portal_data.store import Session
from portal_data.text.language import N_


class Status(StrEnum):
    """Where the money is. Only a refund that succeeded lowers what it is paid from."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


WORDS = {
    Status.PENDING: N_("Refund on its way"),
    Status.SUCCEEDED: N_("Refunded"),
    Status.FAILED: N_("Refund failed"),
}
"""What a customer is told of a refund."""
_TAKEN = {
    ("return", Status.SUCCEEDED): N_("Returned by the bank"),
    ("dispute", Status.PENDING): N_("Disputed at the bank"),
    ("dispute", Status.SUCCEEDED): N_("Taken back by the bank"),
    ("dispute", Status.FAILED): N_("Dispute at the bank ended"),
}
"""What is said of money that went back by somebody else's doing, by its kind."""


@dataclass(frozen=True, slots=True)
class Refund:
    """One refund, in minor units of the currency of what it is paid from.

    `kind` is refund, return or dispute, and `reason` what staff wrote.
    """

    date: Date
    status: Status
    amount_minor: int
    mode: str | None
    reference: str | None
    kind: str
    reason: str | None

    @property
    def words(self) -> str:
        """What a customer is told of it, to be translated."""
        return _TAKEN.get((self.kind, self.status), WORDS[self.status])


_OF_PAYMENT = """
    select date, status, amount_minor, mode, reference, coalesce(kind, 'refund') as kind, reason
    from refunds
    where payment_id = $id
    order by date, id
"""
_OF_CREDIT_NOTE = """
    select date, status, amount_minor, mode, reference, coalesce(kind, 'refund') as kind, reason
    from refunds
    where credit_note_id = $id
    order by date, id
"""


def of_payment(session: Session, payment_id: UUID) -> list[Refund]:
    """Return what was paid back of a payment, oldest first."""
    return [_refund(row) for row in session.rows(_OF_PAYMENT, id=payment_id)]


def of_credit_note(session: Session, note_id: UUID) -> list[Refund]:
    """Return what was paid back of a credit note, oldest first."""
    return [_refund(row) for row in session.rows(_OF_CREDIT_NOTE, id=note_id)]


def arrived(refunds: Iterable[Refund]) -> int:
    """Return how many minor units of the refunds arrived at the customer."""
    return sum(each.amount_minor for each in refunds if each.status is Status.SUCCEEDED)


def _refund(row: dict[str, Any]) -> Refund:
    return Refund(**{**row, "status": Status(row["status"])})
