"""A whole upload, read: every file recognised, checked and turned into records."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from portal_data.zoho import catalogue, document_modules, modules, parties, settlements, work
from portal_data.zoho.archive import Archive, Part
from portal_data.zoho.columns import Layout, Module, layout
from portal_data.zoho.dates import DateOrder, Dates
from portal_data.zoho.defects import FileError, Problem, SetAside, UploadRefused
from portal_data.zoho.documents import read_documents
from portal_data.zoho.lines import Gatherer
from portal_data.zoho.recognise import expected, recognise
from portal_data.zoho.records import Reading, Record, Row
from portal_data.zoho.tables import Table, open_table

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
    "payments": ("date", "created", "applied_date"),
    "credit_applications": ("date",),
    "refunds": ("date",),
}


@dataclass
class File:
    """What became of one file: rows read, and columns that nothing reads."""

    name: str
    module: str
    rows: int = 0
    unread: list[str] = field(default_factory=list)
    custom_fields: list[str] = field(default_factory=list)


@dataclass
class Upload:
    """Everything an upload says, by kind of record, with what was found wrong."""

    archive: Archive
    files: list[File]
    skipped: list[str]
    modules: frozenset[str]
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
        self, archive: Archive, reading: Reading, order: DateOrder | None, progress: Progress
    ) -> None:
        self.archive, self.reading, self.order = archive, reading, order
        self.problems: list[Problem] = []
        self.skipped = list(archive.others)
        self.tables: list[_Sorted] = []
        self._progress, self._done = progress, 0
        self._total = 0

    def sort(self) -> None:
        """Open every table and find out what it is."""
        for part in self.archive.parts:
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
            self.skipped.append(part.name)
            return
        found = layout(module, table)
        if found.missing:
            raise FileError(
                f"Missing columns: {', '.join(repr(name) for name in found.missing)}.",
                "Export the file again with all its columns.",
                row=1,
            )
        custom = [f"CF.{label}" for label in found.custom]
        custom += [f"Item.CF.{label}" for label in found.line_custom]
        file = File(part.name, module.name, unread=found.unread, custom_fields=custom)
        self.tables.append(_Sorted(table, module, found, file))

    def of(self, module: Module) -> list[_Sorted]:
        return [entry for entry in self.tables if entry.module is module]

    def rows(self, module: Module) -> list[Row]:
        """Return all rows of a module's files; a defective file is noted and yields none."""
        rows: list[Row] = []
        for entry in self.of(module):
            dates = Dates(self.order)
            try:
                read = [
                    Row(entry.table.name, number, entry.layout, cells, dates)
                    for number, cells in self._records(entry)
                ]
                self._survey(module, read, dates)
            except FileError as error:
                self.problems.append(error.at(entry.table.name))
                continue
            entry.file.rows = len(read)
            rows += read
        return rows

    def documents(self, module: Module) -> list[Record]:
        """Return the records of a module with line items."""
        gatherer = Gatherer(self.reading)
        for entry in self.of(module):
            dates = Dates(self.order)
            before = len(gatherer.sheaves)
            try:
                entry.file.rows = gatherer.gather(
                    self._records(entry), entry.table.name, entry.layout, dates
                )
                new = list(gatherer.sheaves.values())[before:]
                self._survey(module, [sheaf.row for sheaf in new], dates)
            except FileError as error:
                self.problems.append(error.at(entry.table.name))
        if self.problems:
            return []
        return self.read(
            lambda: read_documents(module.name, list(gatherer.sheaves.values()), self.reading)
        )

    def read(self, build: Callable[[], list[Record]]) -> list[Record]:
        """Build records; a defect of the whole file that shows in a cell refuses the upload."""
        if self.problems:
            return []
        try:
            return build()
        except FileError as error:
            self.problems.append(error.at(error.file))
            return []

    def _survey(self, module: Module, rows: list[Row], dates: Dates) -> None:
        for name in _DATES.get(module.name, ()):
            for row in rows:
                dates.see(row.header(name), row.raw(name), row.number)
        dates.check()

    def _records(self, entry: _Sorted) -> Iterator[tuple[int, list[str]]]:
        def progress(done: int) -> None:
            self._done += done
            self._progress(f"Reading {entry.table.name}", self._done, self._total)

        return entry.table.records(entry.layout.repeated, progress)


def read_upload(
    archive: Archive, reading: Reading, order: DateOrder | None, progress: Progress
) -> Upload:
    """Read all files of an upload.

    Raises UploadRefused with every defect of a whole file that was found; documents that cannot be
    used are in `reading.findings` instead.
    """
    reader = _Reader(archive, reading, order, progress)
    reader.sort()
    records: dict[str, list[Record]] = {}
    _read_all(reader, reading, records)
    if reader.problems:
        raise UploadRefused(reader.problems, reading.findings.set_aside)
    if not reader.tables:
        raise UploadRefused(
            [
                Problem(
                    archive.name,
                    "No file was recognised.",
                    "Give a backup of Zoho Books, Billing or Invoice, or files exported from it.",
                )
            ]
        )
    return Upload(
        archive=archive,
        files=[entry.file for entry in reader.tables],
        skipped=sorted(reader.skipped),
        modules=frozenset(entry.module.name for entry in reader.tables),
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
    ):
        records[kind] = reader.documents(module)
