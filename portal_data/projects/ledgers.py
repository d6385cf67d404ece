"""The ledger of a project: what was agreed, worked and invoiced, read for several at once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pyarrow as pa
from pyarrow import compute as pc

from portal_data.lists.columnar import looked_up, with_column
from portal_data.projects import totals
from portal_data.projects.totals import (
    BillingMethod,
    Budget,
    BudgetKind,
    Burn,
    Terms,
    Work,
    Worth,
)
from portal_data.store import Session

Row = dict[str, Any]

_NONE = pa.scalar(None, pa.int64())
_WEEKLY = timedelta(weeks=26)  # a longer project is charted by month

_TASKS = """
    select project_id, id, name, description, rate, budget_minutes, billable, status
    from tasks
    where project_id = any($ids)
    order by lower(name), id
"""
_PEOPLE = """
    select project_id, person_id, rate, budget_minutes
    from project_people
    where project_id = any($ids)
    order by project_id, person_id
"""
_WORKED = """
    select task_id, person_id, billable, billed, sum(minutes)::bigint as minutes,
        min(date) as first, max(date) as latest
    from time_entries
    where project_id = $id
    group by task_id, person_id, billable, billed
    order by task_id, person_id, billable, billed
"""
# grouped by no more than makes a difference: what costs is every row that comes back
_SPENT = """
    select project_id,
        case when project_id = any(cast($by_task as uuid[])) then task_id end as task_id,
        case when project_id = any(cast($by_person as uuid[])) then person_id end as person_id,
        billable, sum(minutes)::bigint as minutes
    from time_entries
    where project_id = any($ids)
    group by 1, 2, 3, 4
    order by 1, 2, 3, 4
"""
_OVER_TIME = """
        case when cast($by_task as boolean) then task_id end as task_id,
        case when cast($by_person as boolean) then person_id end as person_id,
        billable, sum(minutes)::bigint as minutes
    from time_entries
    where project_id = $id
    group by 1, 2, 3, 4
    order by 1, 2, 3, 4
"""
_BY_WEEK = "select date_trunc('week', date) as period," + _OVER_TIME
_BY_MONTH = "select date_trunc('month', date) as period," + _OVER_TIME
# what was charged for the work itself: tax, shipping and corrections are apart from its price
_INVOICED = """
    select project_id, currency_code, date,
        total_minor - tax_minor - shipping_minor - adjustment_minor - round_off_minor as net_minor
    from invoices
    where project_id = any($ids) and status in ('sent', 'written_off')
    order by date, number
"""


@dataclass(frozen=True, slots=True)
class Ledger:
    """One project's terms and sums; `tasks` and `people` are its rows in the store.

    `invoiced` are minor units by day, of a fixed price alone: hours tell themselves if they are
    billed.
    """

    terms: Terms
    work: list[Work]
    tasks: list[Row]
    people: list[Row]
    invoiced: Mapping[Date, int]
    first: Date | None
    latest: Date | None

    @property
    def worth(self) -> Worth:
        """What the work is worth."""
        return self.terms.worth(self.work, sum(self.invoiced.values()))

    @property
    def budget(self) -> Budget | None:
        """The budget and what was used of it; None when there is none."""
        return self.terms.budget(self.work, sum(self.invoiced.values()))


def of(session: Session, project: Row) -> Ledger:
    """Return the ledger of one project.

    Its row has at least id, billing_method, currency_code, fixed_cost_minor, rate, budget_kind,
    budget_minor and budget_minutes.
    """
    project_id = project["id"]
    tasks = session.rows(_TASKS, ids=[project_id])
    people = session.rows(_PEOPLE, ids=[project_id])
    worked = session.rows(_WORKED, id=project_id)
    return Ledger(
        terms=_terms(project, tasks, people),
        work=[_work(row) for row in worked],
        tasks=tasks,
        people=people,
        invoiced=_invoiced(session, [project])[project_id],
        first=min((row["first"] for row in worked), default=None),
        latest=max((row["latest"] for row in worked), default=None),
    )


def budgets(session: Session, projects: Iterable[Row]) -> dict[UUID, Budget | None]:
    """Return the budgets of projects by id; the rows are those of `of`.

    Projects that have a budget cost three or four queries together, others none.
    """
    projects = [row for row in projects if row["budget_kind"]]
    ids = [row["id"] for row in projects]
    if not ids:
        return {}
    tasks = _by_project(session.rows(_TASKS, ids=ids))
    people = _by_project(session.rows(_PEOPLE, ids=ids))
    terms = {row["id"]: _terms(row, tasks[row["id"]], people[row["id"]]) for row in projects}
    spent = _by_project(
        session.rows(
            _SPENT,
            ids=ids,
            by_task=[project_id for project_id in ids if terms[project_id].by_task],
            by_person=[project_id for project_id in ids if terms[project_id].by_person],
        )
    )
    invoiced = _invoiced(session, projects)
    return {
        project_id: agreed.budget(
            [_work(row) for row in spent[project_id]], sum(invoiced[project_id].values())
        )
        for project_id, agreed in terms.items()
    }


def add_budgets(session: Session, projects: list[Row], _: Mapping[str, Any]) -> None:
    """Add to each project, a row as of `of`, its `budget`; None where there is none."""
    found = budgets(session, projects)
    for project in projects:
        project["budget"] = found.get(project["id"])


def with_budgets(session: Session, projects: pa.Table) -> pa.Table:
    """Return projects by column, with the limits of their budgets and how much of them is used.

    The rows are those of `of`, with all minutes of each. `budget_minor` and `budget_minutes` are
    the limits, `budget_percent` is the share; all are null where there is no such budget.
    """
    # all work uses a budget of hours in all, so it needs no ledger; most budgets are such
    limits = pc.if_else(
        pc.fill_null(pc.equal(projects["budget_kind"], BudgetKind.HOURS.value), False),
        pc.if_else(pc.greater(projects["budget_minutes"], 0), projects["budget_minutes"], _NONE),
        _NONE,
    )
    others = pc.and_(pc.is_null(limits), pc.is_valid(projects["budget_kind"]))
    rows = [{**row, "id": UUID(row["id"])} for row in projects.filter(others).to_pylist()]
    budgeted = {str(key): each for key, each in budgets(session, rows).items() if each is not None}

    def of_each(of: Callable[[Budget], int | None]) -> pa.ChunkedArray:
        values = pa.chunked_array([pa.array(map(of, budgeted.values()), pa.int64())])
        return looked_up(
            projects["id"], pa.chunked_array([pa.array(budgeted, pa.string())]), values
        )

    cost = of_each(lambda each: each.limit if each.kind is BudgetKind.COST else None)
    hours = of_each(lambda each: None if each.kind is BudgetKind.COST else each.limit)
    used = pc.divide(pc.multiply(projects["minutes"], 100), limits)
    for name, values in {
        "budget_minor": cost,
        "budget_minutes": pc.coalesce(limits, hours),
        "budget_percent": pc.coalesce(used, of_each(lambda each: each.percent)),
    }.items():
        projects = with_column(projects, name, values)
    return projects


def burn(session: Session, project_id: UUID, ledger: Ledger) -> list[Burn]:
    """Return the use of the budget over time: by week for half a year, by month beyond it."""
    days = [day for day in (ledger.first, ledger.latest, *ledger.invoiced) if day]
    if not days:
        return []
    weekly = max(days) - min(days) <= _WEEKLY
    work: dict[Date, list[Work]] = defaultdict(list)
    rows = session.rows(
        _BY_WEEK if weekly else _BY_MONTH,
        id=project_id,
        by_task=ledger.terms.by_task,
        by_person=ledger.terms.by_person,
    )
    for row in rows:
        work[_day(row["period"])].append(_work(row))
    invoiced: dict[Date, int] = defaultdict(int)
    for day, amount in ledger.invoiced.items():
        first = day - timedelta(days=day.weekday()) if weekly else day.replace(day=1)
        invoiced[first] += amount
    after = _next_week if weekly else _next_month
    return totals.burn(ledger.terms, work, invoiced, after)


def _by_project(rows: Iterable[Row]) -> dict[UUID, list[Row]]:
    grouped: dict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["project_id"]].append(row)
    return grouped


def _work(row: Row) -> Work:
    return Work(
        row["minutes"], row["task_id"], row["person_id"], row["billable"], row.get("billed", False)
    )


def _invoiced(session: Session, projects: Iterable[Row]) -> dict[UUID, dict[Date, int]]:
    """Return by day what was invoiced of fixed prices; another currency tells nothing of them."""
    currencies = {
        row["id"]: row["currency_code"]
        for row in projects
        if row["billing_method"] == BillingMethod.FIXED_COST
    }
    amounts: dict[UUID, dict[Date, int]] = defaultdict(lambda: defaultdict(int))
    for row in session.rows(_INVOICED, ids=list(currencies)) if currencies else ():
        if row["currency_code"] == currencies[row["project_id"]]:
            amounts[row["project_id"]][row["date"]] += row["net_minor"]
    return amounts


def _terms(row: Row, tasks: list[Row], people: list[Row]) -> Terms:
    return Terms(
        method=BillingMethod(row["billing_method"]),
        currency_code=row["currency_code"],
        fixed_cost_minor=row["fixed_cost_minor"],
        rate=row["rate"],
        task_rates=_known(tasks, "id", "rate"),
        person_rates=_known(people, "person_id", "rate"),
        budget_kind=BudgetKind(row["budget_kind"]) if row["budget_kind"] else None,
        budget_minor=row["budget_minor"],
        budget_minutes=row["budget_minutes"],
        task_budgets=_known(tasks, "id", "budget_minutes"),
        person_budgets=_known(people, "person_id", "budget_minutes"),
    )


def _known(rows: list[Row], key: str, name: str) -> dict[UUID, Any]:
    return {row[key]: row[name] for row in rows if row[name] is not None}


def _day(period: Date | datetime) -> Date:
    return Date(period.year, period.month, period.day)


def _next_week(first: Date) -> Date:
    return first + timedelta(days=7)


def _next_month(first: Date) -> Date:
    return (first + timedelta(days=31)).replace(day=1)
