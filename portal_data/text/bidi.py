"""Names that are written from right to left, kept from reordering the sentence around them."""

import unicodedata

_FIRST_STRONG, _POP = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
# embeddings, overrides and isolates that a name itself brings would end ours
_CONTROLS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_RIGHT_TO_LEFT = {"R", "AL", "AN"}


def isolated(text: str) -> str:
    """Return text as it may stand within a sentence of the other direction (UAX #9, isolates).

    Text without right-to-left characters stays as it is, so most names stay plain.
    """
    plain = text.translate(_CONTROLS)
    if not _RIGHT_TO_LEFT.isdisjoint(map(unicodedata.bidirectional, plain)):
        return f"{_FIRST_STRONG}{plain}{_POP}"
    return plain


def listed(*texts: str | None) -> str:
    """Return texts with dots between them, each isolated; what is empty is left out."""
    return " · ".join(isolated(text) for text in texts if text)
