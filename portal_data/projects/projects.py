"""Projects as a customer sees them: the list, and one with its hours, worth and budget.

Everything here is refused as unknown while the business keeps projects out of its portal.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date as Date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from portal_data import lists, store
from portal_data.business import preferences
from portal_data.errors import NotFound
from portal_data.lists import columns
from portal_data.lists.columns import Column
from portal_data.projects import ledgers
from portal_data.projects.ledgers import Ledger
from portal_data.projects.totals import (
    BillingMethod,
    Budget,
    Burn,
    Hours,
    Work,
    Worth,
    hours,
)
from portal_data.scope import Scope
from portal_data.text.language import NP_, _


class Status(StrEnum):
    """How far a project is."""

    ACTIVE = NP_("project", "Active")
    ON_HOLD = NP_("project", "On hold")
    COMPLETED = NP_("project", "Completed")
    INACTIVE = NP_("project", "Inactive")


class Filter(StrEnum):
    """The list's filters."""

    ALL = "all"
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    INACTIVE = "inactive"


class Sort(StrEnum):
    """The list's orders: the last worked on first, by name, or the longest first."""

    LATEST = "latest"
    NAME = "name"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One line of the list; `minutes` are all that were logged, `latest` is their last day."""

    id: UUID
    name: str
    code: str | None
    status: Status
    billing_method: BillingMethod
    currency_code: str
    minutes: int
    billed_minutes: int
    latest: Date | None
    budget: Budget | None


@dataclass(frozen=True, slots=True)
class Task:
    """A task with its hours; no id and no name for time that was logged for no task."""

    id: UUID | None
    name: str | None
    description: str | None
    rate: Decimal | None
    budget_minutes: int | None
    billable: bool
    completed: bool
    hours: Hours


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works on the project, with their hours on it and the rate they are charged."""

    id: UUID
    name: str
    rate: Decimal | None
    budget_minutes: int | None
    hours: Hours


@dataclass(frozen=True, slots=True)
class Heading:
    """A project's name, and the names of its tasks and people by id, in order."""

    id: UUID
    name: str
    code: str | None
    status: Status
    tasks: Mapping[UUID, str]
    people: Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class Project:
    """A whole project. Rates are by the hour, or by the day where the method says so."""

    id: UUID
    name: str
    code: str | None
    description: str | None
    status: Status
    billing_method: BillingMethod
    currency_code: str
    fixed_cost_minor: int | None
    rate: Decimal | None
    first: Date | None
    latest: Date | None
    hours: Hours
    worth: Worth
    budget: Budget | None
    burn: list[Burn]
    tasks: list[Task]
    people: list[Person]


def _need(session: store.Session, _: Mapping[str, Any]) -> None:
    preferences.need_projects(session)


def _row(**stored: Any) -> ProjectRow:
    """Return a project without what only its budget was reckoned from."""
    return ProjectRow(**{each.name: stored[each.name] for each in fields(ProjectRow)})


_BY_NAME = "lower(name), id"
LIST = lists.List(
    reading=store.reading,
    row=_row,
    columns="""id, name, code, status, billing_method, currency_code, fixed_cost_minor, rate,
        budget_kind, budget_minor, budget_minutes""",
    source="projects",
    search=("name", "code"),
    filters=lists.each_of("status", Filter),
    paged="""select listed.*, coalesce(logged.minutes, 0)::bigint as minutes,
        coalesce(logged.billed_minutes, 0)::bigint as billed_minutes, logged.latest
    from listed
    left join (
        select project_id, sum(minutes)::bigint as minutes,
            sum(case when billable and billed then minutes else 0 end)::bigint as billed_minutes,
            max(date) as latest
        from time_entries
        group by project_id
    ) logged on logged.project_id = listed.id""",
    orders={
        Sort.LATEST: f"logged.latest desc nulls last, {_BY_NAME}",
        Sort.NAME: _BY_NAME,
        Sort.HOURS: f"coalesce(logged.minutes, 0) desc, {_BY_NAME}",
    },
    words={"status": Status, "billing_method": BillingMethod},
    need=_need,
    complete=ledgers.add_budgets,
    complete_table=ledgers.with_budgets,
    export={
        Column("Project"): "name",
        Column("Code"): "code",
        columns.STATUS: "status",
        Column("Billing method"): columns.in_words("billing_method"),
        **columns.WORKED,
        Column("Billed minutes", columns.Kind.WHOLE, summed=True): "billed_minutes",
        Column("Billed hours", columns.Kind.NUMBER, summed=True, minutes="Billed minutes"): (
            columns.hours("billed_minutes")
        ),
        Column("Budget hours", columns.Kind.NUMBER): columns.hours("budget_minutes"),
        columns.CURRENCY: "currency_code",
        Column("Budget amount", columns.Kind.MONEY): "budget_minor",
        Column("Budget used percent", columns.Kind.WHOLE): "budget_percent",
        Column("Latest work", columns.Kind.DATE): "latest",
    },
)
"""The list. Files have of a budget its limit, as amount or minutes, and how much of it is used."""
_GET = """
    select id, name, code, description, status, billing_method, currency_code, fixed_cost_minor,
        rate, budget_kind, budget_minor, budget_minutes
    from projects
    where id = $id
    order by id
"""
_TASK_NAMES = """
    select id, name
    from tasks
    where project_id = $id
    order by lower(name), id
"""
_NAMES = "select id, name from people order by lower(name), id"
_WORKERS = """
    select person_id from project_people where project_id = $id
    union
    select person_id from time_entries where project_id = $id
    order by 1
"""


@store.cached
def get(scope: Scope, project_id: UUID) -> Project:
    """Return a project with its figures.

    Raises NotFound when the customer has none of this id, or while projects are switched off.
    """
    with store.reading(scope) as session:
        preferences.need_projects(session)
        row = session.one(_GET, id=project_id)
        if row is None:
            raise NotFound(_("There is no such project."))
        ledger = ledgers.of(session, row)
        burn = ledgers.burn(session, project_id, ledger) if ledger.budget else []
        names = session.rows(_NAMES)
    terms = ledger.terms
    return Project(
        id=project_id,
        name=row["name"],
        code=row["code"],
        description=row["description"],
        status=Status[row["status"].upper()],
        billing_method=terms.method,
        currency_code=terms.currency_code,
        fixed_cost_minor=terms.fixed_cost_minor,
        rate=terms.rate,
        first=ledger.first,
        latest=ledger.latest,
        hours=hours(ledger.work),
        worth=ledger.worth,
        budget=ledger.budget,
        burn=burn,
        tasks=_tasks(ledger),
        people=_people(ledger, names),
    )


@store.cached
def heading(scope: Scope, project_id: UUID) -> Heading:
    """Return what a project is called, and its tasks and people; raises NotFound as `get`."""
    with store.reading(scope) as session:
        preferences.need_projects(session)
        row = session.one(_GET, id=project_id)
        if row is None:
            raise NotFound(_("There is no such project."))
        tasks = session.rows(_TASK_NAMES, id=project_id)
        workers = {each["person_id"] for each in session.rows(_WORKERS, id=project_id)}
        names = session.rows(_NAMES)
    return Heading(
        id=project_id,
        name=row["name"],
        code=row["code"],
        status=Status[row["status"].upper()],
        tasks={task["id"]: task["name"] for task in tasks},
        people={each["id"]: each["name"] for each in names if each["id"] in workers},
    )


def _tasks(ledger: Ledger) -> list[Task]:
    done: dict[UUID | None, list[Work]] = defaultdict(list)
    for each in ledger.work:
        done[each.task_id].append(each)
    tasks = [
        Task(
            id=row["id"],
            name=row["name"],
            description=row["description"],
            rate=row["rate"],
            budget_minutes=row["budget_minutes"],
            billable=row["billable"],
            completed=row["status"] == "completed",
            hours=hours(done.pop(row["id"], [])),
        )
        for row in ledger.tasks
    ]
    rest = [each for others in done.values() for each in others]
    if rest:
        spent = hours(rest)
        tasks.append(Task(None, None, None, None, None, spent.billable > 0, False, spent))
    return tasks


def _people(ledger: Ledger, names: list[dict[str, Any]]) -> list[Person]:
    """Return who is on the project or worked on it, those who worked most first."""
    done: dict[UUID | None, list[Work]] = defaultdict(list)
    for each in ledger.work:
        done[each.person_id].append(each)
    known = {row["person_id"]: row for row in ledger.people}
    people = [
        Person(
            id=row["id"],
            name=row["name"],
            rate=known.get(row["id"], {}).get("rate"),
            budget_minutes=known.get(row["id"], {}).get("budget_minutes"),
            hours=hours(done[row["id"]]),
        )
        for row in names
        if row["id"] in known or row["id"] in done
    ]
    return sorted(people, key=lambda person: -person.hours.total)
