"""Stripe is set up whole or not at all, and its secrets stay out of sight."""

import pytest
from pydantic import ValidationError

from portal_data import settings
from portal_data.errors import Invalid
from portal_data.payments.providers import stripe as stripe_module
from portal_data.settings import Settings
from tests.payments.test_stripe_events import BODY, NOW, signed

_KEY, _SECRET = "sk_test_key_of_the_account", "whsec_of_the_endpoint"


@pytest.fixture(autouse=True)
def _without_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "WEBHOOK_SECRET"):
        monkeypatch.delenv(f"PORTAL_STRIPE_{name}", raising=False)


def _given(key: str | None = _KEY, secret: str | None = _SECRET) -> Settings:
    return Settings(stripe_secret_key=key, stripe_webhook_secret=secret)  # type: ignore[arg-type]


def test_nobody_has_to_set_it_up() -> None:
    assert stripe_module.from_settings(Settings()) is None
    assert stripe_module.from_settings(_given("", " ")) is None


@pytest.mark.parametrize(
    ("key", "live"),
    [
        ("sk_test_1", False),
        ("rk_test_1", False),
        ("sk_live_1", True),
        ("rk_live_1", True),
    ],
)
def test_real_money_moves_by_a_live_key(key: str, live: bool) -> None:
    provider = stripe_module.from_settings(_given(key))
    assert provider is not None
    assert (provider.key, provider.live) == ("stripe", live)


def test_two_secrets_count_while_they_change() -> None:
    provider = stripe_module.from_settings(_given(secret=f"whsec_new , {_SECRET}"))
    assert provider is not None
    for secret in ("whsec_new", _SECRET):
        headers = {"Stripe-Signature": signed(secret=secret)}
        assert provider.verify(BODY, headers, NOW)


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        (_KEY, None),
        (_KEY, ""),
        (None, _SECRET),
        ("pk_test_key_of_the_account", _SECRET),
        (_SECRET, _KEY),
        (_KEY, "we_of_the_endpoint"),
        (_KEY, f"{_SECRET},"),
        (_KEY, f"{_SECRET},,whsec_new"),
    ],
)
def test_half_of_it_or_another_key_stops_the_start_and_shows_no_secret(
    key: str | None, secret: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("SECRET_KEY", key), ("WEBHOOK_SECRET", secret)):
        if value is not None:
            monkeypatch.setenv(f"PORTAL_STRIPE_{name}", value)
    settings.load.cache_clear()
    try:
        with pytest.raises(Invalid, match="PORTAL_STRIPE_") as raised:
            settings.load()
    finally:
        settings.load.cache_clear()
    cause = raised.value.__cause__
    assert isinstance(cause, ValidationError)
    for text in (str(raised.value), str(cause), repr(cause)):
        for hidden in (key, secret):
            assert not hidden or hidden not in text


def test_settings_hide_the_secrets() -> None:
    given = _given()
    for text in (repr(given), str(given), repr(stripe_module.from_settings(given))):
        assert _KEY not in text
        assert _SECRET not in text
