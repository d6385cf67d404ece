"""Excel workbooks (.xlsx) of an upload, as the CSV file that each stands for.

Zoho exports both. A workbook has typed cells: dates and numbers are written as Zoho's CSV has them,
and what a spreadsheet has rounded, computed or failed to compute is never taken for what it shows.
"""

import csv
import os
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BufferedReader, RawIOBase, TextIOWrapper
from itertools import islice
from pathlib import PurePosixPath
from typing import IO, Any, Protocol

from portal_data.zoho.defects import FileError

MAX_WORKBOOK = 2 * 1024**3  # bytes, inflated; a sheet's million rows of short cells are half of it
MAX_TEXTS = 256 * 1024**2  # of the texts that the sheets share, which must be held in memory
MAX_RATIO = 200  # a sheet's XML repeats itself more than CSV does
_RATIO_FROM = 16 * 1024**2
_BLOCK = 1 << 20
_EXACT = 10**15  # a spreadsheet keeps 15 digits of a number
_FAILED = "e"
_FORMULA = "f"
_CSV = "Export it from Zoho as CSV, and import that."


class Source(Protocol):
    """Where a workbook's bytes come from."""

    @property
    def name(self) -> str:
        """Name without folders."""

    @property
    def size(self) -> int:
        """Bytes."""

    def open(self) -> BufferedReader:
        """Open the file's bytes from the start."""


@dataclass
class Workbook:
    """A part of an upload that reads as CSV: the first sheet, converted once."""

    source: Source
    _converted: IO[bytes] | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """Name without folders."""
        return self.source.name

    @property
    def size(self) -> int:
        """Bytes of the workbook."""
        return self.source.size

    def open(self) -> BufferedReader:
        """Open the sheet as CSV. Raises FileError when the workbook cannot be trusted."""
        if self._converted is None:
            self._converted = _convert(self.source)
        return BufferedReader(_Again(self._converted.fileno()), _BLOCK)

    def close(self) -> None:
        """Give the converted file back."""
        if self._converted:
            self._converted.close()


class _Again(RawIOBase):
    """Reads a file from its start, whoever else reads it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._place = descriptor, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        block = os.pread(self._descriptor, len(buffer), self._place)
        buffer[: len(block)] = block
        self._place += len(block)
        return len(block)


def is_workbook(name: str) -> bool:
    """Tell by its name whether a file is a workbook that can be read."""
    file = PurePosixPath(name)
    return file.suffix.lower() == ".xlsx" and not file.name.startswith((".", "~$"))


def _convert(source: Source) -> IO[bytes]:
    # slow to load, and most uploads have none
    import openpyxl  # type: ignore[import-untyped]

    with ExitStack() as failed, tempfile.TemporaryFile() as copy:
        converted = failed.enter_context(tempfile.TemporaryFile())
        with source.open() as file:
            while block := file.read(_BLOCK):
                copy.write(block)
        copy.seek(0)
        _examine(copy)
        text = TextIOWrapper(converted, encoding="utf-8", newline="", write_through=True)
        writer = csv.writer(text, lineterminator="\n")
        try:
            book = openpyxl.load_workbook(copy, read_only=True, keep_links=False)
            for row in _rows(book.worksheets[0] if book.worksheets else ()):
                writer.writerow(row) if row else text.write("\n")
        except FileError:
            raise
        except Exception as error:  # openpyxl raises whatever its parsers do
            raise FileError(f"The workbook cannot be read ({error}).", _CSV) from error
        finally:
            text.detach()
        failed.pop_all()
        return converted


def _examine(copy: IO[bytes]) -> None:
    """Refuse what is no workbook, is locked, or would not fit into memory."""
    try:
        with zipfile.ZipFile(copy) as book:
            infos = book.infolist()
            for info in infos:
                if info.flag_bits & 0x1:
                    raise FileError("The workbook is protected by a password.", _CSV)
                ratio = info.file_size / max(info.compress_size, 1)
                texts = info.filename.endswith("sharedStrings.xml")
                if info.file_size > (MAX_TEXTS if texts else MAX_WORKBOOK) or (
                    info.file_size > _RATIO_FROM and ratio > MAX_RATIO
                ):
                    raise FileError(
                        f"The workbook would inflate to {info.file_size:,} bytes, {ratio:,.0f} "
                        "times its size.",
                        _CSV,
                    )
                with book.open(info) as part:
                    if b"<!DOCTYPE" in part.read(4096):
                        raise FileError("The workbook declares entities of its own.", _CSV)
            if sum(info.file_size for info in infos) > MAX_WORKBOOK:
                raise FileError("The workbook would inflate to too much.", _CSV)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise FileError(f"This is not an Excel workbook ({error}).", _CSV) from error


def _rows(sheet: Any) -> Iterator[list[str]]:
    """Yield the rows as text; empty ones only between others, because they count as rows."""
    if hasattr(sheet, "reset_dimensions"):
        sheet.reset_dimensions()  # what the file says of its own size is often wrong
    width, empty, columns = 0, 0, list[str]()
    for number, cells in enumerate(sheet, 1):
        row = [_text(cell, number, columns) for cell in cells]
        while len(row) > width and not row[-1]:
            row.pop()
        if not any(row):
            empty += 1
            continue
        if not width:
            width, columns = len(row), row
        yield from islice(iter(list[str], None), empty)
        empty = 0
        yield row + [""] * (width - len(row))


def _text(cell: Any, row: int, columns: Sequence[str]) -> str:
    """Return a cell as Zoho's CSV writes it."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type in (_FAILED, _FORMULA):
        kind = "a formula" if cell.data_type == _FORMULA else f"the error {value}"
        place = cell.column - 1
        column = columns[place] if place < len(columns) else f"number {place + 1}"
        raise FileError(f"The cell holds {kind}.", _CSV, row=row, column=column)
    return value if isinstance(value, str) else written(value)


def written(value: object) -> str:
    """Return a typed value as text. Numbers that lost digits are shown in scientific notation.

    That is how a spreadsheet saves them as CSV, and what readers of ids and amounts refuse.
    """
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            if abs(value) >= _EXACT:
                return f"{value:.14E}"
            return f"{Decimal(f'{value:.15g}'):f}"
        case datetime():
            midnight = value.time() == time()
            return value.strftime("%Y-%m-%d" if midnight else "%Y-%m-%d %H:%M:%S")
        case date():
            return value.isoformat()
        case time():
            return value.strftime("%H:%M:%S")
        case timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
        case _:
            return str(value)
