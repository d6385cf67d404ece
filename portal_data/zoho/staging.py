"""Files on their way into the scratch engine, which reads strict CSV many times faster than Python.

A file is copied into a nameless temporary file while its bytes are looked at. Whatever DuckDB and
Python's csv module might read differently is left to Python, which reads it record by record and
says what is wrong with it and where.
"""

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import IO

from portal_data.errors import Unavailable
from portal_data.store.scratch import Scratch
from portal_data.zoho.blocks import Known, Parts, Splitter
from portal_data.zoho.tables import MAX_CELL, MAX_ROWS, Table, too_many_rows

Progress = Callable[[int], None]

_BLOCK = 1 << 20
_BLANK = ord(" ")
_BOM = b"\xef\xbb\xbf"


@dataclass
class Staged:
    """A file in the scratch engine: the table `name` has the rows that are not known already."""

    name: str
    copy: IO[bytes]
    parts: Parts
    known: Known


def stage(
    scratch: Scratch,
    name: str,
    table: Table,
    keep: Iterable[int],
    repeated: Iterable[list[int]],
    known: Known,
    progress: Progress,
) -> Staged | None:
    """Read the columns at `keep` of a file into the scratch table `name`, but no known blocks.

    None means that the file must be read record by record instead. Raises FileError for more rows
    than any business has, and Unavailable when there is no room for the copy.
    """
    twins = [(first, other) for first, *others in repeated for other in others]
    copy, splitter = _room(scratch, table), Splitter(known, table.separator)
    read = _copy(table, copy, splitter, progress) and scratch.read_csv(
        name,
        copy,
        width=len(table.columns),
        keep=sorted({*keep, *(place for pair in twins for place in pair)}),
        separator=table.separator,
        longest=MAX_CELL,
    )
    if not read:
        copy.close()
        return None
    parts = splitter.parts
    if parts.known and not parts.sure:
        copy.close()
        return stage(scratch, name, table, keep, repeated, Known(known.key), progress)
    if parts.rows > MAX_ROWS:
        raise too_many_rows()
    uneven = " or ".join(f"c{first} <> c{other}" for first, other in twins) or "false"
    ((count, odd),) = scratch.rows(f"select count(*), count(*) filter ({uneven}) from {name}")
    if odd or count != parts.copied:
        copy.close()
        return None
    return Staged(name, copy, parts, known)


def taken(scratch: Scratch, staged: Staged, width: int) -> list[tuple[str, ...]]:
    """Return the rows of a file of which all `width` columns were kept, and drop its table."""
    cells = ", ".join(f"c{place}" for place in range(width))
    rows = scratch.rows(f"select {cells} from {staged.name} order by rowid")
    scratch.run(f"drop table {staged.name}")
    return rows


def _room(scratch: Scratch, table: Table) -> IO[bytes]:
    try:
        return scratch.file()
    except OSError as error:
        raise _no_room(table, error) from error


def _copy(table: Table, copy: IO[bytes], splitter: Splitter, progress: Progress) -> bool:
    """Copy what must be read with plain line ends; tell whether nothing about it is unusual."""
    look = _Look(table.separator)
    rest, first, last = b"", True, False
    with table.part.open() as source:
        while not last:
            block = source.read(_BLOCK)
            progress(len(block))
            if first:
                block, first = block.removeprefix(_BOM), False
            last = not block
            end = block.rfind(b"\n") + 1
            lines, rest = (rest + block[:end], block[end:]) if end else (b"", rest + block)
            if last:
                lines, rest = lines + rest, b""
            if b"\r" in lines:
                lines = lines.replace(b"\r\n", b"\n")
            if len(rest) > MAX_CELL:
                return False
            for new in splitter.split(lines, last=last):
                if not look.usual(new):
                    return False
                _write(table, copy, new)
    return True


def _write(table: Table, copy: IO[bytes], lines: bytes) -> None:
    try:
        copy.write(lines)
        copy.flush()
    except OSError as error:
        raise _no_room(table, error) from error


def _no_room(table: Table, error: OSError) -> Unavailable:
    return Unavailable(
        f"There is no room for a copy of {table.name} in {tempfile.gettempdir()} "
        f"({error.strerror}). Make room there, or name another folder with TMPDIR."
    )


class _Look:
    """Looks at whole lines for what DuckDB reads in another way than Python's csv module."""

    def __init__(self, separator: str) -> None:
        self._ends = separator.encode() + b"\n"
        self._quoted = False

    def usual(self, lines: bytes) -> bool:
        """Tell whether both read these lines alike."""
        if b"\0" in lines or b"\r" in lines:
            return False
        quotes = lines.count(b'"')
        if quotes and self._padded(lines):
            return False
        if lines.startswith(b"\n") and not self._quoted:
            return False
        if b"\n\n" in lines and not self._within_cells(lines):
            return False
        self._quoted ^= quotes % 2 == 1
        return True

    def _padded(self, lines: bytes) -> bool:
        """Tell whether blanks stand between a quote and its cell's end: DuckDB drops them."""
        for pair, step in ((b' "', -1), (b'" ', 1)):
            place = lines.find(pair)
            while place >= 0:
                beyond = place if step < 0 else place + 1
                while 0 <= beyond < len(lines) and lines[beyond] == _BLANK:
                    beyond += step
                if not 0 <= beyond < len(lines) or lines[beyond] in self._ends:
                    return True
                place = lines.find(pair, place + 1)
        return False

    def _within_cells(self, lines: bytes) -> bool:
        """Tell whether all empty lines are inside of cells: one between records is a record."""
        start, quoted = 0, self._quoted
        while (end := lines.find(b"\n\n", start)) >= 0:
            quoted ^= lines.count(b'"', start, end) % 2 == 1
            if not quoted:
                return False
            start = end + 1
        return True
