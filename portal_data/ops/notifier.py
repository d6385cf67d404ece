"""The notifier: turns one recorded event into bells and mails, as `messaging.events` says.

What a person chose decides the way; the business's preferences are the upper bound of mails. What
is not mailed at once waits in the person's notifications for a digest, which is work in the outbox:
one piece for each person and moment, made in the transaction that told the first thing of it.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

from portal_data import screens
from portal_data.business import preferences
from portal_data.ids import BUSINESS, new_id
from portal_data.messaging import activity, bounces, delivery, outbox, templates, unsubscribing
from portal_data.messaging.delivery import Channel, Delivery
from portal_data.messaging.event import Audience, Event
from portal_data.messaging.events import EVENTS
from portal_data.messaging.topics import Side, mails, topic_of
from portal_data.scope import Permission, Role, roles_that_may
from portal_data.store import OpenSession
from portal_data.text import language

DIGEST = "digest"
"""The kind of work that makes a digest."""
_ANSWERING = roles_that_may(Permission.ESTIMATE_ANSWER)
MOST_TOLD = 30
"""Things that a digest tells one by one."""

_ACTIVITY = """
    select a.id, a.customer_id, a.event, a.subject_kind, a.subject_id, a.subject_number,
        a.actor_kind, a.actor_name, a.details, a.visible, u.display_name as customer_name
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
    select p.id, p.email, p.role from core.staff p
    where p.status = 'active' and {_UNHEARD}
    order by p.id
"""
_CONTACTS = f"""
    select p.id, p.email, p.role, p.language, u.language as customer_language
    from core.contacts p
    join core.customers u on u.id = p.customer_id and u.portal_enabled
    where p.customer_id = $customer_id and p.portal_status = 'active' and p.email is not null
        and {_UNHEARD}
    order by p.id
"""
_RING = """
    insert into core.notifications (id, customer_id, recipient_kind, recipient_id, activity_id,
        created_at, at_bell, digest_at)
    values ($id, $customer_id, $recipient_kind, $recipient_id, $activity_id, $now, $at_bell,
        $digest_at)
"""
_TIMEZONE = "select timezone from core.organisation order by name"
_MEMBER = """
    select id, email, role from core.staff where id = $id and status = 'active' order by id
"""
_CONTACT = """
    select p.id, p.email, p.role, p.language, u.language as customer_language
    from core.contacts p
    join core.customers u on u.id = p.customer_id and u.portal_enabled
    where p.customer_id = $customer_id and p.id = $id and p.portal_status = 'active'
        and p.email is not null
    order by p.id
"""
_WAITING = """
    select a.id, a.customer_id, a.event, a.subject_kind, a.subject_id, a.subject_number,
        a.actor_kind, a.actor_name, a.details, a.visible, u.display_name as customer_name
    from (
        select activity_id, customer_id, created_at, digest_at, read_at
        from core.notifications where recipient_id = $recipient_id offset 0
    ) n
    join core.activity a on a.customer_id = n.customer_id and a.id = n.activity_id
    left join core.customers u on u.id = a.customer_id
    where n.digest_at <= $now and n.read_at is null
    order by n.created_at, a.id
"""
_TOLD = """
    update core.notifications set digest_at = null
    where recipient_id = $recipient_id and digest_at <= $now
"""


def notify(
    session: OpenSession, activity_id: UUID, now: datetime, *, link: str | None = None
) -> int:
    """Tell everybody who hears of an event and return how many; nobody hears of it twice.

    Contacts hear of nothing that their customer does not see. `link` is one that lets its holder
    answer an estimate without a sign-in: it is mailed, at once or never, to whoever may do so.
    """
    event = session.one(_ACTIVITY, id=activity_id)
    known = EVENTS.get(event["event"]) if event else None
    if event is None or known is None or known.heard_by is Audience.NOBODY:
        return 0
    sides = _sides(event, known)
    return sum(_tell_side(session, event, known, side, now, link=link) for side in sides)


def _sides(event: Mapping[str, Any], known: Event) -> list[Side]:
    """Return who hears of an event; contacts hear of nothing that their customer does not see."""
    heard, by_staff = known.heard_by, event["actor_kind"] == "staff"
    contacts = heard in (Audience.COLLEAGUES, Audience.EVERYBODY)
    staff = heard in (Audience.STAFF, Audience.EVERYBODY)
    if heard is Audience.OTHER_SIDE:
        contacts, staff = by_staff, not by_staff
    sides: list[Side] = ["staff"] if staff else []
    return [*sides, "contact"] if contacts and event["visible"] else sides


def _tell_side(
    session: OpenSession,
    event: Mapping[str, Any],
    known: Event,
    side: Side,
    now: datetime,
    *,
    link: str | None,
) -> int:
    """Tell everybody of one side of an event and return how many."""
    about = {"activity_id": event["id"]}
    if side == "contact":
        recipients = session.rows(_CONTACTS, **about, customer_id=event["customer_id"])
    else:
        recipients = session.rows(_STAFF, **about)
    chosen = delivery.of_people(
        session, _home(side, event["customer_id"]), [each["id"] for each in recipients]
    )
    switched_on = preferences.get(session)
    timezone = str(session.value(_TIMEZONE) or "UTC")
    bounced = bounces.marked(session, [each["email"] for each in recipients])
    for recipient in recipients:
        due = None
        reached = recipient["email"].lower() not in bounced
        if reached and mails(known, side, Role(recipient["role"]), switched_on):
            due = chosen[recipient["id"]].mail_due(topic_of(known), now, timezone)
        answering = side == "contact" and Role(recipient["role"]) in _ANSWERING
        _tell(session, event, known, side, recipient, chosen[recipient["id"]], due, now,
              link=link if answering else None)  # fmt: skip
    return len(recipients)


def digest(
    session: OpenSession, customer_id: UUID, payload: Mapping[str, Any], now: datetime
) -> None:
    """Write the mail of what waits for a person's digest and was not read meanwhile.

    In one transaction with the note that it is told, so that a crash neither loses nor doubles it.
    What the person, or the business, has switched off since is left out.
    """
    side: Side = payload["side"]
    recipient_id = UUID(payload["recipient_id"])
    own = {"recipient_id": recipient_id, "now": now}
    waiting = session.rows(_WAITING, **own)
    session.change(_TOLD, **own)
    if side == "staff":
        recipient = session.one(_MEMBER, id=recipient_id)
    else:
        recipient = session.one(_CONTACT, id=recipient_id, customer_id=customer_id)
    if recipient is None:
        return
    chosen = delivery.of_people(session, customer_id, [recipient_id])[recipient_id]
    if chosen.digest is delivery.Digest.NONE or bounces.marked(session, [recipient["email"]]):
        return
    switched_on, role = preferences.get(session), Role(recipient["role"])
    told = [
        (event, known)
        for event in waiting
        if (known := EVENTS.get(event["event"]))
        and mails(known, side, role, switched_on)
        and chosen.wants(topic_of(known), Channel.MAIL)
    ]
    if not told:
        return
    if len(told) == 1:
        ((event, known),) = told
        _mail(session, event, known, side, recipient, now)
        return
    with _reading(side, recipient):
        sentences = [
            (_sentence(event), event["customer_name"] if side == "staff" else None)
            for event, _ in told[:MOST_TOLD]
        ]
        letter = templates.digest(
            recipient["email"],
            templates.business_name(session),
            sentences,
            len(told) - len(sentences),
        )
    letter["unsubscribe"] = unsubscribing.address(
        session, customer_id=customer_id, recipient_id=recipient_id, kind=side,
        of=unsubscribing.DIGEST, now=now,
    )  # fmt: skip
    outbox.enqueue(
        session,
        "mail.digest",
        dedup_key=f"mail:{payload['key']}",
        payload=letter,
        customer_id=customer_id,
        now=now,
    )


def _tell(
    session: OpenSession,
    event: Mapping[str, Any],
    known: Event,
    side: Side,
    recipient: Mapping[str, Any],
    chosen: Delivery,
    due: datetime | None,
    now: datetime,
    *,
    link: str | None,
) -> None:
    """Ring the bell, mail, or keep something for a digest, as the person chose."""
    at_bell = chosen.wants(topic_of(known), Channel.BELL)
    later = due if due is not None and due > now else None
    if at_bell or later:
        session.change(
            _RING,
            id=new_id(),
            customer_id=event["customer_id"],
            recipient_kind=side,
            recipient_id=recipient["id"],
            activity_id=event["id"],
            at_bell=at_bell,
            digest_at=later,
            now=now,
        )
    if later:
        key = f"digest:{recipient['id']}:{later.isoformat()}"
        outbox.enqueue(
            session,
            DIGEST,
            dedup_key=key,
            payload={"side": side, "recipient_id": str(recipient["id"]), "key": key},
            customer_id=_home(side, event["customer_id"]),
            not_before=later,
            now=now,
        )
    elif due is not None:
        _mail(session, event, known, side, recipient, now, link=link)


def _mail(
    session: OpenSession,
    event: Mapping[str, Any],
    known: Event,
    side: Side,
    recipient: Mapping[str, Any],
    now: datetime,
    *,
    link: str | None = None,
) -> None:
    """Write the mail that tells one person of one event."""
    page = screens.of_subject(event["subject_kind"], event["subject_id"], event["subject_number"])
    with _reading(side, recipient):
        letter = templates.activity(
            recipient["email"],
            _sentence(event),
            event["customer_name"] if side == "staff" else None,
            page or "",
            quote=event["details"],
            answering=link,
        )
    letter["unsubscribe"] = unsubscribing.address(
        session, customer_id=_home(side, event["customer_id"]), recipient_id=recipient["id"],
        kind=side, of=topic_of(known), now=now,
    )  # fmt: skip
    outbox.enqueue(
        session,
        "mail.estimate" if link else "mail.activity",
        dedup_key=f"activity:{event['id']}:{recipient['id']}",
        payload=letter,
        customer_id=event["customer_id"],
        now=now,
    )


def _reading(side: Side, recipient: Mapping[str, Any]) -> AbstractContextManager[None]:
    """Write in the recipient's language; staff read English."""
    return language.reading(language.of_contact(recipient) if side == "contact" else None)


def _sentence(event: Mapping[str, Any]) -> str:
    return activity.sentence(event["actor_name"], event["event"], event["subject_number"])


def _home(side: Side, customer_id: UUID) -> UUID:
    """Return whose the settings of a person are."""
    return BUSINESS if side == "staff" else customer_id
