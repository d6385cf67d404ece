"""Documents for tests: plain functions with fixed defaults, written straight into the store."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from portal_data import store
from portal_data.billing import ledger
from portal_data.ids import new_id
from portal_data.scope import Scope
from tests.conftest import NOW

TODAY = NOW.date()
_numbers = count(1)


def insert(table: str, **values: Any) -> UUID:
    """Insert one row into `core.<table>`, with an id unless one is given; return the id."""
    row = {"id": new_id(), **values}
    with store.system_writing() as session:
        session.load(f"core.{table}", tuple(row), [tuple(row.values())])
    return row["id"]


def _post(scope: Scope) -> None:
    """Bring the customer's ledger up to what was stored, as every writer of amounts does."""
    with store.system_writing() as session:
        ledger.post(session, NOW, scope.customer_id)


def make_invoice(
    scope: Scope,
    *,
    number: str | None = None,
    status: str = "sent",
    total_minor: int = 10_000,
    balance_minor: int | None = None,
    currency_code: str = "GBP",
    day: date = TODAY,
    due: date | None = None,
    **more: Any,
) -> UUID:
    """Store an invoice of one line; its balance is its total unless given."""
    invoice_id = insert(
        "invoices",
        customer_id=scope.customer_id,
        number=number or f"INV-{next(_numbers):06d}",
        date=day,
        due_date=due or day + timedelta(days=30),
        status=status,
        currency_code=currency_code,
        subtotal_minor=total_minor,
        total_minor=total_minor,
        balance_minor=total_minor if balance_minor is None else balance_minor,
        created_at=NOW,
        updated_at=NOW,
        **more,
    )
    insert(
        "invoice_lines",
        customer_id=scope.customer_id,
        invoice_id=invoice_id,
        position=1,
        name="Consulting",
        description="One day on site",
        quantity=Decimal(1),
        unit="day",
        unit_price=Decimal(total_minor) / 100,
        total_minor=total_minor,
    )
    _post(scope)
    return invoice_id


def make_payment(
    scope: Scope,
    invoices: dict[UUID, int],
    *,
    retainers: dict[UUID, int] | None = None,
    unused_minor: int = 0,
    number: str | None = None,
    status: str = "succeeded",
    currency_code: str = "GBP",
    day: date = TODAY,
    **more: Any,
) -> UUID:
    """Store a payment allocated as {invoice id: minor units}, and lower those balances.

    Those of `retainers` stay as they were made.
    """
    retainers = retainers or {}
    payment_id = insert(
        "payments",
        customer_id=scope.customer_id,
        number=number or f"PAY-{next(_numbers):06d}",
        kind="invoice",
        date=day,
        status=status,
        currency_code=currency_code,
        amount_minor=sum(invoices.values()) + sum(retainers.values()) + unused_minor,
        unused_minor=unused_minor,
        mode="Bank transfer",
        created_at=NOW,
        updated_at=NOW,
        **more,
    )
    for retainer_id, amount in retainers.items():
        insert(
            "allocations",
            customer_id=scope.customer_id,
            payment_id=payment_id,
            retainer_invoice_id=retainer_id,
            date=day,
            amount_minor=amount,
            created_at=NOW,
        )
    for invoice_id, amount in invoices.items():
        insert(
            "allocations",
            customer_id=scope.customer_id,
            payment_id=payment_id,
            invoice_id=invoice_id,
            date=day,
            amount_minor=amount,
            created_at=NOW,
        )
        with store.system_writing() as session:
            session.change(
                "update core.invoices set balance_minor = balance_minor - $amount,"
                " last_payment_date = $day where id = $id",
                amount=amount,
                day=day,
                id=invoice_id,
            )
    _post(scope)
    return payment_id


def make_credit_note(
    scope: Scope,
    *,
    total_minor: int = 5_000,
    balance_minor: int | None = None,
    number: str | None = None,
    status: str = "open",
    currency_code: str = "GBP",
    day: date = TODAY,
    **more: Any,
) -> UUID:
    """Store a credit note of one line; all of it is unused unless a balance is given."""
    note_id = insert(
        "credit_notes",
        customer_id=scope.customer_id,
        number=number or f"CN-{next(_numbers):06d}",
        date=day,
        status=status,
        currency_code=currency_code,
        subtotal_minor=total_minor,
        total_minor=total_minor,
        balance_minor=total_minor if balance_minor is None else balance_minor,
        created_at=NOW,
        updated_at=NOW,
        **more,
    )
    insert(
        "credit_note_lines",
        customer_id=scope.customer_id,
        credit_note_id=note_id,
        position=1,
        name="Returned goods",
        quantity=Decimal(1),
        unit_price=Decimal(total_minor) / 100,
        total_minor=total_minor,
    )
    _post(scope)
    return note_id


def make_estimate(
    scope: Scope,
    *,
    number: str | None = None,
    status: str = "sent",
    total_minor: int = 10_000,
    currency_code: str = "GBP",
    day: date = TODAY,
    expiry: date | None = None,
    **more: Any,
) -> UUID:
    """Store an estimate of one line; it expires in 30 days unless given."""
    estimate_id = insert(
        "estimates",
        customer_id=scope.customer_id,
        number=number or f"EST-{next(_numbers):06d}",
        date=day,
        expiry_date=expiry or day + timedelta(days=30),
        status=status,
        currency_code=currency_code,
        subtotal_minor=total_minor,
        total_minor=total_minor,
        created_at=NOW,
        updated_at=NOW,
        **more,
    )
    insert(
        "estimate_lines",
        customer_id=scope.customer_id,
        estimate_id=estimate_id,
        position=1,
        name="Planting plan",
        description="Front garden",
        quantity=Decimal(1),
        unit="plan",
        unit_price=Decimal(total_minor) / 100,
        total_minor=total_minor,
    )
    return estimate_id


def make_retainer(
    scope: Scope,
    *,
    number: str | None = None,
    status: str = "sent",
    total_minor: int = 10_000,
    balance_minor: int | None = None,
    currency_code: str = "GBP",
    day: date = TODAY,
    due: date | None = None,
    description: str = "Retainer for the season",
    **more: Any,
) -> UUID:
    """Store a retainer invoice of one line, not paid yet and without a due date unless given."""
    unpaid = total_minor if status == "sent" else 0
    balance = unpaid if balance_minor is None else balance_minor
    retainer_id = insert(
        "retainer_invoices",
        customer_id=scope.customer_id,
        number=number or f"RET-{next(_numbers):06d}",
        date=day,
        due_date=due,
        status=status,
        currency_code=currency_code,
        total_minor=total_minor,
        balance_minor=balance,
        created_at=NOW,
        updated_at=NOW,
        **more,
    )
    insert(
        "retainer_invoice_lines",
        customer_id=scope.customer_id,
        retainer_invoice_id=retainer_id,
        position=1,
        description=description,
        total_minor=total_minor,
    )
    _post(scope)
    return retainer_id


def make_retainer_payment(
    scope: Scope,
    retainer_id: UUID,
    amount_minor: int,
    *,
    number: str | None = None,
    currency_code: str = "GBP",
    day: date = TODAY,
    **more: Any,
) -> UUID:
    """Store a payment of a retainer invoice, and make that much of it available."""
    payment_id = insert(
        "payments",
        customer_id=scope.customer_id,
        number=number or f"PAY-{next(_numbers):06d}",
        kind="retainer",
        date=day,
        status="succeeded",
        currency_code=currency_code,
        amount_minor=amount_minor,
        unused_minor=0,
        mode="Bank transfer",
        created_at=NOW,
        updated_at=NOW,
        **more,
    )
    insert(
        "allocations",
        customer_id=scope.customer_id,
        payment_id=payment_id,
        retainer_invoice_id=retainer_id,
        date=day,
        amount_minor=amount_minor,
        created_at=NOW,
    )
    with store.system_writing() as session:
        session.change(
            "update core.retainer_invoices set balance_minor = balance_minor - $amount,"
            " unused_minor = unused_minor + $amount where id = $id",
            amount=amount_minor,
            id=retainer_id,
        )
    _post(scope)
    return payment_id


def make_project(
    scope: Scope,
    *,
    name: str = "Courtyard",
    billing_method: str = "project_hours",
    status: str = "active",
    currency_code: str = "GBP",
    rate: Decimal | None = Decimal(60),
    **more: Any,
) -> UUID:
    """Store a project charged at 60 an hour, unless told otherwise; without tasks."""
    return insert(
        "projects",
        customer_id=scope.customer_id,
        name=name,
        billing_method=billing_method,
        status=status,
        currency_code=currency_code,
        rate=rate,
        created_at=NOW,
        updated_at=NOW,
        **more,
    )


def make_task(scope: Scope, project_id: UUID, *, name: str = "Planting", **more: Any) -> UUID:
    """Store an active task of a project."""
    values = {"status": "active", **more}
    return insert(
        "tasks", customer_id=scope.customer_id, project_id=project_id, name=name, **values
    )


def make_person(
    scope: Scope, project_id: UUID, *, name: str = "Petra", cost_rate: int = 7777, **more: Any
) -> UUID:
    """Store somebody who works on a project, at a cost that no customer may see."""
    person_id = insert("people", name=name, cost_rate=Decimal(cost_rate))
    with store.system_writing() as session:
        row = {
            "project_id": project_id,
            "person_id": person_id,
            "customer_id": scope.customer_id,
            "cost_rate": Decimal(cost_rate),
            **more,
        }
        session.load("core.project_people", tuple(row), [tuple(row.values())])
    return person_id


def make_entry(
    scope: Scope,
    project_id: UUID,
    person_id: UUID,
    minutes: int,
    *,
    day: date = TODAY,
    billable: bool = True,
    **more: Any,
) -> UUID:
    """Store a time entry: billable and not billed unless told otherwise, for no task."""
    return insert(
        "time_entries",
        customer_id=scope.customer_id,
        project_id=project_id,
        person_id=person_id,
        date=day,
        minutes=minutes,
        billable=billable,
        cost_rate=Decimal(7777),
        created_at=NOW,
        updated_at=NOW,
        **more,
    )


def make_approval(
    scope: Scope, entries: dict[UUID, str | None], *, status: str = "submitted", **more: Any
) -> UUID:
    """Store a timesheet of {time entry: decision}, sent just now unless it is a draft."""
    values: dict[str, Any] = {
        "name": "November",
        "submitted_at": None if status == "draft" else NOW,
        **more,
    }
    approval_id = insert(
        "approvals",
        customer_id=scope.customer_id,
        status=status,
        created_at=NOW,
        updated_at=NOW,
        **values,
    )
    with store.system_writing() as session:
        session.load(
            "core.approval_entries",
            ("approval_id", "time_entry_id", "customer_id", "decision"),
            [(approval_id, entry, scope.customer_id, how) for entry, how in entries.items()],
        )
    return approval_id


def make_notification(
    customer_id: UUID,
    recipient_id: UUID,
    *,
    kind: str = "contact",
    invoice: UUID | None = None,
    number: str = "INV-1",
    created_at: datetime = NOW,
    **more: Any,
) -> UUID:
    """Store that somebody was told that an invoice was sent; return the notification's id."""
    entry = insert(
        "activity", customer_id=customer_id, happened_at=created_at, event="invoice.sent",
        subject_kind="invoice", subject_id=invoice, subject_number=number,
        actor_kind="staff", actor_name="Olive", visible=True,
    )  # fmt: skip
    return insert(
        "notifications", customer_id=customer_id, recipient_kind=kind, recipient_id=recipient_id,
        activity_id=entry, created_at=created_at, **more,
    )  # fmt: skip


def make_series(kind: str, prefix: str, next_number: int, digits: int = 1) -> None:
    """Store the series of numbers of a kind of document."""
    row = {"kind": kind, "prefix": prefix, "next_number": next_number, "digits": digits}
    with store.system_writing() as session:
        session.load("core.counters", tuple(row), [tuple(row.values())])


def show_projects(shown: bool = True) -> None:
    """Switch projects and timesheets on in the portal, or off again."""
    with store.system_writing() as session:
        session.change(
            "insert into core.preferences (key, value, updated_at)"
            " values ('projects_and_timesheets', $value, $now)"
            " on conflict (key) do update set value = excluded.value",
            value=json.dumps(shown),
            now=NOW,
        )
