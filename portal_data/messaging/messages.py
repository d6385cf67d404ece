"""Messages from a customer to the business, sent from the organisation block of Home."""

from datetime import datetime, timedelta
from uuid import UUID

from portal_data import store
from portal_data.errors import Conflict, Unavailable
from portal_data.messaging import activity, events, outbox
from portal_data.scope import Permission, Scope
from portal_data.text import bidi, form_fields
from portal_data.text.form_fields import Field
from portal_data.text.language import N_, _
from portal_data.text.normal_form import nfc

FIELDS = {
    "subject": Field(N_("Subject"), 200, nfc, required=True),
    "body": Field(N_("Message"), 10_000, nfc, required=True, multiline=True),
}
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
    Raises InvalidFields for an empty or too long message, Conflict after 20 within a day,
    Unavailable when the organisation has no e-mail address.
    """
    scope.need(Permission.MESSAGE_SEND)
    typed = form_fields.clean(FIELDS, {"subject": subject, "body": body})
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
                "subject": f"{typed['subject']} ({bidi.isolated(scope.customer_name)})",
                "body": typed["body"],
                "from_name": scope.name,
            },
        )
        if queued:
            activity.record(session, scope, events.MESSAGE_SENT, now=now, details=typed["subject"])
