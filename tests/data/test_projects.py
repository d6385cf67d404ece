"""Projects: the list, what hours are worth by each way of charging, budgets, and who may look."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from portal_data import lists
from portal_data.errors import NotFound
from portal_data.projects import projects
from portal_data.projects.projects import Filter, Sort, Status
from portal_data.projects.totals import BillingMethod, Budget, BudgetKind, Burn, Hours, Worth
from portal_data.scope import Scope
from tests.conftest import Cast
from tests.factories import (
    TODAY,
    make_entry,
    make_invoice,
    make_person,
    make_project,
    make_task,
    show_projects,
)

DAY = timedelta(days=1)
NOBODY = UUID(int=5)


@pytest.fixture(autouse=True)
def shown(cast: Cast) -> None:
    """Projects are part of the portal."""
    show_projects()


def _worked(scope: Scope, project: UUID, *minutes: int, person: UUID | None = None) -> UUID:
    """Log billable time of one person, an entry a day back from today; return the person."""
    person = person or make_person(scope, project)
    for ago, each in enumerate(minutes):
        make_entry(scope, project, person, each, day=TODAY - ago * DAY)
    return person


def test_filters_hold_what_they_say_and_counts_agree(alice: Scope) -> None:
    for name, status in (("A", "active"), ("B", "on_hold"), ("C", "completed"), ("D", "inactive")):
        make_project(alice, name=name, status=status)
    listed = {
        by: "".join(
            row.name for row in lists.page(alice, projects.LIST, filter=by, sort=Sort.NAME).rows
        )
        for by in Filter
    }
    assert listed == {
        Filter.ALL: "ABCD",
        Filter.ACTIVE: "A",
        Filter.ON_HOLD: "B",
        Filter.COMPLETED: "C",
        Filter.INACTIVE: "D",
    }
    counts = lists.page(alice, projects.LIST).counts
    assert counts == {by: len(names) for by, names in listed.items()}


def test_the_list_tells_hours_latest_day_and_status(alice: Scope) -> None:
    project = make_project(alice, status="on_hold", code="CY-1")
    _worked(alice, project, 90, 45)
    row = lists.page(alice, projects.LIST).rows[0]
    assert (row.code, row.status, row.minutes, row.latest) == ("CY-1", Status.ON_HOLD, 135, TODAY)


def test_every_sort_orders_the_pages(alice: Scope) -> None:
    for n in range(12):
        project = make_project(alice, name=f"P-{n:02}")
        if n:  # the first one has no time at all, and comes last
            person = make_person(alice, project)
            make_entry(alice, project, person, 10 + n, day=TODAY - (12 - n) * DAY)
    seen = {
        sort: [
            row.name
            for page in (1, 2, 3)
            for row in lists.page(alice, projects.LIST, sort=sort, page=page, size=5).rows
        ]
        for sort in Sort
    }
    up = [f"P-{n:02}" for n in range(12)]
    assert seen[Sort.NAME] == up
    assert seen[Sort.HOURS] == seen[Sort.LATEST] == up[::-1]
    assert [
        row.name for row in lists.page(alice, projects.LIST, sort=Sort.NAME, size=100).rows
    ] == up


def test_search_looks_in_name_and_code_and_takes_wildcards_literally(alice: Scope) -> None:
    make_project(alice, name="100% garden_path", code="GP-1")
    make_project(alice, name="Pond")
    for text in ("100%", "garden_", "GARDEN", "gp-1"):
        assert lists.page(alice, projects.LIST, search=text).total == 1, text
    assert lists.page(alice, projects.LIST, search="%%").total == 0


def test_hours_by_what_became_of_them(alice: Scope) -> None:
    project = make_project(alice)
    person = make_person(alice, project)
    make_entry(alice, project, person, 60, billed=True)
    make_entry(alice, project, person, 30)
    make_entry(alice, project, person, 15, billable=False)
    made = projects.get(alice, project)
    assert made.hours == Hours(billed=60, unbilled=30, non_billable=15)
    assert (made.hours.billable, made.hours.total) == (90, 105)
    assert made.worth == Worth(billed_minor=6_000, unbilled_minor=3_000)


def test_project_rate_is_rounded_once(alice: Scope) -> None:
    project = make_project(alice, rate=Decimal("10.03"))
    _worked(alice, project, 20, 20, 20)  # 3 × 3.343… is 10.03, not 3 × 3.34
    assert projects.get(alice, project).worth == Worth(unbilled_minor=1_003)


def test_billed_and_unbilled_add_up_to_what_is_billable(alice: Scope) -> None:
    project = make_project(alice, rate=Decimal("0.01"))
    person = _worked(alice, project, 30)
    make_entry(alice, project, person, 30, billed=True)
    worth = projects.get(alice, project).worth  # two halves of a penny are one penny
    assert (worth.billable_minor, worth.billed_minor, worth.unbilled_minor) == (1, 1, 0)


def test_task_rates_and_the_projects_where_a_task_has_none(alice: Scope) -> None:
    project = make_project(alice, billing_method="task_hours", rate=Decimal(40))
    dear = make_task(alice, project, name="Design", rate=Decimal("85.50"))
    plain = make_task(alice, project, name="Digging")
    person = make_person(alice, project, rate=Decimal(999))
    make_entry(alice, project, person, 120, task_id=dear)
    make_entry(alice, project, person, 30, task_id=plain)
    make_entry(alice, project, person, 30)
    assert projects.get(alice, project).worth == Worth(unbilled_minor=17_100 + 4_000)


def test_staff_rates_of_each_person(alice: Scope) -> None:
    project = make_project(alice, billing_method="staff_hours", rate=None)
    task = make_task(alice, project, rate=Decimal(999))
    for name, rate in (("Ada", 92), ("Ben", 58)):
        person = make_person(alice, project, name=name, rate=Decimal(rate))
        make_entry(alice, project, person, 60, task_id=task)
    assert projects.get(alice, project).worth == Worth(unbilled_minor=15_000)


def test_hours_without_a_rate_are_in_no_amount_and_told(alice: Scope) -> None:
    project = make_project(alice, billing_method="staff_hours", rate=None)
    _worked(alice, project, 45)
    assert projects.get(alice, project).worth == Worth(unrated=45)


def test_daily_rate_is_for_eight_hours(alice: Scope) -> None:
    project = make_project(alice, billing_method="daily_rate", rate=Decimal(640))
    _worked(alice, project, 480, 120)
    assert projects.get(alice, project).worth == Worth(unbilled_minor=80_000)


def test_fixed_price_is_billed_by_what_was_invoiced_before_tax(cast: Cast) -> None:
    project = make_project(
        cast.alice, billing_method="fixed_cost", rate=None, fixed_cost_minor=100_000
    )
    _worked(cast.alice, project, 600)
    make_invoice(cast.alice, project_id=project, total_minor=36_000, tax_minor=6_000)
    make_invoice(cast.alice, project_id=project, total_minor=10_000, status="draft")
    make_invoice(cast.alice, project_id=project, total_minor=10_000, status="void")
    make_invoice(cast.alice, project_id=project, total_minor=10_000, currency_code="EUR")
    make_invoice(cast.alice, total_minor=10_000)
    assert projects.get(cast.alice, project).worth == Worth(30_000, 70_000)
    make_invoice(cast.alice, project_id=project, total_minor=80_000)
    assert projects.get(cast.alice, project).worth == Worth(110_000, 0)


def test_yen_have_no_decimals_and_dinars_three(alice: Scope) -> None:
    for currency, minor in (("JPY", 1_234), ("KWD", 1_233_500)):
        project = make_project(alice, currency_code=currency, rate=Decimal("1233.5"))
        _worked(alice, project, 60)
        assert projects.get(alice, project).worth.billable_minor == minor, currency


def test_the_largest_rates_and_hours_stay_exact(alice: Scope) -> None:
    project = make_project(alice, rate=Decimal("999999999999.999999"), currency_code="KWD")
    _worked(alice, project, *[1440] * 12)
    # 288 hours at a thousandth of a thousandth below 10^12 dinars
    exact = 288 * 999_999_999_999_999_999
    assert projects.get(alice, project).worth.billable_minor == (exact + 500) // 1_000


@pytest.mark.parametrize(
    ("more", "budget"),
    [
        ({}, None),
        ({"budget_kind": "hours", "budget_minutes": 0}, None),
        ({"budget_kind": "hours"}, None),
        ({"budget_kind": "hours", "budget_minutes": 600}, Budget(BudgetKind.HOURS, 600, 150)),
        ({"budget_kind": "cost", "budget_minor": 10_000}, Budget(BudgetKind.COST, 10_000, 12_000)),
        ({"budget_kind": "task_hours"}, Budget(BudgetKind.TASK_HOURS, 300, 60)),
        ({"budget_kind": "staff_hours"}, Budget(BudgetKind.STAFF_HOURS, 90, 90)),
    ],
)
def test_budget_of_each_kind_in_list_and_detail(
    alice: Scope, more: dict[str, object], budget: Budget | None
) -> None:
    project = make_project(alice, **more)  # type: ignore[arg-type]
    task = make_task(alice, project, budget_minutes=300)
    limited = make_person(alice, project, name="Ada", budget_minutes=90)
    other = make_person(alice, project, name="Ben")
    make_entry(alice, project, limited, 60, task_id=task)
    make_entry(alice, project, limited, 30, billable=False)
    make_entry(alice, project, other, 60)
    assert projects.get(alice, project).budget == budget
    assert lists.page(alice, projects.LIST).rows[0].budget == budget


def test_budget_of_money_is_used_at_each_rate_and_by_a_fixed_price(alice: Scope) -> None:
    cost = {"budget_kind": "cost", "budget_minor": 50_000}
    by_task = make_project(alice, name="Task", billing_method="task_hours", **cost)  # type: ignore[arg-type]
    person = make_person(alice, by_task)
    dear = make_task(alice, by_task, rate=Decimal(100))
    make_entry(alice, by_task, person, 60, task_id=dear)
    make_entry(alice, by_task, person, 60)
    fixed = make_project(alice, name="Fixed", billing_method="fixed_cost", **cost)  # type: ignore[arg-type]
    make_invoice(alice, project_id=fixed, total_minor=20_000)
    staff = make_project(alice, name="Staff", billing_method="staff_hours", **cost)  # type: ignore[arg-type]
    _worked(alice, staff, 60, person=make_person(alice, staff, rate=Decimal(30)))
    used = {
        row.name: row.budget and row.budget.used for row in lists.page(alice, projects.LIST).rows
    }
    assert used == {"Task": 16_000, "Fixed": 20_000, "Staff": 3_000}
    for project in (by_task, fixed, staff):
        made = projects.get(alice, project)
        assert made.budget
        assert made.burn[-1].used == made.budget.used == used[made.name]


def test_budget_is_burnt_week_by_week_without_gaps(alice: Scope) -> None:
    project = make_project(alice, budget_kind="hours", budget_minutes=600)
    person = make_person(alice, project)
    monday = date(2026, 11, 2)
    make_entry(alice, project, person, 60, day=monday)
    make_entry(alice, project, person, 30, day=monday + 6 * DAY, billable=False)
    make_entry(alice, project, person, 90, day=monday + 15 * DAY)
    assert projects.get(alice, project).burn == [
        Burn(date(2026, 11, 1), 0),
        Burn(date(2026, 11, 8), 90),
        Burn(date(2026, 11, 15), 90),
        Burn(date(2026, 11, 22), 180),
    ]


def test_a_long_project_is_burnt_month_by_month(alice: Scope) -> None:
    project = make_project(alice, budget_kind="cost", budget_minor=10_000)
    person = make_person(alice, project)
    make_entry(alice, project, person, 60, day=date(2025, 12, 31), billed=True)
    make_entry(alice, project, person, 60, day=date(2026, 7, 2))
    burn = projects.get(alice, project).burn
    assert burn[:3] == [
        Burn(date(2025, 11, 30), 0),
        Burn(date(2025, 12, 31), 6_000),
        Burn(date(2026, 1, 31), 6_000),
    ]
    assert burn[-1] == Burn(date(2026, 7, 31), 12_000)
    assert len(burn) == 9


def test_tasks_and_people_share_out_the_hours(alice: Scope) -> None:
    project = make_project(alice)
    task = make_task(alice, project, status="completed", budget_minutes=600)
    make_task(alice, project, name="Abandoned", billable=False)
    busy, idle = make_person(alice, project, name="Zoe"), make_person(alice, project, name="Ada")
    make_entry(alice, project, busy, 60, task_id=task, billed=True)
    make_entry(alice, project, busy, 15, billable=False)
    made = projects.get(alice, project)
    assert [(each.name, each.hours, each.completed) for each in made.tasks] == [
        ("Abandoned", Hours(), False),
        ("Planting", Hours(billed=60), True),
        (None, Hours(non_billable=15), False),
    ]
    assert [(each.id, each.hours.total) for each in made.people] == [(busy, 75), (idle, 0)]


def test_costs_are_never_told(alice: Scope) -> None:
    project = make_project(
        alice, billing_method="staff_hours", budget_kind="staff_hours",
        internal_cost_budget_minor=777_700,
    )  # fmt: skip
    person = make_person(alice, project, rate=Decimal(50), budget_minutes=60)
    make_entry(alice, project, person, 60)
    told = repr(
        (
            lists.page(alice, projects.LIST),
            projects.get(alice, project),
            projects.heading(alice, project),
        )
    )
    assert "7777" not in told


def test_unknown_and_foreign_look_the_same(cast: Cast) -> None:
    foreign = make_project(cast.charlie)
    messages = set()
    for read in (projects.get, projects.heading):
        for project in (foreign, NOBODY):
            with pytest.raises(NotFound) as refused:
                read(cast.alice, project)
            messages.add(str(refused.value))
    assert len(messages) == 1


def test_a_viewer_reads_what_the_administrator_reads(cast: Cast) -> None:
    project = make_project(cast.alice, billing_method=BillingMethod.DAILY_RATE.value)
    _worked(cast.alice, project, 60)
    assert projects.get(cast.bob, project) == projects.get(cast.alice, project)


def test_switched_off_nothing_is_there(alice: Scope) -> None:
    project = make_project(alice)
    show_projects(False)
    for read in (
        lambda: lists.page(alice, projects.LIST),
        lambda: projects.get(alice, project),
        lambda: projects.heading(alice, project),
    ):
        with pytest.raises(NotFound):
            read()
