"""Messages from a customer to the business, sent from the organisation block of Home."""

from datetime import datetime, timedelta
from uuid import UUID

from portal_data import store
from portal_data.errors import Conflict, Invalid, Unavailable
from portal_data.messaging import activity, events, outbox
from portal_data.scope import Permission, Scope
from portal_data.text import bidi
from portal_data.text.language import _, grouped

SUBJECT_LIMIT = 200
BODY_LIMIT = 10_000
DAY_LIMIT = 20
"""Messages of one contact within 24 hours."""

_HOLD = """
    select id from core.contacts where id = $id and customer_id = $customer_id order by id
"""
_SENT = """
    select count(*)::bigint as n from core.activity
    where customer_id = $customer_id and actor_id = $contact_id and event = 'message.sent'
        and happened_at > $since
    order by n
"""


def send(scope: Scope, subject: str, body: str, *, key: UUID, now: datetime) -> None:
    """Mail the business on the contact's behalf; answers go to the contact.

    `key` is of this message alone: a second click comes with the same one, and sends nothing more.
    Raises Invalid for an empty or too long message, Conflict after 20 within a day, Unavailable
    when the organisation has no e-mail address.
    """
    scope.need(Permission.MESSAGE_SEND)
    subject, body = " ".join(subject.split()), body.strip()
    if not subject or not body:
        raise Invalid(_("Write a subject and a message."))
    if len(subject) > SUBJECT_LIMIT or len(body) > BODY_LIMIT:
        raise Invalid(
            _(
                "Keep the subject under {subject} and the message under {message} characters.",
                subject=grouped(SUBJECT_LIMIT),
                message=grouped(BODY_LIMIT),
            )
        )
    with store.writing(scope) as session:
        session.locked(_HOLD, id=scope.contact_id, customer_id=scope.customer_id)
        since = now - timedelta(days=1)
        sent = session.value(
            _SENT, customer_id=scope.customer_id, contact_id=scope.contact_id, since=since
        )
        if sent >= DAY_LIMIT:
            raise Conflict(
                _(
                    "You have sent {number} messages today. Please call us instead.",
                    number=DAY_LIMIT,
                )
            )
        to = session.value("select email from organisation order by name")
        if not to:
            raise Unavailable(_("The business has not published an e-mail address."))
        queued = outbox.enqueue(
            session,
            "mail.message",
            dedup_key=f"message:{key}",
            customer_id=scope.customer_id,
            now=now,
            payload={
                "to": to,
                "reply_to": scope.email,
                "subject": f"{subject} ({bidi.isolated(scope.customer_name)})",
                "body": body,
                "from_name": scope.name,
            },
        )
        if queued:
            activity.record(session, scope, events.MESSAGE_SENT, now=now, details=subject)
