"""What staff ask payment providers: what became of a payment, and to look at all of them again."""

from datetime import datetime
from uuid import UUID

from portal_data import store
from portal_data.errors import Conflict, NotFound, Unavailable
from portal_data.messaging import activity, events
from portal_data.payments import collecting, inbox
from portal_data.payments.inbox import Message
from portal_data.payments.provider import Status as Truth
from portal_data.scope import Staff

_ATTEMPT = "select id from core.payment_attempts where id = $id order by id"
_MESSAGE = """
    select id from core.provider_events where external_id = $external_id order by provider
"""


def truth(staff: Staff, attempt_id: UUID) -> Truth | None:
    """Return what the provider says of a payment now; None where it never heard of it.

    Raises NotFound, ProviderError, Unavailable where the provider is switched off.
    """
    with store.staff_reading(staff) as session:
        if session.value(_ATTEMPT, id=attempt_id) is None:
            raise NotFound("There is no such payment.")
    return collecting.current().truth_of(attempt_id)


def same_truth(staff: Staff, attempt_id: UUID, shown: Truth | None) -> Truth | None:
    """Return what the provider says of a payment now, which is what staff decide on.

    Raises NotFound, ProviderError, and Conflict when that is not what was `shown` to them. A
    provider that is switched off says nothing, which is None.
    """
    try:
        found = truth(staff, attempt_id)
    except Unavailable:
        found = None
    if found != shown:
        raise Conflict("The provider says something else by now. Look at it again first.")
    return found


def look_again(staff: Staff, external_id: str, now: datetime) -> Message:
    """Look again at what a provider's message leads to, and return it as it is then.

    Raises NotFound for a message that was never received, ProviderError.
    """
    with store.staff_writing(staff) as session:
        if session.value(_MESSAGE, external_id=external_id) is None:
            raise NotFound("There is no such message of a payment provider.")
        activity.record(
            session, staff, events.PAYMENT_MESSAGE_REPLAYED, now=now, subject_number=external_id
        )
    return inbox.replay(collecting.current(), external_id, now)


def look_at_all(staff: Staff, now: datetime) -> dict[str, int]:
    """Look at every payment on its way, and return how many are in which state then."""
    with store.staff_writing(staff) as session:
        activity.record(session, staff, events.PAYMENT_ALL_LOOKED_AT, now=now)
    return collecting.current().reconcile(now)
