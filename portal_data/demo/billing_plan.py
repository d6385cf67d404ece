"""What the studio billed and what became of it: the plan that invoices and payments follow."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum

from portal_data.demo import job_lines
from portal_data.demo.books import Books, Row, period
from portal_data.demo.hours import Timesheet, billable
from portal_data.demo.pricing import PLAIN, Extras, Work
from portal_data.demo.projects import JOBS

GOODWILL = "Goodwill"
_ROUND_TO = {"nakheel": 5, "omalley": 50}  # smallest coin; what cash is rounded to


class Fate(Enum):
    """What became of an invoice."""

    PAID = "paid"
    """Paid as the customer usually does; open when that day has not come yet."""
    OPEN = "open"
    PART = "part"
    """Paid in part."""
    REMAINDER = "remainder"
    """Paid but for a small rest, which was written off."""
    WRITTEN_OFF = "written_off"
    VOID = "void"
    DRAFT = "draft"
    SPECIAL = "special"
    """Settled by name elsewhere: credit notes, retainers, payments under way."""


@dataclass(frozen=True, slots=True)
class Bill:
    """One invoice to be written; `due` None follows the customer's terms."""

    customer: str
    day: date
    subject: str
    works: tuple[Work, ...]
    fate: Fate = Fate.PAID
    key: str | None = None
    """The name by which later parts of the story find this invoice."""
    due: date | None = None
    currency: str | None = None
    extras: Extras = PLAIN
    project: str | None = None
    profile: str | None = None
    estimate: str | None = None
    entries: tuple[Row, ...] = ()
    """Time entries that this invoice bills."""
    viewed: bool = True
    promised: date | None = None
    reminders_paused_until: date | None = None


def everything(books: Books, sheets: list[Timesheet]) -> list[Bill]:
    """Return all bills of the story, oldest first."""
    bills = [
        *_usual(books),
        *_hours(books, sheets),
        *_stages(books),
        *_special(books),
        *_elsewhere(books),
    ]
    return sorted(bills, key=lambda bill: (bill.day, bill.customer, bill.subject))


def _varied(books: Books, works: tuple[Work, ...]) -> tuple[Work, ...]:
    """Return the lines with more or less time on them, in quarters: no two jobs are alike."""
    return tuple(
        replace(work, quantity=_stretched(books, Decimal(work.quantity)))
        if books.items[work.item]["unit"] in ("day", "hour")
        else work
        for work in works
    )


def _stretched(books: Books, quantity: Decimal) -> Decimal:
    quarters = quantity * books.chance.choice((3, 4, 4, 5, 6, 7))
    return quarters.quantize(Decimal(1)) / 4


_USUAL_DAYS = {  # customer: first and last day ago, every so many days
    "brackenridge": (592, 130, 66),
    "cote": (585, 160, 75),
    "nakheel": (560, 220, 85),
    "aoba": (580, 130, 80),
    "galim": (570, 80, 90),
    "lantern": (590, 60, 95),
    "omalley": (500, 90, 110),
    "sian": (450, 60, 110),
    "pemberton": (595, 110, 110),
    "cascadia": (590, 150, 75),
    "oldmill": (600, 440, 60),
}


def _usual(books: Books) -> Iterator[Bill]:
    for customer, (first, last, step) in _USUAL_DAYS.items():
        known = job_lines.USUAL[customer]
        for turn, ago in enumerate(range(first, last, -step)):
            subject, works = known[turn % len(known)]
            has_goods = any(books.items[work.item]["kind"] == "goods" for work in works)
            extras = Extras(
                discount=("0", "0", "5", "0", "2.5")[turn % 5],
                shipping="36.50" if has_goods and customer not in ("aoba", "nakheel") else "0",
                adjustment="-25" if turn == 4 and customer != "aoba" else "0",
                adjustment_label=GOODWILL if turn == 4 and customer != "aoba" else None,
                inclusive=customer == "sian",
                round_to=_ROUND_TO.get(customer, 1),
            )
            day = books.workday(ago - books.chance.randrange(9))
            yield Bill(customer, day, subject, _varied(books, works), extras=extras)


def _hours(books: Books, sheets: list[Timesheet]) -> Iterator[Bill]:
    """Bill each closed period of work that is charged by time."""
    for sheet in sheets:
        entries = billable(books, sheet)
        if sheet.job.method == "fixed_cost" or not sheet.window or not entries:
            continue
        yield Bill(
            sheet.job.customer,
            books.next_workday(sheet.closed_ago - 6),
            f"{sheet.job.name}: {period(entries[0]['date'], entries[-1]['date'])}",
            tuple(_hour_lines(books, sheet, entries)),
            project=sheet.job.key,
            entries=tuple(entries),
        )


def _hour_lines(books: Books, sheet: Timesheet, entries: list[Row]) -> Iterator[Work]:
    """Return a line for each task, or each person where people have their own rates."""
    job = sheet.job
    by_person = job.method == "staff_hours"
    rates = {
        **{books.tasks[job.key, task.name]["id"]: task.rate or job.rate for task in job.tasks},
        **{books.people[person]["id"]: rate for person, rate, _ in job.people},
    }
    names = {row["id"]: row["name"] for row in (*books.tasks.values(), *books.people.values())}
    minutes: dict[object, int] = {}
    for entry in entries:
        key = entry["person_id" if by_person else "task_id"]
        minutes[key] = minutes.get(key, 0) + entry["minutes"]
    daily = job.method == "daily_rate"
    for key, worked in minutes.items():
        yield Work(
            "hours",
            Decimal(worked) / (480 if daily else 60),
            name=names[key],
            unit="day" if daily else None,
            price=Decimal(rates[key] or 0),
        )


_STAGES = {  # project: day ago, name, share of the fixed price
    "signs": (
        (268, "Stage 1: type, colour, pictograms", "0.30"),
        (176, "Stage 2: prototypes", "0.40"),
        (93, "Stage 3: roll-out plan", "0.20"),
    ),
    "line": ((298, "基本設計 一式", "0.5"), (237, "実施設計 一式", "0.5")),
}


def _stages(books: Books) -> Iterator[Bill]:
    """Bill the stages of fixed prices, with the time worked since the stage before."""
    for job in JOBS:
        before = None
        for ago, name, share in _STAGES.get(job.key, ()):
            day = books.workday(ago)
            entries = tuple(
                entry
                for entry in books.tables["time_entries"]
                if entry["project_id"] == books.projects[job.key]["id"]
                and entry["date"] < day
                and (before is None or entry["date"] >= before)
            )
            amount = Decimal(job.fixed_cost or 0) * Decimal(share)
            works = (Work("stage", "1", name=name, price=amount),)
            yield Bill(
                job.customer, day, f"{job.name}: {name}", works, project=job.key, entries=entries
            )
            before = day


def _special(books: Books) -> Iterator[Bill]:
    """Bills of the main customer that show one thing each."""

    def bill(
        key: str,
        job: tuple[str, tuple[Work, ...]],
        ago: int,
        due_in: int,
        fate: Fate = Fate.OPEN,
        currency: str = "GBP",
        extras: Extras = PLAIN,
        estimate: str | None = None,
        viewed: bool = True,
        promised: date | None = None,
        paused: date | None = None,
    ) -> Bill:
        subject, works = job
        return Bill(
            "brackenridge", books.day(ago), subject, works if estimate else _varied(books, works),
            fate=fate, key=key, due=books.day(-due_in),
            currency=currency, extras=extras, estimate=estimate, viewed=viewed,
            promised=promised, reminders_paused_until=paused,
        )  # fmt: skip

    yield bill("fresh", job_lines.LOBBY, 3, 27, viewed=False, estimate="lobby")
    yield bill("promised", job_lines.BEDROOMS, 25, 5, promised=books.day(-12))
    yield bill("late", job_lines.KITCHEN, 39, -9)
    yield bill("part", job_lines.SIGNS, 74, -44, Fate.PART)
    yield bill("disputed", job_lines.SPA, 105, -75)
    yield bill("old", job_lines.WORKSHOPS, 160, -130, paused=books.day(-10))
    yield bill("debit", job_lines.KITCHEN, 20, 10, Fate.SPECIAL)
    yield bill("debit part", job_lines.BEDROOMS, 34, -4, Fate.SPECIAL)
    yield bill("due today", job_lines.WORKSHOPS, 30, 0)
    yield bill("credited", job_lines.SIGNS, 62, -32, Fate.SPECIAL)
    yield bill("drawn", job_lines.LOBBY, 120, -90, Fate.SPECIAL, estimate="lobby phase 1")
    yield bill("lisbon", job_lines.LISBON, 200, -170, Fate.PAID, "EUR")
    yield bill("lisbon part", job_lines.LISBON, 100, -70, Fate.PART, "EUR")
    yield bill("lisbon open", job_lines.LISBON, 12, 18, Fate.OPEN, "EUR", viewed=False)
    yield bill("warranty", job_lines.WARRANTY, 88, -58)
    yield bill("schedule", job_lines.SCHEDULE, 15, 15,
               extras=Extras("5", "180", "-120.50", GOODWILL), estimate="schedule")  # fmt: skip
    yield bill("odd text", job_lines.ODD_TEXT, 22, 8)
    yield bill("remainder", job_lines.KITCHEN, 300, -270, Fate.REMAINDER)
    yield bill("void", job_lines.SIGNS, 230, -200, Fate.VOID)
    yield bill("draft", job_lines.SPA, 1, 29, Fate.DRAFT)
    yield bill("draft too", job_lines.BEDROOMS, 4, 26, Fate.DRAFT)


_ELSEWHERE = (  # key, customer, job, days ago, due in days, fate
    ("cote open", "cote", job_lines.SHOP, 20, 25, Fate.OPEN),
    ("cote late", "cote", job_lines.SCANNING, 55, -10, Fate.OPEN),
    ("cote part", "cote", job_lines.WORKSHOPS, 95, -50, Fate.PART),
    ("cote old", "cote", job_lines.SHOP, 145, -100, Fate.OPEN),
    ("nakheel open", "nakheel", job_lines.TOWER, 14, 16, Fate.OPEN),
    ("nakheel late", "nakheel", job_lines.TOWER, 70, -40, Fate.OPEN),
    ("nakheel part", "nakheel", job_lines.TOWER, 110, -80, Fate.PART),
    ("aoba open", "aoba", job_lines.FACTORY, 24, 36, Fate.OPEN),
    ("aoba late", "aoba", job_lines.FACTORY, 125, -65, Fate.OPEN),
    ("galim late", "galim", job_lines.STUDIO, 41, -11, Fate.OPEN),
    ("lantern late", "lantern", job_lines.LANTERNS, 45, -15, Fate.OPEN),
    ("lantern old", "lantern", job_lines.SCANNING, 125, -95, Fate.OPEN),
    ("omalley started", "omalley", job_lines.SHOP, 10, 4, Fate.SPECIAL),
    ("sian asked", "sian", job_lines.HOUSE, 12, 2, Fate.SPECIAL),
    ("pemberton part", "pemberton", job_lines.FRAME, 68, -38, Fate.PART),
    ("pemberton open", "pemberton", job_lines.SCANNING, 9, 21, Fate.OPEN),
    ("ach", "cascadia", job_lines.FIELD, 26, 4, Fate.SPECIAL),
    ("returned", "cascadia", job_lines.SCANNING, 48, -18, Fate.OPEN),
    ("closed down", "oldmill", job_lines.SHOP, 400, -370, Fate.WRITTEN_OFF),
)


def _elsewhere(books: Books) -> Iterator[Bill]:
    """Bills of the other customers that are not simply paid."""
    for key, customer, (subject, works), ago, due_in, fate in _ELSEWHERE:
        yield Bill(
            customer, books.day(ago), subject, _varied(books, works), fate, key,
            books.day(-due_in),
            extras=Extras(round_to=_ROUND_TO.get(customer, 1)),
            viewed=key not in ("aoba late", "cote open"),
        )  # fmt: skip
