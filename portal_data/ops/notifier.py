"""The notifier: turns one recorded event into bells and mails, as `messaging.events` says."""

from datetime import datetime
from uuid import UUID

from portal_data import screens
from portal_data.business import preferences
from portal_data.ids import new_id
from portal_data.messaging import activity, outbox, templates
from portal_data.messaging.events import EVENTS, Audience
from portal_data.scope import roles_that_may
from portal_data.store import OpenSession

_ACTIVITY = """
    select a.customer_id, a.event, a.subject_kind, a.subject_id, a.subject_number, a.actor_kind,
        a.actor_name, a.details, a.visible, u.display_name as customer_name
    from core.activity a
    left join core.customers u on u.id = a.customer_id
    where a.id = $id order by a.id
"""
_UNHEARD = """
    not exists (
        select 1 from core.notifications n
        where n.activity_id = $activity_id and n.recipient_id = p.id
    )
"""
_STAFF = f"""
    select p.id, p.email from core.staff p
    where p.status = 'active' and {_UNHEARD}
    order by p.id
"""
_CONTACTS = f"""
    select p.id, p.email, p.role from core.contacts p
    join core.customers u on u.id = p.customer_id and u.portal_enabled
    where p.customer_id = $customer_id and p.portal_status = 'active' and p.email is not null
        and {_UNHEARD}
    order by p.id
"""
_RING = """
    insert into core.notifications (id, customer_id, recipient_kind, recipient_id, activity_id,
        created_at)
    values ($id, $customer_id, $recipient_kind, $recipient_id, $activity_id, $now)
"""


def notify(session: OpenSession, activity_id: UUID, now: datetime) -> int:
    """Notify everybody who hears of an event and return how many; nobody hears of it twice.

    Contacts hear of nothing that their customer does not see.
    """
    event = session.one(_ACTIVITY, id=activity_id)
    known = EVENTS.get(event["event"]) if event else None
    if event is None or known is None or known.heard_by is Audience.NOBODY:
        return 0
    customer_id = event["customer_id"]
    if known.heard_by is Audience.OTHER_SIDE and event["actor_kind"] == "staff":
        if not event["visible"]:
            return 0
        kind, mailed, whose = "contact", known.mailed_to_contacts, None
        recipients = session.rows(_CONTACTS, activity_id=activity_id, customer_id=customer_id)
    else:
        kind, mailed, whose = "staff", known.mailed, event["customer_name"]
        recipients = session.rows(_STAFF, activity_id=activity_id)
    told = activity.sentence(event["actor_name"], event["event"], event["subject_number"])
    subject = (event["subject_kind"], event["subject_id"], event["subject_number"])
    page = screens.of_subject(*subject) or ""
    mails = mailed is not None and getattr(preferences.get(session), mailed)
    asked = roles_that_may(known.asks) if known.asks else set()
    for recipient in recipients:
        session.change(
            _RING,
            id=new_id(),
            customer_id=customer_id,
            recipient_kind=kind,
            recipient_id=recipient["id"],
            activity_id=activity_id,
            now=now,
        )
        if mails or recipient.get("role") in asked:
            outbox.enqueue(
                session,
                "mail.activity",
                dedup_key=f"activity:{activity_id}:{recipient['id']}",
                payload=templates.activity(
                    recipient["email"], told, whose, page, quote=event["details"]
                ),
                customer_id=customer_id,
                now=now,
            )
    return len(recipients)
