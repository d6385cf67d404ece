"""The inbox of what providers say: kept as it came, once, and worked on by the worker.

A message is believed in nothing but that there is something to look at. Its signature is checked
first, it is stored next, and the provider has its answer; what it leads to is looked at afterwards.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from portal_data import store
from portal_data.errors import NotFound
from portal_data.ids import new_id
from portal_data.messaging import outbox
from portal_data.payments.collecting import Collector
from portal_data.payments.provider import Notice, Provider
from portal_data.store import OpenSession

WORK = "payment.event"
"""The kind of work that looks at what a message of a provider leads to."""

_KEEP = """
    insert into core.provider_events (id, provider, external_id, kind, object_reference, attempt_id,
        payload, status, received_at)
    values ($id, $provider, $external_id, $kind, $reference, $attempt_id,
        $payload, 'received', $now)
    on conflict (provider, external_id) do nothing
"""
_AGAIN = """
    update core.provider_events set deliveries = deliveries + 1
    where provider = $provider and external_id = $external_id
"""
_EVENT = """
    select id, provider, external_id, kind, object_reference, attempt_id, status, deliveries, error
    from core.provider_events where id = $id
    order by id
"""
_NAMED = """
    select id from core.provider_events where external_id = $external_id order by provider
"""
_DONE = """
    update core.provider_events
    set status = $status, attempts = attempts + 1, error = null, handled_at = $now
    where id = $id
"""


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a provider as it is kept, and what became of it."""

    id: UUID
    provider: str
    external_id: str
    kind: str
    status: str
    deliveries: int
    error: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """What a provider said and signed: its messages, and the body that they came in."""

    provider: str
    notices: list[Notice]
    body: str


def signed(provider: Provider, body: bytes, headers: Mapping[str, str], now: datetime) -> Said:
    """Return what a provider says, and nothing is kept yet.

    Raises BadSignature for what the provider did not sign, Invalid for what is no message.
    """
    notices = provider.verify(body, headers, now)
    return Said(provider.key, notices, body.decode("utf-8", "replace"))


def keep(said: Iterable[Said], now: datetime) -> None:
    """Keep what providers said, each message once, and plan to look at it."""
    with store.system_writing() as session:
        for each in said:
            for notice in each.notices:
                _keep(session, each.provider, notice, each.body, now)


def work(collector: Collector, payload: Mapping[str, Any], now: datetime) -> None:
    """Look at what a kept message leads to. Raises ProviderError when the provider is silent."""
    event_id = UUID(payload["event_id"])
    with store.system_reading() as session:
        event = session.one(_EVENT, id=event_id)
    if event is None or event["status"] in ("handled", "ignored"):
        return
    _handle(collector, event, now)


def replay(collector: Collector, external_id: str, now: datetime) -> Message:
    """Look again at what a message leads to, whatever became of it, and return it as it is then.

    Raises NotFound for a message that was never received, ProviderError.
    """
    with store.system_reading() as session:
        event_id = session.value(_NAMED, external_id=external_id)
        event = session.one(_EVENT, id=event_id) if event_id else None
    if event is None:
        raise NotFound("There is no such message of a payment provider.")
    _handle(collector, event, now)
    with store.system_reading() as session:
        event = session.one(_EVENT, id=event_id) or {}
    return Message(**{name: event[name] for name in Message.__dataclass_fields__})


def _handle(collector: Collector, event: Mapping[str, Any], now: datetime) -> None:
    """Look at the attempt of a kept message, and write what came of it."""
    found = collector.look_by(
        event["provider"], event["object_reference"], event["attempt_id"], now
    )
    with store.system_writing() as session:
        session.change(
            _DONE,
            id=event["id"],
            status="ignored" if found is None else "handled",
            now=now,
        )


def _keep(session: OpenSession, provider: str, notice: Notice, payload: str, now: datetime) -> None:
    known = {"provider": provider, "external_id": notice.external_id}
    event_id = new_id()
    kept = session.change(
        _KEEP,
        id=event_id,
        **known,
        kind=notice.kind,
        reference=notice.reference,
        attempt_id=notice.attempt_id,
        payload=payload,
        now=now,
    )
    if not kept:
        session.change(_AGAIN, **known)
        return
    outbox.enqueue(
        session,
        WORK,
        dedup_key=f"{WORK}:{provider}:{notice.external_id}",
        payload={"event_id": str(event_id)},
        now=now,
    )
