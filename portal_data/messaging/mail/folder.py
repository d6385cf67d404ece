"""Mails as .eml files: for trying the portal out, and until a mail server is set up."""

import os
from email.message import EmailMessage
from pathlib import Path

from portal_data.messaging.mail.errors import DeliveryFailed


class FolderMailer:
    """Writes each mail as one file, named after its Message-ID: the same mail is the same file."""

    to_files = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: EmailMessage) -> None:
        """Write one message whole or not at all; only this user may read it, for its links."""
        name = message["Message-ID"].strip("<>").partition("@")[0]
        target = self.folder / f"{name}.eml"
        beside = self.folder / f".{name}.part"
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(message.as_bytes())
            beside.replace(target)
        except OSError as error:
            reason = f"{self.folder} cannot be written: {error.strerror}"
            raise DeliveryFailed(reason) from error
