"""The parameters of Stripe's calls for a request of ours, as its library types them."""

from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from portal_data.payments.provider import Payer, Request
from portal_data.payments.providers.stripe_errors import refused
from portal_data.payments.providers.stripe_objects import (
    amount_of,
    attempt_of,
    lines_of,
    types_of,
    words_of,
)

if TYPE_CHECKING:
    from stripe.params import (
        PaymentIntentConfirmParams,
        PaymentIntentCreateParams,
        RefundCreateParams,
    )
    from stripe.params.checkout import (
        SessionCreateParams,
        SessionCreateParamsLineItem,
        SessionCreateParamsPaymentIntentData,
        SessionCreateParamsPaymentMethodOptions,
    )

_MOST_METADATA = 500  # characters of one value
_LEAST_OPEN = timedelta(minutes=30)


def payment_session(request: Request, customer: str | None) -> "SessionCreateParams":
    """Return the parameters of a page where a payer enters a card or bank account and pays.

    Stripe wants a page to be open for half an hour at least, however late the payer comes to it,
    and the same parameters whenever the same is sent again. So it closes half an hour after it is
    to be cancelled: that is for when nobody could.
    """
    metadata = {"attempt_id": str(request.attempt_id)}
    # what a session bears does not reach its PaymentIntent, whose events need it
    intent: SessionCreateParamsPaymentIntentData = {
        "metadata": metadata,
        "description": words_of(request),
    }
    if request.save_method:
        intent["setup_future_usage"] = "off_session"
    known: SessionCreateParams = {"customer": customer} if customer else {}
    return {
        **known,
        "mode": "payment",
        "ui_mode": "hosted_page",
        "client_reference_id": str(request.attempt_id),
        "allowed_payment_method_types": _types(request.kinds, request.currency_code),
        "payment_method_options": _options(request.currency_code),
        "line_items": _line_items(request),
        "payment_intent_data": intent,
        "metadata": metadata,
        "expires_at": int((request.expires_at + _LEAST_OPEN).replace(tzinfo=UTC).timestamp()),
        "success_url": request.return_url,
        "cancel_url": request.cancel_url,
    }


def saving_session(
    payer: Payer, customer: str, currency_code: str, kinds: frozenset[str], return_url: str
) -> "SessionCreateParams":
    """Return the parameters of a page where a card or bank account is saved, and nothing paid."""
    metadata = {"customer_id": str(payer.customer_id)}
    return {
        "mode": "setup",
        "ui_mode": "hosted_page",
        "currency": currency_code.lower(),
        "customer": customer,
        "allowed_payment_method_types": _types(kinds, currency_code),
        "payment_method_options": _options(currency_code),
        "setup_intent_data": {"metadata": metadata},
        "metadata": metadata,
        "success_url": return_url,
        "cancel_url": return_url,
    }


def saved_charge(request: Request, customer: str, method: str) -> "PaymentIntentCreateParams":
    """Return the parameters of a charge of a saved method, which is confirmed afterwards."""
    return {
        "amount": amount_of(request.currency_code, request.amount_minor),
        "currency": request.currency_code.lower(),
        "customer": customer,
        "payment_method": method,
        # nobody is there to be sent to their bank: whatever needs that is refused
        "automatic_payment_methods": {
            "enabled": True,
            "allow_redirects": "never" if request.absent else "always",
        },
        "description": words_of(request),
        "metadata": {"attempt_id": str(request.attempt_id)},
    }


def confirmation(request: Request) -> "PaymentIntentConfirmParams":
    """Return the parameters of confirming a charge, with or without the payer."""
    return {"off_session": True} if request.absent else {"return_url": request.return_url}


def refund(
    intent: Mapping[str, Any], amount_minor: int, key: str, reason: str | None
) -> "RefundCreateParams":
    """Return the parameters of a refund, which bears our key: those of Stripe last a day."""
    attempt = attempt_of(intent.get("metadata"))
    return {
        "payment_intent": intent["id"],
        "amount": amount_of(intent["currency"].upper(), amount_minor),
        "reason": "requested_by_customer",
        "metadata": {
            "key": key,
            **({"attempt_id": str(attempt)} if attempt else {}),
            **({"reason": reason[:_MOST_METADATA]} if reason else {}),
        },
    }


def _types(kinds: frozenset[str], currency_code: str) -> list[str]:
    types = types_of(kinds, currency_code)
    if not types:
        raise refused("no_kind_for_currency")
    return types


def _options(currency_code: str) -> "SessionCreateParamsPaymentMethodOptions":
    """Have US bank accounts verified: at once by the bank, else by small deposits."""
    if currency_code != "USD":
        return {}
    return {
        "us_bank_account": {
            "verification_method": "automatic",
            "financial_connections": {"permissions": ["payment_method"]},
        }
    }


def _line_items(request: Request) -> "list[SessionCreateParamsLineItem]":
    return [
        {
            "quantity": 1,
            "price_data": {
                "currency": request.currency_code.lower(),
                "unit_amount": amount_of(request.currency_code, line.amount_minor),
                "product_data": {"name": line.words},
            },
        }
        for line in lines_of(request)
    ]
