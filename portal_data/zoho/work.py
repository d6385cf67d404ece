"""Projects, their tasks, and the time spent on them."""

from portal_data.zoho.defects import CellError
from portal_data.zoho.records import Reading, Record, Row, absent_columns, split_key

_DAY = 1440
_METHODS = {  # a word of Zoho's billing type, however that is spelled: our method
    "fixed": "fixed_cost",
    "task": "task_hours",
    "staff": "staff_hours",
    "daily": "daily_rate",
    "project": "project_hours",
}
_BUDGETS = {
    "total_project_cost": "cost",
    "total_project_hours": "hours",
    "hours_per_task": "task_hours",
    "hours_per_staff": "staff_hours",
}
_PROJECT_STATES = {
    "active": "active",
    "inactive": "inactive",
    "completed": "completed",
    "onhold": "on_hold",
}
_PROJECT_SOURCES = {
    "code": ("code",),
    "description": ("description",),
    "billing_method": ("billing",),
    "status": ("status",),
    "fixed_cost_minor": ("cost",),
    "rate": ("cost",),
    "budget_kind": ("budget_type",),
    "budget_minor": ("budget_amount",),
    "budget_minutes": ("budget_hours",),
    "internal_cost_budget_minor": ("cost_budget",),
}
_TASK_SOURCES = {
    "description": ("description",),
    "rate": ("rate",),
    "budget_minutes": ("budget",),
    "billable": ("billable",),
    "status": ("status",),
}


def read_projects(rows: list[Row], reading: Reading) -> list[Record]:
    """Return the projects."""

    def build(row: Row) -> Record:
        name = row.text("name")
        if name is None:
            raise CellError("The name is missing.", "Enter it.", column=row.header("name"))
        currency = reading.currency_of(row)
        method = _billing_method(row)
        fixed = method == "fixed_cost"
        row.watch(reading.findings, "name", "description")
        customer = {
            "customer_id": row.identifier("customer_id"),
            "customer_name": row.key("customer_name"),
        }
        owner = customer["customer_id"] or customer["customer_name"].lower()
        return Record(
            kind="project",
            external_id=split_key(row.identifier("id"), f"{owner}|{name.strip().lower()}"),
            subject=name,
            file=row.file,
            row=row.number,
            values={
                "name": name,
                "code": row.text("code"),
                "description": row.text("description"),
                "billing_method": method,
                "status": _state(row, _PROJECT_STATES, "active"),
                "currency_code": currency,
                "fixed_cost_minor": row.minor("cost", currency)
                if fixed and row.key("cost")
                else None,
                "rate": None if fixed else row.number_of("cost"),
                "budget_kind": _BUDGETS.get(row.key("budget_type").lower().replace(" ", "_")),
                "budget_minor": row.minor("budget_amount", currency)
                if row.key("budget_amount")
                else None,
                "budget_minutes": row.minutes("budget_hours"),
                "internal_cost_budget_minor": row.minor("cost_budget", currency)
                if row.key("cost_budget")
                else None,
            },
            links=customer,
            absent=absent_columns(row.layout, _PROJECT_SOURCES),
            currency=currency,
        )

    return reading.collect(rows, "project", lambda row: row.key("name") or row.key("id"), build)


def read_tasks(rows: list[Row], reading: Reading) -> list[Record]:
    """Return the tasks of projects."""

    def build(row: Row) -> Record:
        name = row.text("name")
        if name is None:
            raise CellError("The name is missing.", "Enter it.", column=row.header("name"))
        row.watch(reading.findings, "name", "description")
        project = {
            "project_id": row.identifier("project_id"),
            "project_name": row.key("project_name"),
        }
        owner = project["project_id"] or project["project_name"]
        done = "complete" in row.key("status").lower() or row.key("status").lower() == "closed"
        return Record(
            kind="task",
            external_id=split_key(row.identifier("id"), f"{owner}|{name.strip()}"),
            subject=f"{name} of {project['project_name'] or project['project_id']}",
            file=row.file,
            row=row.number,
            values={
                "name": name,
                "description": row.text("description"),
                "rate": row.number_of("rate"),
                "budget_minutes": row.minutes("budget"),
                "billable": row.flag("billable", default=True),
                "status": "completed" if done else "active",
            },
            links=project,
            absent=absent_columns(row.layout, _TASK_SOURCES),
        )

    return reading.collect(rows, "task", lambda row: row.key("name") or row.key("id"), build)


def read_time(rows: list[Row], reading: Reading) -> list[Record]:
    """Return the time entries; task and person are named in `links`."""

    def build(row: Row) -> Record:
        spent = row.minutes("spent") or 0
        if not 0 < spent <= _DAY:
            raise CellError(
                f"{row.raw('spent')!r} is not a time of one day.",
                "Enter between 00:01 and 24:00.",
                column=row.header("spent"),
            )
        address = _address(row)
        person = address or row.key("staff_name") or row.key("email")
        if not person:
            raise CellError(
                "Nobody is named.", "Enter who worked.", column=row.header("staff_name")
            )
        row.watch(reading.findings, "notes", "staff_name")
        day = row.needed_date("date")
        where = row.key("project_id") or row.key("project_name")
        fallback = f"{where}|{row.key('task_name')}|{person}|{day}|{row.key('begins')}|{spent}"
        return Record(
            kind="time entry",
            external_id=split_key(row.identifier("id"), fallback),
            subject=f"{spent} minutes on {day} by {row.key('staff_name') or person}",
            file=row.file,
            row=row.number,
            values={
                "date": day,
                "minutes": spent,
                "begins": row.text("begins"),
                "ends": row.text("ends"),
                "notes": row.text("notes"),
                "billable": _word(row, "billable", yes="billable", default=True),
                "billed": _word(row, "billed", yes="billed", default=False),
            },
            links={
                "project_id": row.identifier("project_id"),
                "project_name": row.key("project_name"),
                "task_name": row.key("task_name"),
                "person": person,
            },
            extra={
                "person_name": row.key("staff_name") or person,
                "person_email": address,
                "rate": row.number_of("rate"),
            },
        )

    return reading.collect(
        rows, "time entry", lambda row: row.key("id") or f"row {row.number}", build
    )


def _address(row: Row) -> str | None:
    try:
        return row.email("email")
    except CellError:
        return None


def _billing_method(row: Row) -> str:
    words = row.key("billing").lower()
    for word, method in _METHODS.items():
        if word in words:
            return method
    if words:
        raise CellError(
            f"{row.raw('billing')!r} is no way of billing that is known.",
            "Known are fixed cost, project hours, task hours, staff hours and daily rate.",
            column=row.header("billing"),
        )
    return "project_hours"


def _state(row: Row, states: dict[str, str], default: str) -> str:
    word = "".join(letter for letter in row.key("status").lower() if letter.isalpha())
    if not word:
        return default
    if word not in states:
        raise CellError(
            f"The status {row.raw('status')!r} is not known.",
            f"Known are {', '.join(states)}.",
            column=row.header("status"),
        )
    return states[word]


def _word(row: Row, name: str, *, yes: str, default: bool) -> bool:
    """Read `Billable`/`Non-Billable`, `Billed`/`Unbilled`, or a plain boolean."""
    word = "".join(letter for letter in row.key(name).lower() if letter.isalpha())
    if not word and not row.key(name):
        return default
    if word.endswith(yes):
        return word == yes
    return row.flag(name)
