"""What the demo gateway keeps of payments, saved methods and pages, and what is so at a moment."""

from collections.abc import Mapping
from datetime import date as Date
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from pydantic import BaseModel

from portal_data.payments.provider import Back, Method, Reversal, State, Status

SETTLES_AFTER = timedelta(minutes=1)
"""How long a bank takes in the demo. It says three working days, as a real one would."""
DEPOSIT_TRIES = 10
VERIFIED_WITHIN = timedelta(days=10)
"""How long two small amounts can be typed in."""


class Scenario(StrEnum):
    """What whoever pays, or saves, chooses to happen."""

    CARD = "card"
    CARD_DECLINED = "card_declined"
    CARD_SECURE = "card_secure"
    BANK = "bank"
    BANK_REFUSED = "bank_refused"
    BANK_RETURNED = "bank_returned"
    BANK_DEPOSITS = "bank_deposits"
    """Only to save an account: it is verified by two small amounts."""

    @property
    def kind(self) -> str:
        """The kind of method: card or bank."""
        return self.value.partition("_")[0]


LAST4: Mapping[Scenario, str] = MappingProxyType(
    {
        Scenario.CARD: "4242",
        Scenario.CARD_DECLINED: "0341",
        Scenario.CARD_SECURE: "3155",
        Scenario.BANK: "6789",
        Scenario.BANK_REFUSED: "9994",
        Scenario.BANK_RETURNED: "9995",
        Scenario.BANK_DEPOSITS: "1116",
    }
)
"""The last digits of what each scenario saves, by which a charge of it is decided again."""
_BY_LAST4 = {
    LAST4[each]: each
    for each in (
        Scenario.CARD_DECLINED,
        Scenario.CARD_SECURE,
        Scenario.BANK_REFUSED,
        Scenario.BANK_RETURNED,
    )
}


def scenario_of(kind: str, last4: str | None) -> Scenario:
    """Return what a charge of a saved method comes to, by its last digits."""
    found = _BY_LAST4.get(last4 or "", Scenario(kind))
    return found if found.kind == kind else Scenario(kind)


class Stage(StrEnum):
    """Where a payment or a page is, but for the time that has passed."""

    CHOOSE = "choose"
    CONFIRM = "confirm"
    """The card's bank asks the payer."""
    AMOUNTS = "amounts"
    """Two small amounts are to be typed in."""
    SENT = "sent"
    """With the banks, which answer at `due_at`."""
    PAID = "paid"
    SAVED = "saved"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """As the books of a demo have it."""


class Failure(BaseModel):
    """Why something was refused."""

    code: str
    message: str


DECLINED = Failure(code="card_declined", message="The card was declined by its bank.")
NOT_CONFIRMED = Failure(
    code="authentication_failed", message="The payment was not confirmed with the card's bank."
)
NOBODY_THERE = Failure(
    code="authentication_required", message="The card's bank wants its holder to confirm."
)
REFUSED = Failure(code="R01", message="The bank returned the debit: insufficient funds.")


class Sending(BaseModel):
    """How its events travel: to which address, or not at all, or twice."""

    address: str | None = None
    lost: bool = False
    twice: bool = False


class Refund(BaseModel):
    """Money sent back; a bank decides on it at `due_at`."""

    key: str
    reference: str
    amount_minor: int
    due_at: datetime | None = None
    fails: bool = False

    def state(self, now: datetime) -> State:
        """Return where it is."""
        if self.due_at is not None and now < self.due_at:
            return State.PENDING
        return State.FAILED if self.fails else State.SUCCEEDED


class Customer(BaseModel):
    """Somebody who pays."""

    name: str
    email: str


class SavedMethod(BaseModel):
    """A saved card or bank account. `amounts` are the deposits that verify it, in cents."""

    kind: str
    brand: str | None
    last4: str | None
    holder: str | None
    expires_month: int | None = None
    expires_year: int | None = None
    verified: bool | None = True
    amounts: tuple[int, int] | None = None
    tries: int = 0
    page: str | None = None
    removed: bool = False


class Saving(BaseModel):
    """A page where a method is saved."""

    name: str
    kinds: list[str]
    return_url: str
    expires_at: datetime
    stage: Stage = Stage.CHOOSE
    method: str | None = None
    sending: Sending = Sending()

    def stage_at(self, now: datetime) -> Stage:
        """Return where the page is."""
        waits = self.stage in (Stage.CHOOSE, Stage.AMOUNTS)
        return Stage.EXPIRED if waits and now >= self.expires_at else self.stage


class Payment(BaseModel):
    """A payment, and the page it is made on unless a saved method was charged."""

    attempt_id: UUID
    name: str
    email: str
    currency_code: str
    amount_minor: int
    lines: list[tuple[str, int]]
    kinds: list[str]
    save_method: bool
    return_url: str
    cancel_url: str
    expires_at: datetime | None
    charged: bool = False
    """Whether a saved method was charged: nothing else is chosen then."""
    stage: Stage = Stage.CHOOSE
    scenario: Scenario | None = None
    method: str | None = None
    saves: bool = False
    """Whether whoever pays left the method to be saved, as the portal wished."""
    failure: Failure | None = None
    due_at: datetime | None = None
    expected_on: Date | None = None
    refunds_fail: bool = False
    refunds: list[Refund] = []
    sending: Sending = Sending()

    def state(self, now: datetime) -> State:
        """Return where it is."""
        match self.stage:
            case Stage.CHOOSE | Stage.CONFIRM if self.expires_at and now >= self.expires_at:
                return State.EXPIRED
            case Stage.CHOOSE:
                return State.FAILED if self.failure else State.CREATED
            case Stage.CONFIRM:
                return State.REQUIRES_ACTION
            case Stage.SENT:
                if self.due_at is not None and now < self.due_at:
                    return State.PENDING
                refused = self.scenario is Scenario.BANK_REFUSED
                return State.FAILED if refused else State.SUCCEEDED
            case Stage.PAID:
                return State.SUCCEEDED
            case _:
                return State(self.stage.value)

    @property
    def returns_at(self) -> datetime | None:
        """When the bank returns what had counted as paid; None for never."""
        returned = self.scenario is Scenario.BANK_RETURNED and self.stage is Stage.SENT
        return self.due_at + SETTLES_AFTER if returned and self.due_at else None

    def reversals(self, reference: str, now: datetime) -> tuple[Reversal, ...]:
        """Return all that went or goes back."""
        found = [reversal(each, now) for each in self.refunds]
        if self.returns_at is not None and now >= self.returns_at:
            back = self.amount_minor - self._refunded(now)
            name = reference.replace("demo_pi_", "demo_rt_")
            message = f"{REFUSED.code}: {REFUSED.message}"
            found.append(Reversal(name, Back.RETURN, State.SUCCEEDED, back, message))
        return tuple(each for each in found if each.amount_minor > 0)

    def left(self, now: datetime) -> int:
        """Return what of it can be refunded still."""
        returned = self.returns_at is not None and now >= self.returns_at
        paid = self.state(now) is State.SUCCEEDED and not returned
        return self.amount_minor - self._refunded(now) if paid else 0

    def status(self, reference: str, method: Method | None, page: str, now: datetime) -> Status:
        """Return all that the gateway says of it, whose page is at `page`."""
        state = self.state(now)
        failure = self.failure
        if self.scenario is Scenario.BANK_REFUSED and state is State.FAILED:
            failure = REFUSED
        kind = self.scenario.kind if self.scenario else None
        return Status(
            reference=reference,
            state=state,
            received_minor=self.amount_minor if state is State.SUCCEEDED else 0,
            currency_code=self.currency_code,
            attempt_id=self.attempt_id,
            failure_code=failure.code if failure else None,
            failure_message=failure.message if failure else None,
            expected_on=self.expected_on if state is State.PENDING else None,
            mode={"card": "Card", "bank": "Bank debit"}.get(kind or ""),
            method=method,
            url=page if state is State.REQUIRES_ACTION else None,
            reversals=self.reversals(reference, now),
        )

    def _refunded(self, now: datetime) -> int:
        return sum(
            each.amount_minor for each in self.refunds if each.state(now) is not State.FAILED
        )


def reversal(refund: Refund, now: datetime) -> Reversal:
    """Return a refund as the portal knows it."""
    state = refund.state(now)
    message = "The refund was refused by the bank." if state is State.FAILED else None
    return Reversal(refund.reference, Back.REFUND, state, refund.amount_minor, message, refund.key)


def working_days_later(day: Date, number: int) -> Date:
    """Return the day that many working days later."""
    while number:
        day += timedelta(days=1)
        number -= day.weekday() < 5
    return day
