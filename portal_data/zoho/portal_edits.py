"""What contacts changed in the portal, held against what an import brings: neither is lost unseen.

An edit is kept with the value it replaced. A file that still has such a value is older than the
edit, so the portal's value stays; one that has the portal's value has caught up. Any other value
was written in the books since: it is taken, and the report says so.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from portal_data.customers.detail_fields import LABELS
from portal_data.store import OpenSession
from portal_data.zoho.defects import Findings
from portal_data.zoho.records import Record

UNSETTLED = """
    select id, subject_id, field, old_value, new_value
    from core.pending_changes
    where status = 'accepted' and settled_at is null
    order by decided_at, id
"""
"""Edits that no import has settled yet, oldest first."""
_SETTLE = """
    update core.pending_changes set settled_at = $now, version = version + 1 where id = any($ids)
"""


@dataclass
class _Edits:
    """All edits of one field since an import last agreed with it."""

    ids: list[UUID] = field(default_factory=list)
    replaced: set[str | None] = field(default_factory=set)
    stands: str | None = None


class PortalEdits:
    """The edits that an import has not settled yet, by what was edited."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self._of: dict[UUID, dict[str, _Edits]] = defaultdict(lambda: defaultdict(_Edits))
        self.settled: list[UUID] = []
        """Edits of which the file has the value, or a newer one."""
        for row in rows:
            edits = self._of[row["subject_id"]][row["field"]]
            edits.ids.append(row["id"])
            edits.replaced.add(row["old_value"])
            edits.stands = row["new_value"]

    def weigh(self, record: Record, findings: Findings) -> None:
        """Let a record that is to be written keep what the portal has newer; report the rest."""
        for name, edits in self._of.get(record.row_id, {}).items():
            if name not in record.values or name in record.absent:
                continue
            value = record.values[name]
            if value != edits.stands and value in edits.replaced:
                record.values[name] = edits.stands
                continue
            self.settled += edits.ids
            if value != edits.stands:
                label = LABELS[record.kind][name]
                findings.warn(
                    record.file,
                    f"{label} of {record.subject}: changed in the portal to "
                    f"{edits.stands or 'nothing'!r}, and in the books since: "
                    f"{value or 'nothing'!r} was taken.",
                    row=record.row,
                )


def settle(session: OpenSession, edits: PortalEdits, now: datetime) -> None:
    """Remember, in the import's transaction, which edits the imported books are past."""
    if edits.settled:
        session.change(_SETTLE, ids=edits.settled, now=now)
