"""One CSV file as records: its separator, its header, and every way such a file can be broken.

Files arrive as Zoho wrote them (UTF-8, commas, LF) or re-saved by a spreadsheet (byte order mark,
CRLF, semicolons). What cannot be read with certainty raises FileError with the place; nothing is
repaired.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from io import BufferedReader, RawIOBase, TextIOWrapper
from operator import itemgetter

from portal_data.zoho.archive import Part
from portal_data.zoho.defects import FileError

MAX_CELL = 131_072  # characters
MAX_ROWS = 5_000_000  # records of one file: ten times what a wholesaler bills in a year
_MAX_LINE = 1 << 20  # bytes between two line ends
_BLOCK = 1 << 18
_SEPARATORS = ",;\t"
_BOM = b"\xef\xbb\xbf"
_AGAIN = "Export the file again; the download or upload may have broken off."

Progress = Callable[[int], None]


def fold(header: str) -> str:
    """Return a header as it is compared: trimmed, lower case, runs of spaces as one."""
    return " ".join(header.split()).lower()


@dataclass
class Table:
    """One CSV file with its header read."""

    part: Part
    separator: str
    columns: list[str]
    positions: dict[str, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.positions = {}
        for position, column in enumerate(self.columns):
            self.positions.setdefault(fold(column), []).append(position)

    @property
    def name(self) -> str:
        """The file's name as the upload has it."""
        return self.part.name

    def records(
        self, repeated: Iterable[list[int]], progress: Progress
    ) -> Iterator[tuple[int, list[str]]]:
        """Yield each record with its number, counting the header as 1.

        `repeated` lists positions of one column that occurs more than once: they must agree,
        because which of two different totals is meant cannot be known.
        """
        width = len(self.columns)
        twins = [(places, itemgetter(*places)) for places in repeated]
        reader = _records(self.part, self.separator, progress, self.columns)
        next(reader)
        for number, cells in enumerate(reader, 2):
            if number > MAX_ROWS:
                raise too_many_rows()
            if len(cells) != width and not _evened(cells, width):
                if not cells:
                    continue
                raise FileError(
                    f"The record has {len(cells)} cells, the header has {width}.",
                    f"A separator or quote is missing. {_AGAIN}",
                    row=number,
                )
            for places, pick in twins:
                if len(set(pick(cells))) > 1:
                    raise FileError(
                        f"The column occurs {len(places)} times with different values.",
                        "Export the file again with each column once.",
                        row=number,
                        column=self.columns[places[0]],
                    )
            if any(cells):  # a spreadsheet may write empty rows at the end
                yield number, cells


def open_table(part: Part) -> Table:
    """Read the header of a CSV file. Raises FileError when there is none."""
    with part.open() as file:
        first = file.readline(_MAX_LINE)
    if not first.strip(b"\r\n \0") or first == _BOM:
        raise FileError(f"{part.name} is empty.", f"It should at least name its columns. {_AGAIN}")
    text = _decoded(first, 1, part.name)
    separator = max(_SEPARATORS, key=lambda mark: _outside_quotes(text).count(mark))
    header = next(_records(part, separator, lambda _: None))
    return Table(part, separator, header)


def too_many_rows() -> FileError:
    """Return the error for a file longer than any business has."""
    return FileError(
        f"The file has more than {MAX_ROWS:,} rows.", "Export a shorter time, or split the file."
    )


class _Suspicious(Exception):
    """Something in the bytes that needs a closer look."""


class _Scanned(RawIOBase):
    """Passes bytes on while looking, a block at a time, for what no CSV of text has."""

    def __init__(self, source: BufferedReader, progress: Progress) -> None:
        self._source, self._progress = source, progress
        self._line = 0  # bytes since the last line end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        block = self._source.read1(len(buffer))
        if b"\0" in block:
            raise _Suspicious
        end = block.rfind(b"\n")
        self._line = self._line + len(block) if end < 0 else len(block) - end
        if self._line > _MAX_LINE:
            raise _Suspicious
        self._progress(len(block))
        buffer[: len(block)] = block
        return len(block)


def _records(
    part: Part, separator: str, progress: Progress, columns: Sequence[str] = ()
) -> Iterator[list[str]]:
    """Yield the header and every record; a defect in the bytes or the quoting raises FileError."""
    csv.field_size_limit(MAX_CELL)
    try:
        with part.open() as file:
            scanned = BufferedReader(_Scanned(file, progress), _BLOCK)
            # line ends inside cells become LF: a spreadsheet's CRLF is the same text
            text = TextIOWrapper(scanned, encoding="utf-8-sig")
            yield from csv.reader(text, delimiter=separator, strict=True)
    except (_Suspicious, UnicodeDecodeError, csv.Error) as error:
        raise _located(part, separator, columns) from error


def _located(part: Part, separator: str, columns: Sequence[str]) -> FileError:
    """Read a defective file again, line by line, to say what is wrong and where."""
    pending: list[str] = []
    count = 0
    with part.open() as file:
        reader = csv.reader(_lines(file, part.name, pending), delimiter=separator, strict=True)
        try:
            for _ in reader:
                count += 1
                pending.clear()
        except csv.Error as error:
            return _broken(error, "".join(pending), separator, count + 1, columns)
        except FileError as error:
            error.row = count + 1
            return error
    return FileError("The file cannot be read.", _AGAIN)


def _lines(file: BufferedReader, name: str, pending: list[str]) -> Iterator[str]:
    """Yield decoded lines; `pending` keeps those of the record that is being read."""
    for number, raw in enumerate(iter(partial(file.readline, _MAX_LINE), b""), 1):
        if b"\0" in raw:
            raise FileError("There is a NUL character.", f"Text files hold none. {_AGAIN}")
        line = _decoded(raw, number, name)
        pending.append(line)
        if len(raw) >= _MAX_LINE and not line.endswith("\n"):
            raise csv.Error("field larger than field limit")
        yield line


def _decoded(raw: bytes, number: int, name: str) -> str:
    if number == 1:
        if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise FileError(
                f"{name} is UTF-16, not UTF-8.", "Save it as CSV UTF-8, or export it again."
            )
        raw = raw.removeprefix(_BOM)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and len(raw) >= _MAX_LINE:
            return raw[: error.start].decode("utf-8")
        raise FileError(
            f"Line {number} is not UTF-8{_guessed(raw)} (byte 0x{raw[error.start]:02X}).",
            "Save the file as CSV UTF-8, or import it as Zoho made it.",
        ) from None


def _guessed(raw: bytes) -> str:
    try:
        raw.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    return ", looks like Windows-1252"


def _evened(cells: list[str], width: int) -> bool:
    """Cut off surplus cells at the end when all are empty, as some spreadsheets add them."""
    if len(cells) > width and not any(cells[width:]):
        del cells[width:]
        return True
    return False


def _broken(
    error: csv.Error, record: str, separator: str, number: int, columns: Sequence[str]
) -> FileError:
    reason = str(error)
    if "unexpected end of data" in reason:
        return FileError("The file ends inside a quoted cell.", _AGAIN, row=number)
    if "field limit" in reason:
        cell = _long_cell(record, separator)
        return FileError(
            f"A cell is longer than {MAX_CELL:,} characters.",
            "Shorten the text in Zoho and export again.",
            row=number,
            column=columns[cell] if cell < len(columns) else f"number {cell + 1}",
        )
    return FileError(f"The record is not valid CSV ({reason}).", _AGAIN, row=number)


def _long_cell(record: str, separator: str) -> int:
    """Return the position of the first cell in `record` that is longer than MAX_CELL."""
    position, start, quoted = 0, 0, False
    for index, character in enumerate(record):
        if index - start > MAX_CELL:
            break
        if character == '"':
            quoted = not quoted
        elif character == separator and not quoted:
            position, start = position + 1, index + 1
    return position


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])
