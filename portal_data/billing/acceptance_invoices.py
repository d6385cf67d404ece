"""What follows an acceptance, where the business wants it: an invoice, or the advance of it.

It is done by the worker and not by the customer's click: documents' numbers belong to the business,
and a series that is missing must not keep anybody from accepting. What is billed are the amounts
that were accepted, line by line, never reckoned anew.
"""

from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from portal_data import money
from portal_data.billing import ledger
from portal_data.business import numbering, organisation, preferences
from portal_data.business.preferences import AfterAcceptance
from portal_data.ids import new_id
from portal_data.kinds import INVOICE, RETAINER, Kind
from portal_data.messaging import activity, events, outbox
from portal_data.messaging.event import Event
from portal_data.store import OpenSession, Session

WORK = "estimate.accepted"
"""The kind of outbox row that asks for it."""

_ESTIMATE = """
    select id, customer_id, number, subject, version, currency_code, total_minor, retainer_percent
    from core.estimates
    where customer_id = $customer_id and id = $id and version = $version and status = 'accepted'
    order by id
"""
_TERMS = """
    select payment_terms_days, payment_terms_label from core.customers
    where id = $customer_id order by id
"""
_MADE = """
    select id from core.invoices
    where customer_id = $customer_id and estimate_id = $id and status <> 'void'
    union all
    select id from core.retainer_invoices
    where customer_id = $customer_id and estimate_id = $id and status <> 'void'
    order by id
"""
_INVOICE = """
    insert into core.invoices (id, customer_id, number, estimate_id, estimate_number, project_id,
        reference, subject, date, due_date, payment_terms_label, status, currency_code,
        exchange_rate, tax_inclusive, subtotal_minor, discount_minor, discount_percent,
        discount_after_tax, tax_minor, shipping_minor, adjustment_minor, adjustment_label,
        round_off_minor, total_minor, balance_minor, billing_address, shipping_address, salesperson,
        notes, terms, sent_at, created_at, updated_at)
    select $invoice_id, customer_id, $number, id, number, project_id, reference, subject, $today,
        $due, $terms, $status, currency_code, exchange_rate, tax_inclusive, subtotal_minor,
        discount_minor, discount_percent, discount_after_tax, tax_minor, shipping_minor,
        adjustment_minor, adjustment_label, round_off_minor, total_minor, total_minor,
        billing_address, shipping_address, salesperson, notes, terms, $sent_at, $now, $now
    from core.estimates
    where customer_id = $customer_id and id = $id
"""
_LINES = """
    select id, item_id, sku, name, description, quantity, unit, unit_price, discount_percent,
        discount_minor, tax_name, tax_percent, tax_minor, total_minor
    from core.estimate_lines
    where customer_id = $customer_id and estimate_id = $id and (selected or not optional)
    order by position, id
"""
_TAXES = """
    select t.line_id, t.position, t.tax_id, t.name, t.percent, t.category, t.exemption_code,
        t.exemption_reason, t.base_minor, t.amount_minor
    from core.line_taxes t
    join core.estimate_lines l on l.customer_id = t.customer_id and l.id = t.line_id
    where t.customer_id = $customer_id and t.document_kind = 'estimate' and l.estimate_id = $id
    order by t.line_id, t.position
"""
_INVOICED = """
    update core.estimates set version = version + 1, status = 'invoiced', updated_at = $now
    where customer_id = $customer_id and id = $id
"""
_ADVANCE = """
    insert into core.retainer_invoices (id, customer_id, number, estimate_id, project_id, reference,
        date, due_date, status, currency_code, exchange_rate, total_minor, balance_minor,
        billing_address, terms, sent_at, created_at, updated_at)
    select $retainer_id, customer_id, $number, id, project_id, reference, $today, $due, 'sent',
        currency_code, exchange_rate, $total, $total, billing_address, terms, $now, $now, $now
    from core.estimates
    where customer_id = $customer_id and id = $id
"""


@dataclass(frozen=True, slots=True)
class _Due:
    """The day on which something is made, and when it is to be paid."""

    today: Date
    due: Date
    terms: str | None


def ask(
    session: Session, estimate_id: UUID, customer_id: UUID, version: int, now: datetime
) -> None:
    """Ask, in the transaction that accepts, for what the preferences want to follow.

    `version` is the one that the acceptance made. What the preferences say now is what is done.
    """
    wanted = preferences.get(session)
    if wanted.invoice_on_acceptance is AfterAcceptance.NOTHING and not wanted.advance_on_acceptance:
        return
    outbox.enqueue(
        session,
        WORK,
        dedup_key=f"{WORK}:{estimate_id}:{version}",
        customer_id=customer_id,
        now=now,
        payload={
            "estimate_id": str(estimate_id),
            "version": version,
            "invoice": wanted.invoice_on_acceptance.value,
            "advance": wanted.advance_on_acceptance,
        },
    )


def make(session: OpenSession, customer_id: UUID, payload: dict[str, Any], now: datetime) -> None:
    """Make what was asked for, unless the acceptance was taken back or it is made already.

    An estimate that asks for an advance is not invoiced: that comes once the work is done. Raises
    Invalid while the business has no series of numbers for the document.
    """
    key = {"id": UUID(payload["estimate_id"]), "customer_id": customer_id}
    found = session.locked(_ESTIMATE, **key, version=payload["version"])
    if not found or session.rows(_MADE, **key):
        return
    estimate, terms = found[0], session.one(_TERMS, customer_id=customer_id) or {}
    today = organisation.of_portal(session).today(now)
    due = _Due(
        today,
        today + timedelta(days=terms.get("payment_terms_days") or 0),
        terms.get("payment_terms_label"),
    )
    invoice = AfterAcceptance(payload["invoice"])
    if payload["advance"] and estimate["retainer_percent"]:
        _make_advance(session, estimate, due, now)
    elif invoice is not AfterAcceptance.NOTHING:
        _make_invoice(session, estimate, due, now, sent=invoice is AfterAcceptance.SENT)


def _make_invoice(
    session: OpenSession, estimate: dict[str, Any], due: _Due, now: datetime, *, sent: bool
) -> None:
    key = {"id": estimate["id"], "customer_id": estimate["customer_id"]}
    invoice_id, number = new_id(), numbering.draw(session, "invoice")
    session.change(
        _INVOICE,
        **key,
        invoice_id=invoice_id,
        number=number,
        today=due.today,
        due=due.due,
        terms=due.terms,
        status="sent" if sent else "draft",
        sent_at=now if sent else None,
        now=now,
    )
    lines = session.rows(_LINES, **key)
    ids = {line.pop("id"): new_id() for line in lines}
    own = {"customer_id": estimate["customer_id"]}
    _load(
        session,
        "core.invoice_lines",
        [
            {"id": line_id, **own, "invoice_id": invoice_id, "position": position, **line}
            for position, (line_id, line) in enumerate(zip(ids.values(), lines, strict=True), 1)
        ],
    )
    _load(
        session,
        "core.line_taxes",
        [
            {
                **tax,
                "id": new_id(),
                **own,
                "document_kind": "invoice",
                "line_id": ids[tax["line_id"]],
            }
            for tax in session.rows(_TAXES, **key)
            if tax["line_id"] in ids
        ],
    )
    if sent:
        session.change(_INVOICED, **key, now=now)
        ledger.post(session, now, estimate["customer_id"])
    event = events.INVOICE_SENT if sent else events.INVOICE_DRAFTED
    _record(session, event, estimate, INVOICE, (invoice_id, number), estimate["total_minor"], now)


def _make_advance(session: OpenSession, estimate: dict[str, Any], due: _Due, now: datetime) -> None:
    percent = estimate["retainer_percent"]
    currency = estimate["currency_code"]
    whole = money.to_decimal(estimate["total_minor"], currency)
    total = money.to_minor(whole * percent / 100, currency)
    if total <= 0:
        return
    retainer_id, number = new_id(), numbering.draw(session, "retainer_invoice")
    session.change(
        _ADVANCE,
        id=estimate["id"],
        customer_id=estimate["customer_id"],
        retainer_id=retainer_id,
        number=number,
        today=due.today,
        due=due.due,
        total=total,
        now=now,
    )
    words = f"Advance of {percent.normalize():f}% for estimate {estimate['number']}"
    _load(
        session,
        "core.retainer_invoice_lines",
        [
            {
                "id": new_id(),
                "customer_id": estimate["customer_id"],
                "retainer_invoice_id": retainer_id,
                "position": 1,
                "description": words,
                "total_minor": total,
            }
        ],
    )
    ledger.post(session, now, estimate["customer_id"])
    made = (retainer_id, number)
    _record(session, events.RETAINER_INVOICE_SENT, estimate, RETAINER, made, total, now)


def _load(session: OpenSession, table: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.load(table, tuple(rows[0]), [tuple(row.values()) for row in rows])


def _record(
    session: OpenSession,
    event: Event,
    estimate: dict[str, Any],
    kind: Kind,
    made: tuple[UUID, str],
    total_minor: int,
    now: datetime,
) -> None:
    document_id, number = made
    activity.record(
        session,
        None,
        event,
        now=now,
        customer_id=estimate["customer_id"],
        subject_kind=kind.record,
        subject_id=document_id,
        subject_number=number,
        amount_minor=total_minor,
        currency_code=estimate["currency_code"],
        details=f"On the acceptance of {estimate['number']}",
        visible=event is not events.INVOICE_DRAFTED,
    )
