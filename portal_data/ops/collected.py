"""What an operator does about payments: look at all in flight again, or at one message."""

from portal_data.clock import utc_now
from portal_data.ops.control.server import Lines
from portal_data.payments import collecting, inbox


def reconcile() -> Lines:
    """Ask the providers about every payment in flight; return 1 when one does not answer."""
    found = collecting.current().reconcile(utc_now())
    if not found:
        yield "No payment is in flight."
    for state, count in sorted(found.items()):
        yield f"{count} {state.replace('_', ' ')}"
    return 1 if "unanswered" in found else 0


def replay(event: str) -> Lines:
    """Look again at what a provider's message leads to, and say what came of it."""
    message = inbox.replay(collecting.current(), event, utc_now())
    yield (
        f"{message.external_id} of {message.provider} ({message.kind}): {message.status}, "
        f"delivered {message.deliveries} times."
    )
    return 0
