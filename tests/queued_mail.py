"""A mail that waits in the outbox, and what a message says."""

from datetime import datetime
from email.message import EmailMessage
from typing import Any

from portal_data import store
from portal_data.messaging import outbox
from tests.conftest import NOW

MAIL = {"to": "dora@alder.example", "subject": "Grüße", "body": "First <b>.\n\nSecond & last."}


def enqueue(payload: dict[str, Any] = MAIL, key: str = "key", now: datetime = NOW) -> None:
    """Let a mail wait in the outbox."""
    with store.system_writing() as session:
        outbox.enqueue(session, "mail.test", dedup_key=key, payload=payload, now=now)


def text_of(message: EmailMessage, subtype: str) -> str:
    """Return a body of a message, plain or html."""
    part = message.get_body((subtype,))
    assert part is not None
    return str(part.get_content())
