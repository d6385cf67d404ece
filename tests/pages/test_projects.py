"""Projects: the list, one with its figures, its time log, and nothing at all when switched off."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from portal_data.scope import Scope
from tests.factories import (
    make_approval,
    make_entry,
    make_invoice,
    make_person,
    make_project,
    make_task,
    show_projects,
)
from tests.pages.conftest import TODAY, Open

DAY = timedelta(days=1)
HARD = "\N{NO-BREAK SPACE}"


@pytest.fixture
def project(alice: Scope, charlie: Scope) -> UUID:
    """A project by the hour with a task, two people and entries of each kind, and a stranger's."""
    show_projects()
    make_project(charlie, name="Secret of another")
    project = make_project(
        alice, name="<b>Courtyard</b>", code="CY-1", description="Paving\nand pots",
        budget_kind="hours", budget_minutes=120, rate=Decimal("60.5"),
    )  # fmt: skip
    task = make_task(alice, project, name="Digging & more")
    ada, ben = make_person(alice, project, name="Ada"), make_person(alice, project, name="Ben")
    bill = make_invoice(alice, number="INV-7")
    make_entry(alice, project, ada, 90, day=TODAY, task_id=task, notes="<i>Roots</i>")
    make_entry(alice, project, ada, 30, day=TODAY - DAY, billed=True, invoice_id=bill)
    make_entry(alice, project, ben, 15, day=TODAY - 40 * DAY, billable=False)
    return project


def test_list_with_counts_hours_and_budget(screen: Open, alice: Scope, project: UUID) -> None:
    make_project(alice, name="Pond", status="completed")
    shown = screen(alice, "projects").records()
    assert [(each["label"], each["count"]) for each in shown["filters"]] == [
        ("All", "2"), ("Active", "1"), ("On hold", "0"), ("Completed", "1"),
        ("Inactive", "0"),
    ]  # fmt: skip
    first, second = shown["rows"]
    assert first["href"] == f"project?id={project}"
    assert first["cells"][:2] == ["<b>Courtyard</b>", "CY-1"]
    assert first["cells"][4] == {"text": "112% used", "tone": "late"}
    assert first["cells"][5]["text"] == f"2:15{HARD}h"
    assert second["cells"][2] == "No time yet"
    assert second["cells"][4]["text"] == "No budget"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"status": "completed"}, ["Pond"]),
        ({"sort": "name"}, ["<b>Courtyard</b>", "Pond"]),
        ({"q": "cy-"}, ["<b>Courtyard</b>"]),
        ({"q": "secret"}, []),
        ({"status": "x", "sort": "x", "page": "9"}, ["<b>Courtyard</b>", "Pond"]),
    ],
)
def test_address_decides(
    screen: Open, alice: Scope, project: UUID, query: dict[str, str], names: list[str]
) -> None:
    make_project(alice, name="Pond", status="completed")
    assert screen(alice, "projects", **query).numbers() == names


def test_overview_tells_hours_worth_budget_and_terms(
    screen: Open, alice: Scope, project: UUID
) -> None:
    shown = screen(alice, "project", id=str(project))
    for words in (
        f"2:15{HARD}h", f"2:00{HARD}h", f"1:30{HARD}h", f"0:30{HARD}h", f"0:15{HARD}h",
        "£121.00", "£90.75", "£30.25", "By the hour, one rate for the project", "£60.50 an hour",
        "112%", f"0:15{HARD}h over the budget", "Digging & more", "Without a task", "Ada", "Ben",
        "CY-1", "Active", f"project?id={project}&view=time",
    ):  # fmt: skip
        assert words in shown.html, words
    assert "<b>Courtyard" in shown.html  # the entity resolved by the test, not by the browser
    charts = shown.app.get("plotly_chart")
    assert len(charts) == 1
    assert f"2:15{HARD}h" in charts[0].proto.alt


def test_fixed_price_tells_what_was_invoiced(screen: Open, alice: Scope) -> None:
    show_projects()
    project = make_project(
        alice, billing_method="fixed_cost", rate=None, fixed_cost_minor=50_000_00
    )
    make_invoice(alice, project_id=project, total_minor=12_000_00)
    shown = screen(alice, "project", id=str(project)).html
    for words in ("Fixed price", "£50,000.00", "£12,000.00", "£38,000.00", "No tasks", "Nobody"):
        assert words in shown, words
    assert "today’s rates" not in shown


def test_hours_without_a_rate_are_told(screen: Open, alice: Scope) -> None:
    show_projects()
    project = make_project(alice, billing_method="staff_hours", rate=None)
    make_entry(alice, project, make_person(alice, project), 45)
    assert f"No rate is agreed for 0:45{HARD}h" in screen(alice, "project", id=str(project)).html


def test_time_log_with_sums_and_links_to_invoices(
    screen: Open, alice: Scope, project: UUID
) -> None:
    opened = screen(alice, "project", id=str(project), view="time")
    shown = opened.records()
    told = [
        (row["cells"][1], row["cells"][2], row["cells"][3], row["href"]) for row in shown["rows"]
    ]
    assert told == [
        ("Digging & more", "<i>Roots</i>", "Ada", ""),
        ("Without a task", "", "Ada", "invoice?number=INV-7"),
        ("Without a task", "", "Ben", ""),
    ]
    assert [each["count"] for each in shown["filters"]] == ["3", "1", "1", "1"]
    for words in (f"2:15{HARD}h", f"1:30{HARD}h", "3 entries", "1 entry"):
        assert words in opened.html, words


def test_choices_narrow_the_log_and_stay_in_its_links(
    screen: Open, alice: Scope, project: UUID
) -> None:
    plain = screen(alice, "project", id=str(project), view="time").records()
    menus = {menu["label"]: menu["choices"] for menu in plain["menus"]}
    assert [choice["label"] for choice in menus["Person"]] == ["All people", "Ada", "Ben"]
    assert "Task" not in menus  # a choice of one is none
    ben = menus["Person"][2]["href"].partition("person=")[2]
    opened = screen(alice, "project", id=str(project), view="time", person=ben, status="unbilled")
    shown = opened.records()
    assert shown["empty"]["title"] == "No unbilled time"
    assert [each["count"] for each in shown["filters"]] == ["1", "0", "0", "1"]
    kept = f"project?id={project}&view=time&person={ben}"
    assert shown["filters"][0]["href"] == kept
    assert shown["search"]["href"] == f"{kept}&status=unbilled"
    this_month = screen(alice, "project", id=str(project), view="time", period="this_month")
    assert all(row["cells"][3] == "Ada" for row in this_month.records()["rows"])


@pytest.mark.parametrize("query", [{"person": "x"}, {"task": str(UUID(int=5))}, {"period": "soon"},
                                   {"period": "custom"}, {"page": "9"}])  # fmt: skip
def test_what_is_chosen_wrongly_is_not_chosen(
    screen: Open, alice: Scope, project: UUID, query: dict[str, str]
) -> None:
    opened = screen(alice, "project", id=str(project), view="time", **query)
    assert len(opened.records()["rows"]) == 3


def test_unknown_and_foreign_look_the_same(
    screen: Open, alice: Scope, charlie: Scope, project: UUID
) -> None:
    foreign = make_project(charlie)
    seen = {
        screen(alice, "project", id=name, view=view).html
        for name in ("nowhere", str(foreign), str(UUID(int=5)))
        for view in ("overview", "time")
    }
    assert len(seen) == 1
    assert "We cannot show this project" in seen.pop()


def test_empty_states(screen: Open, alice: Scope) -> None:
    show_projects()
    assert screen(alice, "projects").records()["empty"]["title"] == "No projects yet"
    held = screen(alice, "projects", status="on_hold").records()["empty"]
    assert held["title"] == "No projects on hold"
    log = screen(alice, "project", id=str(make_project(alice)), view="time").records()["empty"]
    assert log["title"] == "No time logged"


@pytest.mark.parametrize("page", ["projects", "project", "timesheets", "timesheet"])
def test_switched_off_its_address_is_as_unknown_as_any(
    screen: Open, alice: Scope, project: UUID, page: str
) -> None:
    approval = make_approval(alice, {}, name="Courtyard in May")
    record = approval if page == "timesheet" else project
    assert "Courtyard" in str(_shown(screen, alice, page, record))
    show_projects(False)
    hidden = screen(alice, page, id=str(record))
    assert "Hello, Alice" in hidden.html  # Home, where every unknown address leads
    assert "Courtyard" not in hidden.html


def _shown(screen: Open, alice: Scope, page: str, record: UUID) -> object:
    opened = screen(alice, page, id=str(record))
    return opened.records() if page in ("projects", "timesheets") else opened.html
