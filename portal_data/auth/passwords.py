"""Passwords: which ones are good enough, and how they are kept (bcrypt of a digest)."""

import hashlib
import hmac
import os
import re
import threading
from base64 import b64encode
from functools import lru_cache
from pathlib import Path

import bcrypt

from portal_data.errors import Invalid
from portal_data.text.language import _, grouped
from portal_data.text.normal_form import nfc

MIN_LENGTH = 12
"""Characters, as NIST SP 800-63B-4 section 3.1.1.2 recommends: length over composition rules."""
MAX_BYTES = 1024
"""Bytes of UTF-8, looked at before anything else is done with what somebody typed."""

_WEAK_BELOW = 3  # zxcvbn's score of 0 to 4: "safely unguessable" begins at 3
_JUDGED = 32  # characters; what begins unguessable is, and zxcvbn takes the square of the length
# What zxcvbn tries as letters, in every combination of their meanings, and what each mostly means.
_SUBSTITUTES = dict(zip("4@8({[<3691!|07$5+%2", "aabcccceggiiiotsstxz", strict=True))
_MOST_SUBSTITUTES = 4
_DIGESTED = "$bcrypt-sha256$"
_BCRYPT_READS = 72  # bytes
# Hashing computes for a quarter of a second: one processor is always left to the screens.
_AT_WORK = threading.Semaphore(max(1, (os.cpu_count() or 1) - 1))
_BREACHED = Path(__file__).with_name("breached_passwords.txt")


def rules() -> str:
    """Return what a new password must be, for whoever chooses one."""
    return _(
        "At least {number} characters. A few unrelated words are good; your e-mail is not.",
        number=MIN_LENGTH,
    )


def normalised(password: str) -> str:
    """Return the password as it is hashed: the same on every keyboard, without outer spaces.

    What is too long to be a password is returned as it is.
    """
    return password if _too_long(password) else nfc(password).strip()


def problem(password: str, *known: str) -> str | None:
    """Return why a password cannot be used, or None. `known` are the person's e-mail and names."""
    if _too_long(password):
        return _too_long_words()
    password = normalised(password)
    if len(password) < MIN_LENGTH:
        return _("Use at least {number} characters.", number=MIN_LENGTH)
    if "\0" in password:
        return _("Use characters that can be typed.")
    own = {word for text in known for word in _words(text.lower())}
    parts = _parts(password.lower())
    if password.lower() in own or (parts and own.issuperset(parts)):
        return _("Use something else than your e-mail or name.")
    if _digest16(password.lower()) in _breached():
        return _("This password is known from stolen lists. Use a few unrelated words.")
    from zxcvbn import zxcvbn  # its word lists take a moment to load

    inputs = sorted(own)
    if any(zxcvbn(text, user_inputs=inputs)["score"] < _WEAK_BELOW for text in _judged(password)):
        return _("This password is too easy to guess. Use a few unrelated words.")
    return None


def require_good(password: str, *known: str) -> None:
    """Raise Invalid with the reason when a password cannot be used."""
    reason = problem(password, *known)
    if reason:
        raise Invalid(reason)


def make_hash(password: str, cost: int) -> str:
    """Return the hash of a password. Slow on purpose: never call it inside a transaction.

    bcrypt reads 72 bytes, so it gets a digest of the whole password, keyed with its own salt
    (passlib's `bcrypt_sha256`, version 2). Raises Invalid for what is too long to be a password.
    """
    if _too_long(password):
        raise Invalid(_too_long_words())
    salt = bcrypt.gensalt(cost)
    with _AT_WORK:
        return _DIGESTED + bcrypt.hashpw(_digested(normalised(password), salt), salt).decode()


def matches(password: str, stored: str | None, cost: int) -> bool:
    """Tell whether a password belongs to a hash. Slow on purpose, and alike without any hash.

    With `stored` None (unknown account, no password yet) the same work is done for nothing.
    """
    if _too_long(password):
        password, stored = "", None
    tried, hashed = normalised(password), stored or _decoy(cost)
    if hashed.startswith(_DIGESTED):
        kept = hashed.removeprefix(_DIGESTED).encode()
        with _AT_WORK:
            return bcrypt.checkpw(_digested(tried, kept[:29]), kept) and stored is not None
    plain = tried.encode()
    if len(plain) > _BCRYPT_READS or b"\0" in plain:  # never were passwords of such a hash
        plain, stored = b"", None
    with _AT_WORK:
        return bcrypt.checkpw(plain, hashed.encode()) and stored is not None


def outdated(stored: str, cost: int) -> bool:
    """Tell whether a hash should be made anew when its password is at hand: old kind or cost."""
    return not stored.startswith(f"{_DIGESTED}$2b${cost:02}$")


def _too_long(password: str) -> bool:
    # characters first: encoding a long text costs something too
    return len(password) > MAX_BYTES or len(password.encode(errors="replace")) > MAX_BYTES


def _too_long_words() -> str:
    return _("Use a shorter password: at most {number} bytes.", number=grouped(MAX_BYTES))


def _digested(password: str, salt: bytes) -> bytes:
    """The password as bcrypt gets it: 44 characters, no zero byte. `salt` is `$2b$12$` and 22."""
    key = salt[-22:]
    return b64encode(hmac.digest(key, password.encode(errors="surrogatepass"), hashlib.sha256))


def _judged(password: str) -> list[str]:
    """What zxcvbn looks at: its work on substitutes for letters grows with their combinations.

    Of many kinds the first few stay as they are; besides, all are read as letters.
    """
    start = password[:_JUDGED]
    kinds = list(dict.fromkeys(character for character in start if character in _SUBSTITUTES))
    if len(kinds) <= _MOST_SUBSTITUTES:
        return [start]
    fewer = start.translate({ord(kind): "~" for kind in kinds[_MOST_SUBSTITUTES:]})
    return [fewer, start.translate({ord(a): b for a, b in _SUBSTITUTES.items()})]


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"[\W_]+", text) if part]


def _words(text: str) -> set[str]:
    """The text, its words, and its words without what parts them."""
    parts = _parts(text)
    return {text, *text.split("@"), *parts, "".join(parts)}


@lru_cache(maxsize=1)
def _breached() -> frozenset[str]:
    lines = _BREACHED.read_text("utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def _digest16(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]


@lru_cache(maxsize=4)
def _decoy(cost: int) -> str:
    """A hash that nothing is compared with in earnest."""
    return make_hash("nobody", cost)
