"""Saved cards and bank accounts in words: brand, last four digits, and until when they work."""

from calendar import monthrange
from datetime import date, timedelta

from components.ui import format as say
from portal_data.customers import details
from portal_data.payments import offers
from portal_data.text.language import N_, _

_KINDS = {"bank": N_("Bank"), "bank_account": N_("Bank account"), "card": N_("Card")}
_SOON = timedelta(days=60)

Saved = details.SavedMethod | offers.SavedMethod


def words(method: Saved) -> str:
    """Return what a method is called: Visa •••• 4242."""
    known = None if method.brand else _KINDS.get(method.kind)
    kind = _(known) if known else say.code(method.brand or method.kind)
    return f"{kind} •••• {method.last4}" if method.last4 else kind


def expired(method: Saved, today: date) -> bool:
    """Tell whether the month until which a card works is over."""
    last = _last_day(method)
    return last is not None and last < today


def expires_soon(method: Saved, today: date) -> bool:
    """Tell whether that month ends within sixty days."""
    last = _last_day(method)
    return last is not None and today <= last <= today + _SOON


def expiry(method: Saved, today: date) -> str:
    """Return until when a card works, or worked; empty for what never expires."""
    if _last_day(method) is None:
        return ""
    month = f"{method.expires_month:02}/{method.expires_year}"
    if expired(method, today):
        return _("Expired {month}", month=month)
    return _("Expires {month}", month=month)


def _last_day(method: Saved) -> date | None:
    if not (method.expires_month and method.expires_year):
        return None
    last = monthrange(method.expires_year, method.expires_month)[1]
    return date(method.expires_year, method.expires_month, last)
