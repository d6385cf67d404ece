"""The demo's rows: gathered in memory with fixed chances and fixed ids, then stored at once."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from babel.dates import format_interval

from portal_data.store import OpenSession

Row = dict[str, Any]
"""One row of a table by column; a column left out takes the table's default."""

TIMEZONE = "Europe/London"
_SEED = 20_041_987
_OLDEST = 615  # days before today on which the demo's story begins


class Books:
    """All rows of the demo, by table, and the people and things that later rows refer to.

    The same day gives the same rows, ids included. Nothing is dated after yesterday except due
    dates, expiries and promises, so every moment lies in the past whatever the hour.
    """

    def __init__(self, today: date) -> None:
        self.today = today
        self.chance = Random(_SEED)  # noqa: S311 - invented figures, no secrets
        self.tables: dict[str, list[Row]] = defaultdict(list)
        self.customers: dict[str, Row] = {}
        self.addresses: dict[str, str] = {}
        self.contacts: dict[str, Row] = {}
        self.staff: dict[str, Row] = {}
        self.people: dict[str, Row] = {}
        self.taxes: dict[str, Row] = {}
        self.items: dict[str, Row] = {}
        self.profiles: dict[str, Row] = {}
        self.methods: dict[str, Row] = {}
        self.credits: dict[str, Row] = {}
        self.retainers: dict[str, Row] = {}
        self.estimates: dict[str, Row] = {}
        self.invoices: dict[str, Row] = {}
        self.projects: dict[str, Row] = {}
        self.tasks: dict[tuple[str, str], Row] = {}
        self.attachments: dict[str, bytes] = {}
        self.started = self.moment(self.day(_OLDEST), "08:00")

    def day(self, ago: int) -> date:
        """Return the day `ago` days before today; a negative number lies ahead."""
        return self.today - timedelta(days=ago)

    def workday(self, ago: int) -> date:
        """Return that day, or the Friday before it at a weekend."""
        day = self.day(ago)
        return day - timedelta(days=max(day.weekday() - 4, 0))

    def next_workday(self, ago: int) -> date:
        """Return that day, or the Monday after it at a weekend; for days well in the past."""
        day = self.day(ago)
        return day + timedelta(days=(7 - day.weekday()) if day.weekday() > 4 else 0)

    def moment(self, day: date, clock: str) -> datetime:
        """Return the naive UTC moment of a day and a clock time such as `14:05`."""
        return datetime.combine(day, time.fromisoformat(clock))

    def office_hours(self, day: date) -> datetime:
        """Return a moment of that day between nine and half past five."""
        return self.moment(day, "09:00") + timedelta(minutes=self.chance.randrange(510))

    def new_id(self, created: datetime) -> UUID:
        """Return an id in the form of a UUID version 7 of that moment, the same in every run."""
        milliseconds = int(created.replace(tzinfo=UTC).timestamp() * 1000)
        tail = self.chance.getrandbits(74)
        high, low = tail >> 62, tail & (1 << 62) - 1
        return UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)

    def add(self, table: str, **values: Any) -> Row:
        """Gather a row with an id of its `created_at`, or of the story's first day."""
        row = {"id": self.new_id(values.get("created_at") or self.started), **values}
        self.tables[table].append(row)
        return row

    def put(self, table: str, **values: Any) -> Row:
        """Gather a row of a table without ids."""
        self.tables[table].append(values)
        return values

    def number(self, table: str, kind: str, prefix: str, first: int, digits: int = 6) -> None:
        """Number a table's documents by date without gaps, and leave the counter after the last."""
        rows = sorted(self.tables[table], key=lambda row: (row["date"], row["created_at"]))
        for place, row in enumerate(rows, first):
            row["number"] = f"{prefix}{place:0{digits}d}"
        self.put(
            "counters",
            kind=kind,
            prefix=prefix,
            next_number=first + len(rows),
            digits=digits,
        )

    def store(self, session: OpenSession) -> None:
        """Write every row; rows that name the same columns travel together."""
        for table, rows in self.tables.items():
            alike: dict[tuple[str, ...], list[Row]] = defaultdict(list)
            for row in rows:
                alike[tuple(row)].append(row)
            for columns, group in alike.items():
                session.load(f"core.{table}", columns, [tuple(row.values()) for row in group])


_RATES = {  # pounds for one unit of the currency
    "GBP": Decimal(1),
    "EUR": Decimal("0.8532"),
    "USD": Decimal("0.7641"),
    "JPY": Decimal("0.005123"),
    "KWD": Decimal("2.4870"),
}


def exchange_rate(currency: str, day: date) -> Decimal:
    """Return how many pounds one unit was worth in that month, nine decimals."""
    drift = Decimal((day.year * 12 + day.month) * 7 % 11 - 5) / 1000
    return (_RATES[currency] * (1 + drift if currency != "GBP" else 1)).quantize(Decimal("1e-9"))


def record_rates(books: Books) -> None:
    """Gather the rate of each foreign currency on the first of every month of the story."""
    day = books.started.date().replace(day=1)
    while day <= books.today:
        for currency in sorted(set(_RATES) - {"GBP"}):
            books.put(
                "exchange_rates",
                currency_code=currency,
                date=day,
                rate=exchange_rate(currency, day),
            )
        day = (day + timedelta(days=32)).replace(day=1)


def period(first: date, last: date) -> str:
    """Return days as the demo's British people write them: 28 Jul – 26 Aug 2026."""
    return str(format_interval(first, last, skeleton="yMMMd", locale="en_GB"))
