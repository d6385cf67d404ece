"""A process of its own that turns a file of strangers into rows of short texts, and nothing else.

It is started with no environment, no files of the portal's and limits on its memory and time, reads
a file from its input and writes JSON to its output: `python -I cells.py xlsx|csv ROWS LETTERS`.
It imports nothing of the portal's, which it could not find.
"""

import csv
import io
import json
import resource
import sys
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

MEMORY = 1024 * 1024 * 1024
"""Bytes of address space, most of which libraries reserve and never touch."""
SECONDS = 10
"""Of processor time."""
ROWS, COLUMNS, LETTERS = 5_000, 40, 200
INFLATED = 100 * 1024 * 1024
"""Bytes of a workbook's parts together."""


def main(kind: str, most: int, letters: int) -> None:
    """Read one file and write its rows, or in a word why it cannot be read.

    At most so many rows, and so many letters of a cell.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    content = sys.stdin.buffer.read()
    try:
        rows = list(islice(_rows(kind, content, letters), most + 1))
        answer: dict[str, Any] = {"rows": rows}
        if len(rows) > most:
            answer = {"wrong": "long"}
    except MemoryError:
        answer = {"wrong": "large"}
    except Exception:  # whatever a damaged file makes of a library
        answer = {"wrong": "damaged"}
    json.dump(answer, sys.stdout)


def _rows(kind: str, content: bytes, letters: int) -> Iterator[tuple[int, list[str]]]:
    """Yield rows that have anything in them, each with its place, from 1."""
    for place, row in enumerate(_sheet(content) if kind == "xlsx" else _texts(content), 1):
        cells = [_text(cell)[:letters] for cell in islice(row, COLUMNS)]
        if any(cells):
            yield place, cells


def _sheet(content: bytes) -> Iterable[tuple[Any, ...]]:
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(each.file_size for each in packed.infolist()) > INFLATED:
            raise MemoryError
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    rows: Iterable[tuple[Any, ...]] = book.worksheets[0].iter_rows(values_only=True)
    return rows


def _texts(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    csv.field_size_limit(1024 * 1024)
    first = text[:20_000]
    separator = max(";\t,|", key=lambda each: first.split("\n", 1)[0].count(each))
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def _decoded(content: bytes) -> str:
    """Return text as Excel and its peers write it: UTF-8, UTF-16 or that of western Windows."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return repr(round(cell, 6))
    return " ".join(str(cell).split())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
