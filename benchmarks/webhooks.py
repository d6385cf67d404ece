"""Messages of a payment provider, delivered over HTTP by many at once, each of them twice.

They are signed as Stripe signs, and lead to no payment, so that nobody elsewhere is asked.
"""

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass
from http import HTTPStatus
from uuid import uuid4

from benchmarks import books
from benchmarks.attempts import ask
from benchmarks.clockwork import Timing, timing
from benchmarks.paying import copied
from benchmarks.serving import Server, serving
from portal_data import store

SENDERS = 100
EACH = 4
"""Deliveries at once, and how many of them one after the other."""
ALONE = 40
"""Deliveries by one sender, when nobody else delivers."""

_KEPT = """
    select count(*)::bigint as kept, coalesce(sum(deliveries), 0)::bigint as delivered
    from core.provider_events
    order by 1
"""


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Answers in milliseconds; `kept` messages of `delivered` ones are in the store afterwards."""

    invoices: int
    engine: str
    alone: Timing
    answers: Timing
    longest: float
    a_second: float
    kept: int
    delivered: int


def measure(made: books.BenchBooks, senders: int = SENDERS, each: int = EACH) -> Webhooks:
    """Deliver to a server over a copy of these books, or over the books of a server."""
    secret = f"whsec_{secrets.token_hex(16)}"
    switched_on = {
        "PORTAL_STRIPE_SECRET_KEY": "sk_test_never_asked",
        "PORTAL_STRIPE_WEBHOOK_SECRET": secret,
    }
    with copied(made) as url:
        with serving(books.BenchBooks(made.invoices, url), **switched_on) as server:
            asyncio.run(_deliver(server, secret, _bodies(1)))  # which is not counted
            alone = asyncio.run(_deliver(server, secret, _bodies(ALONE)))
            bodies = _bodies(senders * each // 2)
            began = time.perf_counter()
            samples = asyncio.run(_delivered(server, secret, bodies, senders))
            took = time.perf_counter() - began
        opened = store.open_store(url)
        try:
            with opened.system_reading() as session:
                row = session.rows(_KEPT)[0]
        finally:
            opened.close()
    return Webhooks(
        made.invoices,
        "DuckDB" if url.startswith("duckdb") else "PostgreSQL",
        timing(alone),
        timing(samples),
        max(samples),
        len(samples) / took,
        row["kept"] - 1 - ALONE,
        row["delivered"] - 1 - ALONE,
    )


async def _delivered(server: Server, secret: str, bodies: list[bytes], senders: int) -> list[float]:
    """Deliver each message twice, by different senders at once; return the milliseconds."""
    twice = bodies + bodies
    lots = [twice[start::senders] for start in range(senders)]
    found = await asyncio.gather(*(_deliver(server, secret, lot) for lot in lots))
    return [sample for samples in found for sample in samples]


async def _deliver(server: Server, secret: str, bodies: list[bytes]) -> list[float]:
    samples = []
    for body in bodies:
        given = {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "Stripe-Signature": _signature(secret, body),
        }
        began = time.perf_counter()
        status, content = await ask(server, "POST /webhooks/stripe", given, body)
        samples.append(1000 * (time.perf_counter() - began))
        if status != HTTPStatus.OK:
            raise RuntimeError(f"A message was answered with {status}: {content[:200]!r}.")
    return samples


def _bodies(count: int) -> list[bytes]:
    return [
        json.dumps(
            {
                "object": "event",
                "id": f"evt_{uuid4().hex}",
                "type": "payment_intent.succeeded",
                "data": {
                    "object": {
                        "object": "payment_intent",
                        "id": f"pi_{uuid4().hex}",
                        "metadata": {"attempt_id": str(uuid4())},
                    }
                },
            }
        ).encode()
        for _each in range(count)
    ]


def _signature(secret: str, body: bytes) -> str:
    moment = int(time.time())
    mac = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256)
    return f"t={moment},v1={mac.hexdigest()}"
