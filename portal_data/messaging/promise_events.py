"""The events of promises to pay; `events` has them among all others."""

from portal_data.messaging.event import Audience, event
from portal_data.text.language import N_

BROKEN = event(
    "promise.broken",
    N_("{actor} saw no payment as promised of {subject}"),
    Audience.EVERYBODY,
    mailed="notify_staff_of_activity",
    mailed_to_contacts="notify_contacts_of_payments",
)
CHANGED = event(
    "promise.changed",
    N_("{actor} changed the promise to pay {subject}"),
    Audience.STAFF,
    mailed="notify_staff_of_activity",
)
KEPT = event(
    "promise.kept", N_("{actor} saw the payment that was promised of {subject}"), Audience.NOBODY
)
MADE = event(
    "promise.made",
    N_("{actor} promised to pay {subject}"),
    Audience.STAFF,
    mailed="notify_staff_of_activity",
)
WITHDRAWN = event(
    "promise.withdrawn",
    N_("{actor} withdrew the promise to pay {subject}"),
    Audience.OTHER_SIDE,
    mailed="notify_staff_of_activity",
)
