"""Delivery status notifications: what a mail server says later of a mail that it took (RFC 3464).

Postfix, Exim, Exchange and most others send a multipart/report with the headers of the mail that it
is about. Older Exim sends plain text with `X-Failed-Recipients`, and the mail below it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from uuid import UUID

LARGEST = 2 * 1024 * 1024
"""Bytes of a notification that are read; its beginning says what matters."""
_RECIPIENTS = 50  # of one notification that are looked at; our mails have one
_TEXT = 100_000  # characters of a plain notification that are searched

_OURS = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^<>\s]{1,255}>", re.IGNORECASE)
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_REPLY = re.compile(r"\b([45]\d\d)\b")
_OF_ADDRESS = ("5.1.", "5.2.")
_REPLIES_OF_ADDRESS = ("550", "551", "553")
_GENERIC = ("5.0.0", "")
"""Statuses that say no more than that it failed: the server's own answer is asked then."""


@dataclass(frozen=True, slots=True)
class Returned:
    """A mail of the portal that was not delivered after all.

    `hard` says that it was the address and not the message that was refused for good; `status` is
    that of RFC 3463, or the server's reply, never its own words.
    """

    row_id: UUID
    status: str
    hard: bool


def read(content: bytes) -> list[Returned]:
    """Return what a notification says failed for good of mails that may be the portal's.

    Nothing for what is none, for a delay, for a delivery, and for what names no mail of ours:
    whether one was really sent is for the outbox to say.
    """
    message = message_from_bytes(content[:LARGEST], policy=default)
    row_id = _subject(message)
    if row_id is None:
        return []
    blocks = _recipients(message)
    failed = [_returned(row_id, block) for block in blocks if _has_failed(block)]
    if not blocks and message["X-Failed-Recipients"]:
        failed = [_from_text(row_id, _text(message))]
    # our mails have one recipient, whom a forwarding server may have made several of
    return sorted(failed, key=lambda each: not each.hard)[:1]


def _subject(message: EmailMessage) -> UUID | None:
    """Return which mail it is about: by what came back of it, else by what is answered."""
    for part in _parts(message):
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            came = inner[0] if isinstance(inner, list) and inner else None
            found = _id(str(came["Message-ID"])) if isinstance(came, Message) else None
        elif part.get_content_type() == "text/rfc822-headers":
            headers = message_from_bytes(_bytes(part), policy=default)
            found = _id(str(headers["Message-ID"]))
        else:
            continue
        if found:
            return found
    answered = _id(f"{message['In-Reply-To']} {message['References']}")
    if answered or not message["X-Failed-Recipients"]:
        return answered
    below = re.search(r"^Message-ID:\s*(\S+)", _text(message), re.IGNORECASE | re.MULTILINE)
    return _id(below[1]) if below else None


def _recipients(message: EmailMessage) -> list[Message]:
    """Return the blocks of a report that are about one recipient each."""
    blocks: list[Message] = []
    for part in _parts(message):
        if part.get_content_type() == "message/delivery-status":
            inner = part.get_payload()
            blocks += [each for each in inner if isinstance(each, Message)] if inner else []
    return [each for each in blocks if each["Action"]][:_RECIPIENTS]


def _has_failed(block: Message) -> bool:
    return str(block["Action"]).strip().lower().startswith("failed")


def _returned(row_id: UUID, block: Message) -> Returned:
    said = str(block["Diagnostic-Code"] or "")
    status = _first(_STATUS, str(block["Status"] or ""))
    if status in _GENERIC:
        status = _first(_STATUS, said) or status
    return _judged(row_id, status, _first(_REPLY, said))


def _from_text(row_id: UUID, text: str) -> Returned:
    above = text.partition("Message-ID")[0]
    return _judged(row_id, _first(_STATUS, above), _first(_REPLY, above))


def _judged(row_id: UUID, status: str, reply: str) -> Returned:
    if status in _GENERIC:
        return Returned(row_id, reply or status, reply in _REPLIES_OF_ADDRESS)
    return Returned(row_id, status, status.startswith(_OF_ADDRESS))


def _parts(message: Message) -> Iterator[Message]:
    """Return the parts of the notification itself, and none of what is within the mail in it."""
    inner = message.get_payload()
    if message.get_content_maintype() == "multipart" and isinstance(inner, list):
        for part in inner:
            if isinstance(part, Message):
                yield from _parts(part)
    else:
        yield message


def _text(message: EmailMessage) -> str:
    part = next((each for each in _parts(message) if each.get_content_maintype() == "text"), None)
    return _bytes(part)[:_TEXT].decode("utf-8", "replace") if part is not None else ""


def _bytes(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _id(text: str) -> UUID | None:
    found = _OURS.search(text)
    return UUID(found[1]) if found else None


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""
