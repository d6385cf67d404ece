"""The inbox of what providers say: kept as it came, once, and worked on by the worker.

A message is believed in nothing but that there is something to look at. Its signature is checked
first, it is stored next, and the provider has its answer; what it leads to is looked at afterwards.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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

WORK = "payment.event"
"""The kind of work that looks at what a message of a provider leads to."""

_KEEP = """
    insert into core.provider_events (id, provider, external_id, kind, object_reference, attempt_id,
        payload, status, received_at)
    select unnest($ids::uuid[]), unnest($providers::text[]), unnest($external_ids::text[]),
        unnest($kinds::text[]), unnest($references::text[]), unnest($attempt_ids::uuid[]),
        unnest($payloads::text[]), 'received', $now::timestamp
    on conflict (provider, external_id) do nothing
"""
_KEPT = """
    select provider, external_id from core.provider_events where id = any($ids) order by id
"""
_AGAIN = """
    update core.provider_events set deliveries = deliveries + again.times
    from (
        select unnest($providers::text[]) as provider, unnest($external_ids::text[]) as external_id,
            unnest($times::bigint[]) as times
    ) again
    where provider_events.provider = again.provider
        and provider_events.external_id = again.external_id
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


_Name = tuple[str, str]
"""A provider, and its own name of a message."""


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
    """Keep what providers said, each message once, and plan to look at it.

    A hundred messages take as many statements as one, since their senders wait for the answer.
    """
    times: Counter[_Name] = Counter()
    found: dict[_Name, tuple[UUID, Notice, str]] = {}
    for each in said:
        for notice in each.notices:
            name = (each.provider, notice.external_id)
            times[name] += 1
            found.setdefault(name, (new_id(), notice, each.body))
    if not found:
        return
    # in one order, or two processes that keep the same messages could wait for each other
    names = sorted(found)
    ids, notices, bodies = zip(*(found[name] for name in names), strict=True)
    with store.system_writing() as session:
        session.change(
            _KEEP,
            **_columns(names),
            ids=list(ids),
            kinds=[each.kind for each in notices],
            references=[each.reference for each in notices],
            attempt_ids=[each.attempt_id for each in notices],
            payloads=list(bodies),
            now=now,
        )
        kept = [(row["provider"], row["external_id"]) for row in session.rows(_KEPT, ids=list(ids))]
        works = {f"{WORK}:{':'.join(name)}": {"event_id": str(found[name][0])} for name in kept}
        outbox.enqueue_all(session, WORK, works, now)
        times.subtract(kept)
        if again := [name for name in names if times[name]]:
            session.change(_AGAIN, **_columns(again), times=[times[name] for name in again])


def _columns(names: Sequence[_Name]) -> dict[str, list[str]]:
    return {
        "providers": [provider for provider, _external_id in names],
        "external_ids": [external_id for _provider, external_id in names],
    }


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
    """Look at the attempt of a kept message, or what is saved, and write what came of it."""
    provider, reference = event["provider"], event["object_reference"]
    found: object = None
    if event["attempt_id"] is None and reference is not None:
        found = collector.sync_by(provider, reference, now) or None
    if found is None:
        found = collector.look_by(provider, reference, event["attempt_id"], now)
    with store.system_writing() as session:
        session.change(
            _DONE,
            id=event["id"],
            status="ignored" if found is None else "handled",
            now=now,
        )
