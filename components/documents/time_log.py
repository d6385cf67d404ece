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
from portal_data.text.language import N_, NP_, _, _p, counted

_TONES = {Status.UNBILLED: "blue", Status.BILLED: "green", Status.NON_BILLABLE: "gray"}
_FILTERS = {
    Filter.ALL: NP_("time entries", "All"),
    Filter.UNBILLED: NP_("time entries", "Unbilled"),
    Filter.BILLED: NP_("time entries", "Billed"),
    Filter.NON_BILLABLE: NP_("time entries", "Non-billable"),
}
_NONE = {
    Filter.UNBILLED: N_("No unbilled time"),
    Filter.BILLED: N_("No billed time"),
    Filter.NON_BILLABLE: N_("No non-billable time"),
}


class View(StrEnum):
    """What a project's screen shows."""

    OVERVIEW = "overview"
    TIME = "time"


_PERIODS = {
    Period.ALL: N_("All time"),
    Period.THIS_MONTH: N_("This month"),
    Period.LAST_MONTH: N_("Last month"),
    Period.THIS_QUARTER: N_("This quarter"),
    Period.LAST_QUARTER: N_("Last quarter"),
    Period.THIS_YEAR: N_("This year"),
    Period.LAST_YEAR: N_("Last year"),
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
            _(label),
            request.to(period=None if period is Period.ALL else period),
            period is narrow.period,
        )
        for period, label in _PERIODS.items()
    ]
    offered = (
        (_("Task"), menu("task", _("All tasks"), project.tasks, narrow.task)),
        (_("Person"), menu("person", _("All people"), project.people, narrow.person)),
        (_("Period"), periods),
    )
    return [Menu(label, choices) for label, choices in offered if len(choices) > 2]


def sums(page: Page[EntryRow, Filter], locale: str) -> Markup:
    """Return the hours under the choices made, by what became of them."""
    figures = [
        Figure(
            _("Logged") if each is Filter.ALL else _(label),
            say.hours(page.minutes[each], locale),
            counted(page.counts[each], "{count} entry", "{count} entries"),
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
            entry.task or _(project_view.NO_TASK),
            entry.notes or "",
            entry.person,
            Cell(pills=(Pill(_p("time entry", entry.status.value), _TONES[entry.status]),)),
            entry.invoice_number or "",
            say.hours(entry.minutes, locale),
        ),
    )


def empty(request: Request, page: Page[EntryRow, Filter]) -> Empty:
    """Return what is said in place of rows."""
    query = request.query
    if page.counts[Filter.ALL] and query.filter is not Filter.ALL:
        return Empty(_(_NONE[query.filter]), _("There is none under this filter."))
    if query.search:
        words = _("No note says “{words}” under these choices.", words=query.search)
        return Empty(_("No entry matches"), words)
    return Empty(_("No time logged"), _("There is none under these choices."))


SCREEN = listing.Screen(
    list=time_entries.LIST,
    path="project",
    title=N_("Time log"),
    search=N_("Notes"),
    filters=_FILTERS,
    orders={Sort.NEWEST: N_("Newest"), Sort.OLDEST: N_("Oldest"), Sort.LONGEST: N_("Longest")},
    columns=(
        Column(N_("Date"), "middle-start"),
        Column(N_("Task"), "top-start", people=True),
        Column(N_("Note"), "below", wide=True, people=True),
        Column(N_("Person"), "bottom-start", people=True),
        Column(N_("Status"), "bottom-end"),
        Column(N_("Invoice"), "middle-end", link=True),
        Column(N_("Hours"), "top-end", end=True),
    ),
    sorts={"Date": (Sort.NEWEST, Sort.OLDEST), "Hours": (Sort.LONGEST,)},
    ascending=frozenset({Sort.OLDEST}),
    row=row,
    empty=empty,
)
