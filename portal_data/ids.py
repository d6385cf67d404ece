"""Ids: UUID version 7, unguessable and ordered by time."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a new id (RFC 9562 version 7)."""
    return uuid7()
