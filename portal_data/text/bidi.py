"""Names that are written from right to left, kept from reordering the sentence around them."""

import unicodedata

_FIRST_STRONG, _POP = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
# embeddings, overrides and isolates that a name itself brings would end ours
_CONTROLS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_RIGHT_TO_LEFT = {"R", "AL", "AN"}


def plain(text: str) -> str:
    """Return text without characters that turn around what stands beside them, as in a forgery."""
    return text.translate(_CONTROLS)


def isolated(text: str) -> str:
    """Return text as it may stand within a sentence of the other direction (UAX #9, isolates).

    Text without right-to-left characters stays as it is, so most names stay plain.
    """
    own = plain(text)
    if not _RIGHT_TO_LEFT.isdisjoint(map(unicodedata.bidirectional, own)):
        return f"{_FIRST_STRONG}{own}{_POP}"
    return own


def listed(*texts: str | None) -> str:
    """Return texts with dots between them, each isolated; what is empty is left out."""
    return " · ".join(isolated(text) for text in texts if text)
