"""The time log of a project: its sums, its choices of task, person and period, and its entries."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from uuid import UUID

from components.documents import project_view
from components.lists import listing
from components.lists.listing import Request
from components.lists.record_list import Cell, Choice, Column, Empty, Menu, Pill, Row
from components.ui import format as say
from components.ui import links
from components.ui.cards import Figure, figure
from components.ui.markup import Markup, tag
from portal_data import kinds
from portal_data.billing.periods import Period
from portal_data.business.organisation import Organisation
from portal_data.lists import Page
from portal_data.projects import time_entries
from portal_data.projects.projects import Heading
from portal_data.projects.time_entries import EntryRow, Filter, Narrowed, Sort, Status

_TONES = {Status.UNBILLED: "blue", Status.BILLED: "green", Status.NON_BILLABLE: "gray"}
_FILTERS = {
    Filter.ALL: "All",
    Filter.UNBILLED: "Unbilled",
    Filter.BILLED: "Billed",
    Filter.NON_BILLABLE: "Non-billable",
}


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


def request(project: Heading, narrow: Narrowed) -> Request:
    """Return what the address asks of the log; its links keep the project and the choices."""
    own = listing.request(
        SCREEN,
        id=project.id,
        view=View.TIME,
        task=narrow.task,
        person=narrow.person,
        period=None if narrow.period is Period.ALL else narrow.period,
    )
    query = replace(own.query, wrong=(*own.query.wrong, *narrow.wrong))
    return replace(own, query=query)


def menus(project: Heading, narrow: Narrowed, request: Request) -> list[Menu]:
    """Return the choices of task, person and period."""

    def menu(name: str, every: str, named: Mapping[UUID, str], chosen: UUID | None) -> list[Choice]:
        choices = [(None, every), *named.items()]
        return [Choice(label, request.to(**{name: key}), key == chosen) for key, label in choices]

    periods = [
        Choice(
            label,
            request.to(period=None if period is Period.ALL else period),
            period is narrow.period,
        )
        for period, label in _PERIODS.items()
    ]
    offered = (
        ("Task", menu("task", "All tasks", project.tasks, narrow.task)),
        ("Person", menu("person", "All people", project.people, narrow.person)),
        ("Period", periods),
    )
    return [Menu(label, choices) for label, choices in offered if len(choices) > 2]


def sums(page: Page[EntryRow, Filter], locale: str) -> Markup:
    """Return the hours under the choices made, by what became of them."""
    figures = [
        Figure(
            "Logged" if each is Filter.ALL else label,
            say.hours(page.minutes[each], locale),
            say.count(page.counts[each], "entry", "entries"),
        )
        for each, label in _FILTERS.items()
    ]
    return tag("div", [figure(each) for each in figures], class_="pt-summary")


def row(entry: EntryRow, business: Organisation) -> Row:
    """Return an entry as a row, which opens the invoice it is billed on."""
    locale = business.locale
    clock = f"{entry.begins}–{entry.ends}" if entry.begins and entry.ends else None
    return Row(
        links.document(kinds.INVOICE, entry.invoice_number) if entry.invoice_number else "",
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


def empty(request: Request, page: Page[EntryRow, Filter]) -> Empty:
    """Return what is said in place of rows."""
    query = request.query
    if page.counts[Filter.ALL] and query.filter is not Filter.ALL:
        title = f"No {_FILTERS[query.filter].lower()} time"
        return Empty(title, "There is none under this filter.")
    if query.search:
        return Empty("No entry matches", f"No note says “{query.search}” under these choices.")
    return Empty("No time logged", "There is none under these choices.")


SCREEN = listing.Screen(
    list=time_entries.LIST,
    path="project",
    title="Time log",
    search="Notes",
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
    row=row,
    empty=empty,
)
