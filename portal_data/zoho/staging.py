"""Files on their way into the scratch engine, which reads strict CSV many times faster than Python.

A file is copied into a nameless temporary file while its bytes are looked at. Whatever DuckDB and
Python's csv module might read differently is left to Python, which reads it record by record and
says what is wrong with it and where.
"""

import tempfile
from collections.abc import Callable, Iterable
from typing import IO

from portal_data.errors import Unavailable
from portal_data.store.scratch import Scratch
from portal_data.zoho.tables import MAX_CELL, MAX_ROWS, Table, too_many_rows

Progress = Callable[[int], None]

_BLOCK = 1 << 20
_BLANK = ord(" ")
_BOM = b"\xef\xbb\xbf"


def stage(
    scratch: Scratch,
    name: str,
    table: Table,
    keep: Iterable[int],
    repeated: Iterable[list[int]],
    progress: Progress,
) -> int | None:
    """Read the columns at `keep` of a file into the scratch table `name`; return its records.

    None means that the file must be read record by record instead. Raises FileError for more rows
    than any business has, and Unavailable when there is no room for the copy.
    """
    twins = [(first, other) for first, *others in repeated for other in others]
    with _room(table) as copy:
        read = _copy(table, copy, progress) and scratch.read_csv(
            name,
            copy,
            width=len(table.columns),
            keep=sorted({*keep, *(place for pair in twins for place in pair)}),
            separator=table.separator,
            longest=MAX_CELL,
        )
    if not read:
        return None
    uneven = " or ".join(f"c{first} <> c{other}" for first, other in twins) or "false"
    ((count, odd),) = scratch.rows(f"select count(*), count(*) filter ({uneven}) from {name}")
    if count > MAX_ROWS:
        raise too_many_rows()
    return None if odd else int(count)


def _room(table: Table) -> IO[bytes]:
    try:
        return tempfile.TemporaryFile()
    except OSError as error:
        raise _no_room(table, error) from error


def _copy(table: Table, copy: IO[bytes], progress: Progress) -> bool:
    """Copy a file with plain line ends; tell whether nothing about its bytes is unusual."""
    look = _Look(table.separator)
    rest, first = b"", True
    with table.part.open() as source:
        while block := source.read(_BLOCK):
            progress(len(block))
            if first:
                block, first = block.removeprefix(_BOM), False
            end = block.rfind(b"\n") + 1
            lines, rest = (rest + block[:end], block[end:]) if end else (b"", rest + block)
            if b"\r" in lines:
                lines = lines.replace(b"\r\n", b"\n")
            if len(rest) > MAX_CELL or not look.usual(lines):
                return False
            _write(table, copy, lines)
    if not look.usual(rest):
        return False
    _write(table, copy, rest)
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
