"""What an upload can have wrong with it: how readers say so, and how it is collected.

Two sizes of wrong. A FileError means the file as a whole cannot be trusted. A CellError means one
document cannot be: it is set aside, and the rest goes on. What refuses the upload is decided in one
place (acceptance.py).
"""

from dataclasses import dataclass, field

from portal_data.errors import Invalid

_MARKUP_HINTS = ("<", "javascript:")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding: where it is (row counts records, the header is 1), why, and how to mend it."""

    file: str
    reason: str
    remedy: str
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column:
            place += f", column {self.column!r}"
        return f"{place}: {self.reason} {self.remedy}".rstrip()


@dataclass(frozen=True, slots=True)
class SetAside:
    """A document that was left out, and what would let it in.

    `because_of` names another document when this one only waits for that one, `missing` a file
    that the upload lacks and this one refers to; `amount` is the document's amount as the file
    writes it, so that no money disappears unseen.
    """

    kind: str
    subject: str
    problem: Problem
    because_of: str | None = None
    amount: str | None = None
    missing: str | None = None


class CellError(Exception):
    """A value that one document cannot be imported with."""

    def __init__(self, reason: str, remedy: str = "", *, column: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.remedy, self.column = reason, remedy, column


class Missing(CellError):
    """A record that refers to a `file` which the upload lacks."""

    def __init__(self, file: str, reason: str, remedy: str, *, column: str | None = None) -> None:
        super().__init__(reason, remedy, column=column)
        self.file = file


class FileError(Exception):
    """A defect that makes a whole file untrustworthy."""

    def __init__(
        self, reason: str, remedy: str, *, row: int | None = None, column: str | None = None
    ) -> None:
        super().__init__(reason)
        self.reason, self.remedy, self.row, self.column = reason, remedy, row, column
        self.file = ""  # filled in by whoever knows

    def at(self, file: str) -> Problem:
        """Return the problem with its file named."""
        return Problem(file, self.reason, self.remedy, self.row, self.column)


class UploadRefused(Invalid):
    """Nothing was written. `problems` says why, one entry for each defect found."""

    def __init__(self, problems: list[Problem], set_aside: list[SetAside] | None = None) -> None:
        self.problems = problems
        self.set_aside = set_aside or []
        lines = [str(problem) for problem in problems]
        super().__init__("Nothing was imported.\n" + "\n".join(lines))


@dataclass
class Findings:
    """Everything noticed on the way, in the order it was noticed."""

    set_aside: list[SetAside] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    in_question: dict[str, str] = field(default_factory=dict)  # number of a document: its file
    suspicious: set[str] = field(default_factory=set)  # texts that were warned of, once each
    _texts: set[str] = field(default_factory=set)

    def warn(
        self, file: str, reason: str, *, row: int | None = None, column: str | None = None
    ) -> None:
        """Note something that did not keep anything from being imported."""
        self.warnings.append(Problem(file, reason, "", row, column))

    def watch(self, text: str | None, file: str, row: int, column: str) -> None:
        """Warn, once for each text, of what a spreadsheet would run or a browser would render.

        Such text is imported unchanged; what matters is that nothing downstream evaluates it.
        """
        if not text or text in self._texts:
            return
        self._texts.add(text)
        if text.startswith(_FORMULA_STARTS):
            what = "starts like a formula"
        elif any(hint in text for hint in _MARKUP_HINTS):
            what = "contains markup"
        else:
            return
        self.suspicious.add(text)
        self.warn(file, f"Text {what}; kept as plain text.", row=row, column=column)
