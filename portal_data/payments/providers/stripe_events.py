"""Stripe's messages: who signed one, when, and which payment it says to look at again."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import stripe

from portal_data.errors import Invalid
from portal_data.payments.provider import BadSignature, Notice
from portal_data.payments.providers.stripe_objects import attempt_of, id_of

EVENTS = (
    "payment_intent.succeeded", "payment_intent.processing", "payment_intent.payment_failed",
    "payment_intent.requires_action", "payment_intent.canceled",
    "checkout.session.completed", "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed", "checkout.session.expired",
    "refund.created", "refund.updated", "refund.failed", "charge.refunded",
    "charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed",
    "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated",
    "setup_intent.succeeded", "setup_intent.setup_failed", "setup_intent.requires_action",
    "payment_method.attached", "payment_method.detached", "payment_method.updated",
    "payment_method.automatically_updated", "mandate.updated",
)  # fmt: skip
"""What Stripe is to send: README names them for whoever sets the endpoint up."""
TOLERANCE_SECONDS = 300
"""How old a message may be, or how far its clock before ours."""


def opened(
    body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime
) -> Mapping[str, Any]:
    """Return the event of a message that Stripe signed with one of the secrets.

    Raises BadSignature, and Invalid for what is signed but no event.
    """
    header = next(
        (value for name, value in headers.items() if name.lower() == "stripe-signature"), ""
    )
    # a signature in other letters cannot be compared, and breaks what compares it
    if not header.isascii() or not any(_signed(body, header, secret) for secret in secrets):
        raise BadSignature("The message is not signed by Stripe.")
    if abs(now.replace(tzinfo=UTC).timestamp() - _signed_at(header)) > TOLERANCE_SECONDS:
        raise BadSignature("The message was not signed just now.")
    try:
        event = json.loads(body)
        if event["object"] != "event" or not isinstance(event["data"]["object"], Mapping):
            raise ValueError("no event")
        if not isinstance(event["id"], str) or not isinstance(event["type"], str):
            raise ValueError("no event")
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid("The message is no event of Stripe's.") from error
    return dict(event)


def _signed(body: bytes, header: str, secret: str) -> bool:
    """Tell whether a secret signed a body; by when is checked against our own clock."""
    try:
        stripe.WebhookSignature.verify_header(body, header, secret, tolerance=None)
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        return False
    return True


def _signed_at(header: str) -> int:
    """Return the moment that was signed: what is first, for the check of the signature too."""
    parts = (part.split("=", 2) for part in header.split(","))
    return int(next(part[1] for part in parts if part[0] == "t"))


def notices_of(event: Mapping[str, Any]) -> list[Notice]:
    """Return which payment an event is about, or of a saved method which customer or method.

    Nothing for an event that was not asked for.
    """
    if event["type"] not in EVENTS:
        return []
    about = event["data"]["object"]
    match about.get("object"):
        case "payment_intent":
            reference = about["id"]
        case "checkout.session":
            reference = about["id"] if about.get("mode") == "payment" else None
        case "refund" | "charge" | "dispute":
            reference = id_of(about.get("payment_intent"))
        case "setup_intent" | "payment_method" | "mandate":
            # a detached method has no customer, and a mandate never has
            saved = about["id"] if about["object"] == "payment_method" else None
            reference = id_of(about.get("customer") or saved or about.get("payment_method"))
            return [Notice(event["id"], event["type"], reference, None)]
        case _:
            reference = None
    attempt_id = attempt_of(about.get("metadata")) if reference else None
    return [Notice(event["id"], event["type"], reference, attempt_id)]
