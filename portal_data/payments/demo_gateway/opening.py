"""How the demo gateway knows what the books of a demo say was paid through it before it ran."""

from collections.abc import Iterable
from datetime import datetime, time
from uuid import UUID

from portal_data import settings
from portal_data.payments.demo_gateway import rows
from portal_data.payments.demo_gateway.records import (
    VERIFIED_WITHIN,
    Customer,
    Failure,
    Payment,
    SavedMethod,
    Saving,
    Scenario,
    Stage,
    working_days_later,
)
from portal_data.store import OpenSession

_CUSTOMERS = """
    select p.provider_reference as reference, c.display_name as name, p.created_at
    from core.provider_customers p join core.customers c on c.id = p.customer_id
    where p.provider = 'demo' and ($every or p.provider_reference = $reference)
    order by 1
"""
_METHODS = """
    select m.provider_reference as reference, m.kind, m.brand, m.last4, m.holder, m.expires_month,
        m.expires_year, m.status, m.verification_attempts as tries, m.created_at,
        p.provider_reference as customer
    from core.saved_methods m
    left join core.provider_customers p
        on p.customer_id = m.customer_id and p.provider = m.provider
    where m.provider = 'demo' and ($every or m.provider_reference = $reference)
    order by 1
"""
_PAYMENTS = """
    select a.provider_reference as reference, a.id, a.status, a.currency_code, a.amount_minor,
        a.save_method, a.failure_code, a.failure_message, a.created_at, a.expires_at,
        m.provider_reference as method, m.kind as method_kind,
        p.provider_reference as customer, u.display_name as name, c.email
    from core.payment_attempts a
    join core.customers u on u.id = a.customer_id
    left join core.contacts c on c.customer_id = a.customer_id and c.id = a.contact_id
    left join core.saved_methods m
        on m.customer_id = a.customer_id and m.id = a.saved_method_id
    left join core.provider_customers p
        on p.customer_id = a.customer_id and p.provider = a.provider
    where a.provider = 'demo' and ($every or a.provider_reference = $reference)
        and a.provider_reference is not null
    order by 1
"""
_LINES = """
    select i.attempt_id, coalesce(v.number, r.number) as number, i.amount_minor
    from core.payment_attempt_items i
    join core.payment_attempts a on a.customer_id = i.customer_id and a.id = i.attempt_id
    left join core.invoices v on v.customer_id = i.customer_id and v.id = i.invoice_id
    left join core.retainer_invoices r
        on r.customer_id = i.customer_id and r.id = i.retainer_invoice_id
    where a.provider = 'demo' and ($every or a.provider_reference = $reference)
    order by i.attempt_id, number, i.id
"""
_DEPOSITED = (32, 45)  # cents that went to accounts which wait to be verified
_STAGES = {
    "created": Stage.CHOOSE,
    "requires_action": Stage.CONFIRM,
    "pending": Stage.SENT,
    "succeeded": Stage.PAID,
    "failed": Stage.FAILED,
    "cancelled": Stage.CANCELLED,
    "expired": Stage.EXPIRED,
}


def adopt(session: OpenSession, now: datetime, reference: str | None = None) -> int:
    """Let the gateway know what the books have of the demo provider, or of one `reference` there.

    Return how many it did not know. What is under way stays so while somebody looks at the demo: it
    settles three working days from now.
    """
    wanted = {"every": reference is None, "reference": reference or ""}
    return sum(
        (
            *_customers(session, wanted),
            *_methods(session, wanted, now),
            *_payments(session, wanted, now),
        )
    )


def _customers(session: OpenSession, wanted: dict[str, object]) -> Iterable[bool]:
    for row in session.rows(_CUSTOMERS, **wanted):
        kept = Customer(name=row["name"], email="")
        yield rows.add(session, row["reference"], kept, row["reference"], row["created_at"])


def _methods(session: OpenSession, wanted: dict[str, object], now: datetime) -> Iterable[bool]:
    for row in session.rows(_METHODS, **wanted):
        kept = SavedMethod(
            kind=row["kind"],
            brand=row["brand"],
            last4=row["last4"],
            holder=row["holder"],
            expires_month=row["expires_month"],
            expires_year=row["expires_year"],
            verified={"verified": True, "removed": True, "failed": False}.get(row["status"]),
            tries=row["tries"],
            removed=row["status"] == "removed",
        )
        if kept.verified is None:
            kept.amounts, kept.page = _DEPOSITED, rows.name_for("demo_si", row["reference"])
            page = Saving(
                name=kept.holder or "",
                kinds=[kept.kind],
                return_url=f"{settings.load().base_url}/pay/saved",
                expires_at=now + VERIFIED_WITHIN,
                stage=Stage.AMOUNTS,
                method=row["reference"],
            )
            rows.add(session, kept.page, page, row["customer"], row["created_at"])
        yield rows.add(session, row["reference"], kept, row["customer"], row["created_at"])


def _payments(session: OpenSession, wanted: dict[str, object], now: datetime) -> Iterable[bool]:
    lines: dict[UUID, list[tuple[str, int]]] = {}
    for row in session.rows(_LINES, **wanted):
        lines.setdefault(row["attempt_id"], []).append((row["number"] or "", row["amount_minor"]))
    home = settings.load().base_url
    settles = working_days_later(now.date(), 3)
    for row in session.rows(_PAYMENTS, **wanted):
        stage = _STAGES[row["status"]]
        begun = stage not in (Stage.CHOOSE, Stage.CANCELLED, Stage.EXPIRED)
        code = row["failure_code"]
        kept = Payment(
            attempt_id=row["id"],
            name=row["name"],
            email=row["email"] or "",
            currency_code=row["currency_code"],
            amount_minor=row["amount_minor"],
            lines=lines.get(row["id"], []),
            kinds=["card", "bank"],
            save_method=row["save_method"],
            return_url=f"{home}/pay/return?attempt={row['id']}",
            cancel_url=f"{home}/pay/return?attempt={row['id']}&left=1",
            expires_at=row["expires_at"],
            charged=row["method"] is not None,
            stage=stage,
            scenario=Scenario(row["method_kind"] or "card") if begun else None,
            method=row["method"],
            failure=Failure(code=code, message=row["failure_message"] or code) if code else None,
            due_at=datetime.combine(settles, time(9)) if stage is Stage.SENT else None,
            expected_on=settles if stage is Stage.SENT else None,
        )
        yield rows.add(session, row["reference"], kept, row["customer"], row["created_at"])
