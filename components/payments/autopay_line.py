"""What auto-pay does about an invoice, in a sentence."""

from components.ui import format as say
from portal_data.payments.autopay import Plan
from portal_data.text.language import _


def words(plan: Plan, locale: str) -> str:
    """Return when an invoice is charged by itself, or why it is not."""
    day = say.day(plan.charge_on, locale)
    match plan.status:
        case "stopped":
            why = plan.reason
            return _("Auto-pay could not charge this. {reason} Please pay it yourself.", reason=why)
        case "by_hand":
            return _(
                "Auto-pay does not charge this: it is above the limit. Please pay it yourself."
            )
        case "charging":
            return _("Auto-pay is charging this.")
        case _other if plan.waits:
            return _("Auto-pay waits until the dispute is decided.")
        case "again":
            return _("Auto-pay will try again on {day}. {reason}", day=day, reason=plan.reason)
        case _other:
            return _("Auto-pay will charge this on {day}.", day=day)
