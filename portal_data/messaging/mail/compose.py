"""Compose: a letter's payload as a message, in plain text with an HTML alternative."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any
from uuid import UUID

from babel import Locale

from portal_data.errors import Invalid
from portal_data.messaging import letters
from portal_data.messaging.mail.errors import DeliveryFailed
from portal_data.text import emails, language


def compose(
    payload: Mapping[str, Any],
    *,
    sender: str,
    business: str,
    row_id: UUID,
    moment: datetime,
    attachment: tuple[str, bytes] | None = None,
) -> EmailMessage:
    """Return the message of a mail (see `messaging.templates`), from `business` <`sender`>.

    `moment` is naive UTC. The Message-ID is the outbox row's, so a mail sent twice after a crash
    is one message to servers that look. `attachment` is the name and content of a PDF. Raises
    DeliveryFailed, permanently, when an address or a header cannot be one.
    """
    try:
        to, sender = emails.normalise(payload["to"]), emails.normalise(sender)
        message = EmailMessage(policy=SMTP)
        message["From"] = _address(payload.get("from_name") or business, sender)
        message["To"] = Address(addr_spec=to)
        if payload.get("reply_to"):
            message["Reply-To"] = Address(addr_spec=emails.normalise(payload["reply_to"]))
        message["Subject"] = _one_line(payload["subject"])
    except (Invalid, ValueError) as error:
        raise DeliveryFailed(f"The mail cannot be written: {error}", permanent=True) from error
    message["Date"] = format_datetime(moment.replace(tzinfo=UTC))
    message["Message-ID"] = f"<{row_id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notices back, please
    stop = payload.get("unsubscribe")
    if stop:  # RFC 8058: mail programs offer to stop it, with one click of their own
        message["List-Unsubscribe"] = f"<{stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    written = payload.get("language") or language.SOURCE
    values = {
        "body": str(payload["body"]),
        "quote": payload.get("quote"),  # marked line by line: none of a stranger's looks like ours
        "link": payload.get("link"),
        "label": payload.get("link_label"),
        "stop": stop,
        "language": written,
        "direction": _direction(written),
    }
    with language.reading(written):
        message.set_content(letters.lay_out("txt", values))
        message.add_alternative(letters.lay_out("html", values), subtype="html")
    if attachment:
        name, content = attachment
        message.add_attachment(content, "application", "pdf", filename=_one_line(name))
    return message


def _direction(written: str) -> str:
    """Return how a language runs, as HTML names it."""
    return "rtl" if Locale.parse(written).text_direction == "rtl" else "ltr"


def _address(name: str, spec: str) -> Address:
    return Address(display_name=_one_line(name), addr_spec=spec)


def _one_line(text: str) -> str:
    """Return a header's text; a line break in it would start another header."""
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise ValueError("a control character in a header")
    return text
