"""Errors of Stripe's library as the portal's: what is refused for good, and what is not known."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import stripe

from portal_data.payments.provider import ProviderError
from portal_data.text.language import _

log = logging.getLogger("portal.stripe")

_FINAL = (stripe.CardError, stripe.InvalidRequestError)


@contextmanager
def api_errors(*, shown: bool = False) -> Iterator[None]:
    """Raise ProviderError for what Stripe refuses, or does not answer, within.

    `shown` shows its own words, which staff can do something about; customers get ours. A key that
    is refused is not final: nothing was done, and all can be done once somebody mended the key.
    """
    try:
        yield
    except stripe.StripeError as error:
        about = error.error
        code = (
            getattr(about, "decline_code", None)
            or getattr(about, "code", None)
            or type(error).__name__
        )
        # never its message: that may repeat what it was given
        log.warning("Stripe refused or did not answer: %s, request %s", code, error.request_id)
        if not isinstance(error, _FINAL):
            raise ProviderError(
                _("The payment provider does not answer. Try again in a few minutes."),
                final=False,
                code=code,
            ) from error
        if error.user_message and (shown or isinstance(error, stripe.CardError)):
            raise ProviderError(error.user_message, final=True, code=code) from error
        raise refused(code) from error


def refused(code: str) -> ProviderError:
    """Return the refusal of what will never be done."""
    return ProviderError(_("The payment provider refused this."), final=True, code=code)


def too_much() -> ProviderError:
    """Return the refusal of a refund of more than is left."""
    words = _("More than what is left of this payment cannot be refunded.")
    return ProviderError(words, final=True, code="too_much")
