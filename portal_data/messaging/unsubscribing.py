"""Unsubscribing: a link in each mail that stops mails of its kind, without a sign-in (RFC 8058).

The link names one person and one kind of mail, signed with a key of that person's. It opens
nothing, and only switches off what the person can switch on again under Notifications.
"""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from datetime import datetime
from uuid import UUID

from portal_data import store
from portal_data.errors import NotFound
from portal_data.messaging import delivery, templates
from portal_data.messaging.delivery import Channel
from portal_data.messaging.topics import LABELS, Side, Topic
from portal_data.store import Session
from portal_data.text.language import N_

_DIGESTS = N_("Digests")
DIGEST = "digest"
"""Stands for the mail of several things, where a topic does in others."""
PATH = "unsubscribe"

_TOKEN = re.compile(r"([a-z]{1,20})\.([0-9a-f]{32})\.([A-Za-z0-9_-]{43})")
_KEY = """
    select customer_id, recipient_kind, unsubscribe_key from core.notification_settings
    where recipient_id = $recipient_id order by customer_id
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


def opened(token: str) -> str:
    """Return what a link would stop, in words. Raises NotFound for one that is not ours."""
    of, _customer_id, _recipient_id = _read(token)
    return _DIGESTS if of == DIGEST else LABELS[Topic(of)]


def stop(token: str, now: datetime) -> str:
    """Stop the mails that a link names, and return what they are in words; twice is as once.

    Raises NotFound for a link that is not ours.
    """
    of, customer_id, recipient_id = _read(token)
    person = {"customer_id": customer_id, "recipient_id": recipient_id}
    with store.system_writing() as session:
        if of == DIGEST:
            session.change(_NO_DIGEST, **person, now=now)
            return _DIGESTS
        topic = Topic(of)
        delivery.choose(session, **person, topic=topic, channel=Channel.MAIL, chosen=False, now=now)
    return LABELS[topic]


def _read(token: str) -> tuple[str, UUID, UUID]:
    """Return what a link names: the kind of mail, the person's customer, and the person."""
    matched = _TOKEN.fullmatch(token)
    if matched is None or matched[1] not in {DIGEST, *Topic}:
        raise NotFound("This link is not valid.")
    of, recipient_id = matched[1], UUID(hex=matched[2])
    with store.system_reading() as session:
        rows = session.rows(_KEY, recipient_id=recipient_id)
    for row in rows:
        key = row["unsubscribe_key"]
        if key and hmac.compare_digest(_signature(key, of, recipient_id), matched[3]):
            return of, row["customer_id"], recipient_id
    raise NotFound("This link is not valid.")


def _signature(key: str, of: str, recipient_id: UUID) -> str:
    made = hmac.new(bytes.fromhex(key), f"{of}:{recipient_id}".encode(), hashlib.sha256)
    return urlsafe_b64encode(made.digest()).rstrip(b"=").decode()
