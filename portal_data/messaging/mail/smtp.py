"""Mails through a mail server."""

import re
import smtplib
import ssl
from email.message import EmailMessage

from portal_data.messaging.mail.errors import DeliveryFailed
from portal_data.settings import Settings

_TIMEOUT = 30  # seconds; well under what makes an outbox row count as abandoned

_STATUS = re.compile(rb"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_OF_ADDRESS = (" 5.1.", " 5.2.")
"""Statuses that are about the mailbox (RFC 3463), after the server has read the message."""


class SmtpMailer:
    """One connection a mail: the portal sends few, and no idle connection can go stale."""

    to_files = False

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def send(self, message: EmailMessage) -> None:
        """Hand one message to the server. A refused recipient or message is permanent."""
        try:
            with self._connect() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            final = code >= 500
            raise DeliveryFailed(
                f"The server refused the recipient ({code}{_enhanced(said)}).",
                permanent=final,
                bounced=final,
                of_address=final,
            ) from error
        except smtplib.SMTPDataError as error:
            final, status = error.smtp_code >= 500, _enhanced(error.smtp_error)
            raise DeliveryFailed(
                f"The server refused the message ({error.smtp_code}{status}).",
                permanent=final,
                bounced=final,
                of_address=final and status.startswith(_OF_ADDRESS),
            ) from error
        except smtplib.SMTPResponseException as error:
            # signing in or the sender: the operator's to mend, so worth another try
            raise DeliveryFailed(
                f"The server refused {type(error).__name__} ({error.smtp_code})."
            ) from error
        except (OSError, smtplib.SMTPException) as error:
            where = f"{self._settings.smtp_host}:{self._settings.smtp_port}"
            raise DeliveryFailed(f"No mail server at {where} ({type(error).__name__}).") from error

    def _connect(self) -> smtplib.SMTP:
        given = self._settings
        host, port = given.smtp_host or "", given.smtp_port
        if given.smtp_security == "tls":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(host, port, timeout=_TIMEOUT)
        try:
            if given.smtp_security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if given.smtp_user and given.smtp_password:
                server.login(given.smtp_user, given.smtp_password.get_secret_value())
        except BaseException:
            server.close()
            raise
        return server


def _enhanced(said: bytes | str) -> str:
    """Return the status in a server's answer (RFC 3463), after a space; not its own words."""
    found = _STATUS.match(said if isinstance(said, bytes) else said.encode())
    return f" {found[1].decode()}" if found else ""
