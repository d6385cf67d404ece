"""Stripe for tests: localstripe always, and a real sandbox besides where there is a key of one."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import pytest
import stripe

from portal_data.payments.provider import Line, Payer, Request
from portal_data.payments.providers.stripe import Stripe
from tests.payments import contract, localstripe
from tests.payments.localstripe import Recorder

# What a card does: its number at localstripe, its name in a sandbox.
_CARDS = {
    "pays": ("4242424242424242", "pm_card_visa"),
    "declines": ("4000000000000341", "pm_card_chargeCustomerFail"),
    "asks": ("4000002500003155", "pm_card_authenticationRequired"),
    "asks and declines": ("4000008260003178", None),
}
SECRET = "whsec_of_the_endpoint"
RETURNED_IBAN = "DE62370400440532013001"
"""Of an account whose bank returns a debit, half a second later."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account at Stripe or its stand-in: `client` is what a payer or their bank does there."""

    provider: Stripe
    client: stripe.StripeClient
    transport: Recorder
    sandbox: bool

    def payer(self, name: str = "Alice Example") -> Payer:
        """Return somebody whom the account knows."""
        unknown = Payer(uuid4(), name, "alice@example.com", None)
        reference = self.provider.ensure_customer(unknown)
        return Payer(unknown.customer_id, name, unknown.email, reference)

    def card(self, payer: Payer, kind: str = "pays") -> str:
        """Return a saved card of a payer."""
        number, name = _CARDS[kind]
        if not self.sandbox:
            name = self.client.v1.payment_methods.create(
                {
                    "type": "card",
                    "card": {"number": number, "exp_month": 12, "exp_year": 2030, "cvc": "123"},
                }
            ).id
        assert name is not None
        return self._attached(name, payer)

    def bank_account(self, payer: Payer, iban: str) -> str:
        """Return a saved bank account of a payer, which is debited in euros."""
        method = self.client.v1.payment_methods.create(
            {"type": "sepa_debit", "sepa_debit": {"iban": iban}}
        )
        return self._attached(method.id, payer)

    def bank_says(self, reference: str, *, success: bool) -> None:
        """Finish the payer's confirmation with the bank, which may decline then: a CardError."""
        intent = self.client.v1.payment_intents.retrieve(reference)
        self.client.raw_request(
            "post",
            f"/v1/payment_intents/{reference}/_authenticate",
            client_secret=intent.client_secret,
            success=str(success).lower(),
        )

    def _attached(self, method: str, payer: Payer) -> str:
        assert payer.reference is not None
        return self.client.v1.payment_methods.attach(method, {"customer": payer.reference}).id


@pytest.fixture(autouse=True)
def checked_calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let no call pass that the library does not describe; the list says which were made."""
    return contract.watch(monkeypatch)


@pytest.fixture(scope="session", autouse=True)
def _keeps_no_name_of_this_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The library, left alone, writes one into the home folder and sends it along."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(home))
        yield
    assert list(home.iterdir()) == []


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The address of localstripe."""
    with localstripe.serve() as address:
        yield address


@pytest.fixture
def stand_in(address: str) -> Iterator[Account]:
    """An empty account at localstripe."""
    localstripe.forget_all(address)
    transport = localstripe.Transport()
    client = stripe.StripeClient(
        localstripe.KEY,
        base_addresses={"api": address},
        http_client=transport,
        max_network_retries=0,
    )
    provider = Stripe(localstripe.KEY, [SECRET], address, transport=transport)
    yield Account(provider, client, transport, sandbox=False)
    transport.close()


_SANDBOX_KEY = os.environ.get("STRIPE_TEST_KEY", "")
ONLY_SANDBOX = [
    pytest.mark.sandbox,
    pytest.mark.skipif(
        not _SANDBOX_KEY.startswith(("sk_test_", "rk_test_")),
        reason="STRIPE_TEST_KEY is no key of a sandbox of Stripe's",
    ),
]


@pytest.fixture
def sandbox() -> Iterator[Account]:
    """An account at Stripe itself, where everything stays that tests make."""
    transport = Recorder()
    client = stripe.StripeClient(_SANDBOX_KEY, http_client=transport)
    yield Account(Stripe(_SANDBOX_KEY, [SECRET], transport=transport), client, transport, True)
    transport.close()


@pytest.fixture(params=["stand_in", pytest.param("sandbox", marks=ONLY_SANDBOX)])
def account(request: pytest.FixtureRequest) -> Account:
    """An account at localstripe, then one at Stripe itself."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Account)
    return found


def wanted(payer: Payer, amount_minor: int = 12_35, **more: object) -> Request:
    """Return a payment that somebody wants to make."""
    given: dict[str, object] = {
        "attempt_id": uuid4(),
        "payer": payer,
        "currency_code": "USD",
        "lines": (Line("Invoice INV-1", amount_minor),),
        "kinds": frozenset({"card", "bank"}),
        "save_method": False,
        "return_url": "https://portal.example.com/pay/return",
        "cancel_url": "https://portal.example.com/pay/cancel",
        "expires_at": datetime(2026, 11, 28, 12, 0),
    }
    return Request(**{**given, **more})  # type: ignore[arg-type]
