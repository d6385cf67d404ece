"""Settings of the data tests, cheap password hashes and a known address; and a mail server."""

from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller

from portal_data import settings
from tests.mail_server import Inbox, point_at
from tools.ports import free_port


@pytest.fixture(autouse=True)
def known_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash at the lowest cost, and let links begin with https://portal.example."""
    monkeypatch.setenv("PORTAL_BCRYPT_COST", "4")
    monkeypatch.setenv("PORTAL_BASE_URL", "https://portal.example")
    settings.load.cache_clear()
    yield
    settings.load.cache_clear()


@pytest.fixture
def inbox() -> Inbox:
    """What the mail server received."""
    return Inbox()


@pytest.fixture
def server(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Controller]:
    """A real SMTP server, and settings that lead to it."""
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    point_at(controller, monkeypatch)
    yield controller
    controller.stop()
