"""The import as a whole: read the upload, decide, write in one transaction, and report."""

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID

from portal_data import store
from portal_data.ids import new_id
from portal_data.messaging import activity, events
from portal_data.store import OpenSession
from portal_data.store.scratch import Scratch
from portal_data.zoho.acceptance import refusals
from portal_data.zoho.archive import Archive, open_upload
from portal_data.zoho.block_building import file_blocks
from portal_data.zoho.block_cache import (
    BlockCache,
    StaleBlocks,
    read_block_cache,
    write_blocks,
)
from portal_data.zoho.books import SOURCE, read_books, read_customers
from portal_data.zoho.dates import DateOrder
from portal_data.zoho.defects import Findings, Problem, UploadRefused
from portal_data.zoho.fields import count_kept
from portal_data.zoho.hints import infer_applications
from portal_data.zoho.kinds import KINDS
from portal_data.zoho.load import Loader
from portal_data.zoho.open_amounts import Settler
from portal_data.zoho.organise import (
    Founding,
    found_organisation,
    founding_currency,
    raise_counters,
    refuse_demo,
    rename_organisation,
)
from portal_data.zoho.plan import Decisions
from portal_data.zoho.reader import Progress
from portal_data.zoho.records import Reading
from portal_data.zoho.repeats import reading_key, same_again
from portal_data.zoho.report import FileReport, Report
from portal_data.zoho.resolve import Resolver
from portal_data.zoho.upload import Upload, read_upload

# Rows that are always there: while an import holds them another one waits, and then sees its books.
_ALL_IMPORTS = "select version from core.migrations order by version"


@contextmanager
def _without_collector() -> Iterator[None]:
    """Pause the cyclic garbage collector: with millions of live rows each run costs seconds.

    It runs as soon as it may again, so what it decorates has let go of its rows by then.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@_without_collector()
def import_backup(
    path: Path,
    *,
    now: datetime,
    dry_run: bool = False,
    strict: bool = False,
    accept_losses: bool = False,
    remove_missing: bool = False,
    date_order: DateOrder | None = None,
    founding: Founding | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> Report:
    """Import a Zoho backup (zip, folder or single CSV) and return the reconciliation report.

    Everything is written in one transaction: the whole upload, without the documents that were set
    aside, or nothing. `now` is naive UTC. `founding` names the organisation, at first or anew.
    Raises UploadRefused (an Invalid) when the upload cannot be trusted (acceptance.py), unless
    `accept_losses`, or with `strict` when any document would have to be set aside; Conflict over
    the demo organisation, or when the books changed at the same moment. With `remove_missing` a
    complete backup voids what earlier imports made and it no longer has (removal.py).
    """
    with closing(Scratch()) as scratch, open_upload(path) as archive:
        with store.system_reading() as session:
            refuse_demo(session)
            books = read_customers(session)
            key = reading_key(date_order, books.timezone, books.base_currency)
            repeated = None
            if founding in (None, Founding()) and not remove_missing:
                repeated = same_again(session, archive, key)
        if repeated:
            return _repeat(repeated, dry_run, now)
        founding = founding or Founding()
        timezone = founding.timezone or books.timezone
        with store.system_reading() as session:
            cache = read_block_cache(
                session, reading_key(date_order, timezone, books.base_currency)
            )

        def read() -> Upload:
            findings = Findings()
            reading = Reading(findings, timezone, books.base_currency, books.currencies())
            upload = read_upload(
                archive, reading, scratch, cache, date_order, progress, accept_losses=accept_losses
            )
            infer_applications(upload)
            return upload

        upload = _certain(read, cache)
        if dry_run:
            with store.system_reading() as session:
                upload, decisions, settler, resolver = _decide(
                    session, upload, read, cache, remove_missing
                )
                losses = _losses(resolver, settler, strict=strict, accept_losses=accept_losses)
                if decisions.books.base_currency is None:
                    founding_currency(upload)
            return _report(archive, upload, settler, losses, dry_run=True)
        with store.system_writing() as session:
            session.locked(_ALL_IMPORTS)
            upload, decisions, settler, resolver = _decide(
                session, upload, read, cache, remove_missing
            )
            losses = _losses(resolver, settler, strict=strict, accept_losses=accept_losses)
            currency = decisions.books.base_currency
            if currency is None:
                currency = founding_currency(upload)
                found_organisation(session, upload, founding, currency, now)
            report = _report(archive, upload, settler, losses, dry_run=False)
            report.read_by = reading_key(date_order, timezone, currency)
            write_blocks(session, file_blocks(upload, decisions, report.read_by))
            rename_organisation(session, founding, now)
            import_id = new_id()
            if report.verdict != "unchanged" or settler.rebalanced:
                Loader(
                    session, decisions, resolver, settler, import_id, currency, now, progress
                ).write()
                raise_counters(session)
            _record(session, import_id, report, now)
        return report


def _certain(read: Callable[[], Upload], cache: BlockCache) -> Upload:
    """Read the upload, and read again what an earlier import's reading is not enough for."""
    while True:
        try:
            return read()
        except StaleBlocks as stale:
            cache.discard(stale.digests)


def _repeat(report: Report, dry_run: bool, now: datetime) -> Report:
    """Keep the report of an upload that has been imported already."""
    report.dry_run = dry_run
    if not dry_run:
        with store.system_writing() as session:
            _record(session, new_id(), report, now)
    return report


def _decide(
    session: OpenSession,
    upload: Upload,
    read: Callable[[], Upload],
    cache: BlockCache,
    remove_missing: bool,
) -> tuple[Upload, Decisions, Settler, Resolver]:
    """Decide an upload; records that have to be written and were only recalled are read first."""
    books = read_books(session)
    while True:
        decisions = Decisions(upload, books)
        resolver = Resolver(decisions)
        settler = Settler(decisions, resolver, remove_missing=remove_missing)
        resolver.decide_parties()
        resolver.decide_items()
        resolver.decide_work()
        resolver.decide_profiles()
        try:
            settler.decide()
        except StaleBlocks as stale:
            cache.discard(stale.digests)
            upload = _certain(read, cache)
        else:
            return upload, decisions, settler, resolver


def _losses(
    resolver: Resolver, settler: Settler, *, strict: bool, accept_losses: bool
) -> list[Problem]:
    """Return the losses that the person accepts. Raises UploadRefused for those they do not."""
    findings = resolver.upload.reading.findings
    if incomplete := settler.removal.incomplete():
        raise UploadRefused(incomplete, findings.set_aside)
    losses = [*refusals(resolver), *settler.removal.too_much()]
    if losses and not accept_losses:
        raise UploadRefused(losses, findings.set_aside)
    if strict and findings.set_aside:
        raise UploadRefused([entry.problem for entry in findings.set_aside], findings.set_aside)
    return losses


def _report(
    archive: Archive,
    upload: Upload,
    settler: Settler,
    losses: list[Problem],
    *,
    dry_run: bool,
) -> Report:
    findings = upload.reading.findings
    files = {file.name: FileReport(file.name, file.module, file.rows) for file in upload.files}
    count_kept(upload, files)
    kinds = {file.name: KINDS[file.module] for file in upload.files}
    written = 0
    for change in settler.decisions.changes.values():
        written += len(change.written)
        for name, records in (
            ("created", change.created),
            ("updated", change.updated),
            ("unchanged", change.unchanged),
        ):
            for record in records:
                if kinds[record.file] == record.kind:
                    report = files[record.file]
                    setattr(report, name, getattr(report, name) + 1)
    for entry in findings.set_aside:
        if entry.problem.file in files:
            files[entry.problem.file].set_aside += 1
    removal = settler.removal
    verdict = "imported" if written or removal.voided else "unchanged"
    named = (findings.set_aside, losses, findings.in_question, upload.unrecognised, removal.left)
    return Report(
        name=archive.name,
        sha256=archive.sha256,
        verdict="partly imported" if any(named) else verdict,
        dry_run=dry_run,
        files=list(files.values()),
        set_aside=findings.set_aside,
        losses=losses,
        in_question=list(findings.in_question),
        warnings=findings.warnings,
        skipped_files=upload.skipped,
        unrecognised_files=upload.unrecognised,
        not_in_upload=removal.not_in_upload(),
        voided=[f"{gone.kind} {gone.name}" for gone in removal.voided],
        left_to_a_person=[f"{gone.kind} {gone.name}: {why}" for gone, why in removal.left],
    )


_INSERT_IMPORT = (
    "id", "source", "name", "sha256", "started_at", "finished_at", "report",
)  # fmt: skip


def _record(session: OpenSession, import_id: UUID, report: Report, now: datetime) -> None:
    """Keep the report, and one line of activity for the staff."""
    row = (import_id, SOURCE, report.name, report.sha256, now, now, report.as_json())
    session.load("core.imports", _INSERT_IMPORT, [row])
    counts = Counter[str]()
    for file in report.files:
        counts.update(
            created=file.created,
            updated=file.updated,
            unchanged=file.unchanged,
            set_aside=file.set_aside,
        )
    details = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())
    activity.record(
        session,
        None,
        events.IMPORT_FINISHED,
        now=now,
        subject_kind="import",
        subject_id=import_id,
        subject_number=report.name,
        details=details,
    )
