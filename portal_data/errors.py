"""The errors a person may see. Their message is safe to show; anything else is our fault."""

from collections.abc import Mapping


class PortalError(Exception):
    """An expected refusal, with a message written for the person who caused it."""


class NotFound(PortalError):
    """Not there, or not yours: the two must look the same."""


class NotAllowed(PortalError):
    """Yours, but your role may not do this."""


class Conflict(PortalError):
    """It changed meanwhile, or was already done."""


class Invalid(PortalError):
    """The input cannot be used; the message says what is wrong and how to mend it."""


class Unavailable(PortalError):
    """Something outside this request is not working now; trying again later may help."""


class InvalidFields(Invalid):
    """Several fields of a form cannot be used; `fields` has a sentence for each by its name."""

    def __init__(self, faults: Mapping[str, tuple[str, str]]) -> None:
        """Take the label and the sentence of each field by its name."""
        super().__init__(" ".join(f"{label}: {sentence}" for label, sentence in faults.values()))
        self.fields = {name: sentence for name, (_, sentence) in faults.items()}


class InUse(Unavailable):
    """Another process has the store."""
