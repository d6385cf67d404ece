"""Parts of a file whose bytes an earlier import has read: found again without parsing them.

A block begins and ends between documents. Its digest covers its bytes, the file's header and how
files are read, so equal digests mean that reading gives the same again.
"""

import hashlib
import json
import os
import zlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

SIZE = 1 << 15  # bytes of a block, more or less: one changed document costs reading one block
_LARGEST = 1 << 22  # bytes: no more is held in memory to compare it
_QUOTE = b'"'
_DIGEST = 32  # bytes of a BLAKE2b, which takes little more than half as long as a SHA-256


@dataclass(slots=True, eq=False)
class Block:
    """Some rows of a file; `reading` is what they gave, as JSON (block_building.py)."""

    digest: str
    module: str
    start: int
    length: int
    rows: int
    reading: str
    _content: dict[str, Any] | None = None

    @property
    def content(self) -> dict[str, Any]:
        """What reading it gave."""
        if self._content is None:
            self._content = json.loads(self.reading)
        return self._content


@dataclass
class Known:
    """The blocks of one module by their first line; `key` says how its file is read."""

    key: bytes = b""
    starts: dict[int, list[Block]] = field(default_factory=dict)

    @classmethod
    def of(cls, key: str, header: Sequence[str], blocks: Sequence[Block]) -> "Known":
        """Return blocks for a file with this header, read in the way that `key` names."""
        context = "\x1f".join((key, *header))
        known = cls(hashlib.blake2b(context.encode(), digest_size=_DIGEST).digest())
        for block in blocks:
            known.starts.setdefault(block.start, []).append(block)
        return known

    def digest(self, content: bytes | memoryview) -> str:
        """Return the digest of a block's bytes."""
        return hashlib.blake2b(content, digest_size=_DIGEST, key=self.key).hexdigest()


@dataclass
class Stretch:
    """Rows that stand together in the copy and in the file: `place` and `row` count from 0."""

    place: int
    row: int


@dataclass
class Parts:
    """Which rows of a file are known, and where the others stand in the copy that will be read.

    `marks` are bytes and rows of the copy where a record begins, some SIZE apart.
    """

    known: list[tuple[Block, int]] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)
    marks: list[tuple[int, int]] = field(default_factory=list)
    copied: int = 0
    rows: int = 0
    sure: bool = True
    """False when a quote stands inside of a cell, so that no record's end is certain."""

    def number(self, place: int) -> int:
        """Return the number of a record that stands in the copy; the header is number 1."""
        if not self.stretches:
            return place + 2
        index = bisect_left(self.stretches, place + 1, key=lambda each: each.place) - 1
        stretch = self.stretches[index]
        return place - stretch.place + stretch.row + 2


@dataclass(frozen=True, slots=True)
class Piece:
    """A block to be: its rows in the copy, from `place` until before `end`, and its bytes."""

    place: int
    end: int
    offset: int
    beyond: int

    def read(self, copy: IO[bytes]) -> bytes:
        """Return its bytes. A mapped file would count as memory from its first byte to its last."""
        return os.pread(copy.fileno(), self.beyond - self.offset, self.offset)


class Splitter:
    """Tells known blocks from new rows, while a file's bytes pass by in whole lines."""

    def __init__(self, known: Known, separator: str) -> None:
        self.parts = Parts()
        self._ends = (separator.encode(), b"\n", b"")
        self._known, self._held = known, b""
        self._begun = False
        self._quoted = self._within = False  # of what was compared, and of what is new
        self._offset = 0

    def split(self, lines: bytes, *, last: bool = False) -> Iterator[bytes]:
        """Yield the bytes that must be read; the first ones are the header."""
        if not self._begun:
            lines = self._held + lines
            end = _record_end(lines, 0)
            if end < 0 and not last:
                self._held = lines
                return
            end = len(lines) if end < 0 else end
            self._begun, self._held = True, b""
            self._offset = end
            yield lines[:end]
            lines = lines[end:]
        if self._known.starts:
            yield from self._compared(self._held + lines, last)
        elif lines:
            yield self._new(lines)

    def _compared(self, lines: bytes, last: bool) -> Iterator[bytes]:
        view, place, new = memoryview(lines), 0, 0
        while place < len(lines):
            end = lines.find(b"\n", place) + 1 or len(lines)
            found = None
            if not self._quoted:
                for block in self._known.starts.get(zlib.crc32(view[place:end]), ()):
                    if place + block.length > len(lines) and not last:
                        if place > new:
                            yield self._new(lines[new:place])
                        self._held = lines[place:]
                        return
                    if self._known.digest(view[place : place + block.length]) == block.digest:
                        found = block
                        break
            if found is None:
                self._quoted ^= lines.count(_QUOTE, place, end) % 2 == 1
                place = end
                continue
            if place > new:
                yield self._new(lines[new:place])
            self.parts.known.append((found, self.parts.rows))
            self.parts.rows += found.rows
            place += found.length
            new = place
        if place > new:
            yield self._new(lines[new:])
        self._held = b""

    def _new(self, lines: bytes) -> bytes:
        """Count rows that are new, and mark where blocks might be cut."""
        parts = self.parts
        if not parts.stretches or parts.stretches[-1].row + self._since() != parts.rows:
            parts.stretches.append(Stretch(parts.copied, parts.rows))
        quoted, place = self._within, 0
        if not quoted:
            parts.marks.append((self._offset, parts.copied))
        while place < len(lines):
            end = lines.find(b"\n", place + SIZE) + 1 or len(lines)
            quotes = lines.count(_QUOTE, place, end)
            if quotes or quoted:
                pieces = lines[place:end].split(_QUOTE)
                rows = sum(piece.count(b"\n") for piece in pieces[int(quoted) :: 2])
                if any(piece[-1:] not in self._ends for piece in pieces[int(quoted) : -1 : 2]):
                    parts.sure = False
                quoted ^= quotes % 2 == 1
            else:
                rows = lines.count(b"\n", place, end)
            if end == len(lines) and not lines.endswith(b"\n"):
                rows += 1  # the last record of a file
            place = end
            parts.copied += rows
            parts.rows += rows
            if not quoted:
                parts.marks.append((self._offset + place, parts.copied))
        self._within = quoted
        self._offset += len(lines)
        return lines

    def _since(self) -> int:
        return self.parts.copied - self.parts.stretches[-1].place


def _record_end(lines: bytes, place: int) -> int:
    """Return where the record that begins at `place` ends, or -1."""
    start, quotes = place, 0
    while (end := lines.find(b"\n", start) + 1) > 0:
        quotes += lines[start:end].count(_QUOTE)
        if quotes % 2 == 0:
            return end
        start = end
    return -1


def cut(parts: Parts, firsts: Sequence[int], copy: IO[bytes]) -> Iterator[Piece]:
    """Cut what was copied into blocks that begin where a document does.

    `firsts` are the places of the documents' first rows, in order.
    """
    begins = [stretch.place for stretch in parts.stretches]
    marks = [mark for mark in parts.marks if mark[1] < parts.copied]
    cuts: dict[int, int] = {}
    for offset, place in marks:
        index = bisect_left(firsts, place)
        first = firsts[index] if index < len(firsts) else parts.copied
        if first not in cuts and first < parts.copied:
            cuts[first] = _skip(copy, offset, first - place)
    places = sorted(cuts)
    ends = [*places[1:], parts.copied]
    size = os.fstat(copy.fileno()).st_size
    for place, end in zip(places, ends, strict=True):
        beyond = cuts.get(end, size)
        within = not any(place < begin < end for begin in _between(begins, place, end))
        if within and 0 < beyond - cuts[place] <= _LARGEST:
            yield Piece(place, end, cuts[place], beyond)


def _between(begins: Sequence[int], place: int, end: int) -> Sequence[int]:
    return begins[bisect_left(begins, place) : bisect_left(begins, end)]


def _skip(copy: IO[bytes], offset: int, rows: int) -> int:
    """Return where the record stands that comes `rows` after the one at `offset`."""
    lines, place = b"", 0
    for _ in range(rows):
        while (end := _record_end(lines, place)) < 0:
            lines += os.pread(copy.fileno(), SIZE, offset + len(lines))
        place = end
    return offset + place
