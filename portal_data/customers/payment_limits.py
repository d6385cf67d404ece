"""The limits of contacts: how much each may pay, promise or have charged without a colleague."""

from collections.abc import Mapping
from typing import Any


def most(limit_minor: int | None, limit_currency: str | None, currency: str) -> int | None:
    """Return the most that somebody may pay alone at once in a currency; None without a limit.

    A limit is in one currency: whoever has one leaves amounts in others to a colleague without.
    """
    if limit_minor is None:
        return None
    return limit_minor if (limit_currency or currency) == currency else 0


def over(payer: Mapping[str, Any], currency: str, amount_minor: int) -> bool:
    """Tell whether somebody, of a contact's row, may not pay an amount alone.

    Who pays by a link has no such row, and no limit.
    """
    limit = most(payer.get("payment_limit_minor"), payer.get("payment_limit_currency"), currency)
    return limit is not None and amount_minor > limit
