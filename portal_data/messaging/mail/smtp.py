"""Mails through a mail server."""

import smtplib
import ssl
from email.message import EmailMessage

from portal_data.messaging.mail.errors import DeliveryFailed
from portal_data.settings import Settings

_TIMEOUT = 30  # seconds; well under what makes an outbox row count as abandoned


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
            code, _ = next(iter(error.recipients.values()))
            raise DeliveryFailed(
                f"The server refused the recipient ({code}).", permanent=code >= 500
            ) from error
        except smtplib.SMTPDataError as error:
            raise DeliveryFailed(
                f"The server refused the message ({error.smtp_code}).",
                permanent=error.smtp_code >= 500,
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
