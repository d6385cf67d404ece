"""What the demo gateway is asked for by reference, also of books that began before it."""

from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel

from portal_data import store
from portal_data.payments.demo_gateway import opening, rows
from portal_data.payments.demo_gateway.rows import Found
from portal_data.payments.provider import ProviderError
from portal_data.store import OpenSession

Kept = TypeVar("Kept", bound=BaseModel)


def held(session: OpenSession, model: type[Kept], reference: str, now: datetime) -> Found[Kept]:
    """Return what is kept under a reference, held until the transaction ends.

    Raises ProviderError for a reference of nothing.
    """
    found = _found(session, model, reference, now)
    if found is None:
        kind = rows.KINDS[model]
        message = f"The demo gateway knows no {kind} {reference[:80]}."
        raise ProviderError(message, final=True, code="unknown")
    return found


def knows(session: OpenSession, model: type[Kept], reference: str, now: datetime) -> bool:
    """Tell whether anything is kept under a reference."""
    return _found(session, model, reference, now) is not None


def read(model: type[Kept], reference: str, now: datetime) -> Found[Kept]:
    """Return what is kept under a reference as `held` does, without holding it."""
    with store.system_reading() as session:
        found = rows.find(session, model, reference)
    if found is not None:
        return found
    with store.system_writing() as session:
        return held(session, model, reference, now)


def _found(
    session: OpenSession, model: type[Kept], reference: str, now: datetime
) -> Found[Kept] | None:
    found = rows.find(session, model, reference, hold=True)
    if found is None and opening.adopt(session, now, reference):
        found = rows.find(session, model, reference, hold=True)
    return found
