"""Writing the lines of documents, and who a document may be paid through."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any
from uuid import UUID

from portal_data.store import OpenSession
from portal_data.zoho.document_sets import is_staged, read_lines
from portal_data.zoho.line_sets import LineSet
from portal_data.zoho.records import Record
from portal_data.zoho.rows import RowMaker
from portal_data.zoho.targets import LineShelf

_FORGET_LINES = """
    update core.disputes set version = version + 1, invoice_line_id = null
    where invoice_line_id = any($ids)
"""


def load_rows(
    session: OpenSession, table: str, columns: tuple[str, ...], rows: Iterable[Sequence[Any]]
) -> None:
    """Load rows, and do not trouble the store when there are none."""
    source = iter(rows)
    if (first := next(source, None)) is not None:
        session.load(table, columns, chain((first,), source))


@dataclass(frozen=True, slots=True)
class LineLoader:
    """Writes lines as `maker` turns them into rows."""

    session: OpenSession
    maker: RowMaker

    def write(self, shelf: LineShelf, records: list[Record]) -> None:
        """Write the lines of new documents."""
        staged: dict[LineSet, list[Record]] = defaultdict(list)
        others = []
        for record in records:
            if is_staged(record.parts):
                staged[record.parts.source].append(record)
            else:
                others.append(record)
        for source, documents in staged.items():
            batches = self.maker.staged_lines(source, documents, shelf)
            self.session.load_batches(shelf.table, shelf.columns, batches)
        rows = (row for record in others for row in self.maker.lines(record))
        load_rows(self.session, shelf.table, shelf.columns, rows)
        self._write_providers(shelf, records)

    def replace(self, shelf: LineShelf, records: list[Record]) -> None:
        """Put the lines of changed documents in place of those that the books hold."""
        changed = [record for record in records if not record.same_parts]
        read_lines([record.parts for record in changed if is_staged(record.parts)])
        ids = [record.row_id for record in changed]
        stored: dict[UUID, dict[int, dict[str, Any]]] = {record.row_id: {} for record in changed}
        for row in self.session.rows(shelf.stored, ids=ids):
            stored[row[shelf.parent]][row["position"]] = row
        self.session.change(shelf.delete, ids=ids)
        kept = {record.row_id: len(record.parts) for record in changed}
        gone = [
            row["id"]
            for document, lines in stored.items()
            for position, row in lines.items()
            if position > kept[document]
        ]
        if gone:
            self.session.change(_FORGET_LINES, ids=gone)
        rows = (
            row
            for record in changed
            for row in self.maker.merged_lines(record, shelf, stored[record.row_id])
        )
        load_rows(self.session, shelf.table, shelf.columns, rows)
        if shelf.providers:
            self.session.change(shelf.delete_providers, ids=[record.row_id for record in records])
        self._write_providers(shelf, records)

    def _write_providers(self, shelf: LineShelf, records: list[Record]) -> None:
        if shelf.providers:
            load_rows(
                self.session,
                shelf.providers,
                ("customer_id", shelf.parent, "provider"),
                (
                    (record.customer_id, record.row_id, provider)
                    for record in records
                    for provider in record.extra["providers"]
                ),
            )
