"""The files that a list or statement can be taken as."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from components.ui import links
from portal_data.output.document_views import AT_ONCE

_FORMATS = (
    ("Excel", "xlsx", "Ready to calculate"),
    ("CSV", "csv", "For any spreadsheet"),
    ("JSON", "json", "For programs"),
    ("Parquet", "parquet", "For data analysis"),
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
    offered = [File(label, note, address(extension)) for label, extension, note in _FORMATS]
    if documents > 1:
        every = f"All {documents:,}" if documents <= AT_ONCE else f"The first {AT_ONCE:,}"
        offered.append(File("PDFs", f"{every} in a zip", address("zip")))
    return offered


def of_statement(currency: str, first: date, last: date) -> list[File]:
    """Return the formats of a statement."""
    return files(
        lambda extension: links.export(
            "statement", extension, currency=currency, first=first, last=last
        )
    )
