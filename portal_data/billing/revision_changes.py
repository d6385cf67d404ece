"""What changed from one revision of an estimate to the next, line by line."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any


@dataclass(frozen=True, slots=True)
class RevisedLine:
    """A line as it was offered: the price is in major units, the total in minor ones."""

    name: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    total_minor: int
    description: str = ""


@dataclass(frozen=True, slots=True)
class Revision:
    """What was offered at a moment (naive UTC), and what was said of it."""

    revision: int
    sent_at: datetime
    total_minor: int
    reason: str | None
    lines: tuple[RevisedLine, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One line before and after; None where it was not there."""

    before: RevisedLine | None
    after: RevisedLine | None

    @property
    def name(self) -> str:
        """What the line is called now, or was."""
        line = self.after or self.before
        return line.name if line else ""


def of_row(row: dict[str, Any]) -> Revision:
    """Return a revision as it is stored; one of other books may have kept no lines."""
    lines = json.loads(row["snapshot"]).get("lines", [])
    return Revision(
        row["revision"],
        row["created_at"],
        row["total_minor"],
        row["reason"] if row["revision"] > 1 else None,
        tuple(
            RevisedLine(
                line.get("name") or line.get("description") or "",
                Decimal(line["quantity"]),
                line.get("unit") or "",
                Decimal(line["unit_price"]),
                line["total_minor"],
                line.get("description") or "",
            )
            for line in lines
        ),
    )


def between(before: Sequence[RevisedLine], after: Sequence[RevisedLine]) -> list[Change]:
    """Return what is not the same, in the order of the later lines: lines belong by their names."""
    changes: list[Change] = []
    matched = SequenceMatcher(
        None, [line.name for line in before], [line.name for line in after], autojunk=False
    )
    for kind, first, last, start, end in matched.get_opcodes():
        if kind == "equal":
            pairs = zip(before[first:last], after[start:end], strict=True)
            changes += [Change(old, new) for old, new in pairs if old != new]
        else:
            changes += [Change(old, None) for old in before[first:last]]
            changes += [Change(None, new) for new in after[start:end]]
    return changes
