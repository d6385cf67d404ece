"""Hours worked on the projects, and what was sent to customers for approval."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from portal_data.demo.books import Books, Row, period
from portal_data.demo.contacts import main_contact
from portal_data.demo.projects import JOBS, Job

WINDOW = 30  # days in a billing period, counted back from today
_LENGTHS = (30, 45, 60, 60, 90, 120, 150, 180, 210, 240, 300, 360)  # minutes
_DAY = 480


@dataclass(slots=True)
class Timesheet:
    """The entries of one project in one window; window 0 is the running one."""

    job: Job
    window: int
    entries: list[Row] = field(default_factory=list)

    @property
    def closed_ago(self) -> int:
        """How many days ago the window ended."""
        return self.window * WINDOW


def work(books: Books) -> list[Timesheet]:
    """Gather the time entries of all projects, and return them by project and window."""
    used: dict[tuple[str, date], int] = defaultdict(int)
    sheets: dict[tuple[str, int], Timesheet] = {}
    for job in JOBS:
        for ago in range(job.began, job.ended - 1, -1):
            if books.day(ago).weekday() > 4:
                continue
            for person, _, _ in job.people:
                if books.chance.random() < job.pace:
                    entry = _entry(books, job, person, ago, used)
                    sheet = Timesheet(job, ago // WINDOW)
                    if entry:
                        sheets.setdefault((job.key, sheet.window), sheet).entries.append(entry)
    return list(sheets.values())


def _entry(
    books: Books, job: Job, person: str, ago: int, used: dict[tuple[str, date], int]
) -> Row | None:
    """Gather one entry after what the person did before on that day; None when the day is full."""
    day = books.day(ago)
    task = books.chance.choices(job.tasks, [task.weight for task in job.tasks])[0]
    minutes = books.chance.choice(_LENGTHS)
    begun = used[person, day]
    if begun + minutes > _DAY:
        return None
    used[person, day] += minutes
    starts = books.moment(day, "08:30") + timedelta(minutes=begun)
    clocked = books.chance.random() < 0.4
    logged = books.moment(day, "18:10")
    return books.add(
        "time_entries",
        customer_id=books.projects[job.key]["customer_id"],
        project_id=books.projects[job.key]["id"],
        task_id=books.tasks[job.key, task.name]["id"],
        person_id=books.people[person]["id"],
        date=day,
        minutes=minutes,
        begins=starts.strftime("%H:%M") if clocked else None,
        ends=(starts + timedelta(minutes=minutes)).strftime("%H:%M") if clocked else None,
        notes=books.chance.choice(task.notes),
        billable=task.billable,
        billed=False,
        invoice_id=None,
        cost_rate=books.people[person]["cost_rate"],
        created_at=logged,
        updated_at=logged,
    )


_ANSWERS = {  # project and window: how the customer answered; other past windows were approved
    ("harbour", 1): "submitted",
    ("spa", 1): "submitted",
    ("spa", 3): "rejected",
    ("spa", 4): "partly_approved",
    ("ecluse", 1): "submitted",
    ("ecluse", 5): "partly_approved",
    ("tower", 1): "submitted",
}
_REASONS = {
    "rejected": "The sauna was moved at your suggestion; please take these hours out.",
    "partly_approved": "Most of it is right. Two entries belong to another project.",
}


def approve(books: Books, sheets: list[Timesheet]) -> None:
    """Gather the approvals of projects that need them, with each entry's decision."""
    for sheet in sheets:
        if sheet.job.approvals:
            _approval(books, sheet)


def billable(books: Books, sheet: Timesheet) -> list[Row]:
    """Return the entries that may be invoiced: billable, and approved where the project asks it."""
    entries = [entry for entry in sheet.entries if entry["billable"]]
    if not sheet.job.approvals:
        return entries
    approved = {
        row["time_entry_id"]
        for row in books.tables["approval_entries"]
        if row["decision"] == "approved"
    }
    return [entry for entry in entries if entry["id"] in approved]


def _approval(books: Books, sheet: Timesheet) -> None:
    project = books.projects[sheet.job.key]
    running = sheet.window == 0
    status = "draft" if running else _ANSWERS.get((sheet.job.key, sheet.window), "approved")
    submitted = books.moment(books.next_workday(sheet.closed_ago - 1), "08:45")
    decided = books.moment(books.next_workday(sheet.closed_ago - 3), "15:30")
    answered = status not in ("draft", "submitted")
    created = books.moment(books.workday(1), "18:30") if running else submitted
    first, last = books.day(sheet.closed_ago + WINDOW - 1), books.day(max(sheet.closed_ago, 1))
    approval = books.add(
        "approvals",
        customer_id=project["customer_id"],
        project_id=project["id"],
        name=f"{sheet.job.code} · {period(first, last)}",
        status=status,
        version=3 if answered else 1 if running else 2,
        total_minutes=sum(entry["minutes"] for entry in sheet.entries),
        period_from=first,
        period_to=last,
        submitted_at=None if running else submitted,
        submitted_by=None if running else books.staff["ines"]["id"],
        decided_at=decided if answered else None,
        decided_by=_approver(books, sheet.job.customer)["id"] if answered else None,
        reason=_REASONS.get(status),
        created_at=created,
        updated_at=decided if answered else created,
    )
    for place, entry in enumerate(sheet.entries):
        decision, reason = _decision(status, place)
        books.put(
            "approval_entries",
            approval_id=approval["id"],
            time_entry_id=entry["id"],
            customer_id=entry["customer_id"],
            decision=decision,
            reason=reason,
        )


def _decision(status: str, place: int) -> tuple[str | None, str | None]:
    if status == "partly_approved" and place in (2, 5):
        return "rejected", "Belongs to another project."
    if status == "partly_approved" and place == 8:
        return "queried", "Who asked for this?"
    if status in ("approved", "partly_approved"):
        return "approved", None
    return ("rejected", _REASONS["rejected"]) if status == "rejected" else (None, None)


def _approver(books: Books, customer: str) -> Row:
    return books.contacts["priya"] if customer == "brackenridge" else main_contact(books, customer)
