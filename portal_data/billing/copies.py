"""Copies of documents as they were signed, kept byte for byte."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from portal_data import kept_files, store
from portal_data.errors import NotFound
from portal_data.ids import new_id
from portal_data.kept_files import KeptFile
from portal_data.kinds import Kind
from portal_data.scope import Scope
from portal_data.store import Session
from portal_data.text.language import _

_ADD = """
    insert into core.document_copies (id, customer_id, document_kind, document_id,
        document_version, format, sha256, size_bytes, storage_key, created_at)
    values ($id, $customer_id, $kind, $document_id, $version, 'pdf', $sha256, $size_bytes,
        $storage_key, $now)
"""
_MINE = "select id from document_copies where id = $id order by id"
_STORED = """
    select storage_key, sha256 from core.document_copies
    where id = $id and customer_id = $customer_id
    order by id
"""


def add(
    session: Session, kind: Kind, document_id: UUID, version: int, file: KeptFile, now: datetime
) -> UUID:
    """Store in its customer's session that a file is the PDF of a document's version."""
    copy_id = new_id()
    session.change(
        _ADD,
        id=copy_id,
        kind=kind.record,
        document_id=document_id,
        version=version,
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        storage_key=file.storage_key,
        now=now,
    )
    return copy_id


def content(scope: Scope, copy_id: UUID, folder: Path) -> bytes:
    """Return a copy's bytes, which lie in `folder`.

    Raises NotFound when the customer has no such copy, Unavailable when the stored bytes are
    missing or not the ones that were signed.
    """
    with store.reading(scope) as session:
        if session.one(_MINE, id=copy_id) is None:
            raise NotFound(_("There is no such document."))
        row = session.one(_STORED, id=copy_id, customer_id=scope.customer_id)
    if row is None:
        raise NotFound(_("There is no such document."))
    return kept_files.read(folder, row["storage_key"], row["sha256"])
