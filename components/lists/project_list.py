"""Projects as a list: filters, columns, and the words and colours of each status."""

from components.lists import listing
from components.lists.record_list import Cell, Column, Empty, Pill, Row
from components.ui import format as say
from components.ui import links
from portal_data.business.organisation import Organisation
from portal_data.projects import projects
from portal_data.projects.projects import Filter, ProjectRow, Sort, Status
from portal_data.projects.totals import Budget, BudgetKind

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
            say.day(project.latest, locale) if project.latest else "No time yet",
            Cell(pills=(Pill(project.status.value, TONES[project.status]),)),
            _used(project.budget),
            Cell(say.hours(project.minutes, locale), tone=None if project.minutes else "quiet"),
        ),
    )


SCREEN = listing.Screen(
    list=projects.LIST,
    path="projects",
    title="Projects",
    search="Name or code",
    filters={
        Filter.ALL: "All",
        Filter.ACTIVE: "Active",
        Filter.ON_HOLD: "On hold",
        Filter.COMPLETED: "Completed",
        Filter.INACTIVE: "Inactive",
    },
    orders={Sort.LATEST: "Latest work", Sort.NAME: "Name", Sort.HOURS: "Hours"},
    columns=(
        Column("Project", "top-start", wide=True, link=True, people=True),
        Column("Code", "middle-start", people=True),
        Column("Latest work", "bottom-start"),
        Column("Status", "bottom-end"),
        Column("Budget", "middle-end", end=True),
        Column("Logged", "top-end", end=True),
    ),
    sorts={"Project": (Sort.NAME,), "Latest work": (Sort.LATEST,), "Logged": (Sort.HOURS,)},
    ascending=frozenset({Sort.NAME}),
    row=row,
    empty=listing.nothing(
        "project",
        "projects",
        Empty("No projects yet", "When work for you begins, its project appears here."),
    ),
)


def amount(minutes_or_minor: int, budget: Budget, currency_code: str, locale: str) -> str:
    """Return a figure of a budget in its own unit: money, or hours."""
    if budget.kind is BudgetKind.COST:
        return say.money(minutes_or_minor, currency_code, locale)
    return say.hours(minutes_or_minor, locale)


def _used(budget: Budget | None) -> Cell:
    if budget is None:
        return Cell("No budget", tone="quiet")
    return Cell(f"{budget.percent:,}% used", tone="late" if budget.used > budget.limit else None)
