"""Projects as a list: filters, columns, and the words and colours of each status."""

from components.lists import listing
from components.lists.record_list import Cell, Column, Empty, Pill, Row
from components.ui import format as say
from components.ui import links
from portal_data.business.organisation import Organisation
from portal_data.projects import projects
from portal_data.projects.projects import Filter, ProjectRow, Sort, Status
from portal_data.projects.totals import Budget, BudgetKind
from portal_data.text.language import N_, NP_, _, _p

TONES = {
    Status.ACTIVE: "blue",
    Status.ON_HOLD: "orange",
    Status.COMPLETED: "green",
    Status.INACTIVE: "gray",
}


def row(project: ProjectRow, business: Organisation) -> Row:
    """Return a project as a row that opens it."""
    locale = business.locale
    return Row(
        links.project(project.id),
        (
            project.name,
            project.code or "",
            say.day(project.latest, locale) if project.latest else _("No time yet"),
            Cell(pills=(Pill(_p("project", project.status.value), TONES[project.status]),)),
            _used(project.budget),
            Cell(say.hours(project.minutes, locale), tone=None if project.minutes else "quiet"),
        ),
    )


SCREEN = listing.Screen(
    list=projects.LIST,
    path="projects",
    title=N_("Projects"),
    search=N_("Name or code"),
    filters={
        Filter.ALL: NP_("projects", "All"),
        Filter.ACTIVE: NP_("projects", "Active"),
        Filter.ON_HOLD: NP_("projects", "On hold"),
        Filter.COMPLETED: NP_("projects", "Completed"),
        Filter.INACTIVE: NP_("projects", "Inactive"),
    },
    orders={Sort.LATEST: N_("Latest work"), Sort.NAME: N_("Name"), Sort.HOURS: N_("Hours")},
    columns=(
        Column(N_("Project"), "top-start", wide=True, link=True, people=True),
        Column(N_("Code"), "middle-start", people=True),
        Column(N_("Latest work"), "bottom-start"),
        Column(N_("Status"), "bottom-end"),
        Column(N_("Budget"), "middle-end", end=True),
        Column(N_("Logged"), "top-end", end=True),
    ),
    sorts={"Project": (Sort.NAME,), "Latest work": (Sort.LATEST,), "Logged": (Sort.HOURS,)},
    ascending=frozenset({Sort.NAME}),
    row=row,
    empty=listing.nothing(
        Empty(N_("No projects yet"), N_("When work for you begins, its project appears here.")),
        N_("No project matches"),
        {
            Filter.ACTIVE: Empty(N_("No active projects")),
            Filter.ON_HOLD: Empty(N_("No projects on hold")),
            Filter.COMPLETED: Empty(N_("No completed projects")),
            Filter.INACTIVE: Empty(N_("No inactive projects")),
        },
    ),
)


def amount(minutes_or_minor: int, budget: Budget, currency_code: str, locale: str) -> str:
    """Return a figure of a budget in its own unit: money, or hours."""
    if budget.kind is BudgetKind.COST:
        return say.money(minutes_or_minor, currency_code, locale)
    return say.hours(minutes_or_minor, locale)


def _used(budget: Budget | None) -> Cell:
    if budget is None:
        return Cell(_("No budget"), tone="quiet")
    used = _("{percent} used", percent=say.percent(budget.percent))
    return Cell(used, tone="late" if budget.used > budget.limit else None)
