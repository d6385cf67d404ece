"""Settings of the web tests: cheap password hashes and a known address."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from portal_data import settings, store
from portal_data.auth import identity, tokens
from portal_data.clock import utc_now
from portal_data.scope import Scope, Staff
from tools.browser import Portal, demo_portal


@pytest.fixture(autouse=True)
def known_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash at the lowest cost, and let links begin with https://portal.example."""
    monkeypatch.setenv("PORTAL_BCRYPT_COST", "4")
    monkeypatch.setenv("PORTAL_BASE_URL", "https://portal.example")
    settings.load.cache_clear()
    yield
    settings.load.cache_clear()


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A running portal with the demo organisation, which notes whom it connects to."""
    data = tmp_path_factory.mktemp("portal")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent / "observer"))
        patch.setenv("OBSERVED_CONNECTIONS", str(data / "connections.log"))
        with demo_portal(data) as serving:
            yield serving


def as_person(client: TestClient, who: Scope | Staff | None) -> TestClient:
    """Give the client the session cookie of `who`, or none."""
    client.cookies.clear()
    if who is not None:
        token = f"token-of-{who.sign_in_id}"
        with store.system_writing() as session:
            session.change(
                "update core.sign_ins set token_hash = $hash, last_seen_at = $now where id = $id",
                hash=tokens.digest(token),
                now=utc_now(),
                id=who.sign_in_id,
            )
        client.cookies.set(identity.cookie_name(True), token)
    return client
