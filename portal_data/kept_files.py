"""Files kept byte for byte in a folder that nobody reaches by an address; rows say whose they are.

A file is written before the transaction whose rows name it, so no row ever names one that is not
there. What a transaction that failed had written is of no use to anybody, and `kept` takes it away.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from portal_data.errors import Unavailable
from portal_data.ids import new_id
from portal_data.text.language import _


@dataclass(frozen=True, slots=True)
class KeptFile:
    """Where a file lies in its folder, and what proves that it is still the same."""

    storage_key: str
    sha256: str
    size_bytes: int


@contextmanager
def kept(folder: Path, contents: Sequence[bytes]) -> Iterator[list[KeptFile]]:
    """Write files while a block stores rows about them; remove them again when it fails."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[KeptFile] = []
    try:
        for content in contents:
            file = KeptFile(new_id().hex, digest(content), len(content))
            written.append(file)
            _write(folder / file.storage_key, content)
        yield written
    except BaseException:
        remove(folder, written)
        raise


def remove(folder: Path, files: Iterable[KeptFile]) -> None:
    """Take files away again that no row names."""
    for file in files:
        (folder / file.storage_key).unlink(missing_ok=True)


def read(folder: Path, storage_key: str, sha256: str) -> bytes:
    """Return a file's bytes. Raises Unavailable when they are not there or not the same."""
    try:
        stored = (folder / storage_key).read_bytes()
    except OSError as error:
        raise Unavailable(_("The document is not available just now.")) from error
    if digest(stored) != sha256:
        raise Unavailable(_("The document was damaged and cannot be shown."))
    return stored


def digest(content: bytes) -> str:
    """Return the SHA-256 of bytes as hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, content: bytes) -> None:
    """Write a new file that only the portal's user can read, and have it reach the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
