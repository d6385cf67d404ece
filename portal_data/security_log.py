"""The security log: one line for each event that somebody who looks into an incident asks for.

Lines say what happened, who did it (an id, never a name or e-mail) and from which address. What was
typed never stands in them, because passwords get typed into wrong fields.
"""

import logging
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # scope writes here what it refuses
    from portal_data.scope import Scope, Staff

log = logging.getLogger("portal.security")

_address: ContextVar[str | None] = ContextVar("address", default=None)
_actor: ContextVar[str | None] = ContextVar("actor", default=None)


def came_from(address: str | None) -> None:
    """Say which address everything in this context is asked from."""
    _address.set(address)


def acts_as(who: "Scope | Staff | None") -> None:
    """Say who asks for everything in this context."""
    _actor.set(_name(who) if who else None)


def event(name: str, *, actor: "Scope | Staff | str | None" = None, **details: object) -> None:
    """Write one line. `actor` is whoever did it, when that is not who the context says."""
    who = _name(actor) if actor is not None else None
    fields = {"event": name, "actor": who or _actor.get(), "address": _address.get(), **details}
    log.info("security", extra={"portal": fields})


def _name(who: "Scope | Staff | str") -> str:
    return who if isinstance(who, str) else who.person
