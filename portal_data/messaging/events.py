"""Every event there is. One line each: an event that is not here cannot be recorded."""

from portal_data.kinds import KINDS
from portal_data.messaging import autopay_events, link_events, promise_events
from portal_data.messaging.event import Audience, Event, entered, event
from portal_data.scope import Permission
from portal_data.text.language import N_

_NOBODY, _STAFF, _OTHER_SIDE = Audience.NOBODY, Audience.STAFF, Audience.OTHER_SIDE
_COLLEAGUES, _EVERYBODY = Audience.COLLEAGUES, Audience.EVERYBODY
_ON_ACTIVITY = "notify_staff_of_activity"
_ON_COMMENTS = "notify_contacts_of_comments"
_ON_PAYMENTS = "notify_contacts_of_payments"

APPROVAL_APPROVED = event(
    "approval.approved", N_("{actor} approved timesheet {subject}"), _STAFF, mailed=_ON_ACTIVITY
)
APPROVAL_AUTO_APPROVED = event(
    "approval.auto_approved",
    N_("{actor} approved without an answer timesheet {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
APPROVAL_PARTLY_APPROVED = event(
    "approval.partly_approved",
    N_("{actor} approved in part timesheet {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
APPROVAL_QUERIED = event(
    "approval.queried",
    N_("{actor} has questions about timesheet {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
APPROVAL_REJECTED = event(
    "approval.rejected", N_("{actor} rejected timesheet {subject}"), _STAFF, mailed=_ON_ACTIVITY
)
APPROVAL_REOPENED = event(
    "approval.reopened",
    N_("{actor} asked for another answer to timesheet {subject}"),
    _OTHER_SIDE,
    asks=Permission.TIMESHEET_ANSWER,
)
APPROVAL_SUBMITTED = event(
    "approval.submitted",
    N_("{actor} sent timesheet {subject}"),
    _OTHER_SIDE,
    asks=Permission.TIMESHEET_ANSWER,
)
APPROVAL_TAKEN_BACK = event(
    "approval.taken_back",
    N_("{actor} took back the answer to timesheet {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
BANK_LINE_DISMISSED = event(
    "bank_line.dismissed", N_("{actor} saw no payment in the bank line of {subject}"), _NOBODY
)
BANK_STATEMENT_RECORDED = event(
    "bank_statement.recorded", N_("{actor} recorded the bank statement of {subject}"), _NOBODY
)
CREDIT_USED = event(
    "credit.used", N_("{actor} used credit for {subject}"), _OTHER_SIDE, mailed=_ON_ACTIVITY
)
COMMENT_ADDED = event(
    "comment.added",
    N_("{actor} commented on {subject}"),
    _OTHER_SIDE,
    mailed=_ON_ACTIVITY,
    mailed_to_contacts=_ON_COMMENTS,
)
ARCHIVE_ASKED = event(
    "archive.asked", N_("{actor} asked for a file of all data of {subject}"), _STAFF
)
COMMENT_NOTED = event("comment.noted", N_("{actor} noted for the staff on {subject}"), _NOBODY)
COMMENT_SETTLED = event(
    "comment.settled", N_("{actor} saw nothing to answer on {subject}"), _NOBODY
)
CONTACT_ACCEPTED_INVITATION = event(
    "contact.accepted_invitation", N_("{actor} joined the portal"), _STAFF
)
CONTACT_CHANGED_COLLEAGUE = event(
    "contact.changed_colleague",
    N_("{actor} changed what a colleague may do: {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
CONTACT_CHANGED_PASSWORD = event(
    "contact.changed_password", N_("{actor} changed the password"), _NOBODY
)
CONTACT_DISABLED = event(
    "contact.disabled", N_("{actor} switched off portal access of {subject}"), _NOBODY
)
CONTACT_DISABLED_COLLEAGUE = event(
    "contact.disabled_colleague",
    N_("{actor} switched off access of the colleague {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
CONTACT_ENABLED = event(
    "contact.enabled", N_("{actor} switched on portal access of {subject}"), _NOBODY
)
CONTACT_ENABLED_COLLEAGUE = event(
    "contact.enabled_colleague",
    N_("{actor} switched on access of the colleague {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
CONTACT_INVITED = event("contact.invited", N_("{actor} invited {subject}"), _NOBODY)
CONTACT_INVITED_COLLEAGUE = event(
    "contact.invited_colleague",
    N_("{actor} invited the colleague {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
CONTACT_RESET_PASSWORD = event(
    "contact.reset_password", N_("{actor} set a new password of {subject}"), _NOBODY
)
CONTACT_LIMIT_CHANGED = event(
    "contact.limit_changed", N_("{actor} changed the payment limit of {subject}"), _NOBODY
)
CONTACT_ROLE_CHANGED = event(
    "contact.role_changed", N_("{actor} changed the role of {subject}"), _NOBODY
)
CONTACT_SIGNED_IN = event("contact.signed_in", N_("{actor} signed in"), _NOBODY)
CUSTOMER_PORTAL_DISABLED = event(
    "customer.portal_disabled", N_("{actor} switched off the portal of {subject}"), _NOBODY
)
CUSTOMER_PORTAL_ENABLED = event(
    "customer.portal_enabled", N_("{actor} switched on the portal of {subject}"), _NOBODY
)
DETAILS_ADDRESS_CHANGED = event(
    "details.address_changed",
    N_("{actor} changed an address of {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
DETAILS_COMPANY_CHANGED = event(
    "details.company_changed",
    N_("{actor} changed the details of {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
DETAILS_PERSON_CHANGED = event(
    "details.person_changed",
    N_("{actor} changed the personal details of {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
DETAILS_TAX_NUMBER_ASKED = event(
    "details.tax_number_asked",
    N_("{actor} asks you to confirm the tax number of {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
DETAILS_TAX_NUMBER_CONFIRMED = event(
    "details.tax_number_confirmed", N_("{actor} confirmed the tax number of {subject}"), _NOBODY
)
DETAILS_TAX_NUMBER_REFUSED = event(
    "details.tax_number_refused", N_("{actor} refused the tax number of {subject}"), _NOBODY
)
DETAILS_TAX_NUMBER_WITHDRAWN = event(
    "details.tax_number_withdrawn", N_("{actor} took back the new tax number of {subject}"), _STAFF
)
DISPUTE_ACCEPTED = event(
    "dispute.accepted",
    N_("{actor} accepted the dispute of {subject}"),
    _OTHER_SIDE,
    mailed_to_contacts=_ON_COMMENTS,
)
DISPUTE_OPENED = event(
    "dispute.opened", N_("{actor} disputed {subject}"), _STAFF, mailed=_ON_ACTIVITY
)
DISPUTE_REJECTED = event(
    "dispute.rejected",
    N_("{actor} rejected the dispute of {subject}"),
    _OTHER_SIDE,
    mailed_to_contacts=_ON_COMMENTS,
)
DISPUTE_REVIEWED = event(
    "dispute.reviewed", N_("{actor} looks into the dispute of {subject}"), _OTHER_SIDE
)
DISPUTE_WITHDRAWN = event(
    "dispute.withdrawn",
    N_("{actor} withdrew the dispute of {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
DOCUMENT_DOWNLOADED = event("document.downloaded", N_("{actor} downloaded {subject}"), _NOBODY)
DOCUMENT_FORWARDED = event(
    "document.forwarded", N_("{actor} forwarded {subject}"), _STAFF, mailed=_ON_ACTIVITY
)
DOCUMENT_VIEWED = event("document.viewed", N_("{actor} opened {subject}"), _NOBODY)
DOCUMENT_QUESTION_CLEARED = event(
    "document.question_cleared", N_("{actor} said that this is owed: {subject}"), _NOBODY
)
DOWNLOADED_MANY = event(
    "document.many_downloaded",
    N_("{actor} downloaded many more files within half an hour"),
    _NOBODY,
)
ESTIMATE_ACCEPTED = event(
    "estimate.accepted", N_("{actor} accepted estimate {subject}"), _STAFF, mailed=_ON_ACTIVITY
)
ESTIMATE_DECLINED = event(
    "estimate.declined", N_("{actor} declined estimate {subject}"), _STAFF, mailed=_ON_ACTIVITY
)
ESTIMATE_REOPENED = event(
    "estimate.reopened", N_("{actor} took back the acceptance of estimate {subject}"), _OTHER_SIDE
)
ESTIMATE_SENT = event(
    "estimate.sent",
    N_("{actor} sent estimate {subject}"),
    _OTHER_SIDE,
    mailed_to_contacts="notify_contacts_of_estimates",
)
FILE_ADDED = event(
    "file.added",
    N_("{actor} shared document {subject}"),
    _OTHER_SIDE,
    mailed=_ON_ACTIVITY,
    mailed_to_contacts=_ON_COMMENTS,
)
FILE_WITHDRAWN = event("file.withdrawn", N_("{actor} withdrew document {subject}"), _OTHER_SIDE)
IMPORT_FINISHED = event("import.finished", N_("{actor} finished importing {subject}"), _NOBODY)
IMPORT_VOIDED = event(
    "import.voided", N_("{actor} voided what is no longer in the backup: {subject}"), _NOBODY
)
INVOICE_DRAFTED = event("invoice.drafted", N_("{actor} drafted invoice {subject}"), _STAFF)
INVOICE_REMINDED = event(
    "invoice.reminded", N_("{actor} reminded of invoice {subject}"), _NOBODY, reminds="reminders"
)
INVOICE_SENT = event("invoice.sent", N_("{actor} sent invoice {subject}"), _NOBODY)
MAIL_SENT_AGAIN = event(
    "mail.sent_again", N_("{actor} sent the failed mail again to {subject}"), _NOBODY
)
MESSAGE_SENT = event("message.sent", N_("{actor} sent a message"), _NOBODY)
ORGANISATION_CHANGED = event(
    "organisation.changed", N_("{actor} changed the details of {subject}"), _NOBODY
)
PAYMENT_ALL_LOOKED_AT = event(
    "payment.all_looked_at", N_("{actor} looked at all payments on their way"), _NOBODY
)
PAYMENT_APPROVAL_ASKED = event(
    "payment.approval_asked",
    N_("{actor} asks for your agreement to pay {subject}"),
    _COLLEAGUES,
    asks=Permission.INVOICE_PAY,
)
PAYMENT_APPROVED = event(
    "payment.approved", N_("{actor} agreed to the payment of {subject}"), _COLLEAGUES
)
PAYMENT_CANCELLED = event(
    "payment.cancelled", N_("{actor} cancelled a payment of {subject}"), _NOBODY
)
PAYMENT_FAILED = event(
    "payment.failed",
    N_("{actor} could not pay {subject}"),
    _EVERYBODY,
    mailed=_ON_ACTIVITY,
    mailed_to_contacts=_ON_PAYMENTS,
)
PAYMENT_HELD = event(
    "payment.held",
    N_("{actor} wants you to look at the payment of {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
PAYMENT_HELD_ACCEPTED = event(
    "payment.held_accepted", N_("{actor} accepted what came for {subject}"), _NOBODY
)
PAYMENT_HELD_ENDED = event(
    "payment.held_ended", N_("{actor} ended the payment of {subject}"), _OTHER_SIDE
)
PAYMENT_MESSAGE_REPLAYED = event(
    "payment.message_replayed",
    N_("{actor} looked again at the payment message {subject}"),
    _NOBODY,
)
PAYMENT_METHOD_CHOSEN = event(
    "payment.method_chosen", N_("{actor} chose to pay with {subject}"), _NOBODY
)
PAYMENT_METHOD_REMOVED = event(
    "payment.method_removed", N_("{actor} removed the saved method {subject}"), _NOBODY
)
PAYMENT_RECEIVED = event(
    "payment.received",
    N_("{actor} paid {subject}"),
    _EVERYBODY,
    mailed=_ON_ACTIVITY,
    mailed_to_contacts=_ON_PAYMENTS,
)
PAYMENT_REALLOCATED = event(
    "payment.reallocated",
    N_("{actor} applied to other invoices payment {subject}"),
    _OTHER_SIDE,
)
PAYMENT_RECORDED = event(
    "payment.recorded",
    N_("{actor} recorded payment {subject}"),
    _OTHER_SIDE,
    mailed_to_contacts=_ON_PAYMENTS,
)
PAYMENT_REFUNDED = event(
    "payment.refunded",
    N_("{actor} refunded payment {subject}"),
    _EVERYBODY,
    mailed_to_contacts=_ON_PAYMENTS,
)
PAYMENT_REFUND_ASKED = event(
    "payment.refund_asked", N_("{actor} sends back money of payment {subject}"), _OTHER_SIDE
)
PAYMENT_REFUND_FAILED = event(
    "payment.refund_failed",
    N_("{actor} could not refund payment {subject}"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
PAYMENT_RETURNED = event(
    "payment.returned",
    N_("{actor} recorded the return of payment {subject}"),
    _EVERYBODY,
    mailed=_ON_ACTIVITY,
    mailed_to_contacts=_ON_PAYMENTS,
)
PAYMENT_STARTED = event("payment.started", N_("{actor} began to pay {subject}"), _NOBODY)
PAYMENT_TAKEN_BACK = event(
    "payment.taken_back",
    N_("{actor} recorded the bank dispute of payment {subject}"),
    _EVERYBODY,
    mailed=_ON_ACTIVITY,
    mailed_to_contacts=_ON_PAYMENTS,
)
PAYMENT_VOIDED = event(
    "payment.voided",
    N_("{actor} voided payment {subject}"),
    _OTHER_SIDE,
    mailed_to_contacts=_ON_PAYMENTS,
)
PREFERENCES_CHANGED = event(
    "preferences.changed", N_("{actor} changed the portal's settings"), _NOBODY
)
RETAINER_INVOICE_SENT = event(
    "retainer_invoice.sent", N_("{actor} sent retainer invoice {subject}"), _NOBODY
)
REVIEW_ADDED = event("review.added", N_("{actor} wrote a review"), _STAFF, mailed=_ON_ACTIVITY)
REVIEW_ANSWERED = event("review.answered", N_("{actor} answered a review"), _NOBODY)
REVIEW_CHANGED = event("review.changed", N_("{actor} changed a review"), _NOBODY)
REVIEW_CONSENT_WITHDRAWN = event(
    "review.consent_withdrawn",
    N_("{actor} let a review be published no longer"),
    _STAFF,
    mailed=_ON_ACTIVITY,
)
REVIEW_PUBLISHED = event("review.published", N_("{actor} published a review"), _NOBODY)
REVIEW_REQUESTED = event(
    "review.requested", N_("{actor} asked for a review from {subject}"), _NOBODY
)
REVIEW_TAKEN_BACK = event("review.taken_back", N_("{actor} took back a published review"), _NOBODY)
STAFF_CHANGED_PASSWORD = event(
    "staff.changed_password", N_("{actor} changed the password"), _NOBODY
)
STAFF_CREATED = event("staff.created", N_("{actor} added to the staff: {subject}"), _NOBODY)
STAFF_DISABLED = event("staff.disabled", N_("{actor} switched off access of {subject}"), _NOBODY)
STAFF_ENABLED = event("staff.enabled", N_("{actor} switched on access of {subject}"), _NOBODY)
STAFF_LINK_RENEWED = event(
    "staff.link_renewed", N_("{actor} sent a new link to {subject}"), _NOBODY
)
STAFF_RESET_PASSWORD = event(
    "staff.reset_password", N_("{actor} set a new password of {subject}"), _NOBODY
)
STAFF_LIMIT_CHANGED = event(
    "staff.limit_changed", N_("{actor} changed the payment limit of {subject}"), _NOBODY
)
STAFF_ROLE_CHANGED = event(
    "staff.role_changed", N_("{actor} changed the role of {subject}"), _NOBODY
)
STAFF_SIGNED_IN = event("staff.signed_in", N_("{actor} signed in"), _NOBODY)

VIEWED = {
    kind.record: event(f"{kind.record}.viewed", kind.viewed, _STAFF, mailed=_ON_ACTIVITY)
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
    return {kind: event(f"{kind}.{action}", words, _NOBODY) for kind in kinds}


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

ELSEWHERE = (
    autopay_events,
    link_events,
    promise_events,
)  # modules that enter more, which they do when they are imported
EVENTS: dict[str, Event] = entered()
"""Every event by its key, as the store keeps it."""
