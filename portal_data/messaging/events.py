"""Every event there is: what it is called, its words in a history, and who hears of it.

One line each. An event that is not here cannot be recorded, and one without words or without a word
on who hears of it does not come into being.
"""

import re
from dataclasses import dataclass
from enum import Enum

from portal_data.kinds import KINDS
from portal_data.scope import Permission
from portal_data.text.language import N_


class Audience(Enum):
    """Who finds an event at the bell."""

    NOBODY = "nobody"
    STAFF = "staff"
    """Every active member of staff."""
    OTHER_SIDE = "other side"
    """Staff of what a contact did, and of what staff did the customer's contacts with access."""
    COLLEAGUES = "colleagues"
    """The customer's contacts with access."""
    EVERYBODY = "everybody"
    """Staff, and the customer's contacts with access."""


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of event.

    `words` are a sentence with the places `{actor}` and `{subject}`, a number or a name, in English
    as the catalogues have it. `mailed` names the preference under which staff who hear of it get a
    mail, too, and `mailed_to_contacts` that of contacts. Contacts who may do what it `asks` for get
    one in any case.
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
    """Enter an event. Raises ValueError for a key that is taken or odd, and for no sentence."""
    if not _KEY.fullmatch(key) or key in EVENTS:
        raise ValueError(f"{key!r} is no key of a new event.")
    if "{actor}" not in words or (mailed and heard_by is Audience.NOBODY):
        raise ValueError(f"{key} has no words, or mails for nobody.")
    if (mailed_to_contacts or asks) and heard_by in (Audience.NOBODY, Audience.STAFF):
        raise ValueError(f"{key} mails for nobody of the customer's.")
    EVENTS[key] = Event(key, words, heard_by, mailed, mailed_to_contacts, asks)
    return EVENTS[key]


_NOBODY, _STAFF, _OTHER_SIDE = Audience.NOBODY, Audience.STAFF, Audience.OTHER_SIDE
_COLLEAGUES, _EVERYBODY = Audience.COLLEAGUES, Audience.EVERYBODY
_ON_ACTIVITY = "notify_staff_of_activity"
_ON_COMMENTS = "notify_contacts_of_comments"
_ON_PAYMENTS = "notify_contacts_of_payments"

APPROVAL_APPROVED = _event(
    "approval.approved", N_("{actor} approved timesheet {subject}"), _STAFF, mailed=_ON_ACTIVITY
)
APPROVAL_AUTO_APPROVED = _event(
    "approval.auto_approved",
    N_("{actor} approved without an answer timesheet {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
APPROVAL_PARTLY_APPROVED = _event(
    "approval.partly_approved",
    N_("{actor} approved in part timesheet {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
APPROVAL_QUERIED = _event(
    "approval.queried",
    N_("{actor} has questions about timesheet {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
APPROVAL_REJECTED = _event(
    "approval.rejected", N_("{actor} rejected timesheet {subject}"), _STAFF, mailed=_ON_ACTIVITY
)
APPROVAL_REOPENED = _event(
    "approval.reopened",
    N_("{actor} asked for another answer to timesheet {subject}"),
    _OTHER_SIDE,
    asks=Permission.TIMESHEET_ANSWER,
)
APPROVAL_SUBMITTED = _event(
    "approval.submitted",
    N_("{actor} sent timesheet {subject}"),
    _OTHER_SIDE,
    asks=Permission.TIMESHEET_ANSWER,
)
APPROVAL_TAKEN_BACK = _event(
    "approval.taken_back",
    N_("{actor} took back the answer to timesheet {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
COMMENT_ADDED = _event(
    "comment.added",
    N_("{actor} commented on {subject}"),
    _OTHER_SIDE,
    mailed=_ON_ACTIVITY,
    mailed_to_contacts=_ON_COMMENTS,
)
ARCHIVE_ASKED = _event(
    "archive.asked", N_("{actor} asked for a file of all data of {subject}"), _STAFF
)
COMMENT_NOTED = _event("comment.noted", N_("{actor} noted for the staff on {subject}"), _NOBODY)
COMMENT_SETTLED = _event(
    "comment.settled", N_("{actor} saw nothing to answer on {subject}"), _NOBODY
)
CONTACT_ACCEPTED_INVITATION = _event(
    "contact.accepted_invitation", N_("{actor} joined the portal"), _STAFF
)
CONTACT_CHANGED_COLLEAGUE = _event(
    "contact.changed_colleague",
    N_("{actor} changed what a colleague may do: {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
CONTACT_CHANGED_PASSWORD = _event(
    "contact.changed_password", N_("{actor} changed the password"), _NOBODY
)
CONTACT_DISABLED = _event(
    "contact.disabled", N_("{actor} switched off portal access of {subject}"), _NOBODY
)
CONTACT_DISABLED_COLLEAGUE = _event(
    "contact.disabled_colleague",
    N_("{actor} switched off access of the colleague {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
CONTACT_ENABLED = _event(
    "contact.enabled", N_("{actor} switched on portal access of {subject}"), _NOBODY
)
CONTACT_ENABLED_COLLEAGUE = _event(
    "contact.enabled_colleague",
    N_("{actor} switched on access of the colleague {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
CONTACT_INVITED = _event("contact.invited", N_("{actor} invited {subject}"), _NOBODY)
CONTACT_INVITED_COLLEAGUE = _event(
    "contact.invited_colleague",
    N_("{actor} invited the colleague {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
CONTACT_RESET_PASSWORD = _event(
    "contact.reset_password", N_("{actor} set a new password of {subject}"), _NOBODY
)
CONTACT_ROLE_CHANGED = _event(
    "contact.role_changed", N_("{actor} changed the role of {subject}"), _NOBODY
)
CONTACT_SIGNED_IN = _event("contact.signed_in", N_("{actor} signed in"), _NOBODY)
CUSTOMER_PORTAL_DISABLED = _event(
    "customer.portal_disabled", N_("{actor} switched off the portal of {subject}"), _NOBODY
)
CUSTOMER_PORTAL_ENABLED = _event(
    "customer.portal_enabled", N_("{actor} switched on the portal of {subject}"), _NOBODY
)
DETAILS_ADDRESS_CHANGED = _event(
    "details.address_changed",
    N_("{actor} changed an address of {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
DETAILS_COMPANY_CHANGED = _event(
    "details.company_changed",
    N_("{actor} changed the details of {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
DETAILS_PERSON_CHANGED = _event(
    "details.person_changed",
    N_("{actor} changed the personal details of {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
DETAILS_TAX_NUMBER_ASKED = _event(
    "details.tax_number_asked",
    N_("{actor} asks you to confirm the tax number of {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
DETAILS_TAX_NUMBER_CONFIRMED = _event(
    "details.tax_number_confirmed", N_("{actor} confirmed the tax number of {subject}"), _NOBODY
)
DETAILS_TAX_NUMBER_REFUSED = _event(
    "details.tax_number_refused", N_("{actor} refused the tax number of {subject}"), _NOBODY
)
DETAILS_TAX_NUMBER_WITHDRAWN = _event(
    "details.tax_number_withdrawn", N_("{actor} took back the new tax number of {subject}"), _STAFF
)
DISPUTE_ACCEPTED = _event(
    "dispute.accepted",
    N_("{actor} accepted the dispute of {subject}"),
    _OTHER_SIDE,
    mailed_to_contacts=_ON_COMMENTS,
)
DISPUTE_OPENED = _event(
    "dispute.opened", N_("{actor} disputed {subject}"), _STAFF, mailed=_ON_ACTIVITY
)
DISPUTE_REJECTED = _event(
    "dispute.rejected",
    N_("{actor} rejected the dispute of {subject}"),
    _OTHER_SIDE,
    mailed_to_contacts=_ON_COMMENTS,
)
DISPUTE_REVIEWED = _event(
    "dispute.reviewed", N_("{actor} looks into the dispute of {subject}"), _OTHER_SIDE
)
DISPUTE_WITHDRAWN = _event(
    "dispute.withdrawn",
    N_("{actor} withdrew the dispute of {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
DOCUMENT_DOWNLOADED = _event("document.downloaded", N_("{actor} downloaded {subject}"), _NOBODY)
DOCUMENT_FORWARDED = _event(
    "document.forwarded", N_("{actor} forwarded {subject}"), _STAFF, mailed=_ON_ACTIVITY
)
DOCUMENT_VIEWED = _event("document.viewed", N_("{actor} opened {subject}"), _NOBODY)
DOCUMENT_QUESTION_CLEARED = _event(
    "document.question_cleared", N_("{actor} said that this is owed: {subject}"), _NOBODY
)
DOWNLOADED_MANY = _event(
    "document.many_downloaded",
    N_("{actor} downloaded many more files within half an hour"),
    _NOBODY,
)
ESTIMATE_ACCEPTED = _event(
    "estimate.accepted", N_("{actor} accepted estimate {subject}"), _STAFF, mailed=_ON_ACTIVITY
)
ESTIMATE_DECLINED = _event(
    "estimate.declined", N_("{actor} declined estimate {subject}"), _STAFF, mailed=_ON_ACTIVITY
)
ESTIMATE_LINK_CREATED = _event(
    "estimate.link_created", N_("{actor} made a public link of estimate {subject}"), _NOBODY
)
ESTIMATE_LINK_OPENED = _event(
    "estimate.link_opened", N_("{actor} opened estimate {subject}"), _STAFF
)
ESTIMATE_LINK_REVOKED = _event(
    "estimate.link_revoked", N_("{actor} revoked a public link of estimate {subject}"), _NOBODY
)
ESTIMATE_REOPENED = _event(
    "estimate.reopened", N_("{actor} took back the acceptance of estimate {subject}"), _OTHER_SIDE
)
ESTIMATE_SENT = _event(
    "estimate.sent",
    N_("{actor} sent estimate {subject}"),
    _OTHER_SIDE,
    mailed_to_contacts="notify_contacts_of_estimates",
)
FILE_ADDED = _event(
    "file.added",
    N_("{actor} shared document {subject}"),
    _OTHER_SIDE,
    mailed=_ON_ACTIVITY,
    mailed_to_contacts=_ON_COMMENTS,
)
FILE_WITHDRAWN = _event("file.withdrawn", N_("{actor} withdrew document {subject}"), _OTHER_SIDE)
IMPORT_FINISHED = _event("import.finished", N_("{actor} finished importing {subject}"), _NOBODY)
IMPORT_VOIDED = _event(
    "import.voided", N_("{actor} voided what is no longer in the backup: {subject}"), _NOBODY
)
INVOICE_DRAFTED = _event("invoice.drafted", N_("{actor} drafted invoice {subject}"), _STAFF)
INVOICE_SENT = _event("invoice.sent", N_("{actor} sent invoice {subject}"), _NOBODY)
MAIL_SENT_AGAIN = _event(
    "mail.sent_again", N_("{actor} sent the failed mail again to {subject}"), _NOBODY
)
MESSAGE_SENT = _event("message.sent", N_("{actor} sent a message"), _NOBODY)
ORGANISATION_CHANGED = _event(
    "organisation.changed", N_("{actor} changed the details of {subject}"), _NOBODY
)
PAYMENT_APPROVAL_ASKED = _event(
    "payment.approval_asked",
    N_("{actor} asks for your agreement to pay {subject}"),
    _COLLEAGUES,
    asks=Permission.INVOICE_PAY,
)
PAYMENT_APPROVED = _event(
    "payment.approved", N_("{actor} agreed to the payment of {subject}"), _COLLEAGUES
)
PAYMENT_CANCELLED = _event(
    "payment.cancelled", N_("{actor} cancelled a payment of {subject}"), _NOBODY
)
PAYMENT_FAILED = _event(
    "payment.failed",
    N_("{actor} could not pay {subject}"),
    _EVERYBODY,
    mailed=_ON_ACTIVITY,
    mailed_to_contacts=_ON_PAYMENTS,
)
PAYMENT_HELD = _event(
    "payment.held",
    N_("{actor} wants you to look at the payment of {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
PAYMENT_METHOD_CHOSEN = _event(
    "payment.method_chosen", N_("{actor} chose to pay with {subject}"), _NOBODY
)
PAYMENT_METHOD_REMOVED = _event(
    "payment.method_removed", N_("{actor} removed the saved method {subject}"), _NOBODY
)
PAYMENT_RECEIVED = _event(
    "payment.received",
    N_("{actor} paid {subject}"),
    _EVERYBODY,
    mailed=_ON_ACTIVITY,
    mailed_to_contacts=_ON_PAYMENTS,
)
PAYMENT_REFUNDED = _event(
    "payment.refunded",
    N_("{actor} refunded payment {subject}"),
    _EVERYBODY,
    mailed_to_contacts=_ON_PAYMENTS,
)
PAYMENT_REFUND_FAILED = _event(
    "payment.refund_failed",
    N_("{actor} could not refund payment {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
PAYMENT_RETURNED = _event(
    "payment.returned",
    N_("{actor} recorded the return of payment {subject}"),
    _EVERYBODY,
    mailed=_ON_ACTIVITY,
    mailed_to_contacts=_ON_PAYMENTS,
)
PAYMENT_STARTED = _event("payment.started", N_("{actor} began to pay {subject}"), _NOBODY)
PAYMENT_TAKEN_BACK = _event(
    "payment.taken_back",
    N_("{actor} recorded the bank dispute of payment {subject}"),
    _EVERYBODY,
    mailed=_ON_ACTIVITY,
    mailed_to_contacts=_ON_PAYMENTS,
)
PREFERENCES_CHANGED = _event(
    "preferences.changed", N_("{actor} changed the portal's settings"), _NOBODY
)
RETAINER_INVOICE_SENT = _event(
    "retainer_invoice.sent", N_("{actor} sent retainer invoice {subject}"), _NOBODY
)
REVIEW_ADDED = _event("review.added", N_("{actor} wrote a review"), _STAFF, mailed=_ON_ACTIVITY)
REVIEW_ANSWERED = _event("review.answered", N_("{actor} answered a review"), _NOBODY)
REVIEW_CHANGED = _event("review.changed", N_("{actor} changed a review"), _NOBODY)
REVIEW_CONSENT_WITHDRAWN = _event(
    "review.consent_withdrawn",
    N_("{actor} let a review be published no longer"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
REVIEW_PUBLISHED = _event("review.published", N_("{actor} published a review"), _NOBODY)
REVIEW_REQUESTED = _event(
    "review.requested", N_("{actor} asked for a review from {subject}"), _NOBODY
)
REVIEW_TAKEN_BACK = _event("review.taken_back", N_("{actor} took back a published review"), _NOBODY)
STAFF_CHANGED_PASSWORD = _event(
    "staff.changed_password", N_("{actor} changed the password"), _NOBODY
)
STAFF_CREATED = _event("staff.created", N_("{actor} added to the staff: {subject}"), _NOBODY)
STAFF_DISABLED = _event("staff.disabled", N_("{actor} switched off access of {subject}"), _NOBODY)
STAFF_ENABLED = _event("staff.enabled", N_("{actor} switched on access of {subject}"), _NOBODY)
STAFF_LINK_RENEWED = _event(
    "staff.link_renewed", N_("{actor} sent a new link to {subject}"), _NOBODY
)
STAFF_RESET_PASSWORD = _event(
    "staff.reset_password", N_("{actor} set a new password of {subject}"), _NOBODY
)
STAFF_ROLE_CHANGED = _event(
    "staff.role_changed", N_("{actor} changed the role of {subject}"), _NOBODY
)
STAFF_SIGNED_IN = _event("staff.signed_in", N_("{actor} signed in"), _NOBODY)

VIEWED = {
    kind.record: _event(f"{kind.record}.viewed", kind.viewed, _STAFF, mailed=_ON_ACTIVITY)
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


SET_UP_SECOND_FACTOR = _of_person("set_up_second_factor", N_("{actor} set up a second factor"))
TURNED_OFF_SECOND_FACTOR = _of_person(
    "turned_off_second_factor", N_("{actor} turned off the second factor")
)
RENEWED_RECOVERY_CODES = _of_person("renewed_recovery_codes", N_("{actor} made new recovery codes"))
USED_RECOVERY_CODE = _of_person("used_recovery_code", N_("{actor} signed in with a recovery code"))
RESET_SECOND_FACTOR = _of_person(
    "reset_second_factor", N_("{actor} took away the second factor of {subject}")
)
"""By the kind of person whose second factor it is."""
LINKED_ACCOUNT = _of_person("linked_account", N_("{actor} linked an account elsewhere to sign in"))
UNLINKED_ACCOUNT = _of_person(
    "unlinked_account", N_("{actor} unlinked the account elsewhere that signed in")
)
TOOK_AWAY_ACCOUNT = _of_person(
    "took_away_account", N_("{actor} unlinked the account elsewhere of {subject}")
)
"""By the kind of person whose account at an OpenID provider it is."""
