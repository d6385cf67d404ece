"""Unsubscribing: a link in each mail that stops mails of its kind, without a sign-in (RFC 8058).

The link names one person and one kind of mail, signed with a key of that person's. It opens
nothing, and only switches off what the person can switch on again under Notifications.
"""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal_data import store
from portal_data.errors import NotFound
from portal_data.messaging import delivery, templates
from portal_data.messaging.delivery import Channel
from portal_data.messaging.topics import LABELS, Side, Topic
from portal_data.store import Session
from portal_data.text import language
from portal_data.text.language import N_, _

_DIGESTS = N_("Digests")
DIGEST = "digest"
"""Stands for the mail of several things, where a topic does in others."""
PATH = "unsubscribe"

_TOKEN = re.compile(r"([a-z]{1,20})\.([0-9a-f]{32})\.([A-Za-z0-9_-]{43})")
_KEY = """
    select s.customer_id, s.recipient_kind, s.unsubscribe_key, c.language,
        u.language as customer_language
    from core.notification_settings s
    left join core.contacts c on c.id = s.recipient_id and c.customer_id = s.customer_id
    left join core.customers u on u.id = s.customer_id
    where s.recipient_id = $recipient_id order by s.customer_id
"""
_OWN_KEY = """
    select unsubscribe_key from core.notification_settings
    where customer_id = $customer_id and recipient_id = $recipient_id order by recipient_id
"""
_SET_KEY = """
    update core.notification_settings set unsubscribe_key = $key
    where customer_id = $customer_id and recipient_id = $recipient_id and unsubscribe_key is null
"""
_NO_DIGEST = """
    update core.notification_settings
    set digest = 'none', version = version + 1, updated_at = $now
    where customer_id = $customer_id and recipient_id = $recipient_id and digest <> 'none'
"""


def address(
    session: Session,
    *,
    customer_id: UUID,
    recipient_id: UUID,
    kind: Side,
    of: Topic | str,
    now: datetime,
) -> str:
    """Return the address that stops a person's mails of a topic, or the `DIGEST`."""
    person = {"customer_id": customer_id, "recipient_id": recipient_id}
    delivery.make(session, customer_id=customer_id, recipient_id=recipient_id, kind=kind, now=now)
    session.change(_SET_KEY, **person, key=secrets.token_hex(32))
    key = str(session.value(_OWN_KEY, **person))
    return templates.address(f"{PATH}/{of}.{recipient_id.hex}.{_signature(key, of, recipient_id)}")


@dataclass(frozen=True, slots=True)
class Stopped:
    """What a link stops, and the language of whoever it was mailed to; None is for staff."""

    of: str
    customer_id: UUID
    recipient_id: UUID
    language: str | None

    @property
    def words(self) -> str:
        """What is stopped, in the language that is written now."""
        return _(_DIGESTS) if self.of == DIGEST else _(LABELS[Topic(self.of)])


def opened(token: str) -> Stopped:
    """Return what a link would stop. Raises NotFound for one that is not ours."""
    matched = _TOKEN.fullmatch(token)
    if matched is None or matched[1] not in {DIGEST, *Topic}:
        raise NotFound(_("This link is not valid."))
    of, recipient_id = matched[1], UUID(hex=matched[2])
    with store.system_reading() as session:
        rows = session.rows(_KEY, recipient_id=recipient_id)
    for row in rows:
        key = row["unsubscribe_key"]
        if key and hmac.compare_digest(_signature(key, of, recipient_id), matched[3]):
            written = language.of_contact(row) if row["recipient_kind"] == "contact" else None
            return Stopped(of, row["customer_id"], recipient_id, written)
    raise NotFound(_("This link is not valid."))


def stop(token: str, now: datetime) -> Stopped:
    """Stop the mails that a link names, and return what they are; twice is as once.

    Raises NotFound for a link that is not ours.
    """
    link = opened(token)
    person = {"customer_id": link.customer_id, "recipient_id": link.recipient_id}
    with store.system_writing() as session:
        if link.of == DIGEST:
            session.change(_NO_DIGEST, **person, now=now)
        else:
            topic = Topic(link.of)
            delivery.choose(
                session, **person, topic=topic, channel=Channel.MAIL, chosen=False, now=now
            )
    return link


def _signature(key: str, of: str, recipient_id: UUID) -> str:
    made = hmac.new(bytes.fromhex(key), f"{of}:{recipient_id}".encode(), hashlib.sha256)
    return urlsafe_b64encode(made.digest()).rstrip(b"=").decode()
