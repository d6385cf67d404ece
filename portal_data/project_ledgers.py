"""The ledger of a project: what was agreed, worked and invoiced, read for several at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from portal_data import project_figures
from portal_data.project_figures import (
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
    select project_id, task_id, person_id, billable, billed, sum(minutes)::bigint as minutes,
        min(date) as first, max(date) as latest
    from time_entries
    where project_id = any($ids)
    group by project_id, task_id, person_id, billable, billed
    order by project_id, task_id, person_id, billable, billed
"""
_OVER_TIME = """
    task_id, person_id, billable, billed, sum(minutes)::bigint as minutes
    from time_entries
    where project_id = $id
    group by 1, 2, 3, 4, 5
    order by 1, 2, 3, 4, 5
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


def of(session: Session, projects: Iterable[Row]) -> dict[UUID, Ledger]:
    """Return the ledgers of projects by id, in three or four queries; none for no project.

    A row of `projects` has at least id, billing_method, currency_code, fixed_cost_minor, rate,
    budget_kind, budget_minor and budget_minutes.
    """
    projects = list(projects)
    ids = [row["id"] for row in projects]
    if not ids:
        return {}
    tasks, people, worked = (
        _by_project(session.rows(sql, ids=ids)) for sql in (_TASKS, _PEOPLE, _WORKED)
    )
    fixed = [row["id"] for row in projects if row["billing_method"] == BillingMethod.FIXED_COST]
    invoices = _by_project(session.rows(_INVOICED, ids=fixed)) if fixed else {}
    return {
        row["id"]: Ledger(
            terms=_terms(row, tasks[row["id"]], people[row["id"]]),
            work=[_work(each) for each in worked[row["id"]]],
            tasks=tasks[row["id"]],
            people=people[row["id"]],
            invoiced=_invoiced(invoices.get(row["id"], ()), row["currency_code"]),
            first=min((each["first"] for each in worked[row["id"]]), default=None),
            latest=max((each["latest"] for each in worked[row["id"]]), default=None),
        )
        for row in projects
    }


def burn(session: Session, project_id: UUID, ledger: Ledger) -> list[Burn]:
    """Return the use of the budget over time: by week for half a year, by month beyond it."""
    days = [day for day in (ledger.first, ledger.latest, *ledger.invoiced) if day]
    if not days:
        return []
    weekly = max(days) - min(days) <= _WEEKLY
    work: dict[Date, list[Work]] = defaultdict(list)
    for row in session.rows(_BY_WEEK if weekly else _BY_MONTH, id=project_id):
        work[_day(row["period"])].append(_work(row))
    invoiced: dict[Date, int] = defaultdict(int)
    for day, amount in ledger.invoiced.items():
        first = day - timedelta(days=day.weekday()) if weekly else day.replace(day=1)
        invoiced[first] += amount
    after = _next_week if weekly else _next_month
    return project_figures.burn(ledger.terms, work, invoiced, after)


def _by_project(rows: Iterable[Row]) -> dict[UUID, list[Row]]:
    grouped: dict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["project_id"]].append(row)
    return grouped


def _work(row: Row) -> Work:
    return Work(row["task_id"], row["person_id"], row["billable"], row["billed"], row["minutes"])


def _invoiced(invoices: Iterable[Row], currency_code: str) -> dict[Date, int]:
    """Return what was invoiced on each day; another currency tells nothing about this price."""
    amounts: dict[Date, int] = defaultdict(int)
    for row in invoices:
        if row["currency_code"] == currency_code:
            amounts[row["date"]] += row["net_minor"]
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
