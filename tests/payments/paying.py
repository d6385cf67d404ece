"""Requests to the demo provider, and what is chosen on its pages."""

from datetime import datetime, timedelta
from typing import Any

from portal_data.ids import new_id
from portal_data.payments.demo_gateway import pages
from portal_data.payments.provider import Line, Payer, Request
from portal_data.payments.providers.demo import Demo
from portal_data.scope import Scope
from tests.conftest import NOW

RETURN = "https://portal.example/pay/return?attempt=1"
CANCEL = "https://portal.example/pay/cancel?attempt=1"
BOTH = frozenset({"card", "bank"})


class Clock:
    """The moment it is for a provider."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """Return the moment."""
        return self.now

    def pass_(self, **time: int) -> datetime:
        """Let time pass, and return the moment then."""
        self.now += timedelta(**time)
        return self.now


def payer(scope: Scope, reference: str | None = None) -> Payer:
    """Who pays for the customer of a scope."""
    return Payer(scope.customer_id, scope.customer_name, scope.email, reference)


def wanted(scope: Scope, **more: Any) -> Request:
    """A payment of £123.45 for two invoices."""
    values = {
        "attempt_id": new_id(),
        "payer": payer(scope),
        "currency_code": "GBP",
        "lines": (Line("Invoice INV-1", 10_000), Line("Invoice INV-2", 2_345)),
        "kinds": BOTH,
        "save_method": False,
        "return_url": RETURN,
        "cancel_url": CANCEL,
        "expires_at": NOW + timedelta(hours=1),
        **more,
    }
    return Request(**values)


def token(url: str | None) -> str:
    """The token of a page's address."""
    assert url is not None
    return url.rpartition("/")[2]


def choose(url: str | None, now: datetime, *, step: int | None = None, **form: str) -> str | None:
    """Send the form of a page, as it is now unless another step is named."""
    shown = pages.opened(token(url), now)
    fields = {"step": str(shown.step if step is None else step), **form}
    return pages.sent(token(url), fields, None, now)


def saved(demo: Demo, scope: Scope, scenario: str, now: datetime) -> str:
    """Save a method on a page, and return its reference."""
    started = demo.start_saving(payer(scope), "GBP", BOTH, RETURN)
    choose(started.url, now, scenario=scenario)
    method = demo.saved(started.reference)
    assert method is not None
    return method.reference
