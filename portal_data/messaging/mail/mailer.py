"""What the worker needs of a way to send mail."""

from email.message import EmailMessage
from typing import Protocol


class Mailer(Protocol):
    """A way to send mail."""

    to_files: bool
    """True when mails are files that only an operator reads."""

    def send(self, message: EmailMessage) -> None:
        """Send one message. Raises DeliveryFailed; its text holds nothing secret."""
