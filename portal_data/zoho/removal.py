"""Records that earlier imports made and a later backup no longer has: deleted in Zoho since.

They are reported by name. Asked to, an import voids them: nothing is deleted, and a document that
something was paid on or answered through the portal is left to a person.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from portal_data.zoho.books import Ref
from portal_data.zoho.defects import Problem
from portal_data.zoho.kinds import KINDS
from portal_data.zoho.ledger import Ledger
from portal_data.zoho.plan import Decisions

REMOVED = "removed"
"""Fingerprint of a record that an import voided: it is not missed again, and may come back."""
_MANY = 20  # records of a kind; fewer are what a business deletes by hand
_SHARE = 20  # one in twenty: 5 %
_SETTLEMENTS = ("payment", "credit application", "refund")
_DOCUMENTS = ("invoice", "retainer invoice", "credit note")
_NAMELESS = ("credit application", "refund")  # found by what they say, so a damaged one looks gone


@dataclass(frozen=True, slots=True)
class Gone:
    """One record that the upload no longer has."""

    kind: str
    key: str
    row_id: UUID
    customer_id: UUID | None
    name: str


@dataclass
class Removal:
    """What an upload no longer has: found first, then voided, or left with a reason."""

    decisions: Decisions
    remove: bool
    gone: list[Gone] = field(default_factory=list)
    voided: list[Gone] = field(default_factory=list)
    left: list[tuple[Gone, str]] = field(default_factory=list)

    def find(self) -> None:
        """Find what is gone, once every kind has been decided."""
        for module in sorted(self.decisions.upload.modules):
            kind = KINDS[module]
            self.gone += sorted(self._gone(kind), key=lambda gone: gone.name)

    def incomplete(self) -> list[Problem]:
        """Return why an upload may void nothing: it lacks what earlier imports had."""
        upload = self.decisions.upload
        lacking = sorted(self.decisions.books.imported_modules - upload.modules)
        if not self.remove or not lacking:
            return []
        reason = (
            f"It is no complete backup: it lacks {', '.join(lacking)}, which earlier imports had. "
            "What it does not have may only have been left out."
        )
        remedy = "Import a complete backup, or leave --remove-missing out."
        return [Problem(upload.archive.name, reason, remedy)]

    def too_much(self) -> list[Problem]:
        """Return the kinds of which so much would be voided that it may be a mistake."""
        return [
            Problem(
                self.decisions.upload.archive.name,
                f"{len(gone)} of {total} {kind}s of earlier imports are not in it.",
                "Is it the right backup, with all its parts? To void them, add --accept-losses.",
            )
            for kind, gone in (self._by_kind().items() if self.remove else ())
            if (total := len(self.decisions.books.refs[kind])) < _SHARE * len(gone)
            and len(gone) >= _MANY
        ]

    def void_settlements(self, kept: Mapping[UUID, int]) -> None:
        """Decide payments, applied credits and refunds; `kept` is what the portal used of each."""
        for gone in self.gone if self.remove else ():
            if gone.kind not in _SETTLEMENTS:
                continue
            if gone.kind in _NAMELESS and self._uncertain(gone.kind):
                self._leave(
                    gone, f"A {gone.kind} of this backup was set aside: it may be this one."
                )
            elif kept.get(gone.row_id):
                self._leave(gone, "Part of it was used or paid back in the portal.")
            else:
                self.voided.append(gone)

    def void_documents(self, ledger: Ledger) -> None:
        """Decide everything else, with what is still settled on each document."""
        rows = {
            row["id"]: row
            for kind in (*_DOCUMENTS, "estimate", "contact")
            for row in self.decisions.books.rows[kind]
        }
        active = {
            row["customer_id"] for row in self.decisions.books.rows["contact"] if row["login_id"]
        }
        for gone in self.gone if self.remove else ():
            if gone.kind in _SETTLEMENTS:
                continue
            if reason := self._holds(gone, ledger, rows.get(gone.row_id, {}), active):
                self._leave(gone, reason)
                continue
            self.voided.append(gone)
            if account := ledger.by_row.get(gone.row_id):
                account.status = "void"

    def voids(self, kind: str, row_id: UUID) -> bool:
        """Tell whether a record is being voided."""
        return (kind, row_id) in {(gone.kind, gone.row_id) for gone in self.voided}

    def not_in_upload(self) -> dict[str, list[str]]:
        """Return the names of what is gone, by kind."""
        return {kind: [gone.name for gone in group] for kind, group in self._by_kind().items()}

    def _gone(self, kind: str) -> list[Gone]:
        decisions, books = self.decisions, self.decisions.books
        present = {record.external_id for record in decisions.upload.of(kind)}
        refused = {key for of_kind, key in decisions.refused if of_kind == kind}
        accepted = {record.row_id for record in decisions.of(kind).accepted}
        names = {row["id"]: _name(row) for row in books.rows[kind] if "id" in row}

        def missed(key: str, ref: Ref) -> bool:
            name = (names.get(ref.row_id) or "").strip().lower()
            known = key in present or key.lower() in refused or (name and name in refused)
            return not known and ref.row_id not in accepted and ref.fingerprint != REMOVED

        return [
            Gone(kind, key, ref.row_id, ref.customer_id, names.get(ref.row_id) or key)
            for key, ref in books.refs[kind].items()
            if missed(key, ref)
        ]

    def _holds(
        self, gone: Gone, ledger: Ledger, row: Mapping[str, Any], active: set[UUID]
    ) -> str | None:
        """Return why a record is not voided, or None."""
        if account := ledger.by_row.get(gone.row_id):
            if account.used or account.drawn:
                return "Something is paid, credited or used on it in the portal."
            if row.get("pending_minor"):
                return "A payment of it is on its way."
        if gone.kind == "estimate" and (row.get("accepted_by") or row.get("declined_by")):
            return "It was answered through the portal."
        if gone.kind == "contact" and row.get("login_id"):
            return "This person signs in to the portal."
        if gone.kind == "customer" and gone.row_id in active:
            return "People of this customer sign in to the portal."
        if gone.kind in ("time entry", "exchange rate"):
            return f"A {gone.kind} has no state in which it does not count."
        return None

    def _uncertain(self, kind: str) -> bool:
        return any(entry.kind == kind for entry in self.decisions.upload.set_aside)

    def _leave(self, gone: Gone, reason: str) -> None:
        self.left.append((gone, reason))

    def _by_kind(self) -> dict[str, list[Gone]]:
        groups: dict[str, list[Gone]] = defaultdict(list)
        for gone in self.gone:
            groups[gone.kind].append(gone)
        return groups


def _name(row: Mapping[str, Any]) -> str | None:
    return row.get("number") or row.get("display_name") or row.get("name") or row.get("email")
