"""Stripe: cards and bank accounts are entered on its hosted pages and never pass through here.

New methods are paid with in a Checkout Session, saved ones charged by a PaymentIntent. What we
call a payment is at Stripe the Checkout Session, or the PaymentIntent where there is none; both
bear the attempt's id. `payment_method_types` is not used: the API that the library speaks refuses
it, and offers what the account has switched on, of what we allow.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import stripe

from portal_data.payments.provider import (
    Method,
    Notice,
    Payer,
    Request,
    Reversal,
    Started,
    State,
    Status,
)
from portal_data.payments.providers import stripe_events, stripe_objects, stripe_requests
from portal_data.payments.providers.stripe_errors import api_errors, refused, too_much
from portal_data.settings import Settings

TIMEOUT_SECONDS = 10
_RETRIES = 1
_UNMADE = frozenset({State.CREATED, State.REQUIRES_ACTION, State.FAILED})
_BOTH = ["payment_intent.latest_charge", "payment_intent.payment_method"]

# Otherwise the library keeps a name for this machine in the home folder, and sends it along.
stripe.enable_telemetry = False


class Stripe:
    """Cards everywhere, bank accounts in dollars and euros."""

    key = "stripe"
    label = "Stripe"
    kinds = frozenset({"card", "bank"})

    def __init__(
        self,
        secret_key: str,
        webhook_secrets: Sequence[str],
        base_address: str | None = None,
        *,
        transport: stripe.HTTPClient | None = None,
    ) -> None:
        """Take the account's key and the secrets of its endpoint, several while they change."""
        self.live = secret_key.startswith(("sk_live_", "rk_live_"))
        self._webhook_secrets = tuple(webhook_secrets)
        self._api = stripe.StripeClient(
            secret_key,
            base_addresses={"api": base_address} if base_address else {},
            http_client=transport or stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
            max_network_retries=_RETRIES,
        ).v1

    def takes(self, currency_code: str, amount_minor: int) -> bool:
        """Tell whether Stripe charges such an amount; its least ones are by currency."""
        return stripe_objects.chargeable(currency_code, amount_minor)

    def ensure_customer(self, payer: Payer) -> str:
        """Return Stripe's customer, with the name and e-mail of who pays now.

        One that was deleted there, or that another account or its test mode knew, is made again.
        """
        with api_errors():
            if payer.reference is not None:
                try:
                    return self._named(payer.reference, payer)
                except stripe.InvalidRequestError as error:
                    if error.http_status != 404:
                        raise
            customer = self._api.customers.create(
                {"metadata": {"customer_id": str(payer.customer_id)}},
                {"idempotency_key": f"customer-{payer.customer_id}-{payer.reference or 'first'}"},
            )
            return self._named(customer.id, payer)

    def _named(self, reference: str, payer: Payer) -> str:
        self._api.customers.update(
            reference,
            {"name": payer.name, "email": payer.email},
            {"idempotency_key": f"name-{uuid4()}"},
        )
        return reference

    def start(self, request: Request) -> Started:
        """Make a Checkout Session, which Stripe closes by itself should nobody cancel it."""
        customer = None
        if not request.stranger:
            customer = request.payer.reference or self.ensure_customer(request.payer)
        session = stripe_requests.payment_session(request, customer)
        with api_errors():
            made = self._api.checkout.sessions.create(
                session, {"idempotency_key": f"start-{request.attempt_id}"}
            )
        return Started(made.id, made.url)

    def charge(self, request: Request) -> Started:
        """Charge a saved method. A bank's refusal is told by `status`.

        Made first and confirmed then, so that its name is known whatever the bank says.
        """
        customer, method = request.payer.reference, request.method
        if customer is None or method is None:
            raise refused("no_method")
        with api_errors():
            if self._owner_of(method) != customer:
                raise refused("foreign_method")
            made = self._api.payment_intents.create(
                stripe_requests.saved_charge(request, customer, method),
                {"idempotency_key": f"charge-{request.attempt_id}"},
            )
            try:
                made = self._api.payment_intents.confirm(
                    made.id,
                    stripe_requests.confirmation(request),
                    {"idempotency_key": f"confirm-{request.attempt_id}"},
                )
            except stripe.CardError:
                return Started(made.id, None)
            except stripe.InvalidRequestError as error:
                if error.code != "payment_intent_unexpected_state":
                    raise
                return Started(made.id, None)
        return Started(made.id, stripe_objects.next_url(made.to_dict()))

    def _owner_of(self, method_reference: str) -> str | None:
        """Return the customer of a method; None when it is gone."""
        try:
            method = self._api.payment_methods.retrieve(method_reference)
        except stripe.InvalidRequestError as error:
            if error.http_status != 404:
                raise
            return None
        return stripe_objects.id_of(method.to_dict().get("customer"))

    def status(self, reference: str) -> Status:
        """Return what has become of a session or a PaymentIntent, with refunds and disputes."""
        with api_errors():
            return self._status(reference)

    def _status(self, reference: str) -> Status:
        if not reference.startswith("cs_"):
            intent = self._intent(reference)
            return stripe_objects.status_of(intent, self._reversals(intent))
        session = self._api.checkout.sessions.retrieve(reference, {"expand": _BOTH}).to_dict()
        reversals = self._reversals(session.get("payment_intent"))
        return stripe_objects.status_of_session(session, reversals)

    def _intent(self, reference: str) -> dict[str, Any]:
        return self._api.payment_intents.retrieve(
            reference, {"expand": ["latest_charge", "payment_method"]}
        ).to_dict()

    def _reversals(self, intent: Mapping[str, Any] | None) -> list[Reversal]:
        """Return what went back of a PaymentIntent; of one that never succeeded nothing can."""
        if not intent or intent["status"] != "succeeded":
            return []
        found = [stripe_objects.refund_of(refund) for refund in self._refunds(intent["id"])]
        if (intent.get("latest_charge") or {}).get("disputed"):
            disputes = self._api.disputes.list({"payment_intent": intent["id"], "limit": 100})
            taken = (
                stripe_objects.dispute_of(each.to_dict()) for each in disputes.auto_paging_iter()
            )
            found += [reversal for reversal in taken if reversal]
        return found

    def _refunds(self, intent_reference: str) -> list[dict[str, Any]]:
        refunds = self._api.refunds.list({"payment_intent": intent_reference, "limit": 100})
        return [refund.to_dict() for refund in refunds.auto_paging_iter()]

    def cancel(self, reference: str) -> Status:
        """End a session, or a PaymentIntent that still waits, and return what is so then.

        A bank debit that was handed in stays.
        """
        with api_errors():
            status = self._status(reference)
            if status.state in _UNMADE:
                self._withdraw(reference)
                status = self._status(reference)
            return status

    def _withdraw(self, reference: str) -> None:
        """Cancel what can be: Stripe refuses what was made meanwhile."""
        intent: str | None = reference
        if reference.startswith("cs_"):
            try:
                self._api.checkout.sessions.expire(
                    reference, None, {"idempotency_key": f"expire-{uuid4()}"}
                )
                return
            except stripe.InvalidRequestError:
                # complete, and waits for small deposits to be confirmed
                session = self._api.checkout.sessions.retrieve(reference)
                intent = stripe_objects.id_of(session.to_dict().get("payment_intent"))
        if intent is None:
            return
        try:
            self._api.payment_intents.cancel(
                intent,
                {"cancellation_reason": "abandoned"},
                {"idempotency_key": f"cancel-{uuid4()}"},
            )
        except stripe.InvalidRequestError:
            return

    def refund(self, reference: str, amount_minor: int, key: str, reason: str | None) -> Reversal:
        """Send money back. The key is kept with the refund, so it counts after a day as well."""
        with api_errors(shown=True):
            intent = self._intent(self._intent_of(reference))
            refunds = self._refunds(intent["id"]) if intent["status"] == "succeeded" else []
            for refund in refunds:
                if (refund.get("metadata") or {}).get("key") == key:
                    return stripe_objects.refund_of(refund)
            left = stripe_objects.status_of(intent).received_minor - sum(
                reversal.amount_minor
                for reversal in map(stripe_objects.refund_of, refunds)
                if reversal.state is not State.FAILED
            )
            if amount_minor > left:
                raise too_much()
            made = self._api.refunds.create(
                stripe_requests.refund(intent, amount_minor, key, reason),
                {"idempotency_key": f"refund-{key}"},
            )
        return stripe_objects.refund_of(made.to_dict())

    def _intent_of(self, reference: str) -> str:
        if not reference.startswith("cs_"):
            return reference
        session = self._api.checkout.sessions.retrieve(reference)
        intent = stripe_objects.id_of(session.to_dict().get("payment_intent"))
        if intent is None:
            raise refused("nothing_paid")
        return intent

    def start_saving(
        self, payer: Payer, currency_code: str, kinds: frozenset[str], return_url: str
    ) -> Started:
        """Make a Checkout Session that charges nothing and saves a card or bank account."""
        customer = payer.reference or self.ensure_customer(payer)
        session = stripe_requests.saving_session(payer, customer, currency_code, kinds, return_url)
        with api_errors():
            made = self._api.checkout.sessions.create(
                session, {"idempotency_key": f"save-{uuid4()}"}
            )
        return Started(made.id, made.url)

    def saved(self, reference: str) -> Method | None:
        """Return what was saved; its `verified` is None while small deposits are awaited."""
        with api_errors():
            session = self._api.checkout.sessions.retrieve(
                reference, {"expand": ["setup_intent.payment_method"]}
            )
        return stripe_objects.method_of_session(session.to_dict())

    def methods(self, customer_reference: str) -> list[Method]:
        """Return the cards and bank accounts of a customer."""
        with api_errors():
            saved = self._api.customers.payment_methods.list(customer_reference, {"limit": 100})
            methods = (
                stripe_objects.method_of(each.to_dict()) for each in saved.auto_paging_iter()
            )
            return [method for method in methods if method]

    def forget(self, customer_reference: str, method_reference: str) -> None:
        """Detach a method: it can never be charged again."""
        with api_errors():
            owner = self._owner_of(method_reference)
            if owner is None:
                return
            if owner != customer_reference:
                raise refused("foreign_method")
            try:
                self._api.payment_methods.detach(
                    method_reference, None, {"idempotency_key": f"forget-{uuid4()}"}
                )
            except stripe.InvalidRequestError:
                if self._owner_of(method_reference) is not None:
                    raise

    def verify(self, body: bytes, headers: Mapping[str, str], now: datetime) -> list[Notice]:
        """Return which payment a message of Stripe's is about."""
        event = stripe_events.opened(body, headers, self._webhook_secrets, now)
        return stripe_events.notices_of(event)


def from_settings(settings: Settings) -> Stripe | None:
    """Return Stripe as an installation has set it up; None where it has not."""
    if settings.stripe_secret_key is None or settings.stripe_webhook_secret is None:
        return None
    return Stripe(settings.stripe_secret_key.get_secret_value(), settings.stripe_webhook_secrets)
