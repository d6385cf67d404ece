"""What only Stripe itself can show: that its pages take what they are made with."""

from datetime import timedelta

import pytest

from portal_data.clock import utc_now
from portal_data.payments.provider import State
from tests.payments.conftest import ONLY_SANDBOX, Account, wanted

pytestmark = ONLY_SANDBOX
_KINDS = frozenset({"card", "bank"})
_HOME = "https://portal.example.com/account"


@pytest.mark.parametrize("saving", [False, True])
def test_a_page_is_made_found_again_and_closed(sandbox: Account, saving: bool) -> None:
    expires = utc_now() + timedelta(hours=1)
    request = wanted(sandbox.payer(), expires_at=expires, save_method=saving)
    started = sandbox.provider.start(request)
    assert started.url is not None
    assert started.url.startswith("https://checkout.stripe.com/")
    assert sandbox.provider.start(request) == started
    status = sandbox.provider.status(started.reference)
    assert (status.state, status.attempt_id) == (State.CREATED, request.attempt_id)
    assert sandbox.provider.cancel(started.reference).state is State.EXPIRED
    assert sandbox.provider.cancel(started.reference).state is State.EXPIRED


def test_a_page_is_made_for_a_payer_who_comes_late(sandbox: Account) -> None:
    request = wanted(sandbox.payer(), expires_at=utc_now() + timedelta(minutes=5))
    assert sandbox.provider.start(request).url is not None


def test_a_page_that_saves_a_method_has_saved_none_yet(sandbox: Account) -> None:
    started = sandbox.provider.start_saving(sandbox.payer(), "USD", _KINDS, _HOME)
    assert started.url is not None
    assert sandbox.provider.saved(started.reference) is None


def test_a_bank_that_asks_is_found_by_who_is_present_alone(sandbox: Account) -> None:
    payer = sandbox.payer()
    method = sandbox.card(payer, "asks")
    present = sandbox.provider.charge(wanted(payer, method=method))
    status = sandbox.provider.status(present.reference)
    assert (status.state, status.url) == (State.REQUIRES_ACTION, present.url)
    assert present.url is not None
    absent = sandbox.provider.charge(wanted(payer, method=method, absent=True))
    status = sandbox.provider.status(absent.reference)
    assert (status.state, status.failure_code) == (State.FAILED, "authentication_required")


def test_the_same_request_is_one_charge(sandbox: Account) -> None:
    payer = sandbox.payer()
    request = wanted(payer, method=sandbox.card(payer))
    first, again = sandbox.provider.charge(request), sandbox.provider.charge(request)
    assert first == again
