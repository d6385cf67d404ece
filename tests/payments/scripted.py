"""A payment provider at the edge of the machine: what it says is set by the test, and recorded."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from portal_data.payments.provider import (
    Back,
    BadSignature,
    Method,
    Notice,
    Payer,
    ProviderError,
    Request,
    Reversal,
    Started,
    State,
    Status,
)

SIGNED = "signed"
"""The signature of what this provider says."""


@dataclass
class Scripted:
    """Keeps payments by reference as its test wants them, one for each attempt."""

    key: str = "demo"
    label: str = "Scripted"
    live: bool = False
    kinds: frozenset[str] = frozenset({"card", "bank"})
    payments: dict[str, Status] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    forgotten: list[tuple[str, str]] = field(default_factory=list)
    refunds: dict[str, Reversal] = field(default_factory=dict)
    saved_methods: dict[str, list[Method]] = field(default_factory=dict)
    silent: bool = False
    """Whether nothing is answered any more."""
    refusal: str | None = None
    """Why nothing new will ever be taken."""
    customers_lost: int = 0
    """So often it has forgotten whom it knew."""
    refuses: str | None = None
    """The code by which banks refuse charges of saved methods; they take their time on `later`."""
    answers_lost: int = 0
    """So many of the next requests are done, and their answers do not arrive."""

    def takes(self, currency_code: str, amount_minor: int) -> bool:
        return amount_minor < 10**12

    def ensure_customer(self, payer: Payer) -> str:
        self._answer()
        return f"cus_{payer.customer_id}_{self.customers_lost}"

    def start(self, request: Request) -> Started:
        return self._begin(request, State.CREATED, f"https://provider.example/{request.attempt_id}")

    def charge(self, request: Request) -> Started:
        state = State.FAILED if self.refuses else State.SUCCEEDED
        return self._begin(request, State.PENDING if self.refuses == "later" else state, None)

    def status(self, reference: str) -> Status:
        self._answer()
        if reference not in self.payments:
            raise ProviderError("No such payment.", final=True)
        return self.payments[reference]

    def cancel(self, reference: str) -> Status:
        self._answer()
        self.cancelled.append(reference)
        if self.payments[reference].state in (State.CREATED, State.REQUIRES_ACTION, State.FAILED):
            self.becomes(reference, State.CANCELLED)
        return self.payments[reference]

    def refund(self, reference: str, amount_minor: int, key: str, reason: str | None) -> Reversal:
        if key not in self.refunds:
            made = Reversal(f"re_{key}", Back.REFUND, State.SUCCEEDED, amount_minor, key=key)
            self.refunds[key] = made
            self.comes_back(reference, made)
        self._answer()
        return self.refunds[key]

    def start_saving(
        self, payer: Payer, currency_code: str, kinds: frozenset[str], return_url: str
    ) -> Started:
        return Started("saving", "https://provider.example/saving")

    def saved(self, reference: str) -> Method | None:
        return None

    def methods(self, customer_reference: str) -> list[Method]:
        self._answer()
        return self.saved_methods.get(customer_reference, [])

    def forget(self, customer_reference: str, method_reference: str) -> None:
        self._answer()
        self.forgotten.append((customer_reference, method_reference))

    def verify(self, body: bytes, headers: Mapping[str, str], now: datetime) -> list[Notice]:
        if headers.get("signature") != SIGNED:
            raise BadSignature("Not signed.")
        said = json.loads(body)
        attempt_id = UUID(said["attempt"]) if said.get("attempt") else None
        return [Notice(said["id"], "payment.changed", said.get("payment"), attempt_id)]

    def becomes(self, reference: str, state: State, **more: object) -> None:
        """Set what this provider says of a payment from now on."""
        before = self.payments[reference]
        if state is State.SUCCEEDED and "received_minor" not in more:
            more["received_minor"] = self.wanted(reference)
        self.payments[reference] = replace(before, state=state, **more)  # type: ignore[arg-type]

    def comes_back(self, reference: str, reversal: Reversal) -> None:
        """Set what went back of a payment; a known one is replaced."""
        before = self.payments[reference]
        kept = [each for each in before.reversals if each.reference != reversal.reference]
        self.payments[reference] = replace(before, reversals=(*kept, reversal))

    def wanted(self, reference: str) -> int:
        """Return what was asked for."""
        return next(
            request.amount_minor
            for request in self.requests
            if reference == f"pay_{request.attempt_id}"
        )

    def _begin(self, request: Request, state: State, url: str | None) -> Started:
        reference = f"pay_{request.attempt_id}"
        if self.refusal:
            raise ProviderError(self.refusal, final=True, code="refused")
        if not self.silent and reference not in self.payments:
            self.requests.append(request)
            self.payments[reference] = Status(
                reference, State.CREATED, 0, request.currency_code, request.attempt_id
            )
            if state is not State.CREATED:
                code = self.refuses if state is State.FAILED else None
                self.becomes(reference, state, failure_code=code)
        self._answer()
        return Started(reference, url)

    def _answer(self) -> None:
        if self.answers_lost:
            self.answers_lost -= 1
            raise ProviderError("No answer.", final=False)
        if self.silent:
            raise ProviderError("No answer.", final=False)
