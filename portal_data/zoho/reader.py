"""Reading the files of an upload, module by module: as sets where that is safe, else row by row."""

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter

from portal_data.store.scratch import Scratch
from portal_data.zoho import document_modules, modules
from portal_data.zoho.archive import Archive
from portal_data.zoho.block_cache import BlockCache, StaleBlocks
from portal_data.zoho.columns import Module, kept_positions
from portal_data.zoho.copies import Copies
from portal_data.zoho.dates import DateOrder, Dates
from portal_data.zoho.defects import FileError
from portal_data.zoho.document_sets import gather_set
from portal_data.zoho.documents import read_documents
from portal_data.zoho.identifiers import Identifiers, id_fields
from portal_data.zoho.kinds import KINDS
from portal_data.zoho.line_sets import LineSet, suits
from portal_data.zoho.lines import Gatherer
from portal_data.zoho.payments import Receipt, gather_payments, read_payments
from portal_data.zoho.places import DATES, FileReading, Place, header_of
from portal_data.zoho.recall import recalled, see_known
from portal_data.zoho.records import Reading, Record, Row
from portal_data.zoho.recurring import read_profiles
from portal_data.zoho.sorting import Sorted, Sorter
from portal_data.zoho.staging import Staged, stage, taken

_SETS = (  # many documents whose lines are kept as they are
    document_modules.ESTIMATES,
    document_modules.INVOICES,
    document_modules.CREDIT_NOTES,
)

Progress = Callable[[str, int, int], None]
"""Called with what is being done, and how many bytes of how many are done."""


class Reader(Sorter):
    """Reads module after module, and collects what is wrong with whole files."""

    def __init__(
        self,
        archive: Archive,
        reading: Reading,
        scratch: Scratch,
        cache: BlockCache,
        order: DateOrder | None,
        progress: Progress,
        accept_losses: bool,
    ) -> None:
        super().__init__(archive)
        self.reading, self.order = reading, order
        self._scratch, self._cache = scratch, cache
        self.unread: set[str] = set()
        self.ids: dict[str, Identifiers] = {}
        self.readings: list[FileReading] = []
        self.accept_losses = accept_losses
        self._progress, self._done = progress, 0

    @property
    def _total(self) -> int:
        return sum(entry.table.part.size for entry in self.tables)

    def of(self, module: Module) -> list[Sorted]:
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
        copies, known = Copies(), list[Record]()
        for entry in self.of(module):
            dates = Dates(self.order)
            ids = Identifiers(entry.table.name, entry.layout)
            before = set(gatherer.sheaves)
            try:
                reading = self._gather(entry, gatherer, copies, dates, ids)
                new = [sheaf for key, sheaf in gatherer.sheaves.items() if key not in before]
                self._survey(module, [sheaf.row for sheaf in new], dates, ids, reading)
                known += reading.records if reading else []
            except FileError as error:
                self._lose(entry, error)
                for key in gatherer.sheaves.keys() - before:
                    del gatherer.sheaves[key]
        sheaves = list(gatherer.sheaves.values())
        if module is document_modules.RECURRING:
            return self.read(lambda: read_profiles(sheaves, self.reading))
        read = self.read(lambda: read_documents(module.name, sheaves, self.reading))
        return _in_order(read, known)

    def _gather(
        self, entry: Sorted, gatherer: Gatherer, copies: Copies, dates: Dates, ids: Identifiers
    ) -> FileReading | None:
        """Gather the documents of a file, and return how it was read; None row by row."""
        layout, done, module = entry.layout, self._done, entry.module
        staged = None
        if module in _SETS and suits(layout):
            staged = self._stage(entry, kept_positions(layout))
        if staged is not None:
            source = LineSet(self._scratch, staged.name, layout, staged.parts.number)
            places = gather_set(gatherer, source, module.name, dates, ids, self.reading.findings)
            if places is not None:
                return self._recall(FileReading(entry, staged, places, source))
            staged.copy.close()
        self._done = done
        entry.file.rows = gatherer.gather(self._records(entry, copies), layout, dates, ids)
        return None

    def payments(self) -> list[Record]:
        """Return the records of payments."""
        entries, done = self.of(modules.PAYMENTS), self._done
        found = self._receipts(entries[0]) if len(entries) == 1 else None
        if found is None:
            self._done = done
            found = gather_payments(self.rows(modules.PAYMENTS)), []
        receipts, known = found
        read = self.read(lambda: read_payments(receipts, self.reading))
        return _in_order(read, known)

    def _receipts(self, entry: Sorted) -> tuple[list[Receipt], list[Record]] | None:
        """Return the payments of a file that can be staged, and the known ones."""
        width = len(entry.table.columns)
        staged = self._stage(entry, range(width))
        if staged is None:
            return None
        found = taken(self._scratch, staged, width)
        dates, name, number = Dates(self.order), entry.table.name, staged.parts.number
        rows = [Row(name, number(at), entry.layout, row, dates) for at, row in enumerate(found)]
        if not all(row.key("id") or row.key("number") for row in rows):
            staged.copy.close()
            return None  # a row that names no payment belongs to the one before it
        receipts = gather_payments(rows)
        firsts = {row.number: at for at, row in enumerate(rows)}
        places = [
            Place.of(
                receipt.row,
                entry.module.name,
                receipt.row.key("id") or receipt.row.key("number"),
                firsts[receipt.row.number],
                len(receipt.rows) if receipt.together else 0,
            )
            for receipt in receipts
        ]
        ids = Identifiers(name, entry.layout)
        try:
            reading = self._recall(FileReading(entry, staged, places))
            self._survey(entry.module, rows, dates, ids, reading)
        except FileError as error:
            self._lose(entry, error)
            return [], []
        return receipts, reading.records

    def _stage(self, entry: Sorted, keep: Iterable[int]) -> Staged | None:
        """Stage the only file of a module; None when it must be read row by row."""
        if len(self.of(entry.module)) > 1:
            return None
        known = self._cache.known(entry.module.name, header_of(entry))
        return stage(
            self._scratch,
            f"staged_{entry.module.name}",
            entry.table,
            keep,
            entry.layout.repeated,
            known,
            self._progress_of(entry),
        )

    def _recall(self, reading: FileReading) -> FileReading:
        """Add the known records to a file that was read. Raises StaleBlocks if they are not whole.

        A document may have got a row more, in a place that is no part of its block.
        """
        entry, parts = reading.entry, reading.staged.parts
        records = recalled(KINDS[entry.module.name], entry.file.name, parts)
        keys = {place.key for place in reading.places}
        digests = {
            record.block
            for record in records
            if not keys.isdisjoint((record.external_id, record.values["number"]))
        }
        if digests:
            raise StaleBlocks(digests)
        reading.records = records
        entry.file.rows = parts.rows
        self.readings.append(reading)
        return reading

    def read(self, build: Callable[[], list[Record]]) -> list[Record]:
        """Build records, unless the upload is refused already; too many defects refuse a file."""
        if self.problems and not self.accept_losses:
            return []
        try:
            return build()
        except FileError as error:
            self.problems.append(error.at(error.file))
            return []

    def _lose(self, entry: Sorted, error: FileError) -> None:
        self.problems.append(error.at(entry.table.name))
        self.unread.add(entry.module.name)
        self.readings = [reading for reading in self.readings if reading.entry is not entry]

    def _survey(
        self,
        module: Module,
        rows: list[Row],
        dates: Dates,
        ids: Identifiers,
        known: FileReading | None = None,
    ) -> None:
        """Look at the ids and dates of a file as a whole. Raises FileError for dates in doubt.

        Raises StaleBlocks instead when a part of the file was recalled: what is wrong with a file
        is said by reading it.
        """
        columns = rows[0].layout.positions if rows else {}  # rows of one file
        for own in filter(columns.__contains__, id_fields(module)):
            names, place = module.names.get(own, ()), columns[own]
            for row in rows:
                if text := row.cells[place].strip():
                    ids.see(own, text, row.number)
                    if names:
                        ids.name(own, text, tuple(map(row.key, names)), row.number)
        for name in filter(columns.__contains__, DATES.get(module.name, ())):
            place, header = columns[name], rows[0].header(name)
            for row in rows:
                if text := row.cells[place]:
                    dates.see(header, text, row.number)
        recalled = known.records if known else []
        if known:
            headers = known.entry.layout.headers
            see_known(recalled, known.staged.parts, headers, ids, dates)
        problems, failed = ids.problems(), None
        try:
            dates.check()
        except FileError as error:
            failed = error
        if recalled and (problems or failed):
            raise StaleBlocks({record.block for record in recalled})
        self.problems += problems
        self.ids[ids.file] = ids
        if failed:
            raise failed

    def _records(self, entry: Sorted, copies: Copies) -> Iterator[tuple[int, list[str]]]:
        rows = entry.table.records(entry.layout.repeated, self._progress_of(entry))
        if len(self.of(entry.module)) == 1:
            return rows
        rows, problem = copies.read(entry.table, rows, drop=self.accept_losses)
        if problem:
            self.problems.append(problem)
        return rows

    def _progress_of(self, entry: Sorted) -> Callable[[int], None]:
        def progress(done: int) -> None:
            self._done += done
            self._progress(f"Reading {entry.table.name}", self._done, self._total)

        return progress


def _in_order(read: list[Record], known: list[Record]) -> list[Record]:
    """Return records in the order of the file."""
    return sorted([*read, *known], key=attrgetter("row")) if known else read
