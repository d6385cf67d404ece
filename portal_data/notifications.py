"""Notifications: which event reaches whom, on which channel, under which preference."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """Active staff find the event at their bell; `mail` names the preference that also mails it."""

    mail: str | None = None


_EVERY_ACTIVITY = Rule(mail="notify_staff_of_activity")

RULES: dict[str, Rule] = {
    "contact.accepted_invitation": Rule(),
    "credit_note.viewed": _EVERY_ACTIVITY,
    "estimate.viewed": _EVERY_ACTIVITY,
    "invoice.viewed": _EVERY_ACTIVITY,
    "retainer_invoice.viewed": _EVERY_ACTIVITY,
}
"""Events that somebody is told of. Mails that are themselves the action are not listed here."""
