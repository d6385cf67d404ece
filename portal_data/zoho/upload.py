"""A whole upload, read: every file recognised, checked and turned into records."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

from portal_data.store.scratch import Scratch
from portal_data.zoho import catalogue, document_modules, modules, parties, settlements, work
from portal_data.zoho.archive import Archive, Part
from portal_data.zoho.columns import Layout, Module, layout
from portal_data.zoho.copies import Copies
from portal_data.zoho.dates import DateOrder, Dates
from portal_data.zoho.defects import FileError, Problem, SetAside, UploadRefused
from portal_data.zoho.document_sets import gather_set
from portal_data.zoho.documents import read_documents
from portal_data.zoho.identifiers import Identifiers, id_fields
from portal_data.zoho.line_sets import LineSet, kept_positions, suits
from portal_data.zoho.lines import Gatherer
from portal_data.zoho.recognise import expected, foreign, recognise
from portal_data.zoho.records import Reading, Record, Row
from portal_data.zoho.recurring import read_profiles
from portal_data.zoho.staging import stage
from portal_data.zoho.tables import Table, open_table

_SETS = (  # many documents whose lines are kept as they are
    document_modules.ESTIMATES,
    document_modules.INVOICES,
    document_modules.CREDIT_NOTES,
)
IN_ENGLISH = (
    "If its columns are named in another language, set your Zoho profile to English and export the "
    "file again as CSV."
)

Progress = Callable[[str, int, int], None]
"""Called with what is being done, and how many bytes of how many are done."""

_DATES = {  # fields of each module that hold dates
    "customers": ("created",),
    "exchange_rates": ("date",),
    "time_entries": ("date",),
    "estimates": ("date", "expiry_date"),
    "invoices": (
        "date",
        "due_date",
        "expected_date",
        "last_payment_date",
        "write_off_date",
        "issued_date",
    ),
    "retainer_invoices": ("date", "due_date"),
    "credit_notes": ("date",),
    "recurring_invoices": ("date", "ends", "next"),
    "payments": ("date", "created", "applied_date"),
    "credit_applications": ("date",),
    "refunds": ("date",),
}


@dataclass
class File:
    """One recognised file and how many records were read of it."""

    name: str
    module: str
    rows: int = 0


@dataclass
class Upload:
    """Everything an upload says, by kind of record, with what was found wrong.

    `problems` are defects of whole files that the person accepted; such files are not in `modules`
    when nothing of them could be read. `ids` are the id columns of each file.
    """

    archive: Archive
    files: list[File]
    skipped: list[str]
    unrecognised: list[str]
    problems: list[Problem]
    modules: frozenset[str]
    ids: dict[str, Identifiers]
    records: dict[str, list[Record]]
    reading: Reading

    def of(self, kind: str) -> list[Record]:
        """Return the records of a kind, in the order of the files."""
        return self.records.get(kind, [])

    @property
    def set_aside(self) -> list[SetAside]:
        """Return what has been left out so far."""
        return self.reading.findings.set_aside


@dataclass
class _Sorted:
    """A recognised table of the upload."""

    table: Table
    module: Module
    layout: Layout
    file: File


class _Reader:
    def __init__(
        self,
        archive: Archive,
        reading: Reading,
        scratch: Scratch,
        order: DateOrder | None,
        progress: Progress,
        accept_losses: bool,
    ) -> None:
        self.archive, self.reading, self.order = archive, reading, order
        self._scratch = scratch
        self.problems: list[Problem] = []
        self.skipped = list(archive.others)
        self.unrecognised: list[str] = []
        self.unread: set[str] = set()
        self.ids: dict[str, Identifiers] = {}
        self.accept_losses = accept_losses
        self.tables: list[_Sorted] = []
        self._progress, self._done = progress, 0
        self._total = 0

    def sort(self) -> None:
        """Open every table and find out what it is."""
        for name in self.archive.others:
            if problem := _workbook(name):
                self.problems.append(problem)
        for part in self.archive.parts:
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
        self._total = sum(entry.table.part.size for entry in self.tables)

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
        self.tables.append(_Sorted(table, module, found, file))

    def of(self, module: Module) -> list[_Sorted]:
        return [entry for entry in self.tables if entry.module is module]

    def rows(self, module: Module) -> list[Row]:
        """Return all rows of a module's files; a defective file is noted and yields none."""
        rows: list[Row] = []
        copies = Copies()
        for entry in self.of(module):
            dates = Dates(self.order)
            ids = Identifiers(entry.table.name, entry.layout)
            try:
                read = [
                    Row(entry.table.name, number, entry.layout, cells, dates)
                    for number, cells in self._records(entry, copies)
                ]
                self._survey(module, read, dates, ids)
            except FileError as error:
                self._lose(entry, error)
                continue
            entry.file.rows = len(read)
            rows += read
        return rows

    def documents(self, module: Module) -> list[Record]:
        """Return the records of a module with line items."""
        gatherer = Gatherer(self.reading)
        copies = Copies()
        for entry in self.of(module):
            dates = Dates(self.order)
            ids = Identifiers(entry.table.name, entry.layout)
            before = set(gatherer.sheaves)
            try:
                entry.file.rows = self._gather(entry, gatherer, copies, dates, ids)
                new = [sheaf for key, sheaf in gatherer.sheaves.items() if key not in before]
                self._survey(module, [sheaf.row for sheaf in new], dates, ids)
            except FileError as error:
                self._lose(entry, error)
                for key in gatherer.sheaves.keys() - before:
                    del gatherer.sheaves[key]
        sheaves = list(gatherer.sheaves.values())
        if module is document_modules.RECURRING:
            return self.read(lambda: read_profiles(sheaves, self.reading))
        return self.read(lambda: read_documents(module.name, sheaves, self.reading))

    def _gather(
        self, entry: _Sorted, gatherer: Gatherer, copies: Copies, dates: Dates, ids: Identifiers
    ) -> int:
        """Gather the documents of a file and return its rows: as a set, or else row by row."""
        layout, done = entry.layout, self._done
        if entry.module in _SETS and suits(layout) and len(self.of(entry.module)) == 1:
            name = f"staged_{entry.module.name}"
            progress = self._progress_of(entry)
            keep = kept_positions(layout)
            count = stage(self._scratch, name, entry.table, keep, layout.repeated, progress)
            if count is not None and gather_set(
                gatherer, LineSet(self._scratch, name, layout), dates, ids, self.reading.findings
            ):
                return count
            self._done = done
        return gatherer.gather(self._records(entry, copies), layout, dates, ids)

    def read(self, build: Callable[[], list[Record]]) -> list[Record]:
        """Build records, unless the upload is refused already; too many defects refuse a file."""
        if self.problems and not self.accept_losses:
            return []
        try:
            return build()
        except FileError as error:
            self.problems.append(error.at(error.file))
            return []

    def _lose(self, entry: _Sorted, error: FileError) -> None:
        self.problems.append(error.at(entry.table.name))
        self.unread.add(entry.module.name)

    def _survey(self, module: Module, rows: list[Row], dates: Dates, ids: Identifiers) -> None:
        for own in id_fields(module):
            names = module.names.get(own, ())
            for row in rows:
                if text := row.key(own):
                    ids.see(own, text, row.number)
                    if names:
                        ids.name(own, text, tuple(map(row.key, names)), row.number)
        self.problems += ids.problems()
        self.ids[ids.file] = ids
        for name in _DATES.get(module.name, ()):
            for row in rows:
                if text := row.raw(name):
                    dates.see(row.header(name), text, row.number)
        dates.check()

    def _records(self, entry: _Sorted, copies: Copies) -> Iterator[tuple[int, list[str]]]:
        rows = entry.table.records(entry.layout.repeated, self._progress_of(entry))
        if len(self.of(entry.module)) == 1:
            return rows
        rows, problem = copies.read(entry.table, rows, drop=self.accept_losses)
        if problem:
            self.problems.append(problem)
        return rows

    def _progress_of(self, entry: _Sorted) -> Callable[[int], None]:
        def progress(done: int) -> None:
            self._done += done
            self._progress(f"Reading {entry.table.name}", self._done, self._total)

        return progress


def _workbook(name: str) -> Problem | None:
    """Return the problem of a file in Excel's old format that should have been imported."""
    file = PurePosixPath(name)
    if file.suffix.lower() != ".xls" or not expected(f"{file.stem}.csv"):
        return None
    reason = "This is an old Excel workbook (.xls), which is not read."
    return Problem(file.name, reason, "Export it from Zoho as CSV, or save it as CSV UTF-8.")


def read_upload(
    archive: Archive,
    reading: Reading,
    scratch: Scratch,
    order: DateOrder | None,
    progress: Progress,
    *,
    accept_losses: bool = False,
) -> Upload:
    """Read all files of an upload; lines may stay in `scratch` until they are written.

    Raises UploadRefused with every defect of a whole file that was found, unless the person accepts
    losses: then such a file is left out. Documents that cannot be used are in `reading.findings`.
    """
    reader = _Reader(archive, reading, scratch, order, progress, accept_losses)
    reader.sort()
    records: dict[str, list[Record]] = {}
    _read_all(reader, reading, records)
    if reader.problems and not accept_losses:
        raise UploadRefused(reader.problems, reading.findings.set_aside)
    if not reader.tables:
        raise UploadRefused(
            [
                *reader.problems,
                Problem(
                    archive.name,
                    "No file was recognised.",
                    "Give a backup of Zoho Books, Billing or Invoice, or files exported from it. "
                    + IN_ENGLISH,
                ),
            ]
        )
    read = {entry.module.name for entry in reader.tables} - reader.unread
    return Upload(
        archive=archive,
        files=[entry.file for entry in reader.tables],
        skipped=sorted(reader.skipped),
        unrecognised=sorted(reader.unrecognised),
        problems=reader.problems,
        modules=frozenset(read),
        ids=reader.ids,
        records=records,
        reading=reading,
    )


def _read_all(reader: _Reader, reading: Reading, records: dict[str, list[Record]]) -> None:
    """Read module after module; customers come first, because documents take their currency."""
    contacts = reader.rows(modules.CUSTOMERS)
    customers = reader.read(lambda: parties.read_customers(contacts, reading))
    records["customer"] = customers
    records["address"] = reader.read(lambda: parties.read_addresses(contacts, customers))
    people = reader.rows(modules.PERSONS)
    records["contact"] = reader.read(
        lambda: parties.read_persons(people, contacts, customers, reading)
    )
    for kind, module, build in (
        ("exchange rate", modules.RATES, catalogue.read_rates),
        ("item", modules.ITEMS, catalogue.read_items),
        ("project", modules.PROJECTS, work.read_projects),
        ("task", modules.TASKS, work.read_tasks),
        ("time entry", modules.TIME, work.read_time),
        ("credit application", modules.APPLICATIONS, settlements.read_applications),
        ("refund", modules.REFUNDS, settlements.read_refunds),
    ):
        rows = reader.rows(module)
        records[kind] = reader.read(partial(build, rows, reading))
    receipts = settlements.gather_payments(reader.rows(modules.PAYMENTS))
    records["payment"] = reader.read(lambda: settlements.read_payments(receipts, reading))
    for kind, module in (
        ("estimate", document_modules.ESTIMATES),
        ("invoice", document_modules.INVOICES),
        ("retainer invoice", document_modules.RETAINERS),
        ("credit note", document_modules.CREDIT_NOTES),
        ("recurring profile", document_modules.RECURRING),
    ):
        records[kind] = reader.documents(module)
