"""Books of one customer with everything that could break a file: cells that calculate, marks of
every format, scripts of both directions, nothing at all, and currencies of 0, 2 and 3 decimals."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle
from typing import Any
from uuid import UUID

from portal_data.scope import Scope
from tests.conftest import NOW
from tests.factories import (
    TODAY,
    insert,
    make_approval,
    make_credit_note,
    make_entry,
    make_estimate,
    make_invoice,
    make_payment,
    make_person,
    make_project,
    make_retainer,
    make_retainer_payment,
    make_task,
    show_projects,
)

DAY = timedelta(days=1)
HOSTILE = [
    '=HYPERLINK("https://evil.example","ok")',
    "+1",
    "\t-2+3+cmd|' /C calc'!A0",
    "plain",
    'say "x", or; =1',
    "two\r\nlines\n@SUM(A1)",
    "شركة النخيل \u202eللتجارة\u202c",
    "株式会社さくら＝1",
    "ligature ﬁ, emoji 👩🏽‍🚀, combining é",
    "\u2028=1\u00a0\ufeff-1",
    "\x01control\x1f and \\ backslash \\u0041 </x> & <r>y</r>",
    None,
    "",
]
MONEY = [("GBP", 123_456), ("JPY", 5_000), ("KWD", 1), ("EUR", 99_999_999_999_999)]


@dataclass(frozen=True)
class Hostile:
    """The project and the timesheet among the books."""

    project: UUID
    timesheet: UUID


def fill(scope: Scope) -> Hostile:
    """Store some documents of every kind."""
    show_projects()
    texts, moneys = cycle(HOSTILE), cycle(MONEY)

    def words() -> dict[str, Any]:
        return {"subject": next(texts), "reference": next(texts)}

    invoices = []
    for place in range(15):
        code, total = next(moneys)
        due = TODAY - (place % 5 - 2) * DAY
        status = {7: "void", 11: "written_off"}.get(place, "sent")
        left = (0, total, total - 1)[place % 3]
        invoices.append(
            make_invoice(
                scope, number=f"{'=@'[place % 2] if place < 4 else ''}I-{place:02}",
                day=TODAY - place * DAY, due=due, currency_code=code, total_minor=total,
                balance_minor=left, status=status,
                in_question_minor=1 if place == 4 else 0, **words(),
            )
        )  # fmt: skip
        make_estimate(
            scope, number=f"E-{place:02}", day=TODAY - place * DAY, expiry=due, currency_code=code,
            total_minor=total, status=("sent", "accepted", "declined", "invoiced")[place % 4],
            **words(),
        )  # fmt: skip
        make_credit_note(
            scope, number=f"C-{place:02}", day=TODAY - place * DAY, currency_code=code,
            total_minor=total, balance_minor=left, status="void" if place == 5 else "open",
            **words(),
        )  # fmt: skip
    retainers = []
    for place in range(13):
        code, total = next(moneys)
        made = make_retainer(
            scope, number=f"R-{place:02}", day=TODAY - place * DAY, currency_code=code,
            due=None if place % 4 == 0 else TODAY - (place - 6) * DAY, total_minor=total,
            description=next(texts) or "-", status="void" if place == 6 else "sent",
            reference=next(texts), in_question_minor=1 if place == 5 else 0,
        )  # fmt: skip
        if place % 3 == 0 and place != 6:
            make_retainer_payment(
                scope, made, 1, number=f"RP-{place:02}", currency_code=code,
                day=TODAY - place * DAY, reference=next(texts),
            )  # fmt: skip
        retainers.append(made)
    for place in range(9):
        code, total = next(moneys)
        paid = {invoices[at]: 0 for at in range(place, 15, 5)} if place % 2 else {}
        make_payment(
            scope, paid, number=f"P-{place:02}", day=TODAY - place * DAY, currency_code=code,
            unused_minor=total, retainers={retainers[place]: 0} if place % 4 == 3 else {},
            reference=next(texts), status="void" if place == 8 else "succeeded",
        )  # fmt: skip
    for number, name in (("=1+1", '"A", Ada'), ("INV-1\n2", "<b>Bea</b> ليلى")):
        insert(
            "activity", customer_id=scope.customer_id, happened_at=NOW, event="invoice.viewed",
            subject_kind="invoice", subject_number=number, actor_kind="contact",
            actor_id=scope.contact_id, actor_name=name, visible=True, address="192.0.2.1",
        )  # fmt: skip
    return _work(scope, texts)


def _work(scope: Scope, texts: Any) -> Hostile:
    budgets: list[dict[str, Any]] = [
        {"budget_kind": "hours", "budget_minutes": 600},
        {"budget_kind": "cost", "budget_minor": 12_345, "currency_code": "KWD"},
        {"budget_kind": "task_hours", "billing_method": "task_hours"},
        {"budget_kind": "staff_hours", "billing_method": "staff_hours", "currency_code": "JPY"},
        {"budget_kind": "cost", "budget_minor": 99, "billing_method": "fixed_cost"},
        {"billing_method": "daily_rate", "status": "on_hold"},
    ]
    projects = []
    for place, budget in enumerate(budgets):
        project = make_project(
            scope, name=f"{place} {next(texts) or ''}", code=next(texts), **budget
        )
        task = make_task(scope, project, name=next(texts) or "-", budget_minutes=70)
        person = make_person(scope, project, name=next(texts) or "-", budget_minutes=90)
        projects.append((project, task, person))
        if place < 5:
            make_entry(scope, project, person, 61 + place, task_id=task, billed=place % 2 == 0)
    project, task, person = projects[0]
    entries = [
        make_entry(
            scope, project, person, (1, 10, 95, 1_440)[place % 4], day=TODAY - place * DAY,
            task_id=task if place % 3 else None, notes=next(texts), billable=place % 4 != 3,
            billed=place % 4 == 0, begins="09:00" if place % 2 else None,
            ends="23:59" if place % 2 else None,
        )
        for place in range(14)
    ]  # fmt: skip
    decisions = cycle(["approved", "rejected", "queried", None])
    timesheets = [
        make_approval(
            scope, {entry: next(decisions) for entry in entries}, name=f"{place} {next(texts)}",
            project_id=project if place % 2 else None, total_minutes=6_107 * place,
            status=("submitted", "approved", "rejected", "partly_approved")[place % 4],
            # in London still the day before, or already the next
            submitted_at=NOW.replace(hour=23, minute=30) - place * 37 * DAY,
        )
        for place in range(9)
    ]  # fmt: skip
    return Hostile(project, timesheets[-1])
