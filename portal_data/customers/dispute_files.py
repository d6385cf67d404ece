"""Disputes with files: a photograph of what was damaged, the order that says another price."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from portal_data.billing import dispute_claims
from portal_data.billing.dispute_claims import Claim
from portal_data.customers import files
from portal_data.scope import Permission, Scope
from portal_data.store import Session


def open_dispute(
    scope: Scope,
    number: str,
    claimed: Claim,
    uploaded: Sequence[tuple[str, bytes]],
    *,
    seen: int,
    key: UUID,
    folder: Path,
    now: datetime,
) -> None:
    """Dispute an invoice, and attach files, which are kept in `folder`.

    Raises as `dispute_claims.open_dispute`; Invalid for what is no such file, NotAllowed for files
    of who may share none, and Conflict after too many within a day.
    """
    if uploaded:
        scope.need(Permission.FILE_ADD)
    with files.kept(folder, uploaded) as kept:

        def attach(session: Session) -> list[str]:
            files.attach(
                session,
                scope,
                scope.customer_id,
                kept,
                subject_kind=files.OF_DISPUTE,
                subject_id=key,
                visible=True,
                now=now,
            )
            return [checked.name for checked, _written in kept]

        if not dispute_claims.open_dispute(
            scope, number, claimed, seen=seen, key=key, now=now, attach=attach
        ):
            files.forget(folder, kept)
