"""Mail: letters become messages, and messages leave by SMTP or as .eml files."""

from portal_data.messaging.mail.compose import compose
from portal_data.messaging.mail.errors import DeliveryFailed
from portal_data.messaging.mail.folder import FolderMailer
from portal_data.messaging.mail.mailer import Mailer
from portal_data.messaging.mail.smtp import SmtpMailer
from portal_data.settings import Settings

__all__ = ["DeliveryFailed", "FolderMailer", "Mailer", "SmtpMailer", "compose", "mailer_for"]


def mailer_for(settings: Settings) -> Mailer:
    """Return the way mails leave this installation: its mail server, else files in data/outbox."""
    if settings.smtp_host:
        return SmtpMailer(settings)
    return FolderMailer(settings.data_path / "outbox")
