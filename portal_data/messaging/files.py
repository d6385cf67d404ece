"""Documents shared between a customer and the business: what is there, and one file's content."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from portal_data import kept_files, store
from portal_data.errors import NotFound
from portal_data.scope import Scope


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A shared document."""

    id: UUID
    name: str
    media_type: str
    size_bytes: int
    uploaded_by_kind: str
    created_at: datetime


_SHARED = """
    select id, name, media_type, size_bytes, uploaded_by_kind, created_at
    from files
    where subject_kind = 'customer'
    order by created_at desc, id
    limit 50
"""
_VISIBLE = "select id from files where id = $id order by id"
_STORED = """
    select name, media_type, storage_key, sha256
    from core.files
    where id = $id and customer_id = $customer_id
    order by id
"""


@store.cached
def shared(scope: Scope) -> list[SharedFile]:
    """Return the customer's shared documents, newest first, fifty at most."""
    with store.reading(scope) as session:
        return [SharedFile(**row) for row in session.rows(_SHARED)]


def content(scope: Scope, file_id: UUID, folder: Path) -> tuple[str, str, bytes]:
    """Return a file's name, media type and bytes from the uploads `folder`.

    Raises NotFound when the customer has no such visible file, Unavailable when the stored bytes
    are missing or not the ones that were uploaded.
    """
    with store.reading(scope) as session:
        if session.one(_VISIBLE, id=file_id) is None:
            raise NotFound("There is no such document.")
        row = session.one(_STORED, id=file_id, customer_id=scope.customer_id)
    if row is None:
        raise NotFound("There is no such document.")
    stored = kept_files.read(folder, row["storage_key"], row["sha256"])
    return row["name"], row["media_type"], stored
