"""Names under which documents are downloaded and attached."""

import re
import unicodedata

_LONGEST = 120
_UNSAFE = re.compile(r"[^\w.()&,+@-]+")


def file_name(kind: str, number: str, customer: str) -> str:
    """Return a name such as `Invoice INV-000123 Acme Ltd.pdf` that every file system takes.

    Letters of all scripts stay; separators, quotes, control and direction characters do not.
    """
    parts = (_part(text) for text in (kind, number, customer))
    stem = " ".join(part for part in parts if part)
    # File systems count bytes (255), and a name may be mostly three-byte letters.
    short = stem.encode()[: 2 * _LONGEST].decode(errors="ignore")[:_LONGEST]
    return f"{short.strip(' .-') or 'Document'}.pdf"


def _part(text: str) -> str:
    return _UNSAFE.sub(" ", unicodedata.normalize("NFC", text)).strip(" .-")
