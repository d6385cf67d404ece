"""The demo gateway's table: rows held while they change, and the addresses of its pages."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Generic, TypeVar

from pydantic import BaseModel

from portal_data import settings
from portal_data.auth import sealing
from portal_data.errors import NotFound
from portal_data.payments.demo_gateway.records import Customer, Payment, SavedMethod, Saving
from portal_data.store import OpenSession
from portal_data.text.language import _

PATH = "demo-gateway"
KINDS: dict[type[BaseModel], str] = {
    Customer: "customer",
    SavedMethod: "method",
    Payment: "payment",
    Saving: "saving",
}

_FIND = """
    select customer, state, version from core.demo_gateway
    where reference = $reference and kind = $kind
    order by reference
"""
_OF_CUSTOMER = """
    select reference, state from core.demo_gateway
    where customer = $customer and kind = $kind
    order by created_at, reference
"""
_INSERT = """
    insert into core.demo_gateway (reference, kind, customer, state, created_at, updated_at)
    values ($reference, $kind, $customer, $state, $now, $now)
    on conflict (reference) do nothing
"""
_UPDATE = """
    update core.demo_gateway set state = $state, version = version + 1, updated_at = $now
    where reference = $reference
"""

Kept = TypeVar("Kept", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Found(Generic[Kept]):
    """What is kept under a reference, with its version and the gateway's name of whose it is."""

    kept: Kept
    version: int
    customer: str | None


def name_for(prefix: str, key: str) -> str:
    """Return the reference of what is made by an idempotency key: the same twice is the same."""
    return f"{prefix}_{_mac(f'{prefix} {key}')[:32]}"


def address(reference: str) -> str:
    """Return the address of a page, which nobody can guess who knows its reference alone."""
    return f"{settings.load().base_url}/{PATH}/{token(reference)}"


def token(reference: str) -> str:
    """Return what a page is called in its address."""
    return f"{reference}.{_mac(f'page {reference}')}"


def opened(token: str) -> str:
    """Return the reference of the page with this token. Raises NotFound for any other."""
    reference, _dot, mac = token.rpartition(".")
    if not hmac.compare_digest(mac.encode(), _mac(f"page {reference}").encode()):
        raise NotFound(_("There is no such page."))
    return reference


def add(
    session: OpenSession, reference: str, kept: BaseModel, customer: str | None, now: datetime
) -> bool:
    """Keep something new; False when there is something of that reference."""
    changed = session.change(
        _INSERT,
        reference=reference,
        kind=KINDS[type(kept)],
        customer=customer,
        state=kept.model_dump_json(),
        now=now,
    )
    return changed == 1


def save(session: OpenSession, reference: str, kept: BaseModel, now: datetime) -> None:
    """Keep what is held as it is now."""
    session.change(_UPDATE, reference=reference, state=kept.model_dump_json(), now=now)


def find(
    session: OpenSession, model: type[Kept], reference: str, *, hold: bool = False
) -> Found[Kept] | None:
    """Return what is kept under a reference, or None; on `hold` until the transaction ends."""
    rows = session.locked if hold else session.rows
    for row in rows(_FIND, reference=reference, kind=KINDS[model]):
        kept = model.model_validate_json(row["state"])
        return Found(kept, row["version"], row["customer"])
    return None


def of_customer(session: OpenSession, model: type[Kept], customer: str) -> list[tuple[str, Kept]]:
    """Return what is kept of a customer, with the references, oldest first."""
    found = session.rows(_OF_CUSTOMER, customer=customer, kind=KINDS[model])
    return [(row["reference"], model.model_validate_json(row["state"])) for row in found]


def _mac(words: str) -> str:
    key = sealing.derived("demo gateway").encode()
    return hmac.new(key, words.encode("utf-8", "replace"), sha256).hexdigest()
