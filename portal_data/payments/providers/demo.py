"""The demo provider: the whole flow of payments without any account, and no money moves."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from portal_data import money
from portal_data.clock import utc_now
from portal_data.errors import Invalid
from portal_data.payments.demo_gateway import events, payments, saving
from portal_data.payments.provider import (
    Method,
    Notice,
    Payer,
    Request,
    Reversal,
    Started,
    Status,
)


class Demo:
    """Asks the demo gateway, as any provider asks the company that it stands for."""

    key = "demo"
    label = "Demo gateway"
    live = False
    kinds = frozenset({"card", "bank"})

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock

    def takes(self, currency_code: str, amount_minor: int) -> bool:
        """Tell whether it can be asked for this amount of a currency at all."""
        return amount_minor > 0 and money.is_currency(currency_code)

    def ensure_customer(self, payer: Payer) -> str:
        """Return what the gateway calls the payer."""
        return saving.ensure_customer(payer, self._clock())

    def start(self, request: Request) -> Started:
        """Prepare a page where whoever pays chooses what is to happen."""
        return payments.start(request, self._clock())

    def charge(self, request: Request) -> Started:
        """Take a payment by a saved method: its last four digits decide what happens."""
        return payments.charge(request, self._clock())

    def status(self, reference: str) -> Status:
        """Return what has become of a payment."""
        return payments.status(reference, self._clock())

    def cancel(self, reference: str) -> Status:
        """Keep a payment from being made."""
        return payments.cancel(reference, self._clock())

    def refund(self, reference: str, amount_minor: int, key: str, reason: str | None) -> Reversal:
        """Send money of a payment back. The same `key` twice is one refund."""
        return payments.refund(reference, amount_minor, key, self._clock())

    def start_saving(
        self, payer: Payer, currency_code: str, kinds: frozenset[str], return_url: str
    ) -> Started:
        """Prepare a page where a card or bank account is saved."""
        return saving.start(payer, kinds, return_url, self._clock())

    def saved(self, reference: str) -> Method | None:
        """Return the method that was saved on a page; None when none was yet."""
        return saving.saved(reference, self._clock())

    def methods(self, customer_reference: str) -> list[Method]:
        """Return what is saved for a customer."""
        return saving.methods(customer_reference)

    def forget(self, customer_reference: str, method_reference: str) -> None:
        """Remove a saved method of a customer."""
        saving.forget(customer_reference, method_reference, self._clock())

    def verify(self, body: bytes, headers: Mapping[str, str], now: datetime) -> list[Notice]:
        """Return what a message of the gateway says."""
        events.check(body, headers, now)
        try:
            event = json.loads(body)
            attempt = event["attempt_id"]
            return [
                Notice(
                    external_id=str(event["id"]),
                    kind=str(event["kind"]),
                    reference=str(event["reference"]),
                    attempt_id=UUID(attempt) if attempt is not None else None,
                )
            ]
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Invalid("That is no message of the demo gateway.") from error
