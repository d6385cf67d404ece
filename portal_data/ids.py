"""Ids: UUID version 7, unguessable and ordered by time."""

from uuid import UUID

import uuid_utils
from uuid_utils.compat import uuid7

BUSINESS = UUID("00000000-0000-0000-0000-00000000b051")
"""Stands where a customer's id does in rows of the business itself, as migration 0007 has it."""


def new_id() -> UUID:
    """Return a new id (RFC 9562 version 7)."""
    return uuid7()


def new_id_text() -> str:
    """Return a new id as text, for bulk loads: making UUID objects would cost most of one."""
    return str(uuid_utils.uuid7())
