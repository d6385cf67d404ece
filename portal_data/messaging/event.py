"""What an event is: its key, its words in a history, and who hears of it.

One without words or without a word on who hears of it does not come into being.
"""

import re
from dataclasses import dataclass
from enum import Enum

from portal_data.scope import Permission


class Audience(Enum):
    """Who finds an event at the bell."""

    NOBODY = "nobody"
    STAFF = "staff"
    """Every active member of staff."""
    OTHER_SIDE = "other side"
    """Staff of what a contact did, and of what staff did the customer's contacts with access."""
    COLLEAGUES = "colleagues"
    """The customer's contacts with access."""
    EVERYBODY = "everybody"
    """Staff, and the customer's contacts with access."""


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of event.

    `words` are a sentence with the places `{actor}` and `{subject}`, a number or a name, in English
    as the catalogues have it. `mailed` names the preference under which staff who hear of it get a
    mail, too, and `mailed_to_contacts` that of contacts. Contacts who may do what it `asks` for get
    one in any case. `reminds` names the preference under which contacts who may pay get a letter of
    its own of it, whoever hears of it.
    """

    key: str
    words: str
    heard_by: Audience
    mailed: str | None = None
    mailed_to_contacts: str | None = None
    asks: Permission | None = None
    reminds: str | None = None

    @property
    def of_access(self) -> bool:
        """Whether it says who may do what: then it stands in the security log, too."""
        return self.key.startswith(("contact.", "customer.portal_", "preferences.", "staff."))


_entered: dict[str, Event] = {}
_KEY = re.compile(r"[a-z_]+\.[a-z_]+")


def event(
    key: str,
    words: str,
    heard_by: Audience,
    *,
    mailed: str | None = None,
    mailed_to_contacts: str | None = None,
    asks: Permission | None = None,
    reminds: str | None = None,
) -> Event:
    """Enter an event. Raises ValueError for a key that is taken or odd, and for no sentence."""
    if not _KEY.fullmatch(key) or key in _entered:
        raise ValueError(f"{key!r} is no key of a new event.")
    if "{actor}" not in words or (mailed and heard_by is Audience.NOBODY):
        raise ValueError(f"{key} has no words, or mails for nobody.")
    if (mailed_to_contacts or asks) and heard_by in (Audience.NOBODY, Audience.STAFF):
        raise ValueError(f"{key} mails for nobody of the customer's.")
    _entered[key] = Event(key, words, heard_by, mailed, mailed_to_contacts, asks, reminds)
    return _entered[key]


def entered() -> dict[str, Event]:
    """Return every event that was entered, by its key, as the store keeps it."""
    return dict(_entered)
