"""Text that people wrote, made safe for programs that calculate."""

import re

# Characters that no XML document can hold, and that no spreadsheet shows.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# What a spreadsheet takes for the beginning of a formula, in Latin and in East Asian width, also
# behind blanks; and behind whatever it may take for the end of a cell, as the separator it expects
# is that of its own country. https://owasp.org/www-community/attacks/CSV_Injection
_UNSEEN = "[\"'\\s\u200b\u200e\u200f\ufeff]*"
_BEGINS = "[=+\\-@＝＋－＠]"
_FORMULA = re.compile(f"^(?={_UNSEEN}{_BEGINS}|[\t\r\n])|[,;\t\r\n|]{_UNSEEN}(?={_BEGINS})")


def printable(text: str) -> str:
    """Return text without control characters; tabs and line breaks stay."""
    return _CONTROL.sub("", text)


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet might calculate this text, or a part of it, if left alone."""
    return _FORMULA.search(text) is not None


def inert(text: str) -> str:
    """Return printable text with an apostrophe before all that a spreadsheet might calculate."""
    return _FORMULA.sub(lambda found: f"{found[0]}'", printable(text))
