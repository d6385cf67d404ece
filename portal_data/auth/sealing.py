"""Secrets that must be read again, sealed with a key that is not in the store.

Whoever gets hold of the database or a backup of it alone cannot read them. The key is a setting, or
a file in the data folder that is made when it is first needed.
"""

import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal_data import settings
from portal_data.errors import Unavailable
from portal_data.text.language import _

FILE = "secret.key"
"""The key's file in the data folder, readable by the portal's user alone."""

_MARK = "1:"  # of the text's form: AES-256-GCM, a nonce of 12 bytes before the rest
_NONCE = 12
_KEY = 32


def seal(secret: str, owner: UUID) -> str:
    """Return a secret as the store may keep it; it opens for its owner's row only."""
    nonce = os.urandom(_NONCE)
    sealed = AESGCM(_key()).encrypt(nonce, secret.encode(), owner.bytes)
    return _MARK + urlsafe_b64encode(nonce + sealed).decode()


def opened(sealed: str, owner: UUID) -> str:
    """Return a sealed secret. Raises Unavailable when this is not the key it was sealed with."""
    try:
        raw = urlsafe_b64decode(sealed.removeprefix(_MARK))
        return AESGCM(_key()).decrypt(raw[:_NONCE], raw[_NONCE:], owner.bytes).decode()
    except (InvalidTag, ValueError) as error:
        words = _(
            "Codes cannot be checked on this server just now. Use a recovery code, or ask us."
        )
        raise Unavailable(words) from error


def derived(purpose: str) -> str:
    """Return a key for a purpose, the same in every process of one portal."""
    return hmac.new(_key(), purpose.encode(), sha256).hexdigest()


def _key() -> bytes:
    given = settings.load().secret_key
    if given is not None:
        return sha256(given.get_secret_value().encode()).digest()
    path = settings.load().data_path / FILE
    try:
        return _read(path)
    except FileNotFoundError:
        _make(path)
        return _read(path)


def _read(path: Path) -> bytes:
    key = path.read_bytes()
    if len(key) != _KEY:
        raise Unavailable("The portal's key is damaged. Put its file back from a backup.")
    return key


def _make(path: Path) -> None:
    """Store a new key whole or not at all; another process may make one at the same moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(os.urandom(_KEY))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, path)
        except FileExistsError:
            return
    finally:
        beside.unlink()
