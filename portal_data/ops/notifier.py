"""The notifier: turns one recorded event into bells and mails, as `messaging.events` says."""

from datetime import datetime
from uuid import UUID

from portal_data import screens
from portal_data.business import preferences
from portal_data.ids import new_id
from portal_data.messaging import activity, outbox, templates
from portal_data.messaging.events import EVENTS, Audience
from portal_data.store import OpenSession

_ACTIVITY = """
    select a.customer_id, a.event, a.subject_kind, a.subject_number, a.actor_name, a.details,
        u.display_name as customer_name
    from core.activity a
    left join core.customers u on u.id = a.customer_id
    where a.id = $id order by a.id
"""
_STAFF = """
    select f.id, f.email from core.staff f
    where f.status = 'active'
        and not exists (
            select 1 from core.notifications n
            where n.activity_id = $activity_id and n.recipient_id = f.id
        )
    order by f.id
"""
_RING = """
    insert into core.notifications (id, customer_id, recipient_kind, recipient_id, activity_id,
        created_at)
    values ($id, $customer_id, 'staff', $recipient_id, $activity_id, $now)
"""


def notify(session: OpenSession, activity_id: UUID, now: datetime) -> int:
    """Notify everybody who hears of an event and return how many; nobody hears of it twice."""
    event = session.one(_ACTIVITY, id=activity_id)
    known = EVENTS.get(event["event"]) if event else None
    if event is None or known is None or known.heard_by is Audience.NOBODY:
        return 0
    mailed = known.mailed is not None and getattr(preferences.get(session), known.mailed)
    page = screens.of_document(event["subject_kind"], event["subject_number"])
    recipients = session.rows(_STAFF, activity_id=activity_id)
    for recipient in recipients:
        session.change(
            _RING,
            id=new_id(),
            customer_id=event["customer_id"],
            recipient_id=recipient["id"],
            activity_id=activity_id,
            now=now,
        )
        if mailed:
            told = activity.sentence(event["actor_name"], event["event"], event["subject_number"])
            outbox.enqueue(
                session,
                "mail.activity",
                dedup_key=f"activity:{activity_id}:{recipient['id']}",
                payload=templates.activity(
                    recipient["email"], told, event["customer_name"], page or ""
                ),
                customer_id=event["customer_id"],
                now=now,
            )
    return len(recipients)
