"""What a list of payables says: its columns, and the invoices in its rows."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from portal_data import money
from portal_data.errors import Invalid
from portal_data.payables import cells
from portal_data.text import bidi
from portal_data.text.language import N_, _, grouped

LARGEST = 5 * 1024 * 1024
"""Bytes of a file."""
_PATIENCE = 20.0
"""Seconds that reading one file may take, and that another one waits for it."""
_ONE_AT_A_TIME = threading.Lock()
_CELLS = Path(__file__).with_name("cells.py")


@dataclass(frozen=True, slots=True)
class Grid:
    """A file as rows of texts, all as long as its header, each with its place in the file."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns say what, by their position; a list need not have dates."""

    number: int
    amount: int
    date: int | None


@dataclass(frozen=True, slots=True)
class Listed:
    """One row: the number and the amount, in minor units, of an invoice. Rows count from 1."""

    row: int
    number: str
    date: Date | None
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Unread:
    """A cell that cannot be used, with the row and the column where it stands."""

    row: int
    column: str
    text: str


_WRONG = {
    "long": N_("It has more than {rows} rows. Leave out what is settled."),
    "large": N_("It is too large to be read."),
    "damaged": N_("It cannot be read: it is damaged, or no such file."),
}
"""What is said of a file by the word of the process that read it."""
_NAMES = {
    "number": re.compile(
        r"(invoice|bill|document|doc|voucher|rechnung\w*|facture|factura)[ _-]*"
        r"(no|nr|num|number|id|#|nummer)?\.?$|^(number|no|nr|ref|reference|beleg\w*)\.?$"
    ),
    "amount": re.compile(
        r"(open|balance|outstanding|amount|total|gross|due amount|betrag|offen|montant|importe)"
    ),
    "date": re.compile(r"(invoice|bill|document|posting)?[ _-]*(date|datum|fecha)$"),
}


def read(name: str, content: bytes, most: int = cells.ROWS, letters: int = cells.LETTERS) -> Grid:
    """Return a file's rows, which a process with limits of its own has read.

    The first row that has more than one cell is the header. At most so many rows, and letters of a
    cell, are read. Raises Invalid with what is wrong.
    """
    kind = name.rpartition(".")[2].lower()
    if kind not in ("csv", "xlsx"):
        raise Invalid(_("Choose a CSV file or an Excel workbook (.xlsx)."))
    if not content or len(content) > LARGEST:
        size = LARGEST // 1024 // 1024
        raise Invalid(_("Keep the file under {size} MB, and not empty.", size=size))
    found = [
        each
        for each in _in_own_process(kind, content, most, letters)
        if sum(map(bool, each[1])) > 1
    ]
    if len(found) < 2:
        raise Invalid(_("It has no rows below a header."))
    width = max(len(row) for _place, row in found)
    header, *rows = (
        tuple(map(bidi.plain, [*row, *[""] * (width - len(row))])) for _place, row in found
    )
    named = tuple(
        text or _("Column {number}", number=place) for place, text in enumerate(header, 1)
    )
    return Grid(named, tuple(rows), tuple(place for place, _row in found[1:]))


def guess(grid: Grid) -> Columns:
    """Return which columns seem to say what; the first ones where nothing fits."""

    def first(kind: str) -> int | None:
        names = (re.sub(r"\s+", " ", each).strip().lower() for each in grid.header)
        return next((place for place, name in enumerate(names) if _NAMES[kind].search(name)), None)

    number, amount = first("number"), first("amount")
    last = len(grid.header) - 1
    return Columns(0 if number is None else number, last if amount is None else amount,
                   first("date"))  # fmt: skip


def interpret(
    grid: Grid, columns: Columns, currency: str, *, month_first: bool
) -> tuple[list[Listed], list[Unread]]:
    """Return the invoices of a list, and the cells that cannot be used: their rows are left out.

    Days written with the month first, as 11/28/2026, are told by a number above twelve anywhere in
    the column; only where there is none `month_first` decides.
    """
    dates = [row[columns.date] for row in grid.rows] if columns.date is not None else []
    month_first = months_first(dates, otherwise=month_first)
    listed, unread = [], []
    for place, row in zip(grid.places, grid.rows, strict=True):
        number, amount = row[columns.number], amount_of(row[columns.amount], currency)
        day = (
            day_of(row[columns.date], month_first=month_first) if columns.date is not None else None
        )
        if not re.search(r"\w", number):
            if row[columns.amount]:  # a sum below the rows, or a row of somebody's
                unread.append(Unread(place, grid.header[columns.number], number))
        elif amount is None:
            unread.append(Unread(place, grid.header[columns.amount], row[columns.amount]))
        elif columns.date is not None and day is None and row[columns.date]:
            unread.append(Unread(place, grid.header[columns.date], row[columns.date]))
        else:
            listed.append(Listed(place, number, day, amount))
    return listed, unread


def months_first(texts: Sequence[str], *, otherwise: bool) -> bool:
    """Tell whether days are written with the month first; `otherwise` where nothing tells."""
    parts = [match for text in texts if (match := _DAY.fullmatch(text))]
    if any(int(match[1]) > 12 for match in parts):
        return False
    return otherwise or any(int(match[2]) > 12 for match in parts)


_DAY = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})")
_GROUP = re.compile(r"[1-9]\d{0,2}")
_WHOLE = re.compile(r"\d*|[1-9]\d{0,2}([.,'\s])(?:\d{2,3}\1)*\d{3}")  # thousands, or lakhs
_AMOUNT = re.compile(r"(-?)\D{0,4}?(-?)([\d.,'\s]*\d)\D{0,4}?(-?)")


def amount_of(text: str, currency: str, *, exact: bool = False) -> int | None:
    """Return an amount as a spreadsheet shows it, in minor units; None for what is none.

    `(1,234.50)` and `1.234,50-` are below zero. A mark before three figures, alone in its text,
    stands between thousands, unless it follows a zero or more than three figures. More decimals
    than the currency has are rounded; nothing that is `exact` has them, or thousands that are none.
    """
    bare = text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{MINUS SIGN}", "-").strip()
    below = bare.startswith("(") and bare.endswith(")")
    found = _AMOUNT.fullmatch(bare.strip("()").strip())
    if not found:
        return None
    below = below or "-" in (found[1], found[2], found[4])
    exponent = money.exponent(currency)
    whole, decimals = _parts(found[3].strip(), exponent)
    if exact and not (_WHOLE.fullmatch(whole) and _fits(decimals, exponent)):
        return None
    try:
        amount = Decimal(re.sub(r"[.,'\s]", "", whole) + "." + re.sub(r"['\s]", "", decimals))
    except InvalidOperation:
        return None
    if amount >= 10**12:
        return None
    return money.to_minor(-amount if below else amount, currency)


def _parts(figures: str, exponent: int) -> tuple[str, str]:
    """Return what stands before the mark of the decimals and after it, as it is written."""
    marks = re.findall(r"[.,]", figures)
    if not marks:
        return figures, ""
    before, _mark, after = figures.rpartition(marks[-1])
    thousands = exponent != 3 and len(marks) == 1 and len(after) == 3 and _GROUP.fullmatch(before)
    return (figures, "") if thousands or marks.count(marks[-1]) > 1 else (before, after)


def _fits(decimals: str, exponent: int) -> bool:
    """Tell whether a currency has such decimals; noughts beyond are no mistake, three may be."""
    beyond = decimals[exponent:]
    return not beyond or (len(decimals) != 3 and not beyond.strip("0"))


def day_of(text: str, *, month_first: bool) -> Date | None:
    """Return a day as spreadsheets and banks write it; None for what is none."""
    try:
        return Date.fromisoformat(text[:10])
    except ValueError:
        found = _DAY.fullmatch(text)
    if not found:
        return None
    first, second, year = (int(part) for part in found.groups())
    day, month = (second, first) if month_first else (first, second)
    try:
        return Date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None


def _in_own_process(
    kind: str, content: bytes, most: int, letters: int
) -> Sequence[tuple[int, Sequence[str]]]:
    """Return the rows that the process with limits found, with their places.

    Raises Invalid with what is wrong.
    """
    if not _ONE_AT_A_TIME.acquire(timeout=_PATIENCE):
        raise Invalid(_("Other files are being read. Try again in a minute."))
    try:
        done = subprocess.run(  # noqa: S603 - a file of ours, and one of two words
            [sys.executable, "-I", str(_CELLS), kind, str(most), str(letters)],
            input=content,
            capture_output=True,
            timeout=_PATIENCE,
            env={},
            cwd="/",
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Invalid(
            _("It takes too long to read. Keep only the columns that are needed.")
        ) from error
    finally:
        _ONE_AT_A_TIME.release()
    if done.returncode:
        raise Invalid(_("It takes too much memory or time to read. Save it as CSV."))
    answer = json.loads(done.stdout)
    if wrong := answer.get("wrong"):
        raise Invalid(_(_WRONG[wrong], rows=grouped(most)))
    rows: Sequence[tuple[int, Sequence[str]]] = answer["rows"]
    return rows
