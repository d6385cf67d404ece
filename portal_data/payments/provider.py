"""What the portal asks of whoever moves the money: one protocol for every payment provider.

A provider is asked for the truth, never believed: an event or a redirect only says which payment
to look at again (`Notice`), and `status` is what counts. No function here is called inside a
transaction: all but `verify` may take seconds, and do their own waiting and retrying. Amounts
are in minor units of an ISO 4217 currency, moments naive UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from portal_data.errors import PortalError


class State(StrEnum):
    """Where a payment is at its provider. Only what succeeded is money."""

    CREATED = "created"
    """Nothing was entered yet, or the page still waits for another card than the one refused."""
    REQUIRES_ACTION = "requires_action"
    """The payer must do something at the provider: confirm with the bank, verify an account."""
    PENDING = "pending"
    """Handed in, and on its way for days, such as a bank debit."""
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """Refused. The payer may try again at the provider while the payment is not cancelled."""
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Back(StrEnum):
    """Why money went back."""

    REFUND = "refund"
    RETURN = "return"
    """The bank returned a debit after it had counted as paid."""
    DISPUTE = "dispute"
    """The payer's bank took it back."""


@dataclass(frozen=True, slots=True)
class Reversal:
    """Money that goes or went back of a payment; state is pending, succeeded or failed.

    `reference` is the provider's name of the fact: the same fact twice has the same one. `key` is
    what a refund was asked for under, None when nobody here did, or the provider does not say.
    """

    reference: str
    kind: Back
    state: State
    amount_minor: int
    message: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """A saved card or bank account: kind is card or bank. Never a number, only its last four.

    `verified` is None while the provider still verifies it, and `verify_url` the provider's page
    where its owner helps with that, if there is one.
    """

    reference: str
    kind: str
    brand: str | None
    last4: str | None
    holder: str | None = None
    expires_month: int | None = None
    expires_year: int | None = None
    verified: bool | None = True
    verify_url: str | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """What the provider says of a payment now: the truth that is settled by.

    `received_minor` is what arrived, zero until it did. `attempt_id` is which of our attempts the
    provider keeps it for, None when it does not say. `mode` is what it was paid with in a word for
    people, such as Card or Bank debit, and `method` the saved method that was made of it. `url` is
    where the payer goes on while the payment requires action, such as to confirm small deposits.
    """

    reference: str
    state: State
    received_minor: int
    currency_code: str
    attempt_id: UUID | None = None
    failure_code: str | None = None
    failure_message: str | None = None
    expected_on: Date | None = None
    mode: str | None = None
    method: Method | None = None
    url: str | None = None
    reversals: tuple[Reversal, ...] = ()


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays: the customer, by whom, and what the provider calls the customer, once it does."""

    customer_id: UUID
    name: str
    email: str
    reference: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """What a part of a payment is for, in words for the payer."""

    words: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Request:
    """A payment to be made. `attempt_id` seeds the idempotency key: the same twice is one payment.

    `kinds` are the kinds of methods that may be used: card, bank. `method` is the reference of a
    saved one, for `charge`. The payer comes back to `return_url`, or to `cancel_url` who left.
    """

    attempt_id: UUID
    payer: Payer
    currency_code: str
    lines: tuple[Line, ...]
    kinds: frozenset[str]
    save_method: bool
    return_url: str
    cancel_url: str
    expires_at: datetime
    method: str | None = None
    absent: bool = False
    """Whether the payer is not there to confirm anything: an automatic charge."""
    stranger: bool = False
    """Whether whoever pays is nobody known, such as by a public link: the page shows nothing that
    is saved for the customer, and fills nothing in."""

    @property
    def amount_minor(self) -> int:
        """The sum of the lines."""
        return sum(line.amount_minor for line in self.lines)


@dataclass(frozen=True, slots=True)
class Started:
    """A payment that the provider knows: its reference there, and where the payer goes on.

    `url` is None when nothing is left to do for the payer, and `status` has to be looked at.
    """

    reference: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Notice:
    """A provider's message that something about a payment may have changed.

    `external_id` names the message: the same delivered twice has the same one. It leads to a
    payment by `attempt_id`, or by the provider's own `reference`; with neither it is of no payment
    of ours. A provider may have a second reference for the payment that we know by a first, and an
    event of a dispute has nothing else: of one that no attempt has, `status` says the `attempt_id`.
    What is about saved methods has the provider's name of the customer or of the method there.
    """

    external_id: str
    kind: str
    reference: str | None
    attempt_id: UUID | None


class ProviderError(PortalError):
    """The provider did not do what it was asked for.

    `final` says that the same will never be done, such as for a declined card; otherwise it is not
    known whether it was done, and the same request is to be made again with the same key.
    """

    def __init__(self, message: str, *, final: bool, code: str | None = None) -> None:
        super().__init__(message)
        self.final = final
        self.code = code


class BadSignature(PortalError):
    """A message that the provider did not sign, or that is too old to be believed."""


class Provider(Protocol):
    """A payment provider. All but `verify` raise ProviderError."""

    key: str
    """Its name in the store, such as stripe."""
    label: str
    """Its name for people."""
    live: bool
    """Whether real money moves."""
    kinds: frozenset[str]
    """The kinds of methods it takes: card, bank."""

    def takes(self, currency_code: str, amount_minor: int) -> bool:
        """Tell whether it can be asked for this amount of a currency at all."""

    def ensure_customer(self, payer: Payer) -> str:
        """Return what the provider calls the payer, who becomes known there if need be."""

    def start(self, request: Request) -> Started:
        """Prepare a page of the provider's where a payer enters a card or bank account."""

    def charge(self, request: Request) -> Started:
        """Take a payment by the saved method of the request.

        A refusal by the bank is no error: it stands in `status`.
        """

    def status(self, reference: str) -> Status:
        """Return what has become of a payment."""

    def cancel(self, reference: str) -> Status:
        """Keep a payment that nobody made from being made, and return what is so then.

        One that was made meanwhile stays made: the status says so.
        """

    def refund(self, reference: str, amount_minor: int, key: str, reason: str | None) -> Reversal:
        """Send money of a payment back. The same `key` twice is one refund."""

    def start_saving(
        self, payer: Payer, currency_code: str, kinds: frozenset[str], return_url: str
    ) -> Started:
        """Prepare a page of the provider's where a card or bank account is saved.

        What a bank account is depends on the currency that it will be charged in.
        """

    def saved(self, reference: str) -> Method | None:
        """Return the method that was saved on a page of `start_saving`; None when none was yet."""

    def methods(self, customer_reference: str) -> list[Method]:
        """Return what is saved for a customer there."""

    def forget(self, customer_reference: str, method_reference: str) -> None:
        """Remove a saved method of a customer. One that is gone already is no error.

        Raises ProviderError, final, for another customer's.
        """

    def verify(self, body: bytes, headers: Mapping[str, str], now: datetime) -> list[Notice]:
        """Return what a message of the provider's says, without any network; nothing is done yet.

        Raises BadSignature, and Invalid for what is no message.
        """
