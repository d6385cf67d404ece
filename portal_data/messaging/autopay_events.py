"""The events of auto-pay, which `events` has with all others."""

from portal_data.messaging.event import Audience, event
from portal_data.text.language import N_

BY_HAND = event(
    "autopay.by_hand",
    N_("{actor} leaves it to you to pay {subject}"),
    Audience.COLLEAGUES,
)
DECLINED = event(
    "autopay.declined",
    N_("{actor} was refused the automatic charge of {subject}"),
    Audience.COLLEAGUES,
)
ENDED = event("autopay.ended", N_("{actor} ended auto-pay by {subject}"), Audience.EVERYBODY)
GIVEN = event("autopay.given", N_("{actor} switched on auto-pay by {subject}"), Audience.EVERYBODY)
NOTICED = event(
    "autopay.noticed",
    N_("{actor} gave notice of the automatic charge of {subject}"),
    Audience.NOBODY,
)
REVOKED = event(
    "autopay.revoked", N_("{actor} switched off auto-pay by {subject}"), Audience.EVERYBODY
)
STOPPED = event(
    "autopay.stopped",
    N_("{actor} gave up the automatic charge of {subject}"),
    Audience.STAFF,
    mailed="notify_staff_of_activity",
)
