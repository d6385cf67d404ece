"""Bank statements: which columns of a bank's file say what, and the lines in its rows.

The file was read by a process that knows nothing (docs/decisions/0028); here are plain texts.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date
from itertools import islice

from portal_data.errors import Invalid
from portal_data.payables import reading
from portal_data.payables.reading import Grid, Unread

MOST = 20_000
"""Lines of a file."""
LETTERS = 500
"""Of a cell: remittance information is long."""
LONGEST_ACCOUNT = 40
_PREAMBLE = 20  # rows in which banks say whose account it is, before the header


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns say what, by their position.

    Money that came is above zero in `amount`, or stands in a column of its own, `credit`.
    """

    date: int
    amount: int | None
    credit: int | None
    payer: int | None
    texts: tuple[int, ...]
    currency: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Money that came, in minor units. `fingerprint` is the same in whatever file it stands."""

    row: int
    date: Date
    amount_minor: int
    payer: str
    text: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Statement:
    """The lines of one account in one currency, and what is none of them."""

    account: str
    currency: str
    lines: tuple[Line, ...]
    outgoing: int
    unread: tuple[Unread, ...]

    @property
    def total_minor(self) -> int:
        """What came in all of its lines."""
        return sum(each.amount_minor for each in self.lines)


_NAMES = {
    "date": r"(buchungs?|booking|posting|transaction|value|valuta)?[ _-]*(tag|datum|date|fecha)\b"
    r"|^(date|posted|valuta)",
    "credit": r"^(credit|haben|paid in|money in|gutschrift|crédit|deposits?|abono|receipts?)\b",
    "amount": r"^(amount|betrag|montant|importe|umsatz|sum|value)\b|amount$|betrag",
    "payer": r"payer|debtor|counterparty|auftraggeber|beg(ü|ue)nstigte|zahlungspflichtige|remitter"
    r"|sender|ordenante|donneur|^(name|from|partner)\b",
    "texts": r"reference|details|description|narrative|verwendungszweck|memo|remittance|purpose"
    r"|concepto|libell|information|buchungstext|message",
    "currency": r"^(currency|w(ä|ae)hrung|devise|moneda|ccy)\b",
}
_ROLES = {role: re.compile(names) for role, names in _NAMES.items()}


def read(name: str, content: bytes) -> Grid:
    """Return a bank's file as rows below the header that says most; raises Invalid.

    Banks write whose account it is above.
    """
    grid = reading.read(name, content, MOST + _PREAMBLE, LETTERS)
    best, header = max(
        enumerate((grid.header, *islice(grid.rows, _PREAMBLE))),
        key=lambda each: (len(_roles(each[1])), -each[0]),
    )
    if best == 0 or len(_roles(header)) < 2:
        return grid
    named = tuple(text or f"Column {place}" for place, text in enumerate(header, 1))
    if not grid.rows[best:]:
        raise Invalid("It has no rows below a header.")
    return Grid(named, grid.rows[best:], grid.places[best:])


def guess(grid: Grid) -> Columns:
    """Return which columns seem to say what; the first and the last where nothing fits."""
    roles = _roles(grid.header)

    def first(role: str) -> int | None:
        return next(iter(roles.get(role, ())), None)

    credit, amount, date = first("credit"), first("amount"), first("date")
    if credit is None and amount is None:
        amount = len(grid.header) - 1
    return Columns(
        0 if date is None else date,
        amount if credit is None else None,
        credit,
        first("payer"),
        tuple(roles.get("texts", ())),
        first("currency"),
    )


def unclear(grid: Grid, date: int) -> str | None:
    """Return the first day of a column that may be two, where no row says which way they are.

    Somebody has to say it: another guess for another file would make other lines of the same ones.
    """
    texts = [row[date] for row in grid.rows]
    ways = (True, False)
    if len({reading.months_first(texts, otherwise=way) for way in ways}) == 1:
        return None
    return next(
        (
            each
            for each in texts
            if len({reading.day_of(each, month_first=way) for way in ways}) > 1
        ),
        None,
    )


def interpret(
    grid: Grid, columns: Columns, account: str, currency: str, *, month_first: bool
) -> Statement:
    """Return the lines that came of a statement; what went out is counted, and nothing else.

    Days that are `unclear` are read as `month_first` says. Rows that cannot be read, and those of
    another currency, are named. Raises Invalid without an account.
    """
    account = _plain(account)
    if not account or len(account) > LONGEST_ACCOUNT:
        raise Invalid("Say of which account it is: its IBAN or number.")
    month_first = reading.months_first(
        [row[columns.date] for row in grid.rows], otherwise=month_first
    )
    came = columns.amount if columns.credit is None else columns.credit
    if came is None:
        raise Invalid("Choose the column of the amounts.")
    seen: Counter[tuple[object, ...]] = Counter()
    lines, unread, outgoing = [], [], 0
    for place, row in zip(grid.places, grid.rows, strict=True):
        day = reading.day_of(row[columns.date], month_first=month_first)
        amount = reading.amount_of(row[came], currency, exact=True)
        code = row[columns.currency].strip().upper() if columns.currency is not None else ""
        if not row[came].strip():
            outgoing += columns.credit is not None and day is not None
        elif amount is None:
            unread.append(Unread(place, grid.header[came], row[came]))
        elif day is None:
            unread.append(Unread(place, grid.header[columns.date], row[columns.date]))
        elif columns.currency is not None and code and code != currency:
            unread.append(Unread(place, grid.header[columns.currency], code))
        elif amount <= 0:
            outgoing += 1
        else:
            payer = row[columns.payer] if columns.payer is not None else ""
            text = " ".join(filter(None, (row[at] for at in columns.texts)))
            same = (day, amount, _plain(payer), _plain(text))
            seen[same] += 1
            mark = _fingerprint(account, currency, *same, seen[same])
            lines.append(Line(place, day, amount, payer, text, mark))
    return Statement(account, currency, tuple(lines), outgoing, tuple(unread))


def folded(text: str) -> str:
    """Return a name in small letters without accents and marks, its words one space apart."""
    apart = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[^\W_]+", bare))


def _roles(header: Sequence[str]) -> dict[str, list[int]]:
    """Return the columns of each role that a header names; each column has one at most."""
    found: dict[str, list[int]] = {}
    for place, text in enumerate(header):
        name = re.sub(r"\s+", " ", text).strip().lower()
        role = next((role for role, names in _ROLES.items() if names.search(name)), None)
        if role is not None and len(name) <= 60:
            found.setdefault(role, []).append(place)
    return found


def _plain(text: str) -> str:
    """Return letters and figures alone, as no export changes them."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).upper()


def _fingerprint(*facts: object) -> str:
    return hashlib.sha256("\x1f".join(map(str, facts)).encode()).hexdigest()
