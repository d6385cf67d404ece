"""Mails as people get them: the files that a portal without a mail server writes, and links."""

import email
import email.policy
import re
import time
from collections.abc import Callable, Iterable
from email.message import EmailMessage

from tools.browser import Portal

_LOOKS = 600


def written(portal: Portal) -> list[EmailMessage]:
    """Return the mails that a portal without a mail server has written as files."""
    found = []
    for file in (portal.data / "outbox").glob("*.eml"):
        read = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        assert isinstance(read, EmailMessage)
        found.append(read)
    return found


def text(mail: EmailMessage) -> str:
    """Return the plain text of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def awaited(mails: Callable[[], Iterable[EmailMessage]], to: str, words: str = "") -> EmailMessage:
    """Return the first mail to somebody with these words in its text, once it is there."""
    for _ in range(_LOOKS):
        for mail in mails():
            if mail["To"] == to and words in text(mail):
                return mail
        time.sleep(0.1)
    raise AssertionError(f"no mail to {to}")


def link(mail: EmailMessage, page: str) -> str:
    """Return the link to a page of the portal that a mail holds."""
    found = re.search(rf"http\S+/{page}\?token=\S+", text(mail))
    assert found is not None
    return found[0]


def mailed_link(portal: Portal, to: str, page: str) -> str:
    """Return the link to a page in the mail to somebody, once the portal has written it."""
    return link(awaited(lambda: written(portal), to, f"/{page}?token="), page)
