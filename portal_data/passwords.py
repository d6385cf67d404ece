"""Passwords: which ones are good enough, and how they are kept (bcrypt)."""

import re
import unicodedata
from functools import lru_cache

import bcrypt

from portal_data.errors import Invalid

MIN_LENGTH = 12
"""Characters, as NIST SP 800-63B-4 section 3.1.1.2 recommends: length over composition rules."""
MAX_BYTES = 72
"""bcrypt reads no further."""
RULES = f"At least {MIN_LENGTH} characters. A few unrelated words are good; your e-mail is not."

_WEAK_BELOW = 3  # zxcvbn's score of 0 to 4: "safely unguessable" begins at 3


def normalised(password: str) -> str:
    """Return the password as it is hashed: the same on every keyboard, without outer spaces."""
    return unicodedata.normalize("NFC", password).strip()


def problem(password: str, *known: str) -> str | None:
    """Return why a password cannot be used, or None. `known` are the person's e-mail and names."""
    password = normalised(password)
    if len(password) < MIN_LENGTH:
        return f"Use at least {MIN_LENGTH} characters."
    if len(password.encode()) > MAX_BYTES:
        return f"Use a shorter password: at most {MAX_BYTES} bytes."
    if "\0" in password:
        return "Use characters that can be typed."
    own = {word for text in known for word in _words(text.lower())}
    if password.lower() in own:
        return "Use something else than your e-mail or name."
    from zxcvbn import zxcvbn  # its word lists take a moment to load

    if zxcvbn(password, user_inputs=sorted(own), max_length=MAX_BYTES)["score"] < _WEAK_BELOW:
        return "This password is too easy to guess. Use a few unrelated words."
    return None


def require_good(password: str, *known: str) -> None:
    """Raise Invalid with the reason when a password cannot be used."""
    reason = problem(password, *known)
    if reason:
        raise Invalid(reason)


def make_hash(password: str, cost: int) -> str:
    """Return the bcrypt hash of a password. Slow on purpose: never call it inside a transaction."""
    return bcrypt.hashpw(normalised(password).encode(), bcrypt.gensalt(cost)).decode()


def matches(password: str, stored: str | None, cost: int) -> bool:
    """Tell whether a password belongs to a hash. Slow on purpose, and alike without any hash.

    With `stored` None (unknown account, no password yet) the same work is done for nothing.
    """
    tried = normalised(password).encode()
    if len(tried) > MAX_BYTES or b"\0" in tried:
        tried, stored = b"", None
    same = bcrypt.checkpw(tried, (stored or _decoy(cost)).encode())
    return same and stored is not None


def _words(text: str) -> set[str]:
    """The text, its words, and its words without what parts them."""
    parts = [part for part in re.split(r"[\W_]+", text) if part]
    return {text, *text.split("@"), *parts, "".join(parts)}


@lru_cache(maxsize=4)
def _decoy(cost: int) -> str:
    """A hash that nothing is compared with in earnest."""
    return bcrypt.hashpw(b"nobody", bcrypt.gensalt(cost)).decode()
