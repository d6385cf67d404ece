"""Finding out what the files of an upload are, before any of them is read."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from portal_data.zoho.archive import Archive, Part
from portal_data.zoho.columns import Layout, Module, layout
from portal_data.zoho.defects import FileError, Problem
from portal_data.zoho.recognise import expected, foreign, recognise
from portal_data.zoho.tables import Table, open_table

IN_ENGLISH = (
    "If its columns are named in another language, set your Zoho profile to English and export the "
    "file again as CSV."
)


@dataclass
class File:
    """One recognised file and how many records were read of it."""

    name: str
    module: str
    rows: int = 0


@dataclass
class Sorted:
    """A recognised table of the upload."""

    table: Table
    module: Module
    layout: Layout
    file: File


class Sorter:
    """The tables of an upload, and the names of everything else in it."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.problems: list[Problem] = []
        self.skipped = list(archive.others)
        self.unrecognised: list[str] = []
        self.tables: list[Sorted] = []

    def sort(self) -> None:
        """Open every table and find out what it is."""
        for name in self._archive.others:
            if problem := _workbook(name):
                self.problems.append(problem)
        for part in self._archive.parts:
            if foreign(part.name):
                self.skipped.append(part.name)
                continue
            try:
                self._sort(part)
            except FileError as error:
                if expected(part.name) or "empty" not in error.reason:
                    self.problems.append(error.at(part.name))
                else:
                    self.skipped.append(part.name)

    def _sort(self, part: Part) -> None:
        table = open_table(part)
        module = recognise(table)
        if module is None:
            self.unrecognised.append(part.name)
            return
        found = layout(module, table)
        if found.missing:
            raise FileError(
                f"Missing columns: {', '.join(repr(name) for name in found.missing)}.",
                IN_ENGLISH
                if 2 * len(found.missing) >= len(module.required)
                else "Export the file again with all its columns.",
                row=1,
            )
        file = File(part.name, module.name)
        self.tables.append(Sorted(table, module, found, file))


def _workbook(name: str) -> Problem | None:
    """Return the problem of a file in Excel's old format that should have been imported."""
    file = PurePosixPath(name)
    if file.suffix.lower() != ".xls" or not expected(f"{file.stem}.csv"):
        return None
    reason = "This is an old Excel workbook (.xls), which is not read."
    return Problem(file.name, reason, "Export it from Zoho as CSV, or save it as CSV UTF-8.")
