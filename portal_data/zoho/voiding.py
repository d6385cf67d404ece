"""Writing what a removal decided: states that count no longer, and who can read why."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from portal_data.messaging import activity, events
from portal_data.store import OpenSession
from portal_data.zoho.books import SOURCE
from portal_data.zoho.removal import REMOVED, Removal

_VOID = {
    "invoice": """
        update core.invoices
        set version = version + 1,
            status = 'void', balance_minor = 0, in_question_minor = 0, updated_at = $now
        where id = any($ids)
    """,
    "retainer invoice": """
        update core.retainer_invoices
        set version = version + 1,
            status = 'void', balance_minor = 0, unused_minor = 0, in_question_minor = 0,
            updated_at = $now
        where id = any($ids)
    """,
    "credit note": """
        update core.credit_notes set version = version + 1,
            status = 'void', balance_minor = 0, updated_at = $now
        where id = any($ids)
    """,
    "payment": """
        update core.payments set version = version + 1,
            status = 'void', unused_minor = 0, updated_at = $now
        where id = any($ids)
    """,
    # customers do not see drafts; an estimate has no other state in which it is no offer
    "estimate": """
        update core.estimates
        set version = version + 1, status = 'draft', source_status = 'deleted', updated_at = $now
        where id = any($ids)
    """,
    "customer": """
        update core.customers set version = version + 1, status = 'inactive', updated_at = $now
        where id = any($ids)
    """,
    "contact": """
        update core.contacts set version = version + 1,
            portal_status = 'disabled', updated_at = $now
        where id = any($ids)
    """,
    "item": """
        update core.items set version = version + 1, status = 'inactive', updated_at = $now
        where id = any($ids)
    """,
    "project": """
        update core.projects set version = version + 1, status = 'inactive', updated_at = $now
        where id = any($ids)
    """,
    "task": """
        update core.tasks set version = version + 1, status = 'completed'
        where id = any($ids)
    """,
    "recurring profile": """
        update core.recurring_profiles set version = version + 1,
            status = 'stopped', updated_at = $now
        where id = any($ids)
    """,
    "refund": """
        update core.refunds set version = version + 1, status = 'failed'
        where id = any($ids)
    """,
}
# what a voided payment or a credit note was used for is no document: the activity tells of it
_DELETE_APPLICATIONS = "delete from core.credit_applications where id = any($ids)"
_DELETE_ALLOCATIONS = "delete from core.allocations where id = any($ids)"
_FORGET = """
    delete from core.import_refs where source = $source and kind = $kind and row_id = any($ids)
"""
_MARK = """
    update core.import_refs set fingerprint = $fingerprint, import_id = $import_id
    where source = $source and kind = $kind and row_id = any($ids)
"""


def void(
    session: OpenSession,
    removal: Removal,
    allocations: dict[UUID, list[UUID]],
    import_id: UUID,
    now: datetime,
) -> None:
    """Void what was decided. `allocations` are the imported ones of each payment."""
    groups: dict[str, list[UUID]] = defaultdict(list)
    for gone in removal.voided:
        groups[gone.kind].append(gone.row_id)
    used = [row for payment in groups["payment"] for row in allocations[payment]]
    if used:
        session.change(_DELETE_ALLOCATIONS, ids=used)
        session.change(_FORGET, source=SOURCE, kind="allocation", ids=used)
    for kind, ids in groups.items():
        if kind == "credit application":
            session.change(_DELETE_APPLICATIONS, ids=ids)
            session.change(_FORGET, source=SOURCE, kind=kind, ids=ids)
        elif ids:
            stamp = {"now": now} if "$now" in _VOID[kind] else {}
            session.change(_VOID[kind], ids=ids, **stamp)
            session.change(
                _MARK, source=SOURCE, kind=kind, ids=ids, fingerprint=REMOVED, import_id=import_id
            )
    for gone in removal.voided:
        activity.record(
            session,
            None,
            events.IMPORT_VOIDED,
            now=now,
            customer_id=gone.customer_id,
            subject_kind=gone.kind.replace(" ", "_"),
            subject_id=gone.row_id,
            subject_number=gone.name,
            details="It is no longer in the backup.",
        )
