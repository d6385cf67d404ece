"""Events of public links, by which whoever holds one acts; `events` enters them with the others."""

from portal_data.messaging.event import Audience, event
from portal_data.text.language import N_

_NOBODY, _STAFF = Audience.NOBODY, Audience.STAFF

ESTIMATE_LINK_CREATED = event(
    "estimate.link_created", N_("{actor} made a public link of estimate {subject}"), _NOBODY
)
ESTIMATE_LINK_OPENED = event(
    "estimate.link_opened", N_("{actor} opened estimate {subject}"), _STAFF
)
ESTIMATE_LINK_REVOKED = event(
    "estimate.link_revoked",
    N_("{actor} revoked a public link of estimate {subject}"),
    Audience.NOBODY,
)
INVOICE_LINK_CREATED = event(
    "invoice.link_created",
    N_("{actor} made a public link to pay invoice {subject}"),
    Audience.NOBODY,
)
INVOICE_LINK_OPENED = event("invoice.link_opened", N_("{actor} opened invoice {subject}"), _STAFF)
INVOICE_LINK_REVOKED = event(
    "invoice.link_revoked",
    N_("{actor} revoked a public link to pay invoice {subject}"),
    Audience.NOBODY,
)
