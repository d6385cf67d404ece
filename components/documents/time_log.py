"""The time log of a project: its sums, its choices of task, person and period, and its entries."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from components.documents import project_view
from components.lists import listing
from components.lists.listing import Asked, Kind
from components.lists.record_list import Cell, Choice, Column, Empty, Menu, Pill, Row
from components.ui import address, links
from components.ui import format as say
from components.ui.cards import Figure, figure
from components.ui.markup import Markup, tag
from portal_data.billing import periods
from portal_data.billing.periods import Period
from portal_data.projects.projects import Heading
from portal_data.projects.time_entries import PAGE_SIZE, EntryPage, EntryRow, Filter, Sort, Status

_TONES = {Status.UNBILLED: "blue", Status.BILLED: "green", Status.NON_BILLABLE: "gray"}
_FILTERS = {
    Filter.ALL: "All",
    Filter.UNBILLED: "Unbilled",
    Filter.BILLED: "Billed",
    Filter.NON_BILLABLE: "Non-billable",
}
KIND = Kind(
    path="project",
    title="Time log",
    search="Notes",
    size=PAGE_SIZE,
    filters=_FILTERS,
    orders={Sort.NEWEST: "Newest", Sort.OLDEST: "Oldest", Sort.LONGEST: "Longest"},
    columns=(
        Column("Date", "middle-start"),
        Column("Task", "top-start", people=True),
        Column("Note", "below", wide=True, people=True),
        Column("Person", "bottom-start", people=True),
        Column("Status", "bottom-end"),
        Column("Invoice", "middle-end", link=True),
        Column("Hours", "top-end", end=True),
    ),
    sorts={"Date": (Sort.NEWEST, Sort.OLDEST), "Hours": (Sort.LONGEST,)},
    ascending=frozenset({Sort.OLDEST}),
)


class View(StrEnum):
    """What a project's screen shows."""

    OVERVIEW = "overview"
    TIME = "time"


_PERIODS = {
    Period.ALL: "All time",
    Period.THIS_MONTH: "This month",
    Period.LAST_MONTH: "Last month",
    Period.THIS_QUARTER: "This quarter",
    Period.LAST_QUARTER: "Last quarter",
    Period.THIS_YEAR: "This year",
    Period.LAST_YEAR: "Last year",
}


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The choices beside the filters; None is any task, any person, all days."""

    task: UUID | None
    person: UUID | None
    period: Period
    first: date | None
    last: date | None
    wrong: tuple[str, ...] = ()
    """What is said of choices that there are not."""


def narrowed(heading: Heading, today: date) -> Narrowed:
    """Return the choices that the address makes; an unknown one is told, and as if not made."""
    task, person = address.identifier("task"), address.identifier("person")
    period = address.choice("period", Period.ALL)
    period = period if period in _PERIODS else Period.ALL
    known = {"task": heading.tasks, "person": heading.people}
    wrong = [
        f"There is no such {name} in this project; all are shown."
        for name, ids in known.items()
        if address.text(name) and address.identifier(name) not in ids
    ]
    refused = address.refusal("period", Period.ALL)
    days = (None, None) if period is Period.ALL else periods.bounds(period, today)
    return Narrowed(
        task if task in heading.tasks else None,
        person if person in heading.people else None,
        period,
        *days,
        tuple([*wrong, refused] if refused else wrong),
    )


def asked(heading: Heading, narrow: Narrowed) -> Asked[Filter, Sort]:
    """Return what the address asks of the log; its links keep the project and the choices."""
    own = listing.asked(
        KIND,
        id=heading.id,
        view=View.TIME,
        task=narrow.task,
        person=narrow.person,
        period=None if narrow.period is Period.ALL else narrow.period,
    )
    return replace(own, wrong=(*own.wrong, *narrow.wrong))


def menus(heading: Heading, narrow: Narrowed, asked: Asked[Filter, Sort]) -> list[Menu]:
    """Return the choices of task, person and period."""
    tasks = [
        Choice("All tasks", asked.to(task=None), narrow.task is None),
        *(
            Choice(name, asked.to(task=task), task == narrow.task)
            for task, name in heading.tasks.items()
        ),
    ]
    people = [
        Choice("All people", asked.to(person=None), narrow.person is None),
        *(
            Choice(name, asked.to(person=person), person == narrow.person)
            for person, name in heading.people.items()
        ),
    ]
    periods = [
        Choice(
            label,
            asked.to(period=None if period is Period.ALL else period),
            period is narrow.period,
        )
        for period, label in _PERIODS.items()
    ]
    offered = (("Task", tasks), ("Person", people), ("Period", periods))
    return [Menu(label, choices) for label, choices in offered if len(choices) > 2]


def sums(found: EntryPage, locale: str) -> Markup:
    """Return the hours under the choices made, by what became of them."""
    figures = [
        Figure(
            "Logged" if each is Filter.ALL else label,
            say.hours(found.minutes[each], locale),
            say.count(found.counts[each], "entry", "entries"),
        )
        for each, label in _FILTERS.items()
    ]
    return tag("div", [figure(each) for each in figures], class_="pt-summary")


def row(entry: EntryRow, locale: str) -> Row:
    """Return an entry as a row, which opens the invoice it is billed on."""
    clock = f"{entry.begins}–{entry.ends}" if entry.begins and entry.ends else None
    return Row(
        links.invoice(entry.invoice_number) if entry.invoice_number else "",
        (
            Cell(say.day(entry.date, locale), note=clock),
            entry.task or project_view.NO_TASK,
            entry.notes or "",
            entry.person,
            Cell(pills=(Pill(entry.status.value, _TONES[entry.status]),)),
            entry.invoice_number or "",
            say.hours(entry.minutes, locale),
        ),
    )


def empty(found: EntryPage, asked: Asked[Filter, Sort]) -> Empty:
    """Return what is said in place of rows."""
    if found.counts[Filter.ALL] and asked.wanted is not Filter.ALL:
        return Empty(
            f"No {_FILTERS[asked.wanted].lower()} time", "There is none under this filter."
        )
    if asked.search:
        return Empty("No entry matches", f"No note says “{asked.search}” under these choices.")
    return Empty("No time logged", "There is none under these choices.")
