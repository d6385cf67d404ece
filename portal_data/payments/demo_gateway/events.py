"""The demo gateway's events: signed, queued with what they tell of, and posted to the portal.

They leave through the outbox like all that leaves the machine, so what is not taken is sent again.
"""

import hmac
import json
import secrets
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from portal_data import settings
from portal_data.auth import sealing
from portal_data.errors import Unavailable
from portal_data.messaging import outbox
from portal_data.payments.demo_gateway.records import Payment, Saving
from portal_data.payments.provider import BadSignature
from portal_data.store import OpenSession

EVENT = "demo_gateway.event"
PATH = "/webhooks/demo"
HEADER = "Portal-Demo-Signature"
TOLERANCE = timedelta(seconds=300)
TIMEOUT = 10.0
"""Seconds for each step of a delivery."""
_LONGEST = 500  # characters of a signature's header


def queue(
    session: OpenSession,
    kind: str,
    reference: str,
    kept: Payment | Saving,
    now: datetime,
    due: datetime | None = None,
) -> None:
    """Queue an event about a payment or a page, for now or for when it will be `due`."""
    if kept.sending.lost:
        return
    event = {
        "id": f"demo_evt_{secrets.token_hex(16)}",
        "kind": kind,
        "reference": reference,
        "attempt_id": str(kept.attempt_id) if isinstance(kept, Payment) else None,
    }
    for delivery in range(1 + kept.sending.twice):
        outbox.enqueue(
            session,
            EVENT,
            dedup_key=f"{event['id']}:{delivery}",
            payload={"event": event, "address": kept.sending.address},
            now=now,
            not_before=due,
        )


def deliver(payload: Mapping[str, Any], now: datetime) -> None:
    """Post an event to the portal, outside of any transaction.

    Raises Unavailable unless it is taken.
    """
    body = json.dumps(payload["event"], ensure_ascii=False).encode()
    to = urlsplit(payload["address"] or settings.load().base_url)
    kind = HTTPSConnection if to.scheme == "https" else HTTPConnection
    headers = {"Content-Type": "application/json", HEADER: signature(body, now)}
    try:
        with closing(kind(to.hostname or "", to.port, timeout=TIMEOUT)) as connection:
            connection.request("POST", to.path.rstrip("/") + PATH, body, headers)
            status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        raise Unavailable(f"The portal took no event: {type(error).__name__}.") from error
    if not 200 <= status < 300:
        raise Unavailable(f"The portal answered an event with {status}.")


def signature(body: bytes, now: datetime) -> str:
    """Return the header that proves a message of now."""
    moment = int(now.replace(tzinfo=UTC).timestamp())
    return f"t={moment},v1={_mac(moment, body)}"


def check(body: bytes, headers: Mapping[str, str], now: datetime) -> None:
    """Raise BadSignature unless a message bears the gateway's signature of about now."""
    given = next((text for name, text in headers.items() if name.lower() == HEADER.lower()), "")
    parts = dict(part.partition("=")[::2] for part in given[:_LONGEST].split(","))
    stated = parts.get("t", "")
    if not (stated.isascii() and stated.isdigit() and len(stated) <= 12):
        raise BadSignature("The message is not signed.")
    moment = int(stated)
    if not hmac.compare_digest(_mac(moment, body).encode(), parts.get("v1", "").encode()):
        raise BadSignature("The message is not the demo gateway's.")
    if abs(now.replace(tzinfo=UTC).timestamp() - moment) > TOLERANCE.total_seconds():
        raise BadSignature("The message is of another time.")


def _mac(moment: int, body: bytes) -> str:
    key = sealing.derived("demo payment events").encode()
    return hmac.new(key, f"{moment}.".encode() + body, sha256).hexdigest()
