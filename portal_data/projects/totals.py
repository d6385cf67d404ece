"""What the hours of a project are worth, and how much of its budget they have used.

Amounts are what the hours cost at the rates agreed today, before tax, in the project's currency,
rounded once for each rate: of the project, of a task, or of a person. The ways of charging and
the kinds of budget are those of Zoho's projects.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date as Date
from datetime import timedelta
from decimal import Context, Decimal, localcontext
from enum import StrEnum
from uuid import UUID

from portal_data import money

HOUR, DAY = 60, 480
"""Minutes that a rate by the hour and by the day is for."""

# a rate of 12 digits and 6 decimals, times the minutes of a century, stays exact
_EXACT = Context(prec=60)


class BillingMethod(StrEnum):
    """How a project is charged."""

    FIXED_COST = "fixed_cost"
    PROJECT_HOURS = "project_hours"
    TASK_HOURS = "task_hours"
    STAFF_HOURS = "staff_hours"
    DAILY_RATE = "daily_rate"


class BudgetKind(StrEnum):
    """What a budget limits: money, or hours in all, of each task, of each person."""

    COST = "cost"
    HOURS = "hours"
    TASK_HOURS = "task_hours"
    STAFF_HOURS = "staff_hours"


@dataclass(frozen=True, slots=True)
class Work:
    """Minutes of one person at one task that were charged alike.

    Task and person are None where they make no difference, and `billed` is False.
    """

    minutes: int
    task_id: UUID | None = None
    person_id: UUID | None = None
    billable: bool = True
    billed: bool = False


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes worked, by whether they are on an invoice, will be, or never are."""

    billed: int = 0
    unbilled: int = 0
    non_billable: int = 0

    @property
    def billable(self) -> int:
        """Minutes that are or will be on an invoice."""
        return self.billed + self.unbilled

    @property
    def total(self) -> int:
        """All minutes."""
        return self.billable + self.non_billable


@dataclass(frozen=True, slots=True)
class Worth:
    """What the billable hours are worth in minor units; of a fixed price, what was invoiced.

    `unrated` are billable minutes for which no rate is agreed: they are in no amount.
    """

    billed_minor: int = 0
    unbilled_minor: int = 0
    unrated: int = 0

    @property
    def billable_minor(self) -> int:
        """What is or will be on an invoice."""
        return self.billed_minor + self.unbilled_minor


@dataclass(frozen=True, slots=True)
class Budget:
    """How much of a budget is used: minor units when the kind is cost, minutes otherwise."""

    kind: BudgetKind
    limit: int
    used: int

    @property
    def percent(self) -> int:
        """The share that is used, in whole per cent; more than 100 when it is exceeded."""
        return self.used * 100 // self.limit


@dataclass(frozen=True, slots=True)
class Burn:
    """How much of the budget had been used by the end of a day."""

    day: Date
    used: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed for a project: how it is charged and what it may take."""

    method: BillingMethod
    currency_code: str
    fixed_cost_minor: int | None = None
    rate: Decimal | None = None
    task_rates: Mapping[UUID, Decimal] = field(default_factory=dict)
    person_rates: Mapping[UUID, Decimal] = field(default_factory=dict)
    budget_kind: BudgetKind | None = None
    budget_minor: int | None = None
    budget_minutes: int | None = None
    task_budgets: Mapping[UUID, int] = field(default_factory=dict)
    person_budgets: Mapping[UUID, int] = field(default_factory=dict)

    def worth(self, work: Iterable[Work], invoiced_minor: int = 0) -> Worth:
        """Return what the work is worth; `invoiced_minor` tells the progress of a fixed price."""
        if self.method is BillingMethod.FIXED_COST:
            rest = (self.fixed_cost_minor or 0) - invoiced_minor
            return Worth(invoiced_minor, max(rest, 0))
        billable: dict[UUID | None, int] = defaultdict(int)
        billed: dict[UUID | None, int] = defaultdict(int)
        for each in work:
            if each.billable:
                billable[self._charged_by(each)] += each.minutes
                billed[self._charged_by(each)] += each.minutes if each.billed else 0
        whole = sum(self._amount(whom, minutes) for whom, minutes in billable.items())
        part = sum(self._amount(whom, minutes) for whom, minutes in billed.items())
        unrated = sum(each for whom, each in billable.items() if self._rate(whom) is None)
        return Worth(part, whole - part, unrated)

    def budget(self, work: Sequence[Work], invoiced_minor: int = 0) -> Budget | None:
        """Return the budget and what the work used of it; None when there is none."""
        limit = self._limit()
        if not limit or self.budget_kind is None:
            return None
        return Budget(self.budget_kind, limit, self.used(work, invoiced_minor))

    def used(self, work: Iterable[Work], invoiced_minor: int = 0) -> int:
        """Return what the work used of the budget.

        Hours count whether they are charged or not. Where tasks or people have budgets of their
        own, work beside them uses none. A budget of money is used by what is or will be charged,
        and by what was invoiced of a fixed price.
        """
        if self.budget_kind is BudgetKind.COST:
            if self.method is BillingMethod.FIXED_COST:
                return invoiced_minor
            return self.worth(work).billable_minor
        return sum(each.minutes for each in work if self._is_budgeted(each))

    @property
    def by_task(self) -> bool:
        """Whether it makes a difference to the budget which task was worked on."""
        if self.budget_kind is BudgetKind.COST:
            return self.method is BillingMethod.TASK_HOURS
        return self.budget_kind is BudgetKind.TASK_HOURS

    @property
    def by_person(self) -> bool:
        """Whether it makes a difference to the budget who worked."""
        if self.budget_kind is BudgetKind.COST:
            return self.method is BillingMethod.STAFF_HOURS
        return self.budget_kind is BudgetKind.STAFF_HOURS

    def _limit(self) -> int | None:
        return {
            None: None,
            BudgetKind.COST: self.budget_minor,
            BudgetKind.HOURS: self.budget_minutes,
            BudgetKind.TASK_HOURS: sum(self.task_budgets.values()),
            BudgetKind.STAFF_HOURS: sum(self.person_budgets.values()),
        }[self.budget_kind]

    def _is_budgeted(self, work: Work) -> bool:
        if self.budget_kind is BudgetKind.TASK_HOURS:
            return work.task_id in self.task_budgets
        if self.budget_kind is BudgetKind.STAFF_HOURS:
            return work.person_id in self.person_budgets
        return True

    def _charged_by(self, work: Work) -> UUID | None:
        """Return whose rate it is; None is the project's, also where nobody has one of their own.

        So what is charged at one rate is rounded once.
        """
        if self.method is BillingMethod.TASK_HOURS and work.task_id in self.task_rates:
            return work.task_id
        if self.method is BillingMethod.STAFF_HOURS and work.person_id in self.person_rates:
            return work.person_id
        return None

    def _rate(self, whom: UUID | None) -> Decimal | None:
        if whom is None:
            return self.rate
        return self.task_rates.get(whom, self.person_rates.get(whom))

    def _amount(self, whom: UUID | None, minutes: int) -> int:
        rate = self._rate(whom)
        if rate is None:
            return 0
        per = DAY if self.method is BillingMethod.DAILY_RATE else HOUR
        with localcontext(_EXACT):
            return money.to_minor(rate * minutes / per, self.currency_code)


def hours(work: Iterable[Work]) -> Hours:
    """Return the minutes of the work by what became of them."""
    billed = unbilled = other = 0
    for each in work:
        if not each.billable:
            other += each.minutes
        elif each.billed:
            billed += each.minutes
        else:
            unbilled += each.minutes
    return Hours(billed, unbilled, other)


def burn(
    terms: Terms,
    work: Mapping[Date, Sequence[Work]],
    invoiced: Mapping[Date, int],
    after: Callable[[Date], Date],
) -> list[Burn]:
    """Return what had been used of the budget at the end of each period, without gaps.

    `work` and `invoiced` (minor units) are keyed by the first day of their period, and `after`
    returns the first day of the next one. The line begins at nothing, on the day before.
    """
    firsts = {*work, *invoiced}
    if not firsts:
        return []
    first, last = min(firsts), max(firsts)
    line = [Burn(first - timedelta(days=1), 0)]
    so_far: dict[tuple[UUID | None, UUID | None, bool], int] = defaultdict(int)
    charged = 0
    while first <= last:
        for each in work.get(first, ()):
            so_far[each.task_id, each.person_id, each.billable] += each.minutes
        charged += invoiced.get(first, 0)
        total = [Work(minutes, *kind) for kind, minutes in so_far.items()]
        first = after(first)
        line.append(Burn(first - timedelta(days=1), terms.used(total, charged)))
    return line
