"""Compose: a letter's payload as a message, in plain text with an HTML alternative."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import Any
from uuid import UUID

from portal_data.errors import Invalid
from portal_data.messaging.mail.errors import DeliveryFailed
from portal_data.text import emails

_PAGE = """<!doctype html>
<html lang="en"><body style="margin:0;padding:24px;background:#f6f7f9">
<div style="max-width:560px;margin:0 auto;padding:28px 32px;background:#ffffff;
border:1px solid #e3e6ec;
border-radius:10px;font:15px/1.55 system-ui,-apple-system,'Segoe UI',sans-serif;color:#171a21">
{content}
</div></body></html>
"""
_PARAGRAPH = '<p style="margin:0 0 16px;white-space:pre-line">{text}</p>'
_QUOTE = (
    '<blockquote style="margin:0 0 16px;padding:2px 0 2px 14px;border-left:3px solid #d0d5dd;'
    'overflow-wrap:anywhere">{lines}</blockquote>'
)
_BUTTON = (
    '<p style="margin:24px 0"><a href="{link}" style="display:inline-block;padding:10px 18px;'
    'border-radius:8px;background:#3b5bdb;color:#ffffff;text-decoration:none">{label}</a></p>'
    '<p style="margin:0;font-size:13px;color:#667085;overflow-wrap:anywhere">{link}</p>'
)
_STOP = "Stop mails of this kind"
_STOP_LINK = (
    '<p style="margin:24px 0 0;font-size:13px">'
    '<a href="{link}" style="color:#667085">{label}</a></p>'
)


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
    body, quote, link = str(payload["body"]), payload.get("quote"), payload.get("link")
    parts = [body]
    if quote:  # each line is marked, so that none of a stranger's looks like one of ours
        parts.append("\n".join(f"> {line}".rstrip() for line in quote.splitlines()))
    if link:
        parts.append(f"{payload['link_label']}:\n{link}")
    if stop:
        parts.append(f"{_STOP}:\n{stop}")
    message.set_content("\n\n".join(parts) + "\n")
    html = _html(body, quote, link, payload.get("link_label"), stop)
    message.add_alternative(html, subtype="html")
    if attachment:
        name, content = attachment
        message.add_attachment(content, "application", "pdf", filename=_one_line(name))
    return message


def _html(
    body: str, quote: str | None, link: str | None, label: str | None, stop: str | None
) -> str:
    content = [_PARAGRAPH.format(text=escape(part)) for part in body.split("\n\n") if part.strip()]
    if quote:
        lines = "".join(f'<div dir="auto">{escape(line) or "&nbsp;"}</div>'
                        for line in quote.splitlines())  # fmt: skip
        content.append(_QUOTE.format(lines=lines))
    if link:
        content.append(_BUTTON.format(link=escape(link), label=escape(label or link)))
    if stop:
        content.append(_STOP_LINK.format(link=escape(stop), label=_STOP))
    return _PAGE.format(content="\n".join(content))


def _address(name: str, spec: str) -> Address:
    return Address(display_name=_one_line(name), addr_spec=spec)


def _one_line(text: str) -> str:
    """Return a header's text; a line break in it would start another header."""
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise ValueError("a control character in a header")
    return text
