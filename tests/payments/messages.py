"""What providers say, kept as the route does."""

from collections.abc import Mapping
from datetime import datetime

from portal_data.payments import inbox
from portal_data.payments.provider import Provider


def receive(
    provider: Provider, body: bytes, headers: Mapping[str, str], now: datetime
) -> list[str]:
    """Keep what a provider says, and return the names of its messages."""
    said = inbox.signed(provider, body, headers, now)
    inbox.keep([said], now)
    return [notice.external_id for notice in said.notices]
