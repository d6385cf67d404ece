"""What an import keeps of its reading, so that a later one need not read the same bytes again.

A block is kept when all of its documents went into the books and reading them had nothing to tell:
what must be said again has to be read again. Whatever else reading depends on (the header, the
code, its options) is part of the block's digest.
"""

import json
import zlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from portal_data.zoho.block_cache import FileBlocks
from portal_data.zoho.blocks import Block, Known, Piece, cut
from portal_data.zoho.document_sets import StagedLines
from portal_data.zoho.fields import kept_by_records
from portal_data.zoho.kinds import KINDS
from portal_data.zoho.places import DATES, FileReading, Place
from portal_data.zoho.plan import Decisions
from portal_data.zoho.recall import VALUES
from portal_data.zoho.records import Record
from portal_data.zoho.upload import Upload

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def file_blocks(upload: Upload, decisions: Decisions, key: str) -> list[FileBlocks]:
    """Return what the files of a decided upload leave behind, read in the way that `key` names."""
    return [_BlockBuilder(reading, upload, decisions, key).build() for reading in upload.readings]


class _BlockBuilder:
    """One file of which blocks are kept."""

    def __init__(
        self, reading: FileReading, upload: Upload, decisions: Decisions, key: str
    ) -> None:
        self._reading, self._parts = reading, reading.staged.parts
        self._module = reading.entry.module.name
        self._known = Known.of(key, reading.header, [])
        self._suspicious = upload.reading.findings.suspicious
        accepted = decisions.of(KINDS[self._module]).accepted
        self._records = {record.row: record for record in accepted if not record.block}

    def build(self) -> FileBlocks:
        known = [block.digest for block, _ in self._parts.known]
        places = self._reading.places
        if not places or not self._parts.sure:
            return FileBlocks(self._module, known, [])
        copy = self._reading.staged.copy
        firsts = [place.first for place in places]
        warned = self._warned_documents()
        whole: list[tuple[Piece, list[Place]]] = []
        for piece in cut(self._parts, firsts, copy):
            inside = places[bisect_left(firsts, piece.place) : bisect_left(firsts, piece.end)]
            if self._whole(piece, inside, warned):
                whole.append((piece, inside))
        readings = self._readings(whole)
        new = [
            self._block(piece, reading, piece.read(copy))
            for (piece, _), reading in zip(whole, readings, strict=True)
        ]
        return FileBlocks(self._module, known, new)

    def _block(self, piece: Piece, reading: str, content: bytes) -> Block:
        end = content.find(b"\n") + 1 or len(content)
        return Block(
            self._known.digest(content),
            self._module,
            zlib.crc32(content[:end]),
            len(content),
            piece.end - piece.place,
            reading,
        )

    def _warned_documents(self) -> set[int]:
        """Return the documents with a line that must be warned of each time."""
        source = self._reading.source
        found = source.containing(list(self._suspicious)) if source and self._suspicious else []
        return set(found)

    def _whole(self, piece: Piece, places: Sequence[Place], warned: set[int]) -> bool:
        """Tell whether a piece is its documents and nothing else, and all of them went well."""
        if sum(place.rows for place in places) != piece.end - piece.place:
            return False
        first, last = map(self._parts.number, (piece.place, piece.end - 1))
        if any(first <= row <= last for row in self._reading.warned_rows):
            return False
        return all(
            place.rows
            and place.first not in warned
            and (record := self._records.get(place.row)) is not None
            and not self._strange(record)
            for place in places
        )

    def _strange(self, record: Record) -> bool:
        if not self._suspicious:
            return False
        read_by_python = self._reading.source is not None and isinstance(record.parts, list)
        texts = (value for value in record.values.values() if isinstance(value, str))
        return read_by_python or not self._suspicious.isdisjoint(texts)

    def _dates(self, places: Sequence[Place], start: int) -> dict[str, dict[str, int]]:
        """Return the dates that first rows have, each with the first row that has it."""
        names = DATES[self._module]
        found: dict[str, dict[str, int]] = {name: {} for name in names}
        for place in places:
            for name, text in zip(names, place.dates, strict=True):
                if text:
                    found[name].setdefault(text, place.row - start)
        return found

    def _readings(self, whole: Sequence[tuple[Piece, Sequence[Place]]]) -> Iterator[str]:
        """Yield what reading each piece gave, as JSON."""
        firsts = [place.first for _, places in whole for place in places]
        groups = [index for index, (_, places) in enumerate(whole) for _ in places]
        source = self._reading.source
        projects: dict[int, list[str]] = defaultdict(list)
        ids: list[dict[str, dict[str, int]]] = [{} for _ in whole]
        if source is not None:
            for first, text, _ in source.named_by("project", firsts, firsts):
                projects[first].append(text)
            for name in ("product_id", "project_id"):
                for index, text, place in source.named_by(name, firsts, groups):
                    ids[index].setdefault(name, {})[text] = place - whole[index][0].place
        records = {
            index: [self._records[place.row] for place in places]
            for index, (_, places) in enumerate(whole)
        }
        kept = kept_by_records(records)
        for index, (piece, places) in enumerate(whole):
            start = self._parts.number(piece.place)
            custom, other = kept[index]
            reading = {
                "documents": [
                    _as_list(self._records[place.row], place, start, projects) for place in places
                ],
                "ids": ids[index],
                "dates": self._dates(places, start),
                "custom": custom,
                "source": other,
            }
            yield _JSON.encode(reading)


def _as_list(
    record: Record, place: Place, start: int, projects: Mapping[int, Sequence[str]]
) -> list[Any]:
    """Return a record as recall.py reads it."""
    values = record.values
    return [
        record.external_id,
        record.subject,
        record.row - start,
        record.currency,
        record.fingerprint,
        values["date"].isoformat(),
        [values.get(name) for name in VALUES],
        {
            name: text
            for name, text in record.links.items()
            if text and not (name == "customer_name" and record.links["customer_id"])
        },
        record.extra.get("balance"),
        _parts(record, place, start, projects),
    ]


def _parts(
    record: Record, place: Place, start: int, projects: Mapping[int, Sequence[str]]
) -> Sequence[Any]:
    if record.kind == "payment":
        return [
            (
                part.key,
                part.invoice_number,
                part.amount,
                part.withheld,
                part.early_discount,
                part.row - start,
            )
            for part in record.parts
        ]
    if isinstance(record.parts, StagedLines):
        return projects[place.first]
    return sorted({line.project for line in record.parts if line.project})
