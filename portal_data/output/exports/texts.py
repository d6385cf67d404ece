"""Text that people wrote, made safe for programs that calculate."""

import re

# Characters that no XML document can hold, and that no spreadsheet shows.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# What a spreadsheet takes for the beginning of a formula, in Latin and in East Asian width, also
# behind blanks; and behind whatever it may take for the end of a cell, as the separator it expects
# is that of its own country. https://owasp.org/www-community/attacks/CSV_Injection
_UNSEEN = "\"'\\s\u200b\u200e\u200f\ufeff"
_SEPARATORS = ",;|\t\r\n"
_BEGINS = "[=+\\-@＝＋－＠]"
# A run is looked at once and as a whole: from its first character, without going back.
_RUN = f"(?<![{_UNSEEN},;|])[{_UNSEEN},;|]++(?={_BEGINS})"
_FORMULA = re.compile(f"^(?=[{_UNSEEN}]*+{_BEGINS}|[\t\r\n])|{_RUN}")


def printable(text: str) -> str:
    """Return text without control characters; tabs and line breaks stay."""
    return _CONTROL.sub("", text)


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet might calculate this text, or a part of it, if left alone."""
    return any(_ends_a_cell(found) for found in _FORMULA.finditer(text))


def inert(text: str) -> str:
    """Return printable text with an apostrophe before all that a spreadsheet might calculate."""
    return _FORMULA.sub(_with_apostrophe, printable(text))


def _ends_a_cell(found: re.Match[str]) -> bool:
    """Tell whether what was found is the beginning of the text, or has a separator in it."""
    return not found[0] or not set(_SEPARATORS).isdisjoint(found[0])


def _with_apostrophe(found: re.Match[str]) -> str:
    return f"{found[0]}'" if _ends_a_cell(found) else found[0]
