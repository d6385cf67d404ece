"""E-mail addresses: which text is one, and its one spelling."""

import re

from portal_data.errors import Invalid
from portal_data.text.language import N_, _

_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")

_READ = 320  # characters; 254 are allowed, and IDNA's work grows faster than the text
_REFUSED = N_("Enter an e-mail address such as ada@example.com.")


def normalise(text: str) -> str:
    """Return an address in lower case, its domain in ASCII (RFC 5321 dot-string, IDNA).

    Raises Invalid for anything that is not exactly one address.
    """
    if len(text) > _READ:
        raise Invalid(_(_REFUSED))
    local, _at, domain = text.strip().lower().rpartition("@")
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        domain = ""
    labels = domain.split(".")
    if (
        not _LOCAL.fullmatch(local)
        or len(local) > 64
        or len(local) + 1 + len(domain) > 254
        or len(labels) < 2
        or not all(_LABEL.fullmatch(label) for label in labels)
    ):
        raise Invalid(_(_REFUSED))
    return f"{local}@{domain}"
