"""The payment providers that are switched on, and the one that new payments go through."""

from collections.abc import Iterable

from portal_data.errors import Unavailable
from portal_data.payments.provider import Provider
from portal_data.settings import Settings


class Providers:
    """Payment providers by their keys. New payments go through the first one."""

    def __init__(self, found: Iterable[Provider]) -> None:
        self._by_key = {each.key: each for each in found}

    @property
    def first(self) -> Provider | None:
        """The provider of new payments; None where nothing is paid online."""
        return next(iter(self._by_key.values()), None)

    def of(self, key: str) -> Provider:
        """Return a provider by its key. Raises Unavailable for one that is switched off."""
        found = self._by_key.get(key)
        if found is None:
            raise Unavailable(f"The payment provider {key} is not switched on.")
        return found


def enabled(settings: Settings) -> Providers:
    """Return the providers of an installation: Stripe where there are keys, or the demo gateway.

    The demo gateway pays real invoices with no money, so it is there only where the demo business
    may be, and never beside keys.
    """
    if settings.stripe_secret_key is not None:
        from portal_data.payments.providers import stripe  # a tenth of a second, and 9 MB

        found = stripe.from_settings(settings)
        return Providers([found] if found else [])
    if settings.fills_with_demo:
        from portal_data.payments.providers.demo import Demo

        return Providers([Demo()])
    return Providers([])
