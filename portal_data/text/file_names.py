"""Names under which documents are downloaded and attached."""

import unicodedata

from portal_data.text.normal_form import nfc

_LONGEST = 120
_READ = 4 * _LONGEST  # characters of a part that are looked at: what follows is cut off anyway
_SAFE = frozenset("._()&,+@-'")


def file_name(*parts: str, extension: str = "pdf") -> str:
    """Return a name such as `Invoice INV-000123 Acme Ltd.pdf` that every file system takes.

    Letters and digits of all scripts stay; separators, quotes, control and direction characters
    become spaces. What is too long is cut at the end.
    """
    stem = " ".join(part for part in map(_part, parts) if part)
    # File systems count bytes (255 of them), and a name may be all three-byte letters.
    short = stem.encode()[: 2 * _LONGEST].decode(errors="ignore")[:_LONGEST]
    return f"{short.strip(' .-') or 'Document'}.{extension}"


def _part(text: str) -> str:
    """The text with single spaces for whatever is no letter, mark, digit or harmless sign."""
    kept = (
        character if character in _SAFE or unicodedata.category(character)[0] in "LMN" else " "
        for character in nfc(text[:_READ])
    )
    words = [word for word in "".join(kept).split() if word.strip(".-")]
    return " ".join(words).strip(".-")
