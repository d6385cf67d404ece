"""A whole upload, read: every file recognised, checked and turned into records."""

from dataclasses import dataclass
from functools import partial

from portal_data.store.scratch import Scratch
from portal_data.zoho import catalogue, credits, document_modules, modules, parties, work
from portal_data.zoho.archive import Archive
from portal_data.zoho.block_cache import BlockCache
from portal_data.zoho.dates import DateOrder
from portal_data.zoho.defects import Problem, SetAside, UploadRefused
from portal_data.zoho.identifiers import Identifiers
from portal_data.zoho.places import FileReading
from portal_data.zoho.reader import Progress, Reader
from portal_data.zoho.records import Reading, Record
from portal_data.zoho.sorting import IN_ENGLISH, File


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
    readings: list[FileReading]

    def of(self, kind: str) -> list[Record]:
        """Return the records of a kind, in the order of the files."""
        return self.records.get(kind, [])

    @property
    def set_aside(self) -> list[SetAside]:
        """Return what has been left out so far."""
        return self.reading.findings.set_aside


def read_upload(
    archive: Archive,
    reading: Reading,
    scratch: Scratch,
    cache: BlockCache,
    order: DateOrder | None,
    progress: Progress,
    *,
    accept_losses: bool = False,
) -> Upload:
    """Read all files of an upload; lines may stay in `scratch` until they are written.

    What `cache` knows is not read again; raises StaleBlocks when that is not enough. Raises
    UploadRefused with every defect of a whole file that was found, unless the person accepts
    losses: then such a file is left out. Documents that cannot be used are in `reading.findings`.
    """
    reader = Reader(archive, reading, scratch, cache, order, progress, accept_losses)
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
    for each in reader.readings:
        each.warned_rows = {
            problem.row
            for problem in reading.findings.warnings
            if problem.file == each.entry.file.name and problem.row is not None
        }
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
        readings=reader.readings,
    )


def _read_all(reader: Reader, reading: Reading, records: dict[str, list[Record]]) -> None:
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
        ("credit application", modules.APPLICATIONS, credits.read_applications),
        ("refund", modules.REFUNDS, credits.read_refunds),
    ):
        rows = reader.rows(module)
        records[kind] = reader.read(partial(build, rows, reading))
    records["payment"] = reader.payments()
    for kind, module in (
        ("estimate", document_modules.ESTIMATES),
        ("invoice", document_modules.INVOICES),
        ("retainer invoice", document_modules.RETAINERS),
        ("credit note", document_modules.CREDIT_NOTES),
        ("recurring profile", document_modules.RECURRING),
    ):
        records[kind] = reader.documents(module)
