"""Stripe's answers for what localstripe lacks, by hand, each as the library describes it."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import stripe
import stripe.checkout

from tests.payments.contract import check_answer
from tests.payments.localstripe import Call

MADE_AT = 1_795_766_400
"""The moment at which everything here was made: Friday, 27 November 2026, 08:00 UTC."""

_KINDS: Mapping[str, type[stripe.StripeObject]] = {
    "charge": stripe.Charge,
    "checkout.session": stripe.checkout.Session,
    "customer": stripe.Customer,
    "dispute": stripe.Dispute,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "refund": stripe.Refund,
    "setup_intent": stripe.SetupIntent,
}


class Answers(stripe.HTTPClient):
    """A transport that answers by itself; a list of answers is given in turn, the last for ever."""

    name = "answers"

    def __init__(self, answers: Mapping[str, Any]) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self._answers = {place: _in_turn(answer) for place, answer in answers.items()}

    def request(self, method, url, headers, post_data=None):  # type: ignore[no-untyped-def]
        """Answer a call; an answer of two is a status and its error."""
        parts = urlsplit(url)
        body = dict(parse_qsl(post_data if method == "post" else parts.query))
        self.calls.append(Call(method, parts.path, headers.get("Idempotency-Key"), body))
        found = self._answers[f"{method} {parts.path}"]
        answer = found.pop(0) if len(found) > 1 else found[0]
        code, content = answer if isinstance(answer, tuple) else (200, answer)
        if code == 200:
            for each in content["data"] if content["object"] == "list" else [content]:
                checked(each)
        return json.dumps(content), code, {}

    def close(self) -> None:
        """Close nothing."""

    def sent(self, path: str) -> list[Call]:
        """Return what was posted to a path."""
        return [call for call in self.calls if (call.method, call.path) == ("post", path)]


def _in_turn(answer: Any) -> list[Any]:
    return list(answer) if isinstance(answer, list) else [answer]


def checked(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an object; the test fails when the library describes another."""
    kind = _KINDS[answer["object"]]
    check_answer(kind.construct_from(answer, "sk_test"), answer["object"])
    return answer


def listed(*objects: dict[str, Any]) -> dict[str, Any]:
    """Return a page of objects."""
    return {"object": "list", "url": "/", "has_more": False, "data": list(objects)}


REFUSED = (400, {"error": {"type": "invalid_request_error", "message": "Not in this state."}})


def session(**more: Any) -> dict[str, Any]:
    """Return a Checkout Session in which nothing was entered yet."""
    return {
        "id": "cs_1",
        "object": "checkout.session",
        "mode": "payment",
        "status": "open",
        "payment_status": "unpaid",
        "currency": "usd",
        "url": "https://checkout.stripe.com/c/pay/cs_1",
        "payment_intent": None,
        "metadata": {},
        **more,
    }


def intent(status: str = "succeeded", **more: Any) -> dict[str, Any]:
    """Return a PaymentIntent of twelve dollars thirty-five."""
    paid = status == "succeeded"
    return {
        "id": "pi_1",
        "object": "payment_intent",
        "status": status,
        "amount": 12_35,
        "amount_received": 12_35 if paid else 0,
        "currency": "usd",
        "created": MADE_AT,
        "metadata": {},
        "latest_charge": charge() if paid else None,
        "payment_method": card(),
        "setup_future_usage": None,
        "next_action": None,
        "last_payment_error": None,
        **more,
    }


def charge(**more: Any) -> dict[str, Any]:
    """Return a charge that nobody disputes."""
    return {"id": "ch_1", "object": "charge", "created": MADE_AT, "disputed": False, **more}


def card(**more: Any) -> dict[str, Any]:
    """Return a card that was not saved."""
    return {
        "id": "pm_card",
        "object": "payment_method",
        "type": "card",
        "customer": None,
        "billing_details": {"name": "Alice Example"},
        "card": {"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2030},
        **more,
    }


def us_bank(**more: Any) -> dict[str, Any]:
    """Return a US bank account that was not saved."""
    return {
        "id": "pm_bank",
        "object": "payment_method",
        "type": "us_bank_account",
        "customer": None,
        "billing_details": {"name": "Alice Example"},
        "us_bank_account": {"bank_name": "STRIPE TEST BANK", "last4": "6789"},
        **more,
    }


def sepa(**more: Any) -> dict[str, Any]:
    """Return a European bank account that was not saved."""
    return {
        "id": "pm_sepa",
        "object": "payment_method",
        "type": "sepa_debit",
        "customer": None,
        "billing_details": {"name": None},
        "sepa_debit": {"last4": "3000", "bank_code": "37040044"},
        **more,
    }


def refund(status: str = "succeeded", **more: Any) -> dict[str, Any]:
    """Return a refund of two dollars, which somebody made in Stripe's own dashboard."""
    return {
        "id": f"re_{status}",
        "object": "refund",
        "status": status,
        "amount": 2_00,
        "currency": "usd",
        "payment_intent": "pi_1",
        "metadata": {},
        **more,
    }


def dispute(status: str, reason: str = "fraudulent", **more: Any) -> dict[str, Any]:
    """Return a dispute of the whole."""
    return {
        "id": f"du_{status}",
        "object": "dispute",
        "status": status,
        "reason": reason,
        "amount": 12_35,
        "currency": "usd",
        "payment_intent": "pi_1",
        "charge": "ch_1",
        "metadata": {},
        **more,
    }
