"""Every event there is: what it is called, its words in a history, and who hears of it.

One line each. An event that is not here cannot be recorded, and one without words or without a word
on who hears of it does not come into being.
"""

import re
from dataclasses import dataclass
from enum import Enum

from portal_data.kinds import KINDS
from portal_data.scope import Permission


class Audience(Enum):
    """Who finds an event at the bell."""

    NOBODY = "nobody"
    STAFF = "staff"
    """Every active member of staff."""
    OTHER_SIDE = "other side"
    """Staff of what a contact did, and of what staff did the customer's contacts with access."""


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of event.

    `words` stand between the actor's name and the subject's number. `mailed` names the preference
    under which staff who hear of it get a mail, too, and `mailed_to_contacts` that of contacts.
    Contacts who may do what it `asks` for get one in any case.
    """

    key: str
    words: str
    heard_by: Audience
    mailed: str | None = None
    mailed_to_contacts: str | None = None
    asks: Permission | None = None

    @property
    def of_access(self) -> bool:
        """Whether it says who may do what: then it stands in the security log, too."""
        return self.key.startswith(("contact.", "customer.portal_", "preferences.", "staff."))


EVENTS: dict[str, Event] = {}
"""Every event by its key, as the store keeps it."""

_KEY = re.compile(r"[a-z_]+\.[a-z_]+")


def _event(
    key: str,
    words: str,
    heard_by: Audience,
    *,
    mailed: str | None = None,
    mailed_to_contacts: str | None = None,
    asks: Permission | None = None,
) -> Event:
    """Enter an event. Raises ValueError for a key that is taken or odd, and for no words."""
    if not _KEY.fullmatch(key) or key in EVENTS:
        raise ValueError(f"{key!r} is no key of a new event.")
    if not words.strip() or (mailed and heard_by is Audience.NOBODY):
        raise ValueError(f"{key} has no words, or mails for nobody.")
    if (mailed_to_contacts or asks) and heard_by is not Audience.OTHER_SIDE:
        raise ValueError(f"{key} mails for nobody of the customer's.")
    EVENTS[key] = Event(key, words, heard_by, mailed, mailed_to_contacts, asks)
    return EVENTS[key]


_NOBODY, _STAFF, _OTHER_SIDE = Audience.NOBODY, Audience.STAFF, Audience.OTHER_SIDE
_ON_ACTIVITY = "notify_staff_of_activity"
_ON_COMMENTS = "notify_contacts_of_comments"

APPROVAL_APPROVED = _event("approval.approved", "approved timesheet", _STAFF, mailed=_ON_ACTIVITY)
APPROVAL_AUTO_APPROVED = _event(
    "approval.auto_approved", "approved without an answer timesheet", _STAFF, mailed=_ON_ACTIVITY
)
APPROVAL_PARTLY_APPROVED = _event(
    "approval.partly_approved", "approved in part timesheet", _STAFF, mailed=_ON_ACTIVITY
)
APPROVAL_QUERIED = _event(
    "approval.queried", "has questions about timesheet", _STAFF, mailed=_ON_ACTIVITY
)
APPROVAL_REJECTED = _event("approval.rejected", "rejected timesheet", _STAFF, mailed=_ON_ACTIVITY)
APPROVAL_SUBMITTED = _event(
    "approval.submitted", "sent timesheet", _OTHER_SIDE, asks=Permission.TIMESHEET_ANSWER
)
COMMENT_ADDED = _event(
    "comment.added",
    "commented on",
    _OTHER_SIDE,
    mailed=_ON_ACTIVITY,
    mailed_to_contacts=_ON_COMMENTS,
)
COMMENT_NOTED = _event("comment.noted", "noted for the staff on", _NOBODY)
COMMENT_SETTLED = _event("comment.settled", "saw nothing to answer on", _NOBODY)
CONTACT_ACCEPTED_INVITATION = _event("contact.accepted_invitation", "joined the portal", _STAFF)
CONTACT_CHANGED_PASSWORD = _event("contact.changed_password", "changed the password", _NOBODY)
CONTACT_DISABLED = _event("contact.disabled", "switched off portal access of", _NOBODY)
CONTACT_ENABLED = _event("contact.enabled", "switched on portal access of", _NOBODY)
CONTACT_INVITED = _event("contact.invited", "invited", _NOBODY)
CONTACT_RESET_PASSWORD = _event("contact.reset_password", "set a new password of", _NOBODY)
CONTACT_ROLE_CHANGED = _event("contact.role_changed", "changed the role of", _NOBODY)
CONTACT_SIGNED_IN = _event("contact.signed_in", "signed in", _NOBODY)
CUSTOMER_PORTAL_DISABLED = _event("customer.portal_disabled", "switched off the portal of", _NOBODY)
CUSTOMER_PORTAL_ENABLED = _event("customer.portal_enabled", "switched on the portal of", _NOBODY)
DETAILS_ADDRESS_CHANGED = _event(
    "details.address_changed", "changed an address of", _STAFF, mailed=_ON_ACTIVITY
)
DETAILS_COMPANY_CHANGED = _event(
    "details.company_changed", "changed the details of", _STAFF, mailed=_ON_ACTIVITY
)
DETAILS_PERSON_CHANGED = _event(
    "details.person_changed", "changed the personal details of", _STAFF, mailed=_ON_ACTIVITY
)
DETAILS_TAX_NUMBER_ASKED = _event(
    "details.tax_number_asked", "asks you to confirm the tax number of", _STAFF, mailed=_ON_ACTIVITY
)
DETAILS_TAX_NUMBER_CONFIRMED = _event(
    "details.tax_number_confirmed", "confirmed the tax number of", _NOBODY
)
DETAILS_TAX_NUMBER_REFUSED = _event(
    "details.tax_number_refused", "refused the tax number of", _NOBODY
)
DETAILS_TAX_NUMBER_WITHDRAWN = _event(
    "details.tax_number_withdrawn", "took back the new tax number of", _STAFF
)
DISPUTE_ACCEPTED = _event(
    "dispute.accepted",
    "accepted the dispute of",
    _OTHER_SIDE,
    mailed_to_contacts=_ON_COMMENTS,
)
DISPUTE_OPENED = _event("dispute.opened", "disputed", _STAFF, mailed=_ON_ACTIVITY)
DISPUTE_REJECTED = _event(
    "dispute.rejected",
    "rejected the dispute of",
    _OTHER_SIDE,
    mailed_to_contacts=_ON_COMMENTS,
)
DISPUTE_REVIEWED = _event("dispute.reviewed", "looks into the dispute of", _OTHER_SIDE)
DISPUTE_WITHDRAWN = _event(
    "dispute.withdrawn", "withdrew the dispute of", _STAFF, mailed=_ON_ACTIVITY
)
DOCUMENT_FORWARDED = _event("document.forwarded", "forwarded", _STAFF, mailed=_ON_ACTIVITY)
DOCUMENT_QUESTION_CLEARED = _event("document.question_cleared", "said that this is owed:", _NOBODY)
ESTIMATE_ACCEPTED = _event("estimate.accepted", "accepted estimate", _STAFF, mailed=_ON_ACTIVITY)
ESTIMATE_DECLINED = _event("estimate.declined", "declined estimate", _STAFF, mailed=_ON_ACTIVITY)
ESTIMATE_REOPENED = _event("estimate.reopened", "took back the acceptance of estimate", _OTHER_SIDE)
ESTIMATE_SENT = _event(
    "estimate.sent",
    "sent estimate",
    _OTHER_SIDE,
    mailed_to_contacts="notify_contacts_of_estimates",
)
FILE_ADDED = _event(
    "file.added",
    "shared document",
    _OTHER_SIDE,
    mailed=_ON_ACTIVITY,
    mailed_to_contacts=_ON_COMMENTS,
)
FILE_WITHDRAWN = _event("file.withdrawn", "withdrew document", _OTHER_SIDE)
IMPORT_FINISHED = _event("import.finished", "finished importing", _NOBODY)
IMPORT_VOIDED = _event("import.voided", "voided what is no longer in the backup:", _NOBODY)
INVOICE_DRAFTED = _event("invoice.drafted", "drafted invoice", _STAFF)
INVOICE_SENT = _event("invoice.sent", "sent invoice", _NOBODY)
MAIL_SENT_AGAIN = _event("mail.sent_again", "sent the failed mail again to", _NOBODY)
MESSAGE_SENT = _event("message.sent", "sent a message", _NOBODY)
ORGANISATION_CHANGED = _event("organisation.changed", "changed the details of", _NOBODY)
PAYMENT_FAILED = _event("payment.failed", "could not pay", _NOBODY)
PAYMENT_RECEIVED = _event("payment.received", "paid", _NOBODY)
PREFERENCES_CHANGED = _event("preferences.changed", "changed the portal's settings", _NOBODY)
RETAINER_INVOICE_SENT = _event("retainer_invoice.sent", "sent retainer invoice", _NOBODY)
REVIEW_ADDED = _event("review.added", "wrote a review", _STAFF, mailed=_ON_ACTIVITY)
REVIEW_ANSWERED = _event("review.answered", "answered a review", _NOBODY)
REVIEW_CHANGED = _event("review.changed", "changed a review", _NOBODY)
REVIEW_CONSENT_WITHDRAWN = _event(
    "review.consent_withdrawn", "let a review be published no longer", _STAFF, mailed=_ON_ACTIVITY
)
REVIEW_PUBLISHED = _event("review.published", "published a review", _NOBODY)
REVIEW_REQUESTED = _event("review.requested", "asked for a review from", _NOBODY)
REVIEW_TAKEN_BACK = _event("review.taken_back", "took back a published review", _NOBODY)
STAFF_CHANGED_PASSWORD = _event("staff.changed_password", "changed the password", _NOBODY)
STAFF_CREATED = _event("staff.created", "added to the staff:", _NOBODY)
STAFF_DISABLED = _event("staff.disabled", "switched off access of", _NOBODY)
STAFF_ENABLED = _event("staff.enabled", "switched on access of", _NOBODY)
STAFF_LINK_RENEWED = _event("staff.link_renewed", "sent a new link to", _NOBODY)
STAFF_RESET_PASSWORD = _event("staff.reset_password", "set a new password of", _NOBODY)
STAFF_ROLE_CHANGED = _event("staff.role_changed", "changed the role of", _NOBODY)
STAFF_SIGNED_IN = _event("staff.signed_in", "signed in", _NOBODY)

VIEWED = {
    kind.record: _event(
        f"{kind.record}.viewed", f"viewed {kind.title.lower()}", _STAFF, mailed=_ON_ACTIVITY
    )
    for kind in KINDS.values()
    if kind.viewed
}
"""What a customer's first look at a document is, by the record of its kind."""

CHANGED_PASSWORD = {"contact": CONTACT_CHANGED_PASSWORD, "staff": STAFF_CHANGED_PASSWORD}
RESET_PASSWORD = {"contact": CONTACT_RESET_PASSWORD, "staff": STAFF_RESET_PASSWORD}
"""By the kind of person whose password it is."""


def _of_person(action: str, words: str) -> dict[str, Event]:
    """Enter an event of contacts and one of staff, which nobody hears of; return them by kind."""
    kinds = ("contact", "staff")
    return {kind: _event(f"{kind}.{action}", words, _NOBODY) for kind in kinds}


SET_UP_SECOND_FACTOR = _of_person("set_up_second_factor", "set up a second factor")
TURNED_OFF_SECOND_FACTOR = _of_person("turned_off_second_factor", "turned off the second factor")
RENEWED_RECOVERY_CODES = _of_person("renewed_recovery_codes", "made new recovery codes")
USED_RECOVERY_CODE = _of_person("used_recovery_code", "signed in with a recovery code")
RESET_SECOND_FACTOR = _of_person("reset_second_factor", "took away the second factor of")
"""By the kind of person whose second factor it is."""
