"""The files that a list or statement can be taken as."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from components.ui import links
from portal_data.output.document_views import AT_ONCE
from portal_data.text.language import N_, _, grouped

_FORMATS = (
    ("Excel", "xlsx", N_("Ready to calculate")),
    ("CSV", "csv", N_("For any spreadsheet")),
    ("JSON", "json", N_("For programs")),
    ("Parquet", "parquet", N_("For data analysis")),
)


@dataclass(frozen=True, slots=True)
class File:
    """One entry of a download menu."""

    label: str
    note: str
    href: str


def files(address: Callable[[str], str], documents: int = 0) -> list[File]:
    """Return the formats of a list; `address` gives that of an extension.

    A list of `documents` is also had as a zip of their PDFs.
    """
    offered = [File(label, _(note), address(extension)) for label, extension, note in _FORMATS]
    if documents > 1:
        words = _("All {count} in a zip", count=grouped(documents))
        if documents > AT_ONCE:
            words = _("The first {count} in a zip", count=grouped(AT_ONCE))
        offered.append(File(_("PDFs"), words, address("zip")))
    return offered


def of_statement(currency: str, first: date, last: date) -> list[File]:
    """Return the formats of a statement."""
    return files(
        lambda extension: links.export(
            "statement", extension, currency=currency, first=first, last=last
        )
    )
