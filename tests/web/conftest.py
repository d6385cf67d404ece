"""Settings of the web tests: cheap password hashes and a known address."""

from collections.abc import Iterator

import pytest

from portal_data import settings


@pytest.fixture(autouse=True)
def known_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash at the lowest cost, and let links begin with https://portal.example."""
    monkeypatch.setenv("PORTAL_BCRYPT_COST", "4")
    monkeypatch.setenv("PORTAL_BASE_URL", "https://portal.example")
    settings.load.cache_clear()
    yield
    settings.load.cache_clear()
