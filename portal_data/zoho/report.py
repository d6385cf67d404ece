"""The reconciliation report: what was read, what it became, and what was left out and why."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from portal_data.zoho.defects import Problem, SetAside
from portal_data.zoho.sorting import IN_ENGLISH

_SHOWN = 20  # warnings and missing numbers in the text; JSON has them all


@dataclass
class FileReport:
    """One file: records read, and what became of the things in it.

    Columns without a field of the portal's are counted where they are filled: `custom_fields` and
    `source_fields` are kept beside the record, `unread_columns` are not kept.
    """

    file: str
    module: str
    rows: int
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    set_aside: int = 0
    custom_fields: dict[str, int] = field(default_factory=dict)
    source_fields: dict[str, int] = field(default_factory=dict)
    unread_columns: dict[str, int] = field(default_factory=dict)


@dataclass
class Report:
    """The outcome of one import. `verdict` is imported, partly imported, unchanged or refused.

    `problems` are why it was refused, `losses` what would have refused it had the person not
    accepted them. `read_by` is another word once files are read in another way (repeats.py).
    """

    name: str
    sha256: str
    verdict: str
    dry_run: bool = False
    files: list[FileReport] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    losses: list[Problem] = field(default_factory=list)
    in_question: list[str] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    skipped_files: list[str] = field(default_factory=list)
    unrecognised_files: list[str] = field(default_factory=list)
    not_in_upload: dict[str, list[str]] = field(default_factory=dict)
    voided: list[str] = field(default_factory=list)
    left_to_a_person: list[str] = field(default_factory=list)
    read_by: str = ""

    @classmethod
    def of_refusal(
        cls, name: str, problems: list[Problem], set_aside: list[SetAside], *, dry_run: bool
    ) -> "Report":
        """Return the report of an upload of which nothing was written."""
        return cls(name, "", "refused", dry_run, problems=problems, set_aside=set_aside)

    @property
    def exit_code(self) -> int:
        """Return 0 when everything is in the portal, 2 except what is named, 1 when refused."""
        return {"refused": 1, "partly imported": 2}.get(self.verdict, 0)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values, for JSON."""
        listed = asdict(self) | {"exit_code": self.exit_code}
        listed["set_aside"] = [_flat(entry) for entry in self.set_aside]
        return listed

    def as_json(self) -> str:
        """Return the report as JSON text."""
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=1)

    def as_text(self) -> str:
        """Return the report as a person reads it in a terminal."""
        lines = [_HEADLINES[self.verdict].format(name=self.name)]
        if self.dry_run:
            lines.append("This was a dry run: nothing was written.")
        if self.problems:
            lines += ["", *(f"  {problem}" for problem in self.problems)]
        if self.losses:
            lines += ["", "Losses that were accepted:", *(f"  {loss}" for loss in self.losses)]
        if self.files:
            lines += ["", *_table(self.files)]
        if self.set_aside:
            lines += ["", f"Set aside ({len(self.set_aside)}):"]
            lines += [f"  {_sentence(entry)}" for entry in self.set_aside]
        if self.in_question:
            count = len(self.in_question)
            lines += ["", f"In question, and not payable ({count}): {', '.join(self.in_question)}."]
        if self.warnings:
            lines += ["", f"Please look at ({len(self.warnings)}):"]
            lines += _cut([f"  {warning}" for warning in self.warnings])
        lines += self._missing()
        lines += _kept(self.files)
        if self.unrecognised_files:
            names = ", ".join(self.unrecognised_files)
            lines += ["", f"Not recognised, and not imported: {names}. {IN_ENGLISH}"]
        if self.skipped_files:
            lines += ["", f"Not imported: {', '.join(self.skipped_files)}."]
        return "\n".join(lines)

    def _missing(self) -> list[str]:
        lines = []
        if self.voided:
            lines += ["", f"No longer in the backup, and voided here ({len(self.voided)}):"]
            lines += [f"  {each}" for each in self.voided]
        if self.left_to_a_person:
            count = len(self.left_to_a_person)
            lines += ["", f"No longer in the backup, and left to a person ({count}):"]
            lines += [f"  {each}" for each in self.left_to_a_person]
        if self.voided or self.left_to_a_person:
            return lines
        for kind, subjects in self.not_in_upload.items():
            lines += [
                "",
                f"In the portal, but no longer in the backup: {len(subjects)} {kind}(s), kept. "
                "A complete backup voids them with --remove-missing.",
            ]
            lines += _cut([f"  {subject}" for subject in subjects])
        return lines


_HEADLINES = {
    "imported": "{name}: imported.",
    "partly imported": "{name}: imported, except what is named below.",
    "unchanged": "{name}: nothing new; the portal has all of it.",
    "refused": "{name}: refused, nothing was imported.",
}


def _flat(entry: SetAside) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "subject": entry.subject,
        **asdict(entry.problem),
        "because_of": entry.because_of,
        "missing": entry.missing,
        "amount": entry.amount,
    }


def _sentence(entry: SetAside) -> str:
    amount = f" ({entry.amount})" if entry.amount else ""
    return f"{entry.kind} {entry.subject}{amount}: {entry.problem}"


def _table(files: list[FileReport]) -> list[str]:
    heads = ("file", "rows", "created", "updated", "unchanged", "set aside")
    rows = [heads] + [
        (f.file, *(f"{n:,}" for n in (f.rows, f.created, f.updated, f.unchanged, f.set_aside)))
        for f in files
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(len(heads))]
    return [
        "  ".join(
            [row[0].ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        )
        for row in rows
    ]


def _cut(lines: list[str]) -> list[str]:
    if len(lines) <= _SHOWN:
        return lines
    return [*lines[:_SHOWN], f"  … and {len(lines) - _SHOWN} more; --json lists them all."]


def _kept(files: list[FileReport]) -> list[str]:
    lines = []
    for heading, name in (
        ("Custom fields, kept with their records", "custom_fields"),
        ("Columns that no screen shows, kept with their records", "source_fields"),
        ("Columns that are not kept", "unread_columns"),
    ):
        listed = [
            f"  {file.file}: {', '.join(f'{label} ({n:,})' for label, n in columns.items())}"
            for file in files
            if (columns := getattr(file, name))
        ]
        if listed:
            lines += ["", f"{heading}, and how many have them:", *listed]
    return lines
