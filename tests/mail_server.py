"""A real mail server for tests, which keeps what it gets."""

import email
import email.policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from portal_data import settings


class Inbox:
    """A mail server's handler that keeps what it gets and answers as told."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.answers: list[str] = []
        self.recipient_answers: list[str] = []

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Envelope, address: str, options: Any
    ) -> str:
        """Answer RCPT with the next told answer, else accept."""
        answer = self.recipient_answers.pop(0) if self.recipient_answers else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        """Answer DATA with the next told answer, else keep the message."""
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            self.messages.append(email.message_from_bytes(content, policy=email.policy.default))
        return answer


def point_at(controller: Controller, monkeypatch: pytest.MonkeyPatch, **more: str) -> None:
    """Let the portal's settings lead to a mail server."""
    values = {"HOST": "127.0.0.1", "PORT": str(controller.port), "SECURITY": "none", **more}
    for name, setting in values.items():
        monkeypatch.setenv(f"PORTAL_SMTP_{name}", setting)
    settings.load.cache_clear()
