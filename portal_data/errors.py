"""The errors a person may see. Their message is safe to show; anything else is our fault."""


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
